//! Plays releases on two threads; the outcome depends on their numbers alone.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bodies::Bodies;
use crate::chance::Chance;
use crate::minutes::Minutes;
use crate::rules::{self, Outcome, Rules};
use crate::scenario::{BURN_IN, JUDGED, Scenario};
use crate::serin::{self, Variant};
use crate::summary::{Ended, Score, Scored};
use crate::traffic::{HEALTHY, Service, Window};

/// An hour of both sides running the old version, in windows.
const HISTORY: usize = 360;

const THREADS: usize = 2;

/// All that judges.
pub(crate) struct Judges {
    pub(crate) bodies: Bodies,
    pub(crate) variants: Vec<Variant>,
    pub(crate) rules: Rules,
}

/// Settings for trade-offs see one release in so many, of those without fault and of those with one.
const PER_CURVE: [usize; 2] = [8, 2];

impl Judges {
    /// What a variant is not asked for is left out: settings for trade-offs, in most scenarios and releases.
    fn sees(variant: &Variant, scenario: &Scenario, run: usize) -> bool {
        let [without, with] = PER_CURVE;
        let every = if scenario.is_null { without } else { with };
        !variant.is_for_curves || scenario.for_curves && run.is_multiple_of(every)
    }
}

/// The releases of one scenario that have been played.
pub(crate) struct Played {
    pub(crate) scenario: Scenario,
    /// Which of all: a part of the seed.
    pub(crate) number: u64,
    /// By method; a method may have seen fewer releases than others.
    ended: Vec<Vec<Ended>>,
    pub(crate) runs: usize,
}

impl Played {
    pub(crate) fn new(scenario: Scenario, number: u64, judges: &Judges) -> Self {
        Self {
            scenario,
            number,
            ended: vec![Vec::new(); judges.variants.len() + rules::NAMES.len()],
            runs: 0,
        }
    }

    /// Plays on until so many releases have been played.
    pub(crate) fn play_until(&mut self, runs: usize, judges: &Judges) {
        let next = AtomicUsize::new(self.runs);
        let (scenario, number) = (&self.scenario, self.number);
        let work = || {
            let mut done: Vec<(usize, Vec<Option<Ended>>)> = Vec::new();
            loop {
                let run = next.fetch_add(1, Ordering::Relaxed);
                if run >= runs {
                    return done;
                }
                let mut chance = Chance::from_seed(number << 32 | run as u64);
                done.push((run, release(judges, scenario, run, &mut chance)));
            }
        };
        let mut all: Vec<(usize, Vec<Option<Ended>>)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            let joined = threads.into_iter().flat_map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.collect()
        });
        all.sort_by_key(|(run, _)| *run);
        for (_, methods) in all {
            for (ended, one) in self.ended.iter_mut().zip(methods) {
                ended.extend(one);
            }
        }
        self.runs = self.runs.max(runs);
    }

    /// The scores of all methods that have seen releases.
    pub(crate) fn scores(&self, judges: &Judges) -> Scored {
        let names = judges.variants.iter().map(|variant| variant.name);
        let methods = names.chain(rules::NAMES).zip(&self.ended);
        Scored {
            scenario: self.scenario.name.to_owned(),
            is_null: self.scenario.is_null,
            bound: self.scenario.bound,
            scores: methods
                .filter(|(_, ended)| !ended.is_empty())
                .map(|(name, ended)| Score::new(name, ended))
                .collect(),
        }
    }
}

/// One release, seen by all.
fn release(judges: &Judges, scenario: &Scenario, number: usize, chance: &mut Chance) -> Vec<Option<Ended>> {
    let onset = if scenario.late {
        60 + (chance.bits() % 61) as usize
    } else {
        0
    };
    let mut service = Service::new(scenario.split, scenario.noise, chance);
    let history: Vec<Window> = (0..HISTORY)
        .map(|_| service.window([HEALTHY; 2], &judges.bodies, chance))
        .collect();
    // Another deployment has other pods.
    let mut service = Service::new(scenario.split, scenario.noise, chance);
    let run: Vec<Window> = (0..BURN_IN + JUDGED)
        .map(|window| {
            let behaviours = scenario.behaviours(window.saturating_sub(BURN_IN), onset);
            service.window(behaviours, &judges.bodies, chance)
        })
        .collect();
    let minutes = Minutes::of(&run[BURN_IN..]);
    let requests: Vec<u64> = run[BURN_IN..].iter().map(|window| window[0].requests).collect();
    let ended = |outcome: Outcome| {
        let until = match outcome {
            Outcome::Rollback(at) | Outcome::Promote(at) => at,
            Outcome::Undecided => JUDGED,
        };
        let seen = requests.get(onset.min(until)..until).unwrap_or_default();
        Ended {
            outcome,
            requests: seen.iter().sum(),
            onset,
        }
    };
    let recording = serin::Recording::new(history, run);
    let judged = |variant: &Variant| {
        Judges::sees(variant, scenario, number)
            .then(|| ended(serin::judge(variant, &recording, !scenario.late)))
    };
    let peers = judges.rules.all(&minutes);
    judges
        .variants
        .iter()
        .map(judged)
        .chain(peers.into_iter().map(|outcome| Some(ended(outcome))))
        .collect()
}
