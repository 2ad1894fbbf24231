//! What receivers answer, and what they should not.

use std::sync::Arc;

use serin::controllers::webhook::{Webhook, WebhookSettings};
use serin::engine::clock::TimerClock;
use serin::engine::ports::{Deliver, DeliverError};

use super::world::{SECRET, ZERO, delivery, webhook};
use crate::peers::faults::{Fault, FaultServer, reply};
use crate::peers::receiver::Receiver;

async fn deliver(url: &str) -> Result<(), DeliverError> {
    let webhook = webhook(url, Arc::new(TimerClock::new(ZERO)));
    webhook.deliver(&delivery("d1", "r1", "a")).await
}

async fn refusal(url: &str) -> DeliverError {
    deliver(url).await.unwrap_err()
}

async fn fault(fault: Fault) -> Result<(), DeliverError> {
    let server = FaultServer::start(fault).await;
    deliver(server.address()).await
}

#[tokio::test]
async fn only_2xx_is_a_yes() {
    for status in [200, 201, 202, 204, 299] {
        let receiver = Receiver::of_status(status).await;
        assert_eq!(deliver(receiver.address()).await, Ok(()), "{status}");
    }
    for status in [301, 304, 400, 401, 404, 429, 500, 503] {
        let receiver = Receiver::of_status(status).await;
        let error = refusal(receiver.address()).await;
        assert!(
            error.message.contains(&status.to_string()) && !error.is_final,
            "{error:?}"
        );
        assert_eq!(receiver.received().len(), 1);
    }
    let gone = refusal(Receiver::of_status(410).await.address()).await;
    assert!(gone.is_final && gone.message.contains("410"), "{gone:?}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Receiver::of_status(200).await;
    let target = format!("{}/secret-path", elsewhere.address());
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let receiver =
            Receiver::start(move |_| (status, vec![("location", target.clone())], String::new())).await;
        let error = refusal(receiver.address()).await;
        assert!(error.message.contains("redirects are not followed"), "{error:?}");
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn how_long_it_wants_to_be_left_alone() {
    let date = "Tue, 14 Nov 2023 22:15:20 GMT";
    for (text, expected) in [("7", Some(7)), (date, Some(120)), ("soon", None)] {
        for status in [429, 503] {
            let receiver =
                Receiver::start(move |_| (status, vec![("retry-after", text.to_owned())], String::new()))
                    .await;
            let error = refusal(receiver.address()).await;
            // A date is nearer when the answer is read than when it was asked for.
            let rounded = error.retry_after.map(|wait| wait.as_millis().div_ceil(1000));
            assert_eq!(rounded, expected, "{text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_never_answers() {
    let begun = tokio::time::Instant::now();
    let error = fault(Fault::Silent).await.unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.is_final),
        ("no answer within 15 s", false)
    );
    assert_eq!(begun.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn answers_that_break_off() {
    for broken in [
        Fault::Reset,
        Fault::Bytes(String::new()),
        Fault::Bytes("HTTP/1.1 2".to_owned()),
    ] {
        let error = fault(broken.clone()).await.unwrap_err();
        assert!(
            error.message.contains("broke off") && !error.is_final,
            "{broken:?}: {error:?}"
        );
    }
    // It has said yes before it broke off.
    assert_eq!(fault(Fault::Cut("{".to_owned())).await, Ok(()));
    let cut = Fault::Bytes("HTTP/1.1 500 Oh\r\ncontent-length: 100\r\n\r\nout of".to_owned());
    let error = fault(cut).await.unwrap_err();
    assert!(
        error.message.starts_with("the receiver answered 500"),
        "{error:?}"
    );
}

#[tokio::test]
async fn answers_without_an_end_are_not_read_to_it() {
    assert_eq!(fault(Fault::Endless).await, Ok(()));
    let head = "HTTP/1.1 500 Oh\r\ncontent-length: 10000000000\r\n\r\n";
    let error = fault(Fault::Bytes(format!("{head}{}", "a".repeat(1 << 20))))
        .await
        .unwrap_err();
    assert!(
        error.message.starts_with("the receiver answered 500: aaaa"),
        "{error:?}"
    );
    assert!(error.message.len() < 300, "{} bytes", error.message.len());
}

#[tokio::test]
async fn nobody_is_there() {
    let error = refusal("http://127.0.0.1:1/").await;
    assert!(
        error.message.starts_with("no connection: ") && !error.is_final,
        "{error:?}"
    );
}

#[tokio::test]
async fn metadata_services_are_not_asked() {
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0:80/",
        "http://100.100.100.200/",
        "http://2852039166/",
    ] {
        let error = refusal(url).await;
        assert!(
            error.is_final && error.message.contains("metadata"),
            "{url}: {error:?}"
        );
    }
}

#[tokio::test]
async fn secrets_do_not_come_back() {
    let secret = "whsec_aHVudGVyMmh1bnRlcjI=";
    let fault = reply(
        "500 Oh",
        "text/plain",
        &format!("you sent {secret} and s3cr3t-password"),
    );
    let server = FaultServer::start(fault).await;
    let address = server
        .address()
        .replace("http://", "http://serin:s3cr3t-password@");
    let settings = WebhookSettings {
        url: format!("{address}/?token=in-the-url"),
        secret: secret.to_owned(),
        previous_secret: None,
    };
    let clock = || Arc::new(TimerClock::new(ZERO)) as _;
    let webhook = Webhook::new(&settings, clock()).unwrap();
    let error = webhook.deliver(&delivery("d1", "r1", "a")).await.unwrap_err();
    assert_eq!(
        error.message,
        "the receiver answered 500: you sent ***** and *****"
    );
    drop(server);
    let error = webhook.deliver(&delivery("d1", "r1", "a")).await.unwrap_err();
    assert!(!error.message.contains("in-the-url"), "{error:?}");
    for (url, secret) in [
        ("ftp://a", SECRET),
        ("", SECRET),
        ("http://a", "whsec_hunter2!"),
        ("http://a", ""),
    ] {
        let settings = WebhookSettings {
            url: url.to_owned(),
            secret: secret.to_owned(),
            previous_secret: None,
        };
        let refusal = Webhook::new(&settings, clock()).err().unwrap();
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
