//! The rank test of raw samples beside scipy's, on the same data in the same run.

use std::fs;
use std::path::Path;
use std::process::Command;

use divan::black_box;
use serin_judge::stats::Sample;
use serin_judge::stats::alternative::Alternative;
use serin_judge::stats::mann_whitney::MannWhitney;

const RUNS: u32 = 7;

/// Prints the processor time of both and their ratio, or why there is none.
pub(crate) fn beside(x: &[f64], y: &[f64]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some((scipy, expected)) = scipy(folder, x, y) else {
        println!("scipy is not there: scripts/install-bench-tools installs it");
        return;
    };
    let mut least = f64::INFINITY;
    let mut found = f64::NAN;
    for _ in 0..RUNS {
        let began = processor_seconds();
        let sample = |values: &[f64]| Sample::try_new(black_box(values)).unwrap();
        found = MannWhitney::of_samples(&sample(x), &sample(y)).p_value(Alternative::TwoSided, true);
        least = least.min(processor_seconds() - began);
    }
    assert!(
        (found - expected).abs() <= 1e-9 * expected,
        "p-values {found} and {expected}"
    );
    println!(
        "{} against {} raw samples, the least of {RUNS} runs: {:.1} ms, scipy's mannwhitneyu {:.1} ms, ratio {:.3}",
        x.len(),
        y.len(),
        1e3 * least,
        1e3 * scipy,
        least / scipy
    );
}

/// What this thread has had of a processor, as Linux counts it: on a busy machine the clock would tell of others.
fn processor_seconds() -> f64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    statistics.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Seconds and p-value.
fn scipy(folder: &Path, x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let scratch = folder.join("target/bench");
    fs::create_dir_all(&scratch).unwrap();
    let files = [("x", x), ("y", y)].map(|(name, values)| {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let path = scratch.join(name);
        fs::write(&path, bytes).unwrap();
        path
    });
    let output = Command::new("python3")
        .env("PYTHONPATH", scratch.join("python"))
        .arg(folder.join("benches/statistics/mannwhitneyu.py"))
        .args(&files)
        .arg(RUNS.to_string())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (seconds, p) = text.trim().split_once(' ')?;
    Some((seconds.parse().ok()?, p.parse().ok()?))
}
