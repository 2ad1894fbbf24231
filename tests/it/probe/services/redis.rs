use super::{SPECIAL, fails, files, holds, journey, secret};
use crate::binary::Files;
use crate::peers::identity::Identity;
use crate::peers::redis::Redis;
use crate::peers::wait_for;

/// `rest` are further fields.
fn asking(server: &Redis, rest: &str) -> String {
    format!("redis: {{address: '127.0.0.1:{}'{rest}}}", server.port())
}

#[tokio::test]
async fn a_master_and_its_replica_say_how_far_it_is() {
    let mut master = Redis::start(&["--maxmemory", "100mb"]).await;
    let port = master.port().to_string();
    let follows = [
        "--replicaof",
        "127.0.0.1",
        &port,
        "--replica-serve-stale-data",
        "no",
    ];
    let replica = Redis::start(&follows).await;
    wait_for("the replica follows", async || {
        replica
            .says(&["INFO", "replication"])
            .await
            .contains("master_link_status:up")
            .then_some(())
    })
    .await;
    wait_for("the master knows how far it is", async || {
        master
            .says(&["INFO", "replication"])
            .await
            .contains("state=online")
            .then_some(())
    })
    .await;
    holds(
        &asking(&master, ""),
        &[
            "result.role == 'master' && result.connectedReplicas == 1 && result.loading == false",
            "result.replicas[0].state == 'online' && result.replicas[0].lagBytes < 1000 && result.replicas[0].lagSeconds < 10",
            "result.replicas[0].address startsWith '127.0.0.1:' && result.masterLink == nil && result.lagBytes == nil",
            "result.memoryRatio > 0 && result.memoryRatio < 1 && result.maxMemoryBytes == 104857600",
            "result.version startsWith '7' && result.clients >= 1 && result.text == 'PONG' && result.tls == nil",
        ],
    )
    .await;
    holds(
        &asking(&replica, ""),
        &[
            "result.role == 'replica' && result.masterLink == 'up' && result.lagBytes == 0 && result.lagSeconds < 20",
            "result.memoryRatio == nil && len(result.replicas) == 0",
        ],
    )
    .await;
    let said = fails(&asking(&replica, ", command: [SET, a, b]"), "unhealthy", "body").await;
    assert!(said.contains("READONLY"), "{said}");

    master.kill().await;
    wait_for("the replica has seen that", async || {
        replica
            .says(&["INFO", "replication"])
            .await
            .contains("master_link_status:down")
            .then_some(())
    })
    .await;
    // It does not even answer `PING` now.
    let said = fails(&asking(&replica, ""), "unhealthy", "first_byte").await;
    assert!(said.contains("MASTERDOWN"), "{said}");
    replica
        .says(&["CONFIG", "SET", "replica-serve-stale-data", "yes"])
        .await;
    holds(
        &asking(&replica, ""),
        &["result.masterLink == 'down' && result.lagSeconds >= 0 && result.lagBytes == nil"],
    )
    .await;
}

#[tokio::test]
async fn one_may_in_or_not() {
    let files = Files::empty();
    let password = secret(&files, SPECIAL);
    let server = Redis::start(&["--user", "watch", "on", ">pw", "+ping", "+llen", "~jobs"]).await;
    server.says(&["CONFIG", "SET", "requirepass", SPECIAL]).await;
    holds(
        &asking(&server, &format!(", password: {password}, database: 3")),
        &["result.role == 'master'"],
    )
    .await;
    let said = fails(&asking(&server, ""), "auth_rejected", "first_byte").await;
    assert!(
        said.contains("NOAUTH") && said.contains("give `password`"),
        "{said}"
    );
    let wrong = fails(
        &asking(&server, ", password: {value: wrong-7712}"),
        "auth_rejected",
        "first_byte",
    )
    .await;
    assert!(
        wrong.contains("WRONGPASS") && !wrong.contains("wrong-7712"),
        "{wrong}"
    );
    let watch = |rest: &str| asking(&server, &format!(", user: watch, password: {{value: pw}}{rest}"));
    let said = fails(&watch(""), "auth_rejected", "body").await;
    assert!(said.contains("NOPERM") && said.contains("info: false"), "{said}");
    holds(
        &watch(", info: false, command: [LLEN, jobs]"),
        &["result.reply == 0 && result.role == nil"],
    )
    .await;
    let far = asking(&server, &format!(", password: {password}, database: 99"));
    fails(&far, "assert_failed", "first_byte").await;

    let open = Redis::start(&[]).await;
    let said = fails(
        &asking(&open, ", password: {value: pw}"),
        "auth_rejected",
        "first_byte",
    )
    .await;
    assert!(said.contains("without any password configured"), "{said}");
}

#[tokio::test]
async fn commands_are_answered_within_bounds() {
    let server = Redis::start(&[]).await;
    server.says(&["RPUSH", "jobs", "a", "b\nc"]).await;
    server.says(&["SETRANGE", "big", "10000000", "x"]).await;
    holds(
        &asking(&server, ", command: [LRANGE, jobs, '0', '-1']"),
        &["result.reply[0] == 'a' && result.reply[1] == \"b\\nc\" && result.text == \"a\\nb\\nc\""],
    )
    .await;
    holds(
        &asking(&server, ", command: [GET, none]"),
        &["result.reply == nil && result.text == nil"],
    )
    .await;
    let text = journey(
        &asking(&server, ", command: [LLEN, jobs]"),
        "assert: [{jsonpath: $.reply, lessThan: 10}, {jsonpath: $.replicas, count: 0}, {regex: '^[0-9]+$', exists: true}]",
    );
    let (_files, path) = files(&text);
    super::probed(0, &[&path]).await;
    let said = fails(&asking(&server, ", command: [GET, big]"), "too_large", "body").await;
    assert!(said.contains("ask for less"), "{said}");
    fails(
        &asking(&server, ", command: [LLEN, big]"),
        "assert_failed",
        "body",
    )
    .await;
    let text = journey(&asking(&server, ", command: [BLPOP, never, '0']"), "timeout: 1s");
    super::fails_in(&text, "body_timeout", "body").await;
}

#[tokio::test]
async fn tls_is_spoken() {
    let identity = Identity::new();
    let (certificate, key) = (identity.certificate(), identity.key());
    let server = Redis::start(&[
        "--port",
        "0",
        "--tls-port",
        "PORT",
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &certificate,
        "--tls-auth-clients",
        "no",
    ])
    .await;
    let trusted = format!(", tls: true, serverName: localhost, ca: {certificate}");
    holds(
        &asking(&server, &trusted),
        &["result.tls.version == 'TLSv1.3' && result.role == 'master'"],
    )
    .await;
    holds(
        &asking(&server, ", tls: true, insecure: true"),
        &["result.tls.daysLeft > 100"],
    )
    .await;
    fails(&asking(&server, ", tls: true"), "tls_untrusted", "tls").await;
    let plain = Redis::start(&[]).await;
    fails(&asking(&plain, ", tls: true"), "tls_handshake", "tls").await;
    fails(&asking(&server, ""), "reset", "first_byte").await;
}
