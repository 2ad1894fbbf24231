//! The traffic against servers that misbehave; what it does to the sample API is tested with the system.

use tokio::net::TcpListener;

use super::*;
use crate::demo::api::Records;
use crate::demo::eventually::eventually;

/// Traffic at 1,000 requests a second to a single address.
fn traffic(address: SocketAddr, in_flight_limit: usize) -> Traffic {
    Traffic::start(TrafficOptions {
        seed: 1,
        rate: 1_000.0,
        canary_share: 0.0,
        in_flight_limit,
        stable: vec![address],
        canary: Vec::new(),
        sessions: Sessions::sign_up(&Records::new(1)),
    })
}

#[tokio::test]
async fn requests_that_nobody_answers_are_bounded() {
    // Accepts connections in the backlog, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let traffic = traffic(listener.local_addr().unwrap(), 20);
    eventually(|| traffic.figures().dropped >= 50).await;
    let figures = traffic.figures();
    assert_eq!((figures.sent, figures.ok, figures.failed), (20, 0, 0));
    drop(listener);
    let figures = traffic.stop().await;
    assert_eq!((figures.sent, figures.ok, figures.failed), (20, 0, 20));
}

#[tokio::test]
async fn refused_connections_are_failures() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let traffic = traffic(address, 1_000);
    eventually(|| traffic.figures().failed >= 50).await;
    let figures = traffic.stop().await;
    assert_eq!((figures.sent, figures.ok), (figures.failed, 0));
}

#[tokio::test]
async fn a_share_outside_its_range_is_taken_into_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let traffic = traffic(listener.local_addr().unwrap(), 1_000);
    // All to the canary, which has no instance here: nothing is sent any more.
    traffic.set_canary_share(7.0);
    let sent = traffic.figures().sent;
    eventually(|| traffic.figures().dropped >= 20).await;
    assert!(traffic.figures().sent <= sent + 1);
    traffic.set_canary_share(f64::NAN);
    eventually(|| traffic.figures().sent > sent + 20).await;
    drop(listener);
    traffic.stop().await;
}
