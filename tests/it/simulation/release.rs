//! One sample release in simulated time: counts instead of requests, the rest as in the demo.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use serin::demo::{Behaviour, Fault};
use serin::engine::ports::Record;
use serin_judge::analysis::plan::Plan;
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{
    Answer, Counts, Data, Flags, Look, Measurement, RunIdentity, RunReport, RunState, Side, Verdict, Window,
};

use super::chance::Chance;
use super::latency;

/// Requests a second to each instance: 2,000 in all, a tenth of them to the canary.
const CANARY: (usize, f64) = (2, 100.0);
const STABLE: (usize, f64) = (3, 600.0);
/// As the sample API: above this part of errors over so many seconds an instance calls itself degraded.
const DEGRADED_RATIO: f64 = 0.10;
const RECENT_SECONDS: usize = 10;
/// When the run begins; any instant does.
const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// What goes wrong, and how many seconds after the start.
#[derive(Clone, Copy)]
pub(super) struct Script {
    pub(super) fault: Fault,
    pub(super) after: u64,
    /// Seconds before the start at which it began, unless it begins later.
    pub(super) begun: u64,
}

/// How a release ended.
pub(super) struct Ending {
    pub(super) report: RunReport,
    pub(super) seconds: f64,
    /// Requests that the canary answered until then.
    pub(super) canary_requests: u64,
    pub(super) records: Vec<Record>,
}

impl Ending {
    /// The report that replaying the records of the run gives.
    pub(super) fn replayed(&self, plan: &Arc<Plan>) -> RunReport {
        let state = serin::engine::replay(Arc::clone(plan), START, &self.records).unwrap();
        state.report(&RunIdentity::default(), state.decided_at().unwrap())
    }
}

struct Release {
    chance: Chance,
    script: Script,
    state: RunState,
    canary_requests: u64,
    /// Counts of the canary instance whose health is asked, newest last.
    recent: VecDeque<Counts>,
    records: Vec<Record>,
}

/// Plays a release until its verdict.
pub(super) fn play(plan: &Arc<Plan>, script: Script, seed: u64) -> Ending {
    let mut release = Release {
        chance: Chance::new(seed),
        script,
        state: RunState::new(Arc::clone(plan), START),
        canary_requests: 0,
        recent: VecDeque::new(),
        records: Vec::new(),
    };
    for second in 1.. {
        release.ask_health(START + Duration::from_secs(second - 1));
        release.close_window(second);
        if let Some(decided_at) = release.state.decided_at() {
            return Ending {
                report: release.state.report(&RunIdentity::default(), decided_at),
                seconds: decided_at.since(START).as_secs_f64(),
                canary_requests: release.canary_requests,
                records: release.records,
            };
        }
    }
    unreachable!("the deadline ends every run")
}

impl Release {
    /// Measures the health of the second that begins at `from` when it is due in it.
    fn ask_health(&mut self, from: Timestamp) {
        let due = self.state.due().next();
        let Some((index, due)) = due.filter(|(_, due)| *due < from + Duration::from_secs(1)) else {
            return;
        };
        let (total, bad) = self
            .recent
            .iter()
            .fold((0, 0), |sum, counts| (sum.0 + counts.total, sum.1 + counts.bad));
        #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
        let is_degraded = total >= 100 && bad as f64 > DEGRADED_RATIO * total as f64;
        let body = json!(if is_degraded { "degraded" } else { "healthy" });
        let answer = Answer {
            value: Value::from_batch("web", &body).unwrap(),
            text: body.to_string(),
            metadata: BTreeMap::new(),
            phase: None,
        };
        let answered = due + Duration::from_millis(1);
        let metric = &self.state.plan().metrics[index];
        let measurements = vec![(index, Measurement::judge(metric, Ok(answer), due, answered))];
        self.state.record(&measurements).unwrap();
        self.records.push(Record::Measurements { measurements });
    }

    /// The counts of all instances in the second that ends `second` after the start; the deadline, when it is then.
    fn close_window(&mut self, second: u64) {
        let end = START + Duration::from_secs(second);
        let faulty = second > self.script.after;
        let fault = if faulty { self.script.fault } else { Fault::None };
        let mut windows = Vec::new();
        for (side, (instances, rate)) in [(Side::Canary, CANARY), (Side::Stable, STABLE)] {
            let behaviour = fault.behaviour(side, Behaviour::HEALTHY);
            let error_ratio = behaviour.error_ratio;
            let faulty_for =
                Duration::from_secs((second + self.script.begun).saturating_sub(self.script.after));
            let latencies = latency::buckets(&behaviour, faulty_for);
            for instance in 0..instances {
                // The parts of a Poisson process are independent Poisson processes.
                let bad = self.chance.poisson(rate * error_ratio);
                let total = bad + self.chance.poisson(rate * (1.0 - error_ratio));
                windows.push(Window {
                    comparison: self.state.plan().comparisons[0].name.as_str().into(),
                    side,
                    target: format!("{side}-{instance}").into(),
                    start: end - Duration::from_secs(1),
                    end,
                    data: Data::Errors(Counts { total, bad }),
                    flags: Flags::default(),
                });
                let latencies = latency::draw(&latencies, rate, &mut self.chance);
                windows.push(Window {
                    comparison: self.state.plan().comparisons[1].name.as_str().into(),
                    side,
                    target: format!("{side}-{instance}").into(),
                    start: end - Duration::from_secs(1),
                    end,
                    data: Data::Latency(latencies),
                    flags: Flags::default(),
                });
            }
        }
        self.note(&windows);
        let look = Look { at: end, windows };
        self.state.look(&look, &[]);
        self.records.push(Record::Look {
            look,
            unread: Vec::new(),
        });
        let undecided = self.state.decision().verdict == Verdict::Continue;
        if undecided && self.state.deadline().is_some_and(|at| at <= end) {
            self.state.tick(end);
            self.records.push(Record::Tick { at: end });
        }
    }

    fn note(&mut self, windows: &[Window]) {
        let errors = &*self.state.plan().comparisons[0].name;
        let canary = || {
            let of_canary = windows.iter().filter(|window| window.side == Side::Canary);
            of_canary.filter(|window| *window.comparison == *errors)
        };
        self.canary_requests += canary().map(|window| window.counts().total).sum::<u64>();
        if self.recent.len() == RECENT_SECONDS {
            let _oldest = self.recent.pop_front();
        }
        self.recent.extend(canary().next().map(|window| window.counts()));
    }
}
