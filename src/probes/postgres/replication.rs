//! How far replicas are behind (PostgreSQL's manual, 27.2.4 and 9.27.4).

use serde_json::{Map, Value, json};

use super::connection::Connection;
use super::query;
use crate::probes::dial::Fault;

/// On a replica. While everything that came has been replayed and the stream is there, it is not behind, whenever the last
/// transaction was. Without a stream it is not known what has not come, so the time of the last transaction counts.
const REPLAY_LAG: &str = "SELECT CASE \
    WHEN pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn() \
     AND EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) THEN 0 \
    ELSE greatest(0, extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())) \
    END::float8 AS lag";

/// Those who stream from this server. Without the rights of `pg_monitor` names and states are null. A replica that has
/// everything is not behind, for which the server has no figure once it has been idle for a while.
const REPLICAS: &str = "SELECT application_name AS name, pg_catalog.host(client_addr) AS address, state, sync_state AS sync, \
    bytes AS \"lagBytes\", \
    CASE WHEN bytes <= 0 THEN 0 ELSE extract(epoch FROM replay_lag) END::float8 AS \"replayLagSeconds\" \
    FROM (SELECT *, pg_catalog.pg_wal_lsn_diff( \
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() \
            ELSE pg_catalog.pg_current_wal_lsn() END, replay_lsn)::int8 AS bytes \
          FROM pg_catalog.pg_stat_replication) AS replicas \
    ORDER BY name, address LIMIT 1000";

/// The facts `replayLagSeconds` (null on a primary, and while nothing has been replayed) and `replicas`.
pub(super) async fn facts(
    connection: &mut Connection,
    in_recovery: bool,
) -> Result<Map<String, Value>, Fault> {
    let lag = if in_recovery {
        query::own(connection, REPLAY_LAG).await?.into_iter().next()
    } else {
        None
    };
    let replicas = query::own(connection, REPLICAS).await?;
    let facts = json!({"replayLagSeconds": lag.unwrap_or(Value::Null), "replicas": replicas});
    let Value::Object(facts) = facts else {
        return Ok(Map::new());
    };
    Ok(facts)
}
