//! Whether a message is Serin's: the signature of Standard Webhooks, checked as a receiver does.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serin_judge::time::Timestamp;
use sha2::Sha256;

/// An older message may be a recorded one that somebody sends again; the specification's libraries take the same.
const AGE_MAX: Duration = Duration::from_secs(300);

/// What both sides know.
#[derive(Clone)]
pub(crate) struct Secret(String);

/// A message and what its headers claim.
pub(super) struct Signed<'a> {
    pub(super) id: &'a str,
    /// Seconds since 1970.
    pub(super) timestamp: &'a str,
    pub(super) body: &'a [u8],
    /// One or more, with spaces in between.
    pub(super) signatures: &'a str,
}

impl Secret {
    /// A new one that nobody can guess.
    pub(crate) fn random() -> Self {
        Self(format!(
            "whsec_{}",
            BASE64_STANDARD.encode(rand::random::<[u8; 32]>())
        ))
    }

    /// As it stands in a configuration.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// True when one of the signatures is right and the message is young.
    pub(super) fn verifies(&self, signed: &Signed<'_>, now: Timestamp) -> bool {
        let encoded = self.0.trim_start_matches("whsec_");
        let (Ok(key), Ok(seconds)) = (BASE64_STANDARD.decode(encoded), signed.timestamp.parse::<i64>())
        else {
            return false;
        };
        let at = Timestamp::from_micros(seconds.saturating_mul(1_000_000));
        let is_young = now.since(at) <= AGE_MAX && at.since(now) <= AGE_MAX;
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            return false;
        };
        mac.update(format!("{}.{}.", signed.id, signed.timestamp).as_bytes());
        mac.update(signed.body);
        let is_right = |signature: &str| {
            let bytes = signature
                .strip_prefix("v1,")
                .and_then(|text| BASE64_STANDARD.decode(text).ok());
            bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
        };
        is_young && signed.signatures.split(' ').any(is_right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_young_and_rightly_signed_messages_are_taken() {
        // The example of the specification's reference libraries.
        let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let taken = |body: &str, signatures: &str, now: i64| {
            let signed = Signed {
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
                timestamp: "1614265330",
                body: body.as_bytes(),
                signatures,
            };
            secret.verifies(&signed, at(now))
        };
        let body = r#"{"test": 2432232314}"#;
        assert!(taken(body, right, 1_614_265_331));
        assert!(
            taken(body, &format!("v1,AAAA {right}"), 1_614_265_331),
            "one of several"
        );
        assert!(!taken(body, right, 1_614_265_331 + 301), "too old");
        assert!(!taken(r#"{"test": 2432232315}"#, right, 1_614_265_331));
        assert!(!taken(body, "", 1_614_265_331));
        let other = Secret::random();
        assert_ne!(other.text(), Secret::random().text());
    }
}
