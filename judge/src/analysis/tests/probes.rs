//! Steps in other protocols than HTTP: what they are made into, and what is wrong with them.

use super::{Documents, Source, found};
use crate::analysis::Inputs;
use crate::analysis::plan::journey::{Action, DialogueStep, Journey, Protocol, StartTls, TlsMode};

fn made(steps: &str) -> Result<Journey, Vec<String>> {
    let text =
        format!("apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: j}}\nspec:\n  steps:\n{steps}");
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &text)]);
    let made = documents.journey(None, &Inputs::default());
    made.map(|(journey, _)| journey).map_err(|report| found(&report))
}

fn step(action: &str) -> String {
    format!("  - name: s\n    {action}\n")
}

fn protocol(action: &str) -> (Protocol<crate::analysis::plan::journey::Credential>, TlsMode) {
    let mut journey = made(&step(action)).unwrap_or_else(|report| panic!("{action}: {report:?}"));
    match journey.steps.remove(0).action {
        Action::Probe(probe) => (probe.protocol, probe.security.mode),
        other => panic!("{action}: {other:?}"),
    }
}

#[test]
fn defaults_are_the_documented_ones() {
    let (Protocol::Icmp(icmp), _) = protocol("icmp: {host: a}") else {
        panic!()
    };
    assert_eq!(
        (icmp.count, icmp.payload_bytes, icmp.interval.as_millis()),
        (1, 56, 1000)
    );
    let (Protocol::Dns(dns), _) = protocol("dns: {name: a}") else {
        panic!()
    };
    assert_eq!((dns.rcode.as_str(), dns.recursion), ("NOERROR", true));
    let (Protocol::Command(command), _) = protocol("command: {run: [a]}") else {
        panic!()
    };
    assert_eq!((command.exit_code, command.output_bytes_max), (0, 65_536));
    let (Protocol::Tls(tls), mode) = protocol("tls: {address: a, startTls: imap}") else {
        panic!()
    };
    assert_eq!((tls.start_tls, mode), (Some(StartTls::Imap), TlsMode::Direct));
    let (Protocol::Tcp(tcp), mode) =
        protocol("tcp: {address: 'a:1', dialogue: [{expect: x}, {startTls: true}]}")
    else {
        panic!()
    };
    assert_eq!(mode, TlsMode::Upgrade);
    assert!(matches!(
        tcp.dialogue[..],
        [DialogueStep::Expect(_), DialogueStep::StartTls]
    ));
    let (_, mode) = protocol("smtp: {address: a, tls: true}");
    assert_eq!(mode, TlsMode::Direct);
}

#[test]
fn whom_to_ask_has_to_be_known_only_where_a_probe_does_not_say() {
    for (steps, needs) in [
        (step("dns: {name: a.test}"), false),
        (step("icmp: {host: a.test}"), false),
        (step("command: {run: [a]}"), false),
        (step("icmp: {host: '::1'}"), false),
        (step("tcp: {address: 'a.test:1'}"), false),
        (step("tcp: {address: '{{run.id}}.test:1'}"), false),
        (step("tls: {}"), true),
        (step("tcp: {address: ':1'}"), true),
        (step("icmp: {}"), true),
        (step("request: {url: /}"), true),
    ] {
        assert_eq!(made(&steps).unwrap().needs_target(), needs, "{steps}");
    }
}

#[test]
fn programs_are_found_wherever_they_stand() {
    let inside = "  - name: both\n    parallel:\n    - {name: a, dns: {name: a.test}}\n    - {name: b, command: {run: [x]}}\n";
    assert_eq!(
        made(inside).unwrap().command().map(|step| step.name.as_str()),
        Some("b")
    );
    assert!(made(&step("dns: {name: a.test}")).unwrap().command().is_none());
}

#[test]
fn what_cannot_be_asked_is_refused() {
    for action in [
        "tcp: {address: ''}",
        "tcp: {address: 'http://a:1'}",
        "tcp: {address: 'a:1', dialogue: [{}]}",
        "tcp: {address: 'a:1', dialogue: [{startTls: true}, {startTls: true}]}",
        "tcp: {address: 'a:1', tls: true, dialogue: [{startTls: true}]}",
        "tcp: {address: 'a:1', insecure: true}",
        "tls: {address: a, alpn: ['']}",
        "tls: {address: a, startTls: gopher}",
        "tls: {address: a, minVersion: '1.1'}",
        "dns: {}",
        "smtp: {address: a, user: ann}",
        "icmp: {host: a, payloadBytes: 70000}",
        "icmp: {host: a, interval: 0s}",
        "command: {run: [' ']}",
        "command: {run: [a], env: [{name: 'A=B', value: c}]}",
        "command: {run: [a], maxOutputBytes: 1GiB}",
        "dns: {name: a.test}\n    compare: true",
        "dns: {name: a.test}\n    assert: [{header: A, exists: true}]",
    ] {
        assert!(made(&step(action)).is_err(), "{action}");
    }
}
