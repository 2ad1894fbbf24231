//! Simulated traffic of both sides: requests, errors and latencies per window.

use std::sync::LazyLock;

use crate::bodies::Bodies;
use crate::chance::Chance;

/// Length of a window in seconds.
pub(crate) const WINDOW: u64 = 10;

/// Latency buckets: two percent wide, from 12 ms up.
pub(crate) const BUCKETS: usize = 320;

/// Width of a bucket on the log scale.
pub(crate) const BUCKET_LOG: f64 = 0.019_802_627_296_179_713;

/// Pods of canary and stable.
const PODS: [usize; 2] = [2, 38];

/// Upper bounds of the buckets in milliseconds.
pub(crate) fn bounds() -> &'static [f64; BUCKETS] {
    static BOUNDS: LazyLock<[f64; BUCKETS]> =
        LazyLock::new(|| std::array::from_fn(|index| 12.0 * (BUCKET_LOG * (index as f64 + 1.0)).exp()));
    &BOUNDS
}

/// One side of a window.
#[derive(Clone)]
pub(crate) struct SideWindow {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) latencies: Vec<u64>,
}

/// Canary and stable.
pub(crate) type Window = [SideWindow; 2];

/// What a side does in one window.
#[derive(Clone, Copy)]
pub(crate) struct Behaviour {
    pub(crate) error_rate: f64,
    /// All latencies are multiplied by this.
    pub(crate) slow: f64,
    /// Latencies above the 95th percentile are multiplied so that p99 is this much higher.
    pub(crate) tail: f64,
    /// Part of the requests that take 500 ms more.
    pub(crate) hanging: f64,
}

pub(crate) const HEALTHY: Behaviour = Behaviour {
    error_rate: 0.005,
    slow: 1.0,
    tail: 1.0,
    hanging: 0.0,
};

/// Request rate and split.
#[derive(Clone, Copy)]
pub(crate) struct Split {
    pub(crate) per_second: f64,
    pub(crate) canary: f64,
}

/// Noise of a service, as standard deviations on the log scale.
#[derive(Clone, Copy, Default)]
pub(crate) struct Noise {
    /// Both sides together: latency, error rate.
    pub(crate) common: (f64, f64),
    /// Each pod alone: latency, error rate.
    pub(crate) pods: (f64, f64),
}

/// Stationary first-order autoregressions with a time constant of a minute.
struct Slow {
    state: f64,
}

impl Slow {
    const MEMORY: f64 = 0.846_481_724_890_614;

    fn new(chance: &mut Chance) -> Self {
        Self {
            state: chance.normal(),
        }
    }

    fn next(&mut self, chance: &mut Chance) -> f64 {
        self.state = Self::MEMORY * self.state + (1.0 - Self::MEMORY * Self::MEMORY).sqrt() * chance.normal();
        self.state
    }
}

/// A running service.
pub(crate) struct Service {
    split: Split,
    noise: Noise,
    load: Slow,
    common: [Slow; 2],
    pods: Vec<[Slow; 2]>,
}

impl Service {
    pub(crate) fn new(split: Split, noise: Noise, chance: &mut Chance) -> Self {
        Self {
            split,
            noise,
            load: Slow::new(chance),
            common: [Slow::new(chance), Slow::new(chance)],
            pods: (0..PODS[0] + PODS[1])
                .map(|_| [Slow::new(chance), Slow::new(chance)])
                .collect(),
        }
    }

    /// The next window; `behaviours` are of canary and stable.
    pub(crate) fn window(
        &mut self,
        behaviours: [Behaviour; 2],
        bodies: &Bodies,
        chance: &mut Chance,
    ) -> Window {
        let load = (0.1 * self.load.next(chance)).exp();
        let factor = |deviation: f64, value: f64| (deviation * value - 0.5 * deviation * deviation).exp();
        let common = [
            factor(self.noise.common.0, self.common[0].next(chance)),
            factor(self.noise.common.1, self.common[1].next(chance)),
        ];
        let noisy = self.noise.pods != (0.0, 0.0);
        let mut first = 0;
        std::array::from_fn(|side| {
            let part = if side == 0 {
                self.split.canary
            } else {
                1.0 - self.split.canary
            };
            let mean = self.split.per_second * WINDOW as f64 * part * load;
            let mut window = SideWindow {
                requests: 0,
                errors: 0,
                latencies: vec![0; BUCKETS],
            };
            let pods = if noisy { PODS[side] } else { 1 };
            for pod in first..first + pods {
                let (slow, errors) = if noisy {
                    let [slow, errors] = &mut self.pods[pod];
                    (
                        factor(self.noise.pods.0, slow.next(chance)),
                        factor(self.noise.pods.1, errors.next(chance)),
                    )
                } else {
                    (1.0, 1.0)
                };
                let behaviour = Behaviour {
                    error_rate: (behaviours[side].error_rate * common[1] * errors).min(1.0),
                    slow: behaviours[side].slow * common[0] * slow,
                    ..behaviours[side]
                };
                serve(
                    &mut window,
                    chance.poisson(mean / pods as f64),
                    behaviour,
                    bodies,
                    chance,
                );
            }
            first += pods;
            window
        })
    }
}

fn serve(window: &mut SideWindow, requests: u64, behaviour: Behaviour, bodies: &Bodies, chance: &mut Chance) {
    window.requests += requests;
    window.errors += chance.binomial(requests, behaviour.error_rate);
    let body = bodies.of(behaviour.tail);
    let latencies: &mut [u64; BUCKETS] = window
        .latencies
        .first_chunk_mut()
        .unwrap_or_else(|| unreachable!("all windows have all buckets"));
    if behaviour.slow == 1.0 && behaviour.hanging == 0.0 {
        // Most requests are plain, and one random word is enough for two of them.
        for _ in 0..requests / 2 {
            let bits = chance.bits();
            latencies[body.draw(bits as u32)] += 1;
            latencies[body.draw((bits >> 32) as u32)] += 1;
        }
        if requests % 2 == 1 {
            latencies[body.draw(chance.bits() as u32)] += 1;
        }
        return;
    }
    let shift = behaviour.slow.ln() / BUCKET_LOG;
    let whole = shift.floor();
    let step_further = ((shift - whole) * f64::from(u32::MAX)) as u32;
    for _ in 0..requests {
        let bits = chance.bits();
        let step = whole as isize + isize::from(((bits >> 32) as u32) < step_further);
        let shifted = body.draw(bits as u32) as isize + step;
        let mut index = shifted.clamp(0, BUCKETS as isize - 1) as usize;
        if behaviour.hanging > 0.0 && chance.uniform() < behaviour.hanging {
            index = bodies.hang[index];
        }
        latencies[index] += 1;
    }
}
