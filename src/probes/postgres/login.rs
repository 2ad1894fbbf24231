//! Who one is, and that it is so.

use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use serin_judge::analysis::plan::journey::{FailureClass, Postgres, RequestPhase};

use super::connection::{Connection, nonsense, unexpected};
use crate::probes::dial::{Fault, PhaseTimer};

const APPLICATION_NAME: &str = "serin-probe";
/// A server that sends more of them before it is ready will never be.
const MESSAGES_MAX: usize = 1000;

/// Logs in; gives the server's version.
pub(super) async fn log_in(
    connection: &mut Connection,
    settings: &Postgres<String>,
    timer: &mut PhaseTimer,
) -> Result<String, Fault> {
    timer.enter(RequestPhase::Send);
    let database = settings.database.as_deref().unwrap_or(&settings.user);
    let parameters = [
        ("user", settings.user.as_str()),
        ("database", database),
        ("application_name", APPLICATION_NAME),
        ("client_encoding", "UTF8"),
    ];
    connection
        .send(|bytes| frontend::startup_message(parameters, bytes))
        .await?;
    timer.enter(RequestPhase::FirstByte);
    authenticate(connection, settings).await?;
    let mut version = String::new();
    for _ in 0..MESSAGES_MAX {
        match connection.receive().await? {
            Message::ParameterStatus(body) if body.name().is_ok_and(|name| name == "server_version") => {
                body.value().map_err(nonsense)?.clone_into(&mut version);
            }
            Message::ParameterStatus(_) | Message::BackendKeyData(_) => {}
            Message::ReadyForQuery(_) => return Ok(version),
            _ => return Err(unexpected("before it is ready")),
        }
    }
    Err(unexpected("again and again before it is ready"))
}

async fn authenticate(connection: &mut Connection, settings: &Postgres<String>) -> Result<(), Fault> {
    let password = || {
        settings.password.as_deref().ok_or_else(|| {
            let said = "the server asks for a password; give `password`";
            Fault::new(FailureClass::AuthRejected, said)
        })
    };
    match connection.receive().await? {
        Message::AuthenticationOk => return Ok(()),
        Message::AuthenticationCleartextPassword => {
            let password = password()?.as_bytes();
            connection
                .send(|bytes| frontend::password_message(password, bytes))
                .await?;
        }
        Message::AuthenticationMd5Password(body) => {
            let hash = md5_hash(settings.user.as_bytes(), password()?.as_bytes(), body.salt());
            connection
                .send(|bytes| frontend::password_message(hash.as_bytes(), bytes))
                .await?;
        }
        Message::AuthenticationSasl(body) => scram(connection, &body, password()?).await?,
        Message::AuthenticationGss | Message::AuthenticationSspi | Message::AuthenticationKerberosV5 => {
            let said = "the server asks for Kerberos (GSSAPI or SSPI), which is not spoken; allow a password";
            return Err(Fault::new(FailureClass::AuthRejected, said));
        }
        _ => return Err(unexpected("in place of a question who one is")),
    }
    match connection.receive().await? {
        Message::AuthenticationOk => Ok(()),
        _ => Err(unexpected("in place of whether one may in")),
    }
}

/// RFC 7677. The server has to show that it knows the password, too, before it is believed.
async fn scram(
    connection: &mut Connection,
    offered: &AuthenticationSaslBody,
    password: &str,
) -> Result<(), Fault> {
    let mut mechanisms = offered.mechanisms();
    let mut is_offered = false;
    while let Some(mechanism) = mechanisms.next().map_err(nonsense)? {
        is_offered |= mechanism == SCRAM_SHA_256;
    }
    if !is_offered {
        let said = format!("the server does not offer {SCRAM_SHA_256}, which is what is spoken");
        return Err(Fault::new(FailureClass::AuthRejected, said));
    }
    let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
    connection
        .send(|bytes| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), bytes))
        .await?;
    let Message::AuthenticationSaslContinue(body) = connection.receive().await? else {
        return Err(unexpected("in the middle of SCRAM"));
    };
    scram.update(body.data()).map_err(nonsense)?;
    connection
        .send(|bytes| frontend::sasl_response(scram.message(), bytes))
        .await?;
    let Message::AuthenticationSaslFinal(body) = connection.receive().await? else {
        return Err(unexpected("at the end of SCRAM"));
    };
    scram.finish(body.data()).map_err(|error| {
        let said = format!("the server did not show that it knows the password: {error}");
        Fault::new(FailureClass::AuthRejected, said)
    })
}
