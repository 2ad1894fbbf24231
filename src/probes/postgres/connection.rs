use std::io;

use bytes::BytesMut;
use postgres_protocol::message::backend::{DATA_ROW_TAG, Header, Message};
use postgres_protocol::message::frontend;
use serin_judge::analysis::plan::journey::FailureClass;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::failure;
use crate::probes::dial::{Duplex, Fault};

/// Bytes of one message, which a row is, at most.
pub(super) const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Messages in both directions.
pub(super) struct Connection {
    stream: Box<dyn Duplex>,
    /// Read and not yet looked at.
    read: BytesMut,
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self {
            stream,
            read: BytesMut::new(),
        }
    }

    /// What is not in the server's answer to `SSLRequest` but already of its next one.
    pub(super) fn having_read(mut self, byte: u8) -> Self {
        self.read.extend_from_slice(&[byte]);
        self
    }

    /// Writes what `message` makes.
    pub(super) async fn send(
        &mut self,
        message: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> Result<(), Fault> {
        let mut bytes = BytesMut::new();
        message(&mut bytes).map_err(|error| {
            // A zero byte ends texts, so none can be in one.
            let said = format!("a text that PostgreSQL's protocol cannot hold: {error}");
            Fault::new(FailureClass::BadRequest, said)
        })?;
        let written = async {
            self.stream.write_all(&bytes).await?;
            self.stream.flush().await
        };
        let written: io::Result<()> = written.await;
        match written {
            Ok(()) => Ok(()),
            // What the server said before it closed the connection tells more than that it did.
            Err(error) => match self.read_whole().await {
                Ok(Message::ErrorResponse(body)) => Err(failure::refused(&body)),
                _ => Err(error.into()),
            },
        }
    }

    /// The next message. Notices and what else comes at any time are left out; an error is one.
    pub(super) async fn receive(&mut self) -> Result<Message, Fault> {
        loop {
            match self.read_whole().await? {
                Message::ErrorResponse(body) => return Err(failure::refused(&body)),
                Message::NoticeResponse(_) | Message::NotificationResponse(_) => {}
                message => return Ok(message),
            }
        }
    }

    /// Says good-bye.
    pub(super) async fn end(&mut self) -> Result<(), Fault> {
        self.send(|bytes| {
            frontend::terminate(bytes);
            Ok(())
        })
        .await
    }

    async fn read_whole(&mut self) -> Result<Message, Fault> {
        loop {
            let header = Header::parse(&self.read).map_err(nonsense)?;
            if let Some(header) = header {
                let length = usize::try_from(header.len()).unwrap_or(usize::MAX);
                if length > MESSAGE_BYTES_MAX {
                    return Err(too_large(header.tag(), length));
                }
            }
            if let Some(message) = Message::parse(&mut self.read).map_err(nonsense)? {
                return Ok(message);
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
    }
}

/// Only rows are ever so large.
fn too_large(tag: u8, length: usize) -> Fault {
    if tag != DATA_ROW_TAG {
        return nonsense(format!("a message of {length} bytes"));
    }
    let said = format!("a row of {length} bytes, and {MESSAGE_BYTES_MAX} are read at most; select less");
    Fault::new(FailureClass::TooLarge, said)
}

pub(super) fn nonsense(error: impl std::fmt::Display) -> Fault {
    Fault::nonsense("PostgreSQL", error)
}

/// A message that does not belong there.
pub(super) fn unexpected(at: &str) -> Fault {
    Fault::nonsense(
        "PostgreSQL",
        format!("a message that does not belong there, {at}"),
    )
}
