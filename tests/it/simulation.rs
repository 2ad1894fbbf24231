//! The demo's acts a thousand times each, through the demo's own document and everything that judges: how often
//! the verdict is wrong, and how long the right one takes. `--nocapture` shows the table.

mod chance;
mod latency;
mod release;

use std::collections::BTreeMap;
use std::sync::Arc;

use release::{Ending, Script, play};
use serin::demo::Fault;
use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{Reason, Verdict};

const RUNS: u32 = 1000;

const HEALTHY: Script = Script {
    fault: Fault::None,
    after: 0,
    begun: 0,
};
const ERRORS: Script = Script {
    fault: Fault::Errors,
    after: 0,
    begun: 0,
};
const LATENCY: Script = Script {
    fault: Fault::Latency,
    after: 0,
    begun: 0,
};
const TAIL: Script = Script {
    fault: Fault::Tail,
    after: 0,
    begun: 0,
};
/// In the first seconds nobody can tell: the demo's second stage begins later.
const LEAK: Script = Script {
    fault: Fault::Leak,
    after: 0,
    begun: 8,
};
/// The demo lets both sides work well for so long.
const SHARED: Script = Script {
    fault: Fault::Shared,
    after: 4,
    begun: 0,
};

fn plan() -> Arc<Plan> {
    let args: BTreeMap<String, String> = [
        ("canary", "http://127.0.0.1:1/metrics"),
        ("stable", "http://127.0.0.1:2/metrics"),
        ("canaryHealth", "http://127.0.0.1:1/health"),
        ("canaryApi", "http://127.0.0.1:1"),
        ("stableApi", "http://127.0.0.1:2"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    Arc::new(serin::cli::plan::from_text("demo", serin::demo::ANALYSIS, &args).unwrap())
}

struct Figures {
    endings: Vec<Ending>,
}

impl Figures {
    fn simulate(name: &str, script: Script) -> Self {
        let plan = plan();
        let endings: Vec<Ending> = (0..RUNS)
            .map(|seed| play(&plan, script, u64::from(seed)))
            .collect();
        let figures = Self { endings };
        figures.print(name);
        figures
    }

    fn part(&self, verdict: Verdict) -> f64 {
        let matching = self
            .endings
            .iter()
            .filter(|ending| ending.report.verdict == verdict);
        f64::from(u32::try_from(matching.count()).unwrap()) / f64::from(RUNS)
    }

    /// The smallest value that this part (percent) of all runs does not exceed.
    fn quantile<T: Copy + PartialOrd>(&self, percent: usize, of: impl Fn(&Ending) -> T) -> T {
        let mut values: Vec<T> = self.endings.iter().map(of).collect();
        values.sort_by(|one, other| one.partial_cmp(other).unwrap());
        values[(values.len() * percent).div_ceil(100) - 1]
    }

    #[expect(clippy::print_stdout, reason = "the table is shown on demand")]
    fn print(&self, name: &str) {
        println!(
            "{name:8} promote {:5.1} %, rollback {:5.1} %, inconclusive {:5.1} %; \
             seconds {:.0} (median) {:.0} (99 %) {:.0} (all); canary requests {} (median)",
            100.0 * self.part(Verdict::Promote),
            100.0 * self.part(Verdict::Rollback),
            100.0 * self.part(Verdict::Inconclusive),
            self.quantile(50, |ending| ending.seconds),
            self.quantile(99, |ending| ending.seconds),
            self.quantile(100, |ending| ending.seconds),
            self.quantile(50, |ending| ending.canary_requests),
        );
    }
}

/// The promised probability and three standard errors of this many runs.
fn limit(probability: f64) -> f64 {
    probability + 3.0 * (probability * (1.0 - probability) / f64::from(RUNS)).sqrt()
}

#[test]
fn a_healthy_release_is_promoted() {
    let figures = Figures::simulate("healthy", HEALTHY);
    assert!(figures.part(Verdict::Rollback) <= limit(0.01));
    // What the comments of the document promise.
    assert!(figures.quantile(50, |ending| ending.seconds) <= 10.0);
    assert!(figures.part(Verdict::Promote) >= 0.98);
}

#[test]
fn a_release_with_errors_is_rolled_back() {
    let figures = Figures::simulate("errors", ERRORS);
    assert!(figures.part(Verdict::Promote) == 0.0);
    assert!(figures.part(Verdict::Rollback) >= 0.99);
}

#[test]
fn a_slow_release_is_rolled_back() {
    let figures = Figures::simulate("latency", LATENCY);
    assert!(figures.part(Verdict::Rollback) >= 0.99);
    assert!(figures.part(Verdict::Promote) == 0.0);
}

#[test]
fn a_release_with_a_longer_tail_is_rolled_back() {
    let figures = Figures::simulate("tail", TAIL);
    assert!(figures.part(Verdict::Rollback) >= 0.99);
    assert!(figures.part(Verdict::Promote) <= limit(0.05));
}

#[test]
fn a_release_that_gets_slower_is_rolled_back() {
    let figures = Figures::simulate("leak", LEAK);
    assert!(figures.part(Verdict::Rollback) >= 0.99);
}

#[test]
fn a_fault_of_both_sides_is_not_the_releases() {
    let figures = Figures::simulate("shared", SHARED);
    assert!(figures.part(Verdict::Inconclusive) == 1.0);
    for ending in &figures.endings {
        assert!(
            ending.report.reasons.contains(&Reason::StableUnhealthy),
            "{}",
            ending.report.summary
        );
    }
}

#[test]
fn replayed_records_give_the_same_bytes() {
    let plan = plan();
    for script in [HEALTHY, ERRORS, TAIL, LEAK, SHARED] {
        let ending = play(&plan, script, 4711);
        assert_eq!(
            serde_json::to_string(&ending.report).unwrap(),
            serde_json::to_string(&ending.replayed(&plan)).unwrap()
        );
    }
}
