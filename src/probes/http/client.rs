use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use cookie_store::CookieStore;
use tokio::time::Instant;

use super::alarm::Alarms;
use super::chain::chain;
use super::dial::Dialer;
use super::idle::Idle;
use super::origin::shown;
use super::trace::Trace;
use crate::engine::ports::{Exchange, HttpClient, HttpRequest};
use crate::probes::dial::overdue;

/// Sends requests over connections of its own.
pub(super) struct Client {
    pub(super) dialer: Arc<Dialer>,
    pub(super) idle: Idle,
    alarms: Alarms,
}

impl Client {
    pub(super) fn new(dialer: Arc<Dialer>) -> Self {
        Self {
            dialer,
            idle: Idle::default(),
            alarms: Alarms::default(),
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send(
        &self,
        request: &HttpRequest<'_>,
        cookies: Option<&mut CookieStore>,
        deadline: Instant,
    ) -> Exchange {
        let mut trace = Trace::new(&request.uri);
        // One timer for all phases: which of them was under way is looked at when it fires.
        let outcome = {
            let mut work = pin!(chain(self, request, cookies, &mut trace));
            let mut over = self.alarms.at(deadline);
            poll_fn(|cx| match work.as_mut().poll(cx) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => over.poll(cx).map(|()| None),
            })
            .await
        };
        let outcome = outcome.unwrap_or_else(|| {
            let (phase, since) = trace.under_way();
            Err(overdue(phase, since.elapsed(), &shown(&trace.uri)))
        });
        let cut = outcome.as_ref().err().and_then(|_| trace.cut());
        let (hops, ended_at) = trace.hops();
        Exchange {
            hops,
            ended_at,
            outcome,
            cut,
        }
    }

    fn fresh(&self) -> Box<dyn HttpClient> {
        Box::new(Self::new(Arc::clone(&self.dialer)))
    }

    fn forget_connections(&self) {
        self.idle.clear();
        self.alarms.clear();
    }
}
