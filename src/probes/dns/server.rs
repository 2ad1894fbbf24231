use hickory_resolver::system_conf::read_system_conf;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use serin_judge::journey::Peer;

use crate::probes::dial::failure;

const PORT: u16 = 53;

/// The first name server of `/etc/resolv.conf`.
///
/// # Errors
/// It cannot be read, or names none.
pub(super) fn of_this_machine() -> Result<Peer, Failure> {
    let unknown = |seen: String| {
        let message = format!("the name servers of this machine are not known: {seen}; give `server`");
        failure(FailureClass::ProberUnhealthy, RequestPhase::Dns, message)
    };
    let (config, _) = read_system_conf().map_err(|error| unknown(error.to_string()))?;
    let first = config.name_servers().first();
    let first = first.ok_or_else(|| unknown("/etc/resolv.conf has none".to_owned()))?;
    Ok(Peer {
        host: first.ip.to_string(),
        port: PORT,
    })
}
