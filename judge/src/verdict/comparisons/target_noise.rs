//! What the targets of a side tell of the noise, before judging begins.

use crate::stats::design_effect::TARGETS_MIN;
use crate::verdict::Side;

use super::fellows;
use super::intake::Part;
use super::method::Method;

/// Requests of a side, and the windows of single targets that they came in.
#[derive(Clone, Copy, Debug, Default)]
struct PerTarget {
    requests: f64,
    windows: f64,
}

/// Adds up how much traffic one target of each side has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TargetNoise {
    canary: PerTarget,
    stable: PerTarget,
}

impl TargetNoise {
    /// A window of stable before the release.
    pub(super) fn learn(method: &mut Method, batch: i64, parts: &[Part<'_>]) {
        add(method, parts, |method, stream, target| {
            method.tests_mut()[stream]
                .dispersion
                .past_targets
                .add(target.0, batch, &target.1);
        });
    }

    /// A window of the run that comes before anything is judged.
    pub(super) fn observe(&mut self, method: &mut Method, batch: i64, parts: &[Part<'_>]) {
        if method.is_frozen() {
            return;
        }
        add(method, parts, |method, stream, target| {
            method.tests_mut()[stream]
                .dispersion
                .targets
                .add(target.0, batch, &target.1);
        });
        let Some(stream) = method.streams().into_iter().flatten().next() else {
            return;
        };
        for part in parts {
            let of_side = match part.side {
                Side::Canary => &mut self.canary,
                Side::Stable => &mut self.stable,
            };
            of_side.requests += stream.count(part.side, part.data).total;
            of_side.windows += 1.0;
        }
        let ratio = self.canary.requests * self.stable.windows / (self.stable.requests * self.canary.windows);
        if ratio.is_finite() && ratio > 0.0 {
            for test in method.tests_mut() {
                test.dispersion.requests_ratio = ratio;
            }
        }
    }
}

fn add(
    method: &mut Method,
    parts: &[Part<'_>],
    mut take: impl FnMut(&mut Method, usize, (&std::sync::Arc<str>, crate::stats::Stratum)),
) {
    if fellows::count(parts) < TARGETS_MIN {
        return;
    }
    for (index, stream) in method.streams().iter().enumerate() {
        let Some(stream) = stream else { continue };
        for target in fellows::of_stable(stream, parts) {
            take(method, index, target);
        }
    }
}
