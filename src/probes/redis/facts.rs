//! What `INFO` says (Redis' documentation of that command).

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// Replicas beyond these are left out.
const REPLICAS_MAX: u32 = 1000;

/// The facts of `INFO`'s text; null what it does not say.
pub(super) fn of(info: &str) -> Map<String, Value> {
    let lines = info.lines().filter_map(|line| line.split_once(':'));
    let info = Info(lines.map(|(name, value)| (name, value.trim_end())).collect());
    let is_master = info.text("role") == Some("master");
    let facts = json!({
        "version": info.text("redis_version"),
        "role": info.text("role").map(|role| if role == "slave" { "replica" } else { role }),
        "loading": info.number("loading").map(|loading| loading != 0 || info.number("async_loading") == Some(1)),
        "connectedReplicas": info.number("connected_slaves"),
        "replicas": if is_master { info.replicas() } else { Vec::new() },
        "masterLink": info.text("master_link_status"),
        "lagBytes": if is_master { None } else { info.behind() },
        "lagSeconds": info.silent(),
        "usedMemoryBytes": info.number("used_memory"),
        "maxMemoryBytes": info.number("maxmemory"),
        "memoryRatio": info.memory_ratio(),
        "uptimeSeconds": info.number("uptime_in_seconds"),
        "clients": info.number("connected_clients"),
    });
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// A reply as text: arrays have a line for each value.
pub(super) fn text(reply: &Value) -> Option<String> {
    match reply {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().map(|item| text(item).unwrap_or_default()).collect();
            Some(lines.join("\n"))
        }
        other => Some(other.to_string()),
    }
}

struct Info<'t>(HashMap<&'t str, &'t str>);

impl<'t> Info<'t> {
    fn text(&self, name: &str) -> Option<&'t str> {
        self.0.get(name).copied()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// `slave0:ip=10.0.0.7,port=6379,state=online,offset=420,lag=1`
    fn replicas(&self) -> Vec<Value> {
        let written = self.number("master_repl_offset");
        let lines = (0..REPLICAS_MAX).map_while(|at| self.text(&format!("slave{at}")));
        let replica = |line: &str| {
            let fields: HashMap<&str, &str> = line
                .split(',')
                .filter_map(|field| field.split_once('='))
                .collect();
            let number = |name: &str| fields.get(name)?.parse::<i64>().ok();
            let host = fields.get("ip").copied().unwrap_or_default();
            let port = fields.get("port").copied().unwrap_or_default();
            let address = if host.contains(':') {
                format!("[{host}]:{port}")
            } else {
                format!("{host}:{port}")
            };
            let lag_bytes = written
                .zip(number("offset"))
                .map(|(written, read)| (written - read).max(0));
            json!({
                "address": address,
                "state": fields.get("state"),
                "lagBytes": lag_bytes,
                // Before a replica has told how far it is, this is -1.
                "lagSeconds": number("lag").filter(|lag| *lag >= 0),
            })
        };
        lines.map(replica).collect()
    }

    /// Bytes that came from the master and are not applied, or that a first copy still lacks. What has not come is not known
    /// here.
    fn behind(&self) -> Option<i64> {
        if self.number("master_sync_in_progress") == Some(1) {
            return self.number("master_sync_left_bytes").filter(|left| *left >= 0);
        }
        if self.text("master_link_status") != Some("up") {
            return None;
        }
        let read = self.number("slave_read_repl_offset")?;
        Some((read - self.number("slave_repl_offset")?).max(0))
    }

    /// Seconds in which nothing came from the master. It says something every ten seconds by default.
    fn silent(&self) -> Option<i64> {
        let name = match self.text("master_link_status")? {
            "up" => "master_last_io_seconds_ago",
            _ => "master_link_down_since_seconds",
        };
        self.number(name).filter(|seconds| *seconds >= 0)
    }

    #[expect(clippy::cast_precision_loss, reason = "memories are far below 2^53 bytes")]
    fn memory_ratio(&self) -> Option<f64> {
        let max = self.number("maxmemory").filter(|max| *max > 0)?;
        Some(self.number("used_memory")? as f64 / max as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_master_says_of_its_replicas() {
        let facts = of(
            "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:7\r\nconnected_clients:2\r\n\
            used_memory:50\r\nmaxmemory:200\r\nloading:0\r\nasync_loading:0\r\nrole:master\r\nconnected_slaves:2\r\n\
            slave0:ip=10.0.0.7,port=6379,state=online,offset=400,lag=1\r\n\
            slave1:ip=::1,port=6380,state=wait_bgsave,offset=0,lag=-1\r\nmaster_repl_offset:420\r\n",
        );
        assert_eq!(
            Value::Object(facts),
            json!({
                "version": "7.0.15", "role": "master", "loading": false, "connectedReplicas": 2,
                "replicas": [
                    {"address": "10.0.0.7:6379", "state": "online", "lagBytes": 20, "lagSeconds": 1},
                    {"address": "[::1]:6380", "state": "wait_bgsave", "lagBytes": 420, "lagSeconds": null},
                ],
                "masterLink": null, "lagBytes": null, "lagSeconds": null,
                "usedMemoryBytes": 50, "maxMemoryBytes": 200, "memoryRatio": 0.25, "uptimeSeconds": 7, "clients": 2,
            })
        );
    }

    #[test]
    fn what_a_replica_says_of_itself() {
        let up = "role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:3\r\nmaster_sync_in_progress:0\r\n\
            slave_read_repl_offset:500\r\nslave_repl_offset:490\r\nmaxmemory:0\r\n";
        let facts = of(up);
        let seen =
            ["role", "masterLink", "lagBytes", "lagSeconds", "memoryRatio"].map(|name| facts[name].clone());
        assert_eq!(
            seen,
            [json!("replica"), json!("up"), json!(10), json!(3), json!(null)]
        );
        let down = up.replace("status:up", "status:down") + "master_link_down_since_seconds:77\r\n";
        let facts = of(&down);
        assert_eq!(
            (&facts["masterLink"], &facts["lagBytes"], &facts["lagSeconds"]),
            (&json!("down"), &json!(null), &json!(77))
        );
        let copying = down.replace("in_progress:0", "in_progress:1") + "master_sync_left_bytes:1234\r\n";
        assert_eq!(of(&copying)["lagBytes"], json!(1234));
    }

    #[test]
    fn what_is_not_said_is_null() {
        for (name, value) in of("") {
            let is_none = value.is_null() || value == json!([]);
            assert!(is_none, "{name}: {value}");
        }
    }
}
