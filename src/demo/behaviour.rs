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
}

/// No answer takes longer, so that a stop never waits for the far tail of a distribution.
const LATENCY_MAX: Duration = Duration::from_secs(2);

impl Behaviour {
    /// What an API in good order does: 0.5 % errors, half of the answers within 8 ms and 99 % within 20 ms.
    pub const HEALTHY: Self = Self {
        error_ratio: 0.005,
        latency_median: Duration::from_millis(8),
        latency_spread: 0.4,
    };

    /// What becomes of one request. Takes the same number of draws whatever the behaviour is: after a change
    /// the stream goes on as it would have.
    pub(super) fn draw(&self, chance: &mut Chance) -> Draw {
        let (fails, kind, deviation) = (chance.uniform(), chance.uniform(), chance.normal());
        let error = (fails < self.error_ratio).then_some(if kind < 0.5 {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        });
        let seconds = self.latency_median.as_secs_f64() * libm::exp(self.latency_spread * deviation);
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
        let draws: Vec<Draw> = (0..20_000).map(|_| behaviour.draw(&mut chance)).collect();
        let part = |wanted: &dyn Fn(&Draw) -> bool| {
            draws.iter().filter(|draw| wanted(draw)).count() as f64 / draws.len() as f64
        };
        assert!((part(&|draw| draw.error.is_some()) - 0.3).abs() < 0.017);
        assert!((part(&|draw| draw.error == Some(StatusCode::SERVICE_UNAVAILABLE)) - 0.15).abs() < 0.013);
        assert!((part(&|draw| draw.latency < behaviour.latency_median) - 0.5).abs() < 0.018);
        assert!(part(&|draw| draw.latency < Duration::from_millis(20)) > 0.98);
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
        let _ = Behaviour::HEALTHY.draw(&mut first);
        let _ = worse.draw(&mut second);
        assert_eq!(
            Behaviour::HEALTHY.draw(&mut first),
            Behaviour::HEALTHY.draw(&mut second)
        );
    }

    #[test]
    fn an_absurd_spread_is_cut_off() {
        let behaviour = Behaviour {
            latency_spread: 1e6,
            ..Behaviour::HEALTHY
        };
        let mut chance = Chance::new(3, Stream::Instance(0));
        assert!((0..100).all(|_| behaviour.draw(&mut chance).latency <= LATENCY_MAX));
    }
}
