//! A name server for tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::Names;

/// A name server that answers as it is told.
pub(in crate::probes) struct NameServer {
    address: SocketAddr,
    pub(in crate::probes) questions: Arc<AtomicUsize>,
    pub(in crate::probes) task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(in crate::probes) const NOERROR: u8 = 0;
pub(in crate::probes) const SERVFAIL: u8 = 2;
pub(in crate::probes) const NXDOMAIN: u8 = 3;
pub(in crate::probes) const REFUSED: u8 = 5;

/// The question as it came, without what follows it.
pub(in crate::probes) fn question(query: &[u8]) -> &[u8] {
    let mut end = 12;
    while query[end] != 0 {
        end += usize::from(query[end]) + 1;
    }
    &query[12..end + 5]
}

fn is_for_ipv4(query: &[u8]) -> bool {
    question(query).ends_with(&[0, 1, 0, 1])
}

/// An answer to `query`: RFC 1035, section 4.1.
pub(in crate::probes) fn answered(query: &[u8], code: u8, addresses: &[[u8; 4]]) -> Vec<u8> {
    let count = u16::try_from(addresses.len()).unwrap().to_be_bytes();
    let mut message = vec![query[0], query[1], 0x80 | query[2], 0x80 | code, 0, 1];
    message.extend_from_slice(&count);
    message.extend_from_slice(&[0, 0, 0, 0]);
    message.extend_from_slice(question(query));
    for address in addresses {
        // The name as in the question, type A, class IN, a minute, four bytes.
        message.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        message.extend_from_slice(address);
    }
    message
}

impl NameServer {
    pub(in crate::probes) async fn start(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let questions = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&questions);
        let task = tokio::spawn(async move {
            let mut query = [0; 2_000];
            loop {
                let (length, from) = socket.recv_from(&mut query).await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                if let Some(answer) = answer(&query[..length]) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        Self {
            address,
            questions,
            task,
        }
    }

    /// Answers questions for IPv4 with these addresses, those for IPv6 with none.
    pub(in crate::probes) async fn knowing(addresses: &'static [[u8; 4]]) -> Self {
        Self::start(move |query| {
            let addresses = if is_for_ipv4(query) { addresses } else { &[] };
            Some(answered(query, NOERROR, addresses))
        })
        .await
    }

    /// What asks it, and nobody else.
    pub(in crate::probes) fn names(&self) -> Names {
        Names::servers(&[self.address])
    }
}
