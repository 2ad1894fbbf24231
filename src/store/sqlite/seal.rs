//! Documents and arguments may hold secrets, so they stand in the file sealed: AES-256-GCM, with a key in a file of its own
//! beside the store's. A copy of the store alone tells nothing of them.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};
use sqlx::SqliteConnection;

use super::error::cause;
use super::open::OpenError;
use crate::engine::ports::StoreError;

const KEY_BYTES: usize = 32;
/// What a sealed text begins with; no JSON does.
const PREFIX: &str = "sealed:";
/// What the store's own token says.
const TOKEN: &str = "serin";

/// Seals texts, and opens what it has sealed.
pub(super) struct Seal {
    key: LessSafeKey,
    /// For names of equal texts, which must not be found by trying texts.
    names: hmac::Key,
    chance: SystemRandom,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seal(..)")
    }
}

impl Seal {
    /// The seal of a store, with the key beside its file. A store that has none yet gets one.
    ///
    /// # Errors
    /// When the key cannot be read or made, is no key, or is not the one of this store.
    pub(super) async fn of(connection: &mut SqliteConnection, store: &Path) -> Result<Self, OpenError> {
        let path = file_of(store);
        let fail = |error: sqlx::Error| OpenError::Database {
            path: store.to_owned(),
            cause: cause(&error),
        };
        let token: Option<String> = sqlx::query_scalar("SELECT token FROM seal")
            .fetch_optional(&mut *connection)
            .await
            .map_err(fail)?;
        let refused = |cause: String| OpenError::Key {
            path: path.clone(),
            cause,
        };
        let Some(token) = token else {
            let seal = Self::new(&read_or_make(&path).map_err(refused)?).map_err(refused)?;
            let token = seal
                .close(TOKEN, TOKEN)
                .map_err(|error| refused(error.to_string()))?;
            let _inserted = sqlx::query("INSERT INTO seal (token) VALUES ($1)")
                .bind(token)
                .execute(connection)
                .await
                .map_err(fail)?;
            return Ok(seal);
        };
        let seal = Self::new(&read(&path).map_err(refused)?).map_err(refused)?;
        match seal.open(&token, TOKEN) {
            Ok(text) if text == TOKEN => Ok(seal),
            _ => Err(refused("it is the key of another store".to_owned())),
        }
    }

    fn new(key: &[u8]) -> Result<Self, String> {
        let unfit = |_| format!("it has {} bytes, a key has {KEY_BYTES}", key.len());
        Ok(Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(unfit)?),
            names: hmac::Key::new(hmac::HMAC_SHA256, digest::digest(&digest::SHA256, key).as_ref()),
            chance: SystemRandom::new(),
        })
    }

    /// The name of a text: equal ones have one name.
    pub(super) fn name(&self, text: &str) -> String {
        STANDARD.encode(hmac::sign(&self.names, text.as_bytes()))
    }

    /// Seals a text for its owner: it opens for nobody else, so rows cannot be exchanged.
    pub(super) fn close(&self, text: &str, owner: &str) -> Result<String, StoreError> {
        let failed = |_| StoreError::Broken("sealing a text: the system gives no random numbers".to_owned());
        let mut nonce = [0; NONCE_LEN];
        self.chance.fill(&mut nonce).map_err(failed)?;
        let mut sealed = text.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(owner.as_bytes()),
                &mut sealed,
            )
            .map_err(failed)?;
        Ok(format!(
            "{PREFIX}{}{}",
            STANDARD.encode(nonce),
            STANDARD.encode(sealed)
        ))
    }

    /// What a text of this owner says. One that was never sealed says what it says.
    pub(super) fn open(&self, text: &str, owner: &str) -> Result<String, Unopened> {
        let Some(sealed) = text.strip_prefix(PREFIX) else {
            return Ok(text.to_owned());
        };
        // A nonce of 12 bytes is 16 characters.
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN / 3 * 4).ok_or(Unopened)?;
        let nonce = STANDARD.decode(nonce).map_err(|_| Unopened)?;
        let mut sealed = STANDARD.decode(sealed).map_err(|_| Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| Unopened)?;
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(owner.as_bytes()), &mut sealed)
            .map_err(|_| Unopened)?;
        String::from_utf8(opened.to_vec()).map_err(|_| Unopened)
    }
}

/// A sealed text that is damaged, or belongs elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed text does not open with the store's key: the file is damaged, go back to a copy of it")]
pub(super) struct Unopened;

fn file_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

fn read_or_make(path: &Path) -> Result<Vec<u8>, String> {
    let mut key = [0; KEY_BYTES];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| "the system gives no random numbers".to_owned())?;
    // Whole or not at all: half a key would keep everybody out.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
    let mut file = made.map_err(|error| error.to_string())?;
    let written = file.write_all(&key).and_then(|()| file.as_file().sync_all());
    written.map_err(|error| error.to_string())?;
    match file.persist_noclobber(path) {
        Ok(_file) => Ok(key.to_vec()),
        Err(kept) if kept.error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(kept) => Err(kept.error.to_string()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut key = Vec::new();
    let _length = File::open(path)
        .and_then(|file| file.take(1024).read_to_end(&mut key))
        .map_err(|error| error.to_string())?;
    Ok(key)
}
