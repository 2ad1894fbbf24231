use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a server misbehaves, on every connection.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Writes this and closes.
    Bytes(String),
    /// An answer whose body never ends.
    Endless,
    /// An answer that says it is longer than it is.
    Cut(String),
    /// One byte a second.
    Drip,
    /// Accepts and says nothing.
    Silent,
    /// A TCP reset in place of an answer.
    Reset,
    /// Redirects to itself.
    Loop,
}

/// A server with a fault, on a free loopback port.
pub(crate) struct FaultServer {
    address: String,
    server: JoinHandle<()>,
}

impl FaultServer {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // The client may leave at any time; that is no failure of the fixture.
                tokio::spawn(answer(stream, fault.clone()));
            }
        });
        Self { address, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A whole answer with a correct length.
pub(crate) fn reply(status: &str, content_type: &str, body: &str) -> Fault {
    Fault::Bytes(format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

async fn answer(mut stream: TcpStream, fault: Fault) -> std::io::Result<()> {
    read_request(&mut stream).await?;
    match fault {
        Fault::Bytes(text) => stream.write_all(text.as_bytes()).await?,
        Fault::Cut(body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len() + 100);
            stream.write_all(format!("{head}{body}").as_bytes()).await?;
        }
        Fault::Endless => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await?;
            loop {
                stream
                    .write_all(format!("1000\r\n{}\r\n", "a".repeat(0x1000)).as_bytes())
                    .await?;
            }
        }
        Fault::Drip => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                .await?;
            let mut seconds = tokio::time::interval(Duration::from_secs(1));
            loop {
                seconds.tick().await;
                stream.write_all(b"{").await?;
            }
        }
        Fault::Silent => std::future::pending::<()>().await,
        Fault::Reset => stream.set_zero_linger()?,
        Fault::Loop => {
            stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await?;
        }
    }
    Ok(())
}

/// Reads to the end of the head, and of the body when its length is given: closing with unread bytes would
/// reset the connection before the client has read the answer.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(());
            }
        }
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&bytes[..read]);
    }
}
