use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultKeyedRateLimiter, Quota};
use serin_judge::analysis::Limits;
use tokio::sync::Semaphore;

use crate::server::App;
use crate::server::connections::Peer;
use crate::server::problem::Problem;

/// What requests share.
pub(super) struct Shares {
    rate: DefaultKeyedRateLimiter<IpAddr>,
    requests: Semaphore,
    pub(super) streams: Arc<Semaphore>,
}

impl Shares {
    pub(super) fn new(limits: &Limits) -> Self {
        let rate = NonZeroU32::new(limits.requests_per_second).unwrap_or(NonZeroU32::MIN);
        let places = |limit: usize| limit.min(Semaphore::MAX_PERMITS);
        Self {
            rate: DefaultKeyedRateLimiter::keyed(Quota::per_second(rate)),
            requests: Semaphore::new(places(limits.concurrent_requests)),
            streams: Arc::new(Semaphore::new(places(limits.event_streams))),
        }
    }

    /// Forgets addresses that have not asked lately.
    pub(super) fn tidy(&self) {
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
    }
}

/// One network of version 6 has more addresses than anybody could count.
fn asker(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Lets a request through that is not one too many, and no longer than it may take, if it may not take as long as it will.
pub(super) async fn bound(
    State((app, timeout)): State<(Arc<App>, Option<Duration>)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let peer = request.extensions().get::<Peer>();
    if let Some(peer) = peer
        && app.shares.rate.check_key(&asker(peer.address)).is_err()
    {
        let limit = app.limits.requests_per_second;
        let detail = format!("more than {limit} requests a second, which is `limits.requestsPerSecond`");
        return Err(Problem::new("too-many-requests", detail));
    }
    let Ok(_place) = app.shares.requests.try_acquire() else {
        let detail = format!(
            "{} requests are being answered, which is `limits.concurrentRequests`",
            app.limits.concurrent_requests
        );
        return Err(Problem::new("unavailable", detail));
    };
    let Some(timeout) = timeout else {
        return Ok(next.run(request).await);
    };
    let answered = tokio::time::timeout(timeout, next.run(request)).await;
    answered.map_err(|_elapsed| {
        let detail = format!("no answer within {timeout:?}, which is `limits.requestTimeout`");
        Problem::new("unavailable", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_version_6_count_as_one() {
        let of = |text: &str| asker(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:10.0.0.7"), "10.0.0.7");
        assert_eq!(of("10.0.0.7"), "10.0.0.7");
    }
}
