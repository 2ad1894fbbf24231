//! What is a credential by its looks.

/// Words in names that tell a credential.
const WORDS: [&str; 15] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "session",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
    "cookie",
    "jwt",
    "otp",
    "csrf",
];

/// Whether what has this name is a credential: a column, a header, a captured value.
#[must_use]
pub fn is_credential(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    letters == "pin" || letters == "sid" || WORDS.iter().any(|word| letters.contains(word))
}

/// Whether a value is a token whatever its name: a JSON Web Token (RFC 7519) begins with `{"` in base64url.
#[must_use]
pub fn is_token(value: &str) -> bool {
    let value = value.strip_prefix("Bearer ").unwrap_or(value);
    let parts: Vec<&str> = value.split('.').take(4).collect();
    let is_base64 = |part: &str| {
        part.chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '-' || char == '_')
    };
    value.starts_with("eyJ") && parts.len() == 3 && parts.iter().all(|part| is_base64(part))
}
