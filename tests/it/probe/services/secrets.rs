//! Planted passwords come out nowhere, whatever servers say.

use super::super::PATIENCE;
use crate::binary::{Files, serin, start};
use crate::peers::health::HealthServer;
use crate::peers::postgres::Postgres;
use crate::peers::redis::Redis;

const PASSWORD: &str = "planted-p\"a's\\s%20-77aa";
const USER: &str = "planted-user-41cc";

/// Of each probe one that gets in, one that is quoted in an error, and one that is refused.
fn leaky(postgres: u16, redis: u16, grpc: u16) -> String {
    let secret = "{env: PLANTED_PASSWORD}";
    let user = "{env: PLANTED_USER}";
    format!(
        r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {{name: leaky}}
spec:
  args: [{{name: key, valueFrom: {{secretKeyRef: {{name: shop, key: key}}}}}}]
  steps:
  - name: postgres
    postgres: {{address: '127.0.0.1:{postgres}', user: {user}, password: {secret}, database: postgres, query: "SELECT 'x' AS \"{{{{args.key}}}}\""}}
    assert: [{{jsonpath: $.rows, equals: "{{{{args.key}}}}"}}, {{condition: 'result.text == "other"'}}]
    continueOnFailure: true
  - name: query
    postgres: {{address: '127.0.0.1:{postgres}', user: {user}, password: {secret}, database: postgres, query: "SELECT {{{{args.key}}}}"}}
    continueOnFailure: true
  - name: database
    postgres: {{address: '127.0.0.1:{postgres}', user: {user}, password: {secret}, database: "{{{{args.key}}}}"}}
    continueOnFailure: true
  - name: refused
    postgres: {{address: '127.0.0.1:{postgres}', user: {user}, password: "{{{{args.key}}}}", database: postgres}}
    continueOnFailure: true
  - name: redis
    redis: {{address: '127.0.0.1:{redis}', password: {secret}, command: [ECHO, "{{{{args.key}}}}"]}}
    assert: [{{jsonpath: $.reply, equals: other}}, {{body: true, equals: other}}, {{condition: 'result.reply == "other"'}}]
    continueOnFailure: true
  - name: command
    redis: {{address: '127.0.0.1:{redis}', password: {secret}, command: ["X{{{{args.key}}}}", "{{{{args.key}}}}"]}}
    continueOnFailure: true
  - name: wrong
    redis: {{address: '127.0.0.1:{redis}', user: {user}, password: "{{{{args.key}}}}"}}
    continueOnFailure: true
  - name: grpc
    grpc: {{address: '127.0.0.1:{grpc}', service: "{{{{args.key}}}}", metadata: [{{name: authorization, value: {secret}}}]}}
"#
    )
}

#[tokio::test]
async fn planted_secrets_are_in_no_output() {
    let postgres = Postgres::start("").await;
    let quoted = PASSWORD.replace('\'', "''");
    postgres
        .sql(&format!("CREATE ROLE \"{USER}\" LOGIN PASSWORD '{quoted}'"))
        .await;
    let redis = Redis::start(&[]).await;
    redis.says(&["CONFIG", "SET", "requirepass", PASSWORD]).await;
    let grpc = HealthServer::start(&[]).await;
    let (files, path) = Files::one(&leaky(postgres.port(), redis.port(), grpc.port()));
    const KEY: &str = "planted_key_90ce";
    let key = files.write("key", KEY.as_bytes());
    let secret = format!("shop/key=@{key}");
    for output in ["human", "json", "junit", "html"] {
        let mut command = serin(["probe", &path, "--output", output, "--secret", &secret]);
        command
            .env("PLANTED_PASSWORD", PASSWORD)
            .env("PLANTED_USER", USER)
            .env("SERIN_LOG", "trace");
        let ended = start(command).end(PATIENCE).await;
        assert_eq!(ended.code, Some(1), "{output}: {ended:?}");
        for planted in ["planted-p", USER, KEY] {
            assert!(
                !ended.all().contains(planted),
                "{planted} in {output}: {}",
                ended.all()
            );
        }
        if output != "json" {
            continue;
        }
        // All of them went out, or there would be nothing to find.
        let result = ended.json();
        let steps = result["journeys"][0]["arms"][0]["steps"].as_array().unwrap();
        let seen: Vec<_> = steps.iter().map(|step| step["failures"].to_string()).collect();
        assert_eq!(
            seen,
            [
                r#"{"assert_failed":1}"#,
                r#"{"assert_failed":1}"#,
                r#"{"assert_failed":1}"#,
                r#"{"auth_rejected":1}"#,
                r#"{"assert_failed":1}"#,
                r#"{"assert_failed":1}"#,
                r#"{"auth_rejected":1}"#,
                r#"{"assert_failed":1}"#,
            ],
            "{result}"
        );
    }
}
