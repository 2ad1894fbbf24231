//! Planted secrets come out nowhere: not in reports, not in errors, not in logs.

use axum::http::Method;

use super::{Manners, Shop, files};
use crate::binary::{serin, start};

const TOKEN: &str = "eyJ-planted-token-5f2c9";
const PASSWORD: &str = "planted-password-77aa";
const HEADER: &str = "planted-header-key-31bd";
const ARGUMENT: &str = "planted-argument-90ce";

/// Sends all of them, and asks for what is not so that answers and requests are quoted in failures.
const LEAKY: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: leaky}
spec:
  args:
  - {name: key, valueFrom: {secretKeyRef: {name: shop, key: key}}}
  accounts: {rows: [{user: ann, password: planted-password-77aa}]}
  http:
    headers:
    - {name: X-Key, value: {env: PLANTED_HEADER}}
    - {name: X-Argument, value: "{{args.key}}"}
  steps:
  - name: login
    request: {method: POST, url: /login, json: {user: "{{account.user}}", password: "{{account.password}}"}}
    captures: {token: {jsonpath: $.token}}
  - name: order
    request: {method: POST, url: "/orders?token={{token}}&key={{args.key}}", json: {token: "{{token}}"}, auth: {bearer: "{{token}}"}}
    creates: "order of {{account.password}} {{token}}"
    assert:
    - {status: 201}
    - {jsonpath: $.echo, equals: "{{account.password}}"}
    - {body: true, contains: "{{args.key}}"}
    - {condition: 'result.body.echo == "other"'}
    continueOnFailure: true
  - name: missing
    request: {url: "/none/{{token}}"}
  finally:
    steps:
    - {name: remove, request: {method: DELETE, url: "/orders/{{token}}"}, removes: "order of {{account.password}} {{token}}"}
"#;

#[tokio::test]
async fn planted_secrets_are_in_no_output() {
    let shop = Shop::open(Manners {
        version: "v1",
        token: TOKEN,
        keeps_orders: true,
        ..Manners::default()
    })
    .await;
    let (files, path) = files(LEAKY);
    let key = files.write("key", ARGUMENT.as_bytes());
    let leaks = files.folder().join("leaks.csv").display().to_string();
    for output in ["human", "json", "junit", "html", "hdr"] {
        let secret = format!("shop/key=@{key}");
        let arguments = [
            "probe",
            &path,
            "--target",
            shop.address(),
            "--output",
            output,
            "--secret",
            &secret,
            "--leaks",
            &leaks,
        ];
        let mut command = serin(arguments);
        command.env("PLANTED_HEADER", HEADER).env("SERIN_LOG", "trace");
        let ended = start(command).end(super::PATIENCE).await;
        assert_eq!(ended.code, Some(1), "{output}: {ended:?}");
        let written = std::fs::read_to_string(&leaks).unwrap();
        for planted in [TOKEN, PASSWORD, HEADER, ARGUMENT] {
            for (place, text) in [("output", ended.all()), ("leaks", written.clone())] {
                assert!(
                    !text.contains(planted),
                    "{planted} in {place} of {output}: {text}"
                );
            }
        }
        if output == "json" {
            let text = ended.json().to_string();
            assert!(text.contains("*****") && text.contains("leaky"), "{text}");
        }
    }
    // They were really sent, or there would be nothing to find.
    let orders: Vec<_> = shop
        .seen()
        .into_iter()
        .filter(|seen| seen.method == Method::POST && seen.path == "/orders")
        .collect();
    assert_eq!(orders.len(), 5);
    assert_eq!(orders[0].headers["x-key"], HEADER);
    assert_eq!(orders[0].headers["x-argument"], ARGUMENT);
    assert_eq!(orders[0].headers["authorization"], format!("Bearer {TOKEN}"));
}
