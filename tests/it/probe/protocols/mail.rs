use serde_json::json;

use super::{failed, found, once};
use crate::peers::mail::{Mail, PASSWORD, USER};

#[tokio::test]
async fn a_mail_server_with_and_without_tls() {
    let (plain, direct) = (Mail::start(&[]).await, Mail::start(&["--tls"]).await);
    let user = format!("user: {USER}, password: {{env: MAIL_PASSWORD}}");
    let steps = format!(
        "  - name: hello\n    smtp: {{address: 'localhost:{}'}}\n  \
         - name: upgraded\n    smtp: {{address: 'localhost:{}', startTls: true, ca: '{}', {user}}}\n  \
         - name: direct\n    smtp: {{address: 'localhost:{}', tls: true, ca: '{}', {user}}}\n  \
         - name: certificate\n    tls: {{address: 'localhost:{}', startTls: smtp, ca: '{}'}}\n  \
         - name: untrusted\n    smtp: {{address: 'localhost:{}', startTls: true}}\n    continueOnFailure: true\n  \
         - name: nobody\n    smtp: {{address: 'localhost:{}', startTls: true, ca: '{}', user: eve, password: {{env: MAIL_PASSWORD}}}}\n",
        plain.port,
        plain.port,
        plain.roots(),
        direct.port,
        direct.roots(),
        plain.port,
        plain.roots(),
        plain.port,
        plain.port,
        plain.roots()
    );
    let (_files, path) = super::files(&super::journey(&steps));
    let mut command = crate::binary::serin(["probe", &path, "--once", "--output", "json"]);
    command.env("MAIL_PASSWORD", PASSWORD);
    let ended = crate::binary::start(command).end(crate::probe::PATIENCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(!ended.all().contains(PASSWORD), "{ended:?}");
    let result = ended.json();
    let arm = super::arm(&result);
    let hello = found(arm, "hello");
    assert!(
        hello["banner"].as_str().unwrap().starts_with("mail.test"),
        "{hello}"
    );
    let offered = hello["extensions"].as_array().unwrap();
    assert!(offered.contains(&json!("STARTTLS")), "{hello}");
    for name in ["upgraded", "direct"] {
        let found = found(arm, name);
        assert_eq!(
            (&found["authenticated"], &found["tls"]["verified"]),
            (&json!(true), &json!(true)),
            "{found}"
        );
    }
    assert_eq!(found(arm, "certificate")["chain"][0]["selfSigned"], json!(true));
    assert_eq!(failed(arm, "untrusted"), ("tls_untrusted", &json!("connects")));
    assert_eq!(failed(arm, "nobody"), ("auth_rejected", &json!("answers")));
}

#[tokio::test]
async fn nobody_is_told_a_password_without_tls_where_the_server_does_not_want_it() {
    let mail = Mail::start(&[]).await;
    let steps = format!(
        "  - name: in-clear\n    smtp: {{address: 'localhost:{}', user: ann, password: {{value: secret}}}}\n",
        mail.port
    );
    let arm = once(1, &steps, &[]).await;
    assert_eq!(failed(&arm, "in-clear"), ("auth_rejected", &json!("answers")));
}
