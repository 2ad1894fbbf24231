use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::stamps::Stamps;

/// What bytes go over.
pub(super) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A transport that notes when a request has left and when the first byte of its answer came. It stands above TLS, whose
/// own messages (tickets after the handshake) are no answer.
pub(super) struct Stream {
    transport: Transport,
    stamps: Arc<Stamps>,
    /// Written since the last whole flush.
    unflushed: bool,
}

impl Stream {
    pub(super) fn new(transport: Transport, stamps: Arc<Stamps>) -> Self {
        Self {
            transport,
            stamps,
            unflushed: false,
        }
    }

    fn wrote(&mut self, result: io::Result<usize>) -> Poll<io::Result<usize>> {
        match result {
            Ok(_) => self.unflushed = true,
            Err(_) => self.stamps.touch(),
        }
        Poll::Ready(result)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Transport::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        });
        if buffer.filled().len() > before {
            self.stamps.received();
        } else {
            self.stamps.touch();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Transport::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        });
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(match (&mut self.transport, slices) {
            // Requests without a body are one piece, which costs the system less than a list of one.
            (Transport::Plain(stream), [only]) => Pin::new(stream).poll_write(cx, only),
            (Transport::Plain(stream), _) => Pin::new(stream).poll_write_vectored(cx, slices),
            (Transport::Tls(stream), _) => Pin::new(stream.as_mut()).poll_write_vectored(cx, slices),
        });
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Transport::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        });
        if flushed.is_err() {
            self.stamps.touch();
        } else if self.unflushed {
            self.unflushed = false;
            self.stamps.flushed();
        }
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stamps.touch();
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Transport::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
