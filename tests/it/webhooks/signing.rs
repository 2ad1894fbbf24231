//! The official library verifies what arrives.

use std::sync::Arc;

use serin::controllers::webhook::{Webhook, WebhookSettings};
use serin::engine::clock::SystemClock;
use serin::engine::ports::Deliver;
use standardwebhooks::Webhook as Verifier;

use super::world::{SECRET, delivery};
use crate::peers::receiver::{Received, Receiver};

const OLD: &str = "an older secret, as text";

async fn sent(secret: &str, previous_secret: Option<&str>) -> Received {
    let receiver = Receiver::of_status(200).await;
    let settings = WebhookSettings {
        url: format!("{}/hook?tenant=7", receiver.address()),
        secret: secret.to_owned(),
        previous_secret: previous_secret.map(str::to_owned),
    };
    let webhook = Webhook::new(&settings, Arc::new(SystemClock::new())).unwrap();
    webhook.deliver(&delivery("01K", "r1", "a")).await.unwrap();
    receiver.received().remove(0)
}

fn is_good(verifier: &Verifier, received: &Received) -> bool {
    verifier
        .verify(received.body.as_bytes(), &received.headers)
        .is_ok()
}

#[tokio::test]
async fn the_official_verifier_accepts_it() {
    let received = sent(SECRET, None).await;
    let verifier = Verifier::new(SECRET).unwrap();
    assert!(is_good(&verifier, &received), "{received:?}");
    assert_eq!(received.id(), "01K");
    assert_eq!(received.body, *delivery("01K", "r1", "a").body);
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("webhook-signature").split(' ').count(), 1);
    let forged = Received {
        body: received.body.replace("01K", "02K"),
        ..received.clone()
    };
    assert!(!is_good(&verifier, &forged));
    let mut moved = received;
    let _before = moved.headers.insert("webhook-id", "02K".parse().unwrap());
    assert!(!is_good(&verifier, &moved));
}

#[tokio::test]
async fn while_secrets_change_both_are_good() {
    let received = sent(SECRET, Some(OLD)).await;
    let old = Verifier::from_bytes(OLD.as_bytes().to_vec()).unwrap();
    let new = Verifier::new(SECRET).unwrap();
    assert!(
        is_good(&new, &received) && is_good(&old, &received),
        "{received:?}"
    );
    assert_eq!(received.header("webhook-signature").split(' ').count(), 2);
    let received = sent(SECRET, None).await;
    assert!(is_good(&new, &received) && !is_good(&old, &received));
    assert!(is_good(&old, &sent(OLD, None).await));
}
