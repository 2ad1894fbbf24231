use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets in base64 begin with.
const PREFIX: &str = "whsec_";

/// Signs messages with every secret that there is.
pub(super) struct Signer {
    keys: Vec<Hmac<Sha256>>,
}

impl Signer {
    /// With these secrets, the one that is to stay first.
    ///
    /// # Errors
    /// Says what is wrong with a secret, without a word of it.
    pub(super) fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Result<Self, String> {
        let keys = secrets.into_iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The value of `webhook-signature`: HMAC-SHA256 over the id, the time in seconds and the body, with full stops in
    /// between, once for each secret.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signature = |key: &Hmac<Sha256>| {
            let mut mac = key.clone();
            for part in [id, ".", &timestamp.to_string(), ".", body] {
                mac.update(part.as_bytes());
            }
            format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.keys.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

fn key(secret: &str) -> Result<Hmac<Sha256>, String> {
    let bytes = match secret.strip_prefix(PREFIX) {
        Some(encoded) => BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| format!("the secret begins with `{PREFIX}`, and what follows is not base64"))?,
        None => secret.as_bytes().to_vec(),
    };
    if bytes.is_empty() {
        return Err("the secret is empty; a receiver cannot tell who sends".to_owned());
    }
    Hmac::new_from_slice(&bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signs_as_the_reference_does() {
        let signer = Signer::new(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).unwrap();
        let signed = signer.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_that_cannot_sign() {
        for secret in ["", "whsec_", "whsec_hunter2!"] {
            let refusal = Signer::new([secret]).err().unwrap();
            assert!(
                refusal.contains("secret") && !refusal.contains("hunter2"),
                "{refusal}"
            );
        }
    }
}
