//! How long the built binary takes to start and end, beside `/bin/true`, which does nothing.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]
#![allow(clippy::print_stdout, reason = "the figures are its product")]

#[path = "common/shipped.rs"]
mod shipped;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 200;

/// The first is what the others are measured against.
const COMMANDS: [(Program, &[&str]); 4] = [
    (Program::True, &[]),
    (Program::Serin, &["--version"]),
    (Program::Serin, &["eval", "true", "--result", "null"]),
    (Program::Serin, &["validate", "src/demo/analysis.yaml"]),
];

#[derive(Clone, Copy)]
enum Program {
    True,
    Serin,
}

fn main() {
    let serin = shipped::serin();
    let path = |program: Program| match program {
        Program::True => "/bin/true",
        Program::Serin => serin.as_str(),
    };
    let mut taken: Vec<Vec<Duration>> = vec![Vec::new(); COMMANDS.len()];
    // In turn, so that a busy moment of the machine hits all of them alike.
    for _ in 0..ROUNDS {
        for ((program, args), taken) in COMMANDS.iter().zip(&mut taken) {
            taken.push(once(path(*program), args));
        }
    }
    taken.iter_mut().for_each(|taken| taken.sort_unstable());
    let yardstick = (taken[0][0], taken[0][ROUNDS / 2]);
    println!("start and end of a process, {ROUNDS} times each (milliseconds; times `/bin/true`)");
    println!("{:52} {:>8} {:>6} {:>8} {:>6}", "", "fastest", "", "median", "");
    for ((program, args), taken) in COMMANDS.iter().zip(&taken) {
        let (fastest, median) = (taken[0], taken[ROUNDS / 2]);
        let name = match program {
            Program::True => "/bin/true",
            Program::Serin => "serin",
        };
        println!(
            "{:52} {:8.2} {:5.1}x {:8.2} {:5.1}x",
            format!("{name} {}", args.join(" ")),
            fastest.as_secs_f64() * 1e3,
            fastest.as_secs_f64() / yardstick.0.as_secs_f64(),
            median.as_secs_f64() * 1e3,
            median.as_secs_f64() / yardstick.1.as_secs_f64(),
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures what really passes")]
fn once(program: &str, args: &[&str]) -> Duration {
    let began = Instant::now();
    let status = Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let taken = began.elapsed();
    assert!(status.success(), "{program} {args:?}: {status}");
    taken
}
