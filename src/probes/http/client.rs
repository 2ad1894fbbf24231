use std::sync::Arc;

use async_trait::async_trait;
use cookie_store::CookieStore;
use tokio::time::Instant;

use super::alarm::Alarms;
use super::chain::{Failed, chain};
use super::dial::Dialer;
use super::idle::Idle;
use super::trace::Trace;
use crate::engine::ports::{Exchange, HttpClient, HttpRequest};

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
        let mut alarm = self.alarms.at(deadline);
        let answered = chain(self, request, cookies, &mut trace, &mut alarm).await;
        let (outcome, cut) = match answered {
            Ok(answer) => (Ok(answer), None),
            Err(Failed { failure, cut }) => (Err(failure), cut),
        };
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
