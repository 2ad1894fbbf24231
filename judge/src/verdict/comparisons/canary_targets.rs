//! What each target of the canary has done for the evidence, so that one can be left out again.
//!
//! The windows are kept as counts per target and put again into a copy of the tests, so the evidence without a target is
//! exactly what it would have been without it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::stats::cmh::Cmh;
use crate::stats::{Margin, Stratum, cmh};
use crate::verdict::Side;

use super::intake::Part;
use super::method::Method;
use super::tally::Tally;

/// Counts that are kept in all. Beyond it one of so many targets, or of so many windows, can hardly be told from the
/// others, and the memory is worth more.
const COUNTS_MAX: usize = 1 << 18;

/// Kept from the first window in which the canary has several targets.
#[derive(Clone, Debug, Default)]
pub(super) struct CanaryTargets {
    /// The method before that window.
    before: Option<Method>,
    numbers: BTreeMap<Arc<str>, usize>,
    windows: Vec<JudgedWindow>,
    counts: usize,
    /// Stages that have begun since `before`.
    stages: usize,
}

/// One judged window.
#[derive(Clone, Debug)]
struct JudgedWindow {
    /// Stages that had begun since the first kept window.
    stages: usize,
    /// Components of evidence that had started.
    components: usize,
    /// In the order of the method's tests; `None` where nothing was tested.
    streams: Vec<Option<StreamWindow>>,
}

#[derive(Clone, Debug)]
struct StreamWindow {
    margin: Margin,
    whole: Stratum,
    /// By the targets' numbers.
    parts: BTreeMap<usize, Tally>,
}

/// The target that differs most from the rest of the canary.
#[derive(Clone, Debug)]
pub(super) struct Outlier {
    pub(super) target: Arc<str>,
    /// That one of so many equal targets differs so much, at any stream: exact where events are few.
    pub(super) p_value: f64,
}

impl CanaryTargets {
    /// A window that `method` is about to judge.
    pub(super) fn record(&mut self, method: &Method, components: usize, parts: &[Part<'_>]) {
        if self.before.is_none() && !has_several(parts) || self.counts > COUNTS_MAX {
            return;
        }
        self.before.get_or_insert_with(|| method.clone());
        let streams = method.streams().into_iter().map(|stream| {
            stream.map(|stream| {
                let mut kept = StreamWindow {
                    margin: stream.margin,
                    whole: Stratum::default(),
                    parts: BTreeMap::new(),
                };
                for part in parts {
                    let tally = stream.count(part.side, part.data);
                    kept.add(part.side, tally);
                    if part.side == Side::Canary {
                        let next = self.numbers.len();
                        let number = *self.numbers.entry(Arc::clone(part.target)).or_insert(next);
                        kept.parts.entry(number).or_default().add(tally);
                    }
                }
                kept
            })
        });
        let streams: Vec<_> = streams.collect();
        self.counts += streams
            .iter()
            .flatten()
            .map(|stream| stream.parts.len() + 1)
            .sum::<usize>();
        self.windows.push(JudgedWindow {
            stages: self.stages,
            components,
            streams,
        });
    }

    /// Another stage of the release begins.
    pub(super) fn begin_stage(&mut self) {
        if self.before.is_some() {
            self.stages += 1;
        }
    }

    /// The target that differs most, for the worse, from the rest of the canary. `None` without several targets, and
    /// when there were too many counts to be kept.
    pub(super) fn outlier(&self) -> Option<Outlier> {
        let method = self.before.as_ref().filter(|_| self.counts <= COUNTS_MAX)?;
        let dispersion: Vec<f64> = method
            .tests()
            .iter()
            .map(|test| test.dispersion.factor())
            .collect();
        let streams = dispersion.len();
        let scores = (0..streams).flat_map(|stream| {
            let each = self.scores(stream).into_iter().enumerate();
            each.map(move |(number, score)| (stream, number, score))
        });
        let (stream, number, _) = scores
            .max_by(|a, b| a.2.total_cmp(&b.2))
            .filter(|(.., score)| *score > 0.0)?;
        let p_value = self.against_fellows(stream, number).p_value(dispersion[stream]);
        let target = self.numbers.iter().find(|(_, other)| **other == number)?.0;
        Some(Outlier {
            target: Arc::clone(target),
            p_value: (p_value * (streams * self.numbers.len()) as f64).min(1.0),
        })
    }

    /// The method as it would be, had this target not been there. `None` when it was not.
    pub(super) fn without(&self, target: &Arc<str>) -> Option<Method> {
        let number = *self.numbers.get(target)?;
        let mut method = self.before.clone()?;
        let mut begun = 0;
        for window in &self.windows {
            for _ in begun..window.stages {
                method.begin_stage();
            }
            begun = window.stages;
            method.start_components(window.components);
            for (test, stream) in method.tests_mut().iter_mut().zip(&window.streams) {
                if let Some(stream) = stream {
                    test.judge_regression(&stream.without(number), stream.margin);
                }
            }
        }
        for _ in begun..self.stages {
            method.begin_stage();
        }
        Some(method)
    }

    /// The normal scores of all targets against their fellows: a cheap order, the exact test is made once.
    fn scores(&self, stream: usize) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.numbers.len()];
        for window in self.of_stream(stream) {
            for (number, own) in &window.parts {
                let stratum = window.against_fellows(*own);
                if stratum.is_comparable() {
                    let (score, variance) = cmh::ratio_score(&stratum, 1.0);
                    sums[*number].0 += score;
                    sums[*number].1 += variance;
                }
            }
        }
        let score = |(score, variance): (f64, f64)| {
            if variance > 0.0 {
                score / variance.sqrt()
            } else {
                0.0
            }
        };
        sums.into_iter().map(score).collect()
    }

    fn against_fellows(&self, stream: usize, number: usize) -> Cmh {
        let mut test = Cmh::default();
        for window in self.of_stream(stream) {
            test.add(&window.against_fellows(window.part(number)), Margin::Ratio(1.0));
        }
        test
    }

    fn of_stream(&self, stream: usize) -> impl Iterator<Item = &StreamWindow> {
        self.windows
            .iter()
            .filter_map(move |window| window.streams.get(stream)?.as_ref())
    }
}

impl StreamWindow {
    fn add(&mut self, side: Side, tally: Tally) {
        let (total, events) = match side {
            Side::Canary => (&mut self.whole.canary_total, &mut self.whole.canary_events),
            Side::Stable => (&mut self.whole.stable_total, &mut self.whole.stable_events),
        };
        *total += tally.total;
        *events += tally.events;
    }

    fn part(&self, number: usize) -> Tally {
        self.parts.get(&number).copied().unwrap_or_default()
    }

    /// The target in the canary's place, the rest of the canary in stable's.
    fn against_fellows(&self, own: Tally) -> Stratum {
        Stratum {
            canary_total: own.total,
            canary_events: own.events,
            stable_total: self.whole.canary_total - own.total,
            stable_events: self.whole.canary_events - own.events,
        }
    }

    fn without(&self, number: usize) -> Stratum {
        let own = self.part(number);
        Stratum {
            canary_total: self.whole.canary_total - own.total,
            canary_events: self.whole.canary_events - own.events,
            ..self.whole
        }
    }
}

fn has_several(parts: &[Part<'_>]) -> bool {
    let mut canary = parts.iter().filter(|part| part.side == Side::Canary);
    canary
        .next()
        .is_some_and(|first| canary.any(|other| other.target != first.target))
}
