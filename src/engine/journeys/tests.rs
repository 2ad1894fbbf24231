//! Whole probings on a paused clock, against a server that is a function.

mod ends;
mod loops;
mod missed;
mod pairs;
mod steps;
mod windows;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serin_judge::analysis::plan::FilledSecrets;
use serin_judge::analysis::plan::journey::{
    Action, Assertion, Auth, Body, Budget as Document, Check, Connections, HttpSettings, HttpVersion,
    Journey, Piece, Request, Schedule, StatusRange, Step, Template,
};
use serin_judge::journey::{Arm, Credentials};
use serin_judge::time::Timestamp;

use super::*;
use crate::engine::clock::TimerClock;
use crate::engine::ports::{ClientSettings, Prober};

const START: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

pub(super) fn text(text: &str) -> Template {
    Template {
        pieces: vec![Piece::Text(text.to_owned())],
    }
}

/// A GET that has to be answered with 200.
pub(super) fn get(path: &str) -> Step {
    let request = Request {
        method: Method::GET,
        url: text(path),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Empty,
        content_type: None,
        auth: Auth::None,
        redirects_max: 0,
        version: None,
    };
    Step {
        name: path.trim_start_matches('/').to_owned(),
        index: 0,
        action: Action::Http(request),
        when: None,
        repeat: None,
        retry: None,
        think: None,
        timeout: Duration::from_secs(2),
        captures: Vec::new(),
        assertions: vec![Assertion {
            check: Check::Status(vec![StatusRange { from: 200, to: 200 }]),
            soft: false,
        }],
        compare: false,
        creates: None,
        removes: None,
        continue_on_failure: false,
    }
}

/// Steps that run at the same time.
pub(super) fn parallel(name: &str, steps: Vec<Step>) -> Step {
    Step {
        name: name.to_owned(),
        action: Action::Parallel(steps),
        assertions: Vec::new(),
        timeout: Duration::from_secs(10),
        ..get("/")
    }
}

/// A journey of these steps, and of these in its teardown.
pub(super) fn journey(mut steps: Vec<Step>, mut finally: Vec<Step>) -> Journey {
    fn number(steps: &mut [Step], next: &mut usize) {
        for step in steps {
            step.index = *next;
            *next += 1;
            if let Action::Parallel(inner) = &mut step.action {
                number(inner, next);
            }
        }
    }
    let mut next = 0;
    number(&mut steps, &mut next);
    number(&mut finally, &mut next);
    Journey {
        name: "critical-path".to_owned(),
        config_hash: String::new(),
        target: None,
        steps,
        finally,
        timeout: Duration::from_secs(30),
        finally_timeout: Duration::from_secs(10),
        schedule: Schedule {
            interval: Duration::from_secs(1),
            jitter: 0.0,
            in_flight_max: 64,
        },
        budget: Document::default(),
        connections: Connections::Warm,
        version: HttpVersion::Auto,
        http: HttpSettings {
            cookies: true,
            insecure: false,
            roots: None,
            certificate: None,
        },
        answering: None,
        data: None,
        accounts: None,
        body_bytes_max: 1 << 20,
        warm_up: 0,
        secrets: FilledSecrets::default(),
        files: Vec::new(),
    }
}

pub(super) fn target(arm: Arm) -> Target {
    let host = match arm {
        Arm::Stable => "stable",
        Arm::Canary => "canary",
        Arm::Control => "control",
    };
    Target {
        arm,
        url: format!("http://{host}.test"),
    }
}

/// One run of it against stable.
pub(super) fn once(journey: Journey) -> ProbeOrder {
    ProbeOrder {
        journey: Arc::new(journey),
        targets: vec![target(Arm::Stable)],
        client: ClientSettings::default(),
        credentials: Credentials::default(),
        pace: Pace::Closed(NonZeroUsize::MIN),
        lasts: Lasts::Starts(1),
        window: Duration::from_secs(1),
        aligned_to: None,
        seed: 7,
        shards: Shards::Here,
        budgets: Budgets::default(),
        keeps_totals: true,
    }
}

/// So many starts a second for so long.
pub(super) fn at_rate(journey: Journey, rate: f64, seconds: u64) -> ProbeOrder {
    ProbeOrder {
        pace: Pace::Rate(rate),
        lasts: Lasts::For(Duration::from_secs(seconds)),
        ..once(journey)
    }
}

pub(super) fn start(order: &ProbeOrder, probe: &dyn Prober) -> Probing {
    Probing::start(order, probe, &TimerClock::new(START)).unwrap()
}

/// All windows and what they come to, once everything is over.
pub(super) async fn all(order: &ProbeOrder, probe: &dyn Prober) -> (Vec<Arc<JourneyWindow>>, JourneyWindow) {
    let mut probing = start(order, probe);
    let mut windows = Vec::new();
    while let Some(window) = probing.next_window().await {
        windows.push(window);
    }
    (windows, probing.totals().all.unwrap())
}

/// With so many runs under way at most.
pub(super) fn with_cap(mut journey: Journey, in_flight_max: usize) -> Journey {
    journey.schedule.in_flight_max = in_flight_max;
    journey
}
