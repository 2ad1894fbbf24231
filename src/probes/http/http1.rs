use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http1::{Builder, Connection as Driver, SendRequest};
use hyper_util::rt::TokioIo;
use serin_judge::analysis::plan::journey::FailureClass;
use tokio::time::Instant;

use super::connection::{Peer, Unanswered};
use super::failure::{broken, is_unexpected};
use super::stamps::Stamps;
use super::stream::{Stream, Transport};

/// Bytes of an answer's head at most. hyper takes 100 headers at most, which its parser keeps on the stack.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A connection of HTTP/1, driven by whoever asks over it.
///
/// In a task of its own it would have to be woken for each request, and would wake the asker for each answer. Driven here
/// it does nothing while nobody uses it; that the server closed it meanwhile is seen before the next request is written.
pub(super) struct Http1 {
    pub(super) peer: Arc<Peer>,
    pub(super) stamps: Arc<Stamps>,
    /// An exchange has succeeded over it.
    pub(super) is_used: bool,
    /// End of its last exchange.
    pub(super) idle_since: Instant,
    sender: SendRequest<Full<Bytes>>,
    /// `None` once the connection has ended.
    driver: Option<Driver<TokioIo<Stream>, Full<Bytes>>>,
    /// Why it has ended, where hyper had no asker to tell.
    ended: Option<hyper::Error>,
}

impl Http1 {
    /// # Errors
    /// None is known.
    pub(super) async fn new(transport: Transport, peer: Arc<Peer>) -> Result<Self, hyper::Error> {
        let stamps = Arc::new(Stamps::new());
        let stream = TokioIo::new(Stream::new(transport, Arc::clone(&stamps)));
        let (sender, driver) = Builder::new()
            .max_header_size(HEAD_BYTES_MAX)
            .handshake(stream)
            .await?;
        Ok(Self {
            peer,
            stamps,
            is_used: false,
            idle_since: Instant::now(),
            sender,
            driver: Some(driver),
            ended: None,
        })
    }

    pub(super) fn answer(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> impl Future<Output = Result<Response<Incoming>, Unanswered>> {
        self.stamps.reset();
        let answered = self.sender.try_send_request(request);
        async move {
            let mut answered = pin!(answered);
            let answered = poll_fn(|cx| {
                self.drive(cx);
                // As long as nothing came or broke there can be no answer. Not to look keeps hyper from waking this task for
                // what it finds by itself.
                if self.driver.is_some() && !self.stamps.is_touched() {
                    return Poll::Pending;
                }
                answered.as_mut().poll(cx)
            });
            answered.await.map_err(|mut unsent| {
                let unprocessed = unsent.take_message().is_some();
                let error = unsent.into_error();
                Unanswered {
                    unprocessed,
                    silent: self.stamps.first_at().is_none() && broken(&error).0 == FailureClass::Reset,
                    error,
                }
            })
        }
    }

    pub(super) fn poll_frame(
        &mut self,
        body: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        self.drive(cx);
        Pin::new(&mut *body).poll_frame(cx)
    }

    /// After a whole answer: whether another request may follow.
    ///
    /// # Errors
    /// There are bytes that belong to no answer, so the answer's end was not where its head says.
    pub(super) fn rest(&mut self) -> Result<bool, hyper::Error> {
        if !self.sender.is_ready() {
            // Nobody waits for an idle connection: waking this task for its next bytes would only be work.
            self.drive(&mut Context::from_waker(Waker::noop()));
        }
        match self.ended.take() {
            Some(error) if is_unexpected(&error) => Err(error),
            _ => Ok(self.driver.is_some() && self.sender.is_ready()),
        }
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && let Poll::Ready(ended) = Pin::new(driver).poll(cx)
        {
            self.ended = ended.err();
            // Whatever still waits for it (a request, a body) hears of the end when it is dropped.
            self.driver = None;
        }
    }
}
