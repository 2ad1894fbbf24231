//! How well an instance works.

use std::time::Duration;

use axum::http::StatusCode;

use super::chance::Chance;

/// How well an instance works; may be changed while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// Part of the requests that are answered 500 or 503, in [0, 1].
    pub error_ratio: f64,
    /// Half of the requests take longer than this.
    pub latency_median: Duration,
    /// Standard deviation of the logarithm of the latency, at least 0: latencies are lognormal.
    pub latency_spread: f64,
    /// Part of the answers that take [`SLOW_FACTOR`] times as long, in [0, 1].
    pub slow_ratio: f64,
    /// By which part of the median the latency grows each second since it works like this, at least 0.
    pub growth: f64,
}

/// How many times as long a slow answer takes.
pub const SLOW_FACTOR: f64 = 6.0;

/// No answer takes longer, so that a stop never waits for the far tail of a distribution.
const LATENCY_MAX: Duration = Duration::from_secs(2);

impl Behaviour {
    /// What an API in good order does: 0.5 % errors, half of the answers within 8 ms and 99 % within 20 ms.
    pub const HEALTHY: Self = Self {
        error_ratio: 0.005,
        latency_median: Duration::from_millis(8),
        latency_spread: 0.4,
        slow_ratio: 0.0,
        growth: 0.0,
    };

    /// Half of the requests that are not slow take longer than this, so long after it began to work like this.
    #[must_use]
    pub fn median_after(&self, elapsed: Duration) -> Duration {
        let seconds = self.latency_median.as_secs_f64() * (1.0 + self.growth * elapsed.as_secs_f64());
        Duration::try_from_secs_f64(seconds).map_or(LATENCY_MAX, |median| median.min(LATENCY_MAX))
    }

    /// What becomes of one request, so long after it began to work like this. Takes the same number of draws whatever the
    /// behaviour is: after a change the stream goes on as it would have.
    pub(super) fn draw(&self, elapsed: Duration, chance: &mut Chance) -> Draw {
        let (fails, kind, deviation) = (chance.uniform(), chance.uniform(), chance.normal());
        let error = (fails < self.error_ratio).then_some(if kind < 0.5 {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        });
        // Errors are as fast as ever: the draw that chooses among them is free for the others.
        let factor = if error.is_none() && kind < self.slow_ratio {
            SLOW_FACTOR
        } else {
            1.0
        };
        let median = self.median_after(elapsed).as_secs_f64();
        let seconds = factor * median * libm::exp(self.latency_spread * deviation);
        let latency = Duration::try_from_secs_f64(seconds).unwrap_or(LATENCY_MAX);
        Draw {
            error,
            latency: latency.min(LATENCY_MAX),
        }
    }
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Draw {
    /// Answered instead of the real answer.
    pub(super) error: Option<StatusCode>,
    /// From the request to its answer.
    pub(super) latency: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::chance::Stream;

    #[test]
    fn draws_follow_the_behaviour() {
        let behaviour = Behaviour {
            error_ratio: 0.3,
            ..Behaviour::HEALTHY
        };
        let mut chance = Chance::new(3, Stream::Instance(0));
        let draws: Vec<Draw> = (0..20_000)
            .map(|_| behaviour.draw(Duration::ZERO, &mut chance))
            .collect();
        let part = |wanted: &dyn Fn(&Draw) -> bool| {
            draws.iter().filter(|draw| wanted(draw)).count() as f64 / draws.len() as f64
        };
        assert!((part(&|draw| draw.error.is_some()) - 0.3).abs() < 0.017);
        assert!((part(&|draw| draw.error == Some(StatusCode::SERVICE_UNAVAILABLE)) - 0.15).abs() < 0.013);
        assert!((part(&|draw| draw.latency < behaviour.latency_median) - 0.5).abs() < 0.018);
        assert!(part(&|draw| draw.latency < Duration::from_millis(20)) > 0.98);
    }

    #[test]
    fn slow_answers_are_the_tail_and_growth_is_everybodys() {
        let slow = Behaviour {
            slow_ratio: 0.2,
            latency_spread: 0.0,
            growth: 0.1,
            error_ratio: 0.0,
            ..Behaviour::HEALTHY
        };
        let mut chance = Chance::new(3, Stream::Instance(0));
        let draws: Vec<Duration> = (0..20_000)
            .map(|_| slow.draw(Duration::from_secs(5), &mut chance).latency)
            .collect();
        let of = |millis| {
            draws
                .iter()
                .filter(|latency| **latency == Duration::from_millis(millis))
                .count()
        };
        assert_eq!(
            of(12) + of(72),
            draws.len(),
            "8 ms and half of it more, and six times as long"
        );
        assert!(of(72).abs_diff(4_000) < 285);
    }

    #[test]
    fn a_change_leaves_the_later_draws_where_they_were() {
        let worse = Behaviour {
            error_ratio: 1.0,
            ..Behaviour::HEALTHY
        };
        let (mut first, mut second) = (
            Chance::new(3, Stream::Instance(0)),
            Chance::new(3, Stream::Instance(0)),
        );
        let _ = Behaviour::HEALTHY.draw(Duration::ZERO, &mut first);
        let _ = worse.draw(Duration::ZERO, &mut second);
        assert_eq!(
            Behaviour::HEALTHY.draw(Duration::ZERO, &mut first),
            Behaviour::HEALTHY.draw(Duration::ZERO, &mut second)
        );
    }

    #[test]
    fn an_absurd_spread_is_cut_off() {
        let behaviour = Behaviour {
            latency_spread: 1e6,
            ..Behaviour::HEALTHY
        };
        let mut chance = Chance::new(3, Stream::Instance(0));
        assert!((0..100).all(|_| behaviour.draw(Duration::ZERO, &mut chance).latency <= LATENCY_MAX));
    }
}
