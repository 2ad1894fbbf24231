//! One run of a client: its processor time, and what it printed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a client took and said.
pub(super) struct Taken {
    /// Seconds of processor time, all threads, user and system.
    pub(super) cpu: f64,
    /// Seconds of the clock.
    pub(super) wall: f64,
    /// Standard output.
    pub(super) text: String,
}

impl Taken {
    /// Standard output as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// Runs a command and asks bash what it took: the only portable way to a child's processor time without unsafe code.
pub(super) fn run(program: &str, args: &[&str]) -> Taken {
    let output = Command::new("bash")
        .arg("-c")
        .arg("TIMEFORMAT='serin-bench %U %S %R'; time \"$@\" 2>/dev/null")
        .arg("bash")
        .arg(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("serin-bench "));
    let times: Vec<f64> = line
        .unwrap_or_else(|| panic!("bash told no times: {told}"))
        .split(' ')
        .map(|time| time.parse().unwrap())
        .collect();
    Taken {
        cpu: times[0] + times[1],
        wall: times[2],
        text: String::from_utf8_lossy(&output.stdout).into_owned(),
    }
}

/// Where a peer is: where `make bench` puts it, else on the path. `None` says so on standard output.
pub(super) fn peer(name: &str) -> Option<String> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/bench/bin")
        .join(name);
    if own.exists() {
        return Some(own.display().to_string());
    }
    let found = Command::new("which").arg(name).output().unwrap();
    let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if path.is_empty() {
        println!("{name} is not installed; it is left out (scripts/install-bench-tools installs it)");
        return None;
    }
    Some(path)
}

pub(super) fn seconds() -> u32 {
    number("PROBING_SECONDS", 10)
}

pub(super) fn turns() -> u32 {
    number("PROBING_TURNS", 3)
}

pub(super) fn number(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}
