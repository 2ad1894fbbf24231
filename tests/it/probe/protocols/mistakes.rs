use super::journey;
use crate::binary::{AT_ONCE, Files, run};

#[tokio::test]
async fn mistakes_in_probes_have_their_place() {
    for (step, place, said) in [
        ("dns: {name: a.test, type: WKS}", "7", "WKS"),
        ("dns: {name: a.test, rcode: NOPE}", "7", "NOPE"),
        ("tcp: {address: 'a:1', dialogue: [{expect: '('}]}", "7", "expect"),
        (
            "tcp: {address: 'a:1', dialogue: [{expect: a, send: b}]}",
            "7",
            "exactly one of",
        ),
        ("tcp: {address: 'tcp://a:1'}", "7", "host:port"),
        (
            "tls: {address: a, minVersion: '1.3', maxVersion: '1.2'}",
            "7",
            "minVersion",
        ),
        (
            "smtp: {address: a, tls: true, startTls: true}",
            "7",
            "one of both",
        ),
        ("icmp: {host: a, count: 1000}", "7", "1000"),
        ("command: {run: []}", "7", "no program"),
        ("tcp: {address: 'a:1'}\n    dns: {name: a.test}", "6", "tcp"),
        (
            "tcp: {address: 'a:1'}\n    assert: [{status: 200}]",
            "8",
            "status",
        ),
        ("tcp: {adress: 'a:1'}", "7", "adress"),
    ] {
        let (_files, path) = Files::one(&journey(&format!("  - name: s\n    {step}\n")));
        let ended = run(["validate", &path], AT_ONCE).await;
        assert_eq!(ended.code, Some(1), "{step}: {ended:?}");
        let all = ended.all();
        assert!(all.contains(said), "{step}: {ended:?}");
        assert!(
            all.contains(&format!(":{place}:")),
            "{step} at line {place}: {ended:?}"
        );
    }
}
