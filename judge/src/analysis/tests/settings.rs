use std::time::Duration;

use super::{found, read, validated};
use crate::analysis::plan::Secret;
use crate::analysis::{HookEvent, LogFormat, LogLevel, Role, Settings};

fn config(spec: &str) -> String {
    format!("apiVersion: serin.dev/v1\nkind: Config\nspec: {spec}\n")
}

#[test]
fn what_is_used() {
    let text = config(
        "{providers: {prometheus: {address: 'http://prometheus:9090', headers: [{name: Authorization, value: {env: PROM_TOKEN}}], \
         bearer: {file: /run/token}, timeout: 5s, ca: /ca.pem, insecure: true}}, limits: {bodyBytes: 2MiB, measurementsPerMetric: 4}, compat: {argoWebBody: true}}",
    );
    assert_eq!(validated(&text), "");
    let settings = read(&text).0.config().unwrap().0.unwrap();
    assert_eq!(
        (
            settings.limits.body_bytes,
            settings.limits.measurements_per_metric
        ),
        (2 << 20, 4)
    );
    assert!(settings.argo_web_body);
    let prometheus = settings.prometheus.unwrap();
    assert_eq!(
        prometheus.headers,
        [("Authorization".to_owned(), Secret::Env("PROM_TOKEN".into()))]
    );
    assert_eq!(prometheus.bearer, Some(Secret::File("/run/token".into())));
    assert_eq!(prometheus.ca.as_deref(), Some("/ca.pem"));
}

#[test]
fn what_a_service_is_told() {
    let text = config(
        "{listen: '0.0.0.0:7733', publicUrl: 'https://serin.example.com/', store: {url: 'sqlite://data/x.db'}, analyses: [./a], \
         tokens: [{name: ci, sha256: 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08, roles: [run, read]}], \
         hooks: [{name: r, url: 'http://x/hook', secret: {env: X}, previousSecret: {file: y}, events: [run.started, run.finished], giveUpAfter: 2d}], \
         gates: {repeatFor: 90s}, retention: {runs: 30d, windows: 36h}, log: {format: json, level: warn}, \
         limits: {activeRuns: 3, requestsPerSecond: 7, concurrentRequests: 8, connections: 9, eventStreams: 10, headerReadTimeout: 2s, requestTimeout: 1m}}",
    );
    assert_eq!(validated(&text), "");
    let settings = read(&text).0.config().unwrap().0.unwrap();
    assert_eq!(settings.listen.to_string(), "0.0.0.0:7733");
    assert_eq!(settings.public_url.as_deref(), Some("https://serin.example.com"));
    assert_eq!(settings.store_url, "sqlite://data/x.db");
    assert_eq!(settings.analyses, ["./a"]);
    let token = &settings.tokens[0];
    assert_eq!(
        (token.name.as_str(), token.sha256[0], token.sha256[31]),
        ("ci", 0x9f, 0x08)
    );
    assert_eq!(token.roles, [Role::Run, Role::Read]);
    let hook = &settings.hooks[0];
    assert_eq!((hook.name.as_str(), hook.url.as_str()), ("r", "http://x/hook"));
    assert_eq!(hook.secret, Secret::Env("X".into()));
    assert_eq!(hook.previous_secret, Some(Secret::File("y".into())));
    assert_eq!(hook.events, [HookEvent::RunStarted, HookEvent::RunFinished]);
    assert_eq!(hook.give_up_after, Duration::from_secs(2 * 86_400));
    assert_eq!(settings.repeat_for, Duration::from_secs(90));
    let retention = settings.retention;
    assert_eq!(
        (retention.runs.as_secs(), retention.windows.as_secs()),
        (30 * 86_400, 36 * 3600)
    );
    assert_eq!(
        (settings.log.format, settings.log.level),
        (LogFormat::Json, LogLevel::Warn)
    );
    let limits = settings.limits;
    assert_eq!(
        (
            limits.active_runs,
            limits.requests_per_second,
            limits.concurrent_requests
        ),
        (3, 7, 8)
    );
    assert_eq!((limits.connections, limits.event_streams), (9, 10));
    assert_eq!(
        (
            limits.header_read_timeout.as_secs(),
            limits.request_timeout.as_secs()
        ),
        (2, 60)
    );
}

#[test]
fn what_is_left_out_has_its_default() {
    let settings = read(&config(
        "{hooks: [{name: r, url: 'http://x', secret: {value: y}}]}",
    ))
    .0
    .config()
    .unwrap()
    .0
    .unwrap();
    assert_eq!(settings.hooks[0].events, [HookEvent::RunFinished]);
    assert_eq!(settings.hooks[0].give_up_after, Duration::from_secs(86_400));
    let expected = Settings {
        hooks: settings.hooks.clone(),
        ..Settings::default()
    };
    assert_eq!(settings, expected);
    // Windows go with their run.
    let short = read(&config("{retention: {runs: 3d}}"))
        .0
        .config()
        .unwrap()
        .0
        .unwrap();
    assert_eq!(short.retention.windows, Duration::from_secs(3 * 86_400));
}

#[test]
fn local_addresses_need_no_tokens() {
    for address in [
        "127.0.0.1:0",
        "127.8.0.1:1",
        "[::1]:7733",
        "localhost:7733",
        "[::ffff:127.0.0.1]:7733",
    ] {
        assert_eq!(
            validated(&config(&format!("{{listen: '{address}'}}"))),
            "",
            "{address}"
        );
    }
    for address in [
        "0.0.0.0:7733",
        "10.0.0.1:7733",
        "[::]:7733",
        "[::ffff:10.0.0.1]:7733",
    ] {
        let found = found(&read(&config(&format!("{{listen: '{address}'}}"))).0.validate());
        assert_eq!(
            found,
            [format!(
                "`{address}`, which other machines can reach, and no `tokens`"
            )]
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, which is best read in one piece")]
fn what_is_refused() {
    let cases = [
        ("{limits: {bodyBytes: 1XB}}", "\"1XB\""),
        ("{limits: {bodyBytes: 0}}", "\"0\""),
        ("{limits: {measurementsPerMetric: 0}}", "the number 0"),
        (
            "{limits: {measurementsPerMetric: many}}",
            "the text \"many\" for `measurementsPerMetric`",
        ),
        (
            "{providers: {prometheus: {address: 'prometheus:9090'}}}",
            "\"prometheus:9090\" without scheme and host",
        ),
        (
            "{providers: {prometheus: {bearer: {env: A, file: B}}}}",
            "a secret with none or several sources",
        ),
        (
            "{providers: {prometheus: {bearer: {env: A}, basic: {username: u, password: {env: P}}}}}",
            "both `bearer` and `basic`",
        ),
        (
            "{providers: {prometheus: {headers: [{name: a, key: b, value: c}]}}}",
            "a header without one name",
        ),
        ("{lisen: x}", "unknown field `lisen` in `spec`"),
        ("{listen: '7733'}", "\"7733\""),
        ("{listen: 'serin.example.com:7733'}", "\"serin.example.com:7733\""),
        ("{listen: '127.0.0.1:70000'}", "\"127.0.0.1:70000\""),
        (
            "{publicUrl: serin.example.com}",
            "\"serin.example.com\" without scheme and host",
        ),
        (
            "{store: {url: 'postgres://x/y'}}",
            "a store in postgres, which this version does not have",
        ),
        ("{store: {url: 'serin.db'}}", "\"serin.db\""),
        ("{store: {url: 'sqlite://'}}", "\"sqlite://\""),
        ("{analyses: ['']}", "\"\""),
        (
            "{tokens: [{name: a, sha256: hunter2, roles: [run]}]}",
            "7 characters that are no SHA-256",
        ),
        (
            "{tokens: [{name: '', sha256: SHA, roles: [run]}]}",
            "an empty name",
        ),
        ("{tokens: [{name: a, sha256: SHA, roles: []}]}", "no role"),
        (
            "{tokens: [{name: a, sha256: SHA, roles: [run]}, {name: a, sha256: SHA, roles: [run]}]}",
            "a second token `a`",
        ),
        (
            "{hooks: [{name: a, url: 'ftp://x', secret: {env: A}}]}",
            "the scheme \"ftp\" in \"ftp://x\"",
        ),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {}}]}",
            "a secret with none or several sources",
        ),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {env: A}, previousSecret: {env: A, file: B}}]}",
            "a secret with none or several sources",
        ),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {env: A}, events: []}]}",
            "no event",
        ),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {env: A}, giveUpAfter: 1y}]}",
            "time: unknown unit \"y\" in duration \"1y\"",
        ),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {env: A}}, {name: a, url: 'http://x', secret: {env: A}}]}",
            "a second hook `a`",
        ),
        ("{gates: {repeatFor: 0s}}", "\"0s\""),
        ("{retention: {runs: soon}}", "time: invalid duration \"soon\""),
        ("{limits: {activeRuns: 0}}", "the number 0"),
        ("{limits: {requestsPerSecond: -1}}", "the number -1"),
        (
            "{limits: {headerReadTimeout: 10}}",
            "the number 10 for `headerReadTimeout`",
        ),
    ];
    for (spec, expected) in cases {
        let spec = &spec.replace("SHA", &"0a".repeat(32));
        let (documents, mut report) = read(&config(spec));
        report.extend(documents.validate());
        assert_eq!(found(&report), [expected], "{spec}");
        assert!(documents.config().is_err(), "{spec}");
    }
    let two = format!("{}---\n{}", config("{}"), config("{}"));
    assert_eq!(found(&read(&two).0.config().unwrap_err()), ["a second Config"]);
}

#[test]
fn words_that_do_not_exist_are_named_with_those_that_do() {
    let token = format!(
        "{{tokens: [{{name: a, sha256: {}, roles: [write]}}]}}",
        "0a".repeat(32)
    );
    for (spec, wrong, known) in [
        (token.as_str(), "write", "admin"),
        (
            "{hooks: [{name: a, url: 'http://x', secret: {env: A}, events: [run.ended]}]}",
            "run.ended",
            "run.finished",
        ),
        ("{log: {format: text}}", "text", "human"),
        ("{log: {level: verbose}}", "verbose", "debug"),
    ] {
        let (_, report) = read(&config(spec));
        let [only] = report.as_slice() else {
            panic!("{spec}: {report:?}")
        };
        assert!(
            only.is_error() && only.found.contains(wrong) && only.expected.contains(known),
            "{only:?}"
        );
    }
    // The token itself is in no message.
    let (documents, _) = read(&config("{tokens: [{name: a, sha256: hunter2, roles: [run]}]}"));
    assert!(!format!("{:?}", documents.validate()).contains("hunter2"));
}
