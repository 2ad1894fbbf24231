//! What one window is tested with for a regression, per stream of counts, so that parts of a side can be counted by the
//! same rules as the whole.

use crate::stats::Margin;
use crate::verdict::{Data, Side};

use super::method::Method;
use super::rates;
use super::tally::Tally;

/// The rule of one stream for the next window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stream {
    pub(super) margin: Margin,
    /// For latencies: what counts is above these milliseconds, on the canary and on stable.
    bounds_ms: Option<(f64, f64)>,
}

impl Stream {
    /// The requests and events of one side, or of a part of it.
    pub(super) fn count(&self, side: Side, data: &Data) -> Tally {
        match (self.bounds_ms, data) {
            (Some((canary_ms, stable_ms)), Data::Latency(latencies)) => Tally {
                total: latencies.total() as f64,
                events: latencies.above(match side {
                    Side::Canary => canary_ms,
                    Side::Stable => stable_ms,
                }) as f64,
            },
            (None, data) => rates::tally(data),
            (Some(_), _) => Tally::default(),
        }
    }
}

impl Method {
    /// The rules of the next window, from past windows only, in the order of [`tests`](Self::tests); `None` where too
    /// little is known. Series have no counts, so no streams.
    pub(super) fn streams(&self) -> Vec<Option<Stream>> {
        match self {
            Self::Errors(rates) | Self::Events(rates) => vec![Some(Stream {
                margin: rates.rollback_margin(),
                bounds_ms: None,
            })],
            Self::Latency(latency) => {
                let stream = |index| {
                    latency.regression_rule(index).map(|rule| Stream {
                        margin: rule.margin,
                        bounds_ms: Some((rule.canary_ms, rule.stable_ms)),
                    })
                };
                (0..latency.tests.len()).map(stream).collect()
            }
            Self::Series(_) => Vec::new(),
        }
    }
}
