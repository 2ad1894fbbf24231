use super::{SPECIAL, fails, fails_in, files, holds, journey, secret};
use crate::binary::Files;
use crate::peers::identity::Identity;
use crate::peers::postgres::Postgres;
use crate::peers::wait_for;

/// As one who may see how far replicas are.
const USERS: &str = "CREATE ROLE watch LOGIN PASSWORD 'pw' IN ROLE pg_monitor;\
    CREATE ROLE plain LOGIN PASSWORD 'pw'; CREATE ROLE kerberos LOGIN;";

async fn server() -> Postgres {
    let server = Postgres::start("").await;
    server.sql(USERS).await;
    server
}

/// `rest` are further fields.
fn asking(server: &Postgres, user: &str, rest: &str) -> String {
    format!(
        "postgres: {{address: '127.0.0.1:{}', user: {user}, password: {{value: pw}}, database: postgres{rest}}}",
        server.port()
    )
}

#[tokio::test]
async fn a_primary_and_its_replica_say_how_far_it_is() {
    let primary = server().await;
    let replica = primary.replica("").await;
    let of_primary = asking(&primary, "watch", ", replication: true");
    let of_replica = asking(&replica, "watch", ", replication: true");
    wait_for("the replica streams", async || {
        (primary.sql("SELECT state FROM pg_stat_replication").await == "streaming").then_some(())
    })
    .await;
    holds(
        &of_primary,
        &[
            "result.inRecovery == false && result.replayLagSeconds == nil && result.version startsWith '1'",
            "len(result.replicas) == 1 && result.replicas[0].state == 'streaming'",
            "result.replicas[0].lagBytes < 100000000 && result.replicas[0].sync == 'async'",
        ],
    )
    .await;
    holds(
        &of_replica,
        &[
            "result.inRecovery == true",
            "result.replayLagSeconds < 10",
            "len(result.replicas) == 0",
        ],
    )
    .await;
    // One who may not see it is not told, and that is no failure.
    let unseen = asking(&primary, "plain", ", replication: true");
    holds(
        &unseen,
        &["len(result.replicas) == 1 && result.replicas[0].state == nil"],
    )
    .await;
    holds(
        &asking(&replica, "plain", ", replication: true"),
        &["result.replayLagSeconds < 10"],
    )
    .await;

    // What is not replayed is a lag, in bytes there and in seconds here, which grows.
    primary.sql("CREATE TABLE early ()").await;
    wait_for("the replica has replayed something", async || {
        (replica.sql("SELECT to_regclass('early') IS NULL").await == "f").then_some(())
    })
    .await;
    replica.sql("SELECT pg_wal_replay_pause()").await;
    primary
        .sql("CREATE TABLE later AS SELECT generate_series(1, 10000)")
        .await;
    let lags =
        |probe: &str, condition: &str| journey(probe, &format!("assert: [{{condition: '{condition}'}}]"));
    for (probe, condition) in [
        (&of_primary, "result.replicas[0].lagBytes > 100000"),
        (&of_replica, "result.replayLagSeconds > 2"),
    ] {
        let (_files, path) = files(&lags(probe, condition));
        wait_for(condition, async || {
            let ended = super::super::probe(&[&path]).await;
            (ended.code == Some(0)).then_some(())
        })
        .await;
    }
    // A replica that has replayed everything, but is told nothing any more, does not count as up to date.
    replica.sql("SELECT pg_wal_replay_resume()").await;
    drop(primary);
    let (_files, path) = files(&lags(&of_replica, "result.replayLagSeconds > 2"));
    wait_for("a replica without its primary lags", async || {
        let ended = super::super::probe(&[&path]).await;
        (ended.code == Some(0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_may_in_or_not() {
    let server = server().await;
    let quoted = SPECIAL.replace('\'', "''");
    for (user, encryption) in [
        ("modern", "scram-sha-256"),
        ("old", "md5"),
        ("clear", "scram-sha-256"),
    ] {
        let role =
            format!("SET password_encryption = '{encryption}'; CREATE ROLE {user} LOGIN PASSWORD '{quoted}'");
        server.sql(&role).await;
        let files = Files::empty();
        let place = format!(
            "address: '127.0.0.1:{}', user: {user}, database: postgres",
            server.port()
        );
        let password = secret(&files, SPECIAL);
        holds(
            &format!("postgres: {{{place}, password: {password}, query: SELECT current_user AS me}}"),
            &[&format!(
                "result.rows[0].me == '{user}' && result.text == '{user}'"
            )],
        )
        .await;
        let wrong = fails(
            &format!("postgres: {{{place}, password: {{value: {SPECIAL_WRONG}}}}}"),
            "auth_rejected",
            "first_byte",
        )
        .await;
        assert!(
            wrong.contains("28P01") && !wrong.contains(SPECIAL_WRONG),
            "{wrong}"
        );
        let none = fails(&format!("postgres: {{{place}}}"), "auth_rejected", "first_byte").await;
        assert!(none.contains("give `password`"), "{none}");
    }
    fails(&asking(&server, "nobody", ""), "auth_rejected", "first_byte").await;
    fails(&asking(&server, "kerberos", ""), "auth_rejected", "first_byte").await;
    let missing = asking(&server, "plain", "").replace("database: postgres", "database: missing");
    let missing = fails(&missing, "assert_failed", "first_byte").await;
    assert!(missing.contains("3D000"), "{missing}");
}

const SPECIAL_WRONG: &str = "wrong-password-8812";

#[tokio::test]
async fn queries_are_answered_and_nothing_is_written() {
    let server = server().await;
    server
        .sql("CREATE TABLE jobs AS SELECT generate_series(1, 5000) AS id; GRANT ALL ON jobs TO plain")
        .await;
    let query = |query: &str| asking(&server, "plain", &format!(", query: \"{query}\""));
    holds(
        &query("SELECT 7 AS n, 1.50::numeric AS exact, 2.5::float8 AS x, true AS yes, NULL AS no, 'ä'::text AS t, \
                '{1,null}'::int[] AS list, '{\\\"a\\\": [1]}'::jsonb AS j, \
                '2026-11-22 03:00+02'::timestamptz AS at, current_setting('application_name') AS app"),
        &[
            "result.rows[0].n == 7 && result.rows[0].exact == '1.50' && result.rows[0].x == 2.5",
            "result.rows[0].yes && result.rows[0].no == nil && result.rows[0].t == 'ä'",
            "result.rows[0].list[0] == 1 && result.rows[0].list[1] == nil && result.rows[0].j.a[0] == 1",
            "result.rows[0].at == '2026-11-22T01:00:00Z' && result.rows[0].app == 'serin-probe'",
            "result.columns[0] == 'n' && result.text == '7' && result.rowCount == 1",
        ],
    )
    .await;
    holds(
        &query("SELECT id FROM jobs;"),
        &["len(result.rows) == 100 && result.rowCount == 5000"],
    )
    .await;
    holds(&query(""), &["result.rowCount == 0 && result.text == nil"]).await;
    for writing in ["DELETE FROM jobs", "CREATE TABLE other (n int)"] {
        let said = fails(&query(writing), "bad_request", "body").await;
        assert!(said.contains("25006") && said.contains("only read"), "{said}");
    }
    // A second statement could end the transaction in which nothing is written.
    let two = fails(&query("COMMIT; DELETE FROM jobs"), "assert_failed", "body").await;
    assert!(two.contains("42601"), "{two}");
    fails(&query("COPY jobs TO STDOUT"), "bad_request", "body").await;
    fails(&query("SELECT * FROM missing"), "assert_failed", "body").await;
    fails(&query("SELECT $1"), "protocol_error", "body").await;
    assert_eq!(server.sql("SELECT count(*) FROM jobs").await, "5000");
}

#[tokio::test]
async fn endless_queries_and_endless_rows_end() {
    let server = server().await;
    let query = |query: &str, rest: &str| asking(&server, "plain", &format!(", query: {query}{rest}"));
    for endless in [
        "SELECT pg_sleep(600)",
        "SELECT count(*) FROM generate_series(1, 1e12::int8)",
    ] {
        let text = journey(&query(&format!("'{endless}'"), ""), "timeout: 1s");
        fails_in(&text, "body_timeout", "body").await;
    }
    // Not only the probe has given up: the server does not work on them any more.
    wait_for("the server has nothing to do", async || {
        let active = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'serin-probe'";
        (server.sql(active).await == "0").then_some(())
    })
    .await;
    let large = fails(
        &query("\"SELECT repeat(repeat('a', 10000), 30000)\"", ""),
        "too_large",
        "body",
    )
    .await;
    assert!(large.contains("select less"), "{large}");
    let many = "\"SELECT repeat('a', 100000) FROM generate_series(1, 10000)\"";
    fails(&query(many, ", maxRows: 10000"), "too_large", "body").await;
}

#[tokio::test]
async fn tls_is_as_sslmode_says() {
    let identity = Identity::new().of_postgres();
    let (certificate, key) = (identity.certificate(), identity.key());
    let settings = format!("ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'");
    let server = Postgres::start(&settings).await;
    server
        .sql("CREATE ROLE secured LOGIN PASSWORD 'pw'; CREATE ROLE plain LOGIN PASSWORD 'pw'")
        .await;
    let asking_of = asking;
    let asking = |user: &str, rest: &str| asking_of(&server, user, rest);
    let encrypted = ["result.tls.version == 'TLSv1.3' && result.tls.daysLeft > 100"];
    for mode in ["", ", tls: prefer", ", tls: require"] {
        holds(&asking("secured", mode), &encrypted).await;
    }
    let verified = |rest: &str| asking("secured", &format!(", tls: verify-full{rest}"));
    holds(
        &verified(&format!(", serverName: localhost, ca: {certificate}")),
        &encrypted,
    )
    .await;
    fails(&verified(", serverName: localhost"), "tls_untrusted", "tls").await;
    fails(
        &verified(&format!(", ca: {certificate}")),
        "tls_name_mismatch",
        "tls",
    )
    .await;
    fails(
        &asking("secured", ", tls: disable"),
        "auth_rejected",
        "first_byte",
    )
    .await;
    holds(&asking("plain", ", tls: disable"), &["result.tls == nil"]).await;

    let without = self::server().await;
    let said = fails(
        &asking_of(&without, "plain", ", tls: require"),
        "tls_handshake",
        "tls",
    )
    .await;
    assert!(said.contains("does not speak TLS"), "{said}");
    holds(&asking_of(&without, "plain", ""), &["result.tls == nil"]).await;
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_yet_is_unhealthy() {
    let primary = server().await;
    let replica = primary.replica("hot_standby = off").await;
    let said = fails(&asking(&replica, "plain", ""), "unhealthy", "first_byte").await;
    assert!(said.contains("57P03") && said.contains("starting"), "{said}");
    primary.sql("ALTER ROLE plain CONNECTION LIMIT 0").await;
    let said = fails(&asking(&primary, "plain", ""), "unhealthy", "first_byte").await;
    assert!(said.contains("53300"), "{said}");
}
