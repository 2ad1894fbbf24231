//! Something at the address of Prometheus that is none, or one that has nothing to say: through the whole binary.

use futures::future::join_all;

use crate::binary::{AT_ONCE, Ended, Files, run};
use crate::peers::faults::{Fault, FaultServer, reply};

fn metric(address: &str, condition: &str) -> String {
    format!(
        r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: asked}}
spec:
  metrics:
  - name: success-rate
    count: 1
    consecutiveErrorLimit: 0
    successCondition: {condition}
    provider: {{prometheus: {{address: "{address}", query: up, timeout: 1s}}}}
"#
    )
}

async fn asked(address: &str, condition: &str) -> Ended {
    let (_files, path) = Files::one(&metric(address, condition));
    run(["run", &path], AT_ONCE).await
}

fn said(text: &str) -> Fault {
    reply("200 OK", "application/json", text)
}

#[tokio::test]
async fn answers_that_are_none_end_the_run_as_broken() {
    let error = r#"{"status":"error","errorType":"execution","error":"no space left on device"}"#;
    let cases = [
        (
            reply("200 OK", "text/html", "<html>Sign in</html>"),
            "<html>Sign in</html>",
        ),
        (reply("500 Internal Server Error", "text/plain", "oops"), "500"),
        (
            reply("503 Service Unavailable", "application/json", error),
            "no space left on device",
        ),
        (said(error), "no space left on device"),
        (said(r#"{"status":"success"}"#), "success"),
        (said("{"), "breaks off after 1 bytes"),
        (Fault::Endless, "larger than the limit"),
        (Fault::Cut(r#"{"status":"#.into()), "broke off"),
        (Fault::Drip, "1s"),
        (Fault::Silent, "1s"),
        (Fault::Loop, "302"),
    ];
    let runs = cases.map(|(fault, expected)| async move {
        let server = FaultServer::start(fault.clone()).await;
        let ended = asked(server.address(), "result[0] >= 0.95").await;
        assert_eq!(ended.code, Some(4), "{fault:?}: {ended:?}");
        let stdout = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in [
            "INCONCLUSIVE asked",
            "reasons: provider_error",
            "success-rate: Error",
            expected,
        ] {
            assert!(
                stdout.contains(expected),
                "{fault:?}, {expected}: {}",
                ended.stdout
            );
        }
    });
    join_all(runs).await;
}

#[tokio::test]
async fn no_data_is_no_success() {
    let vector = |result: &str| {
        said(&format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#
        ))
    };
    for (answer, condition, code, expected) in [
        (vector(""), "result[0] >= 0.95", 4, "no data"),
        // Whoever asks for emptiness gets it.
        (vector(""), "len(result) == 0", 0, "[]"),
        (
            vector(r#"{"metric":{},"value":[1,"NaN"]}"#),
            "result[0] >= 0.95",
            1,
            "[NaN]",
        ),
        (
            vector(r#"{"metric":{},"value":[1,"0.97"]}"#),
            "result[0] >= 0.95",
            0,
            "[0.97]",
        ),
        (
            vector(r#"{"metric":{},"value":[1,"0.97"]}"#),
            "result >= 0.95",
            4,
            "mismatched types",
        ),
    ] {
        let server = FaultServer::start(answer.clone()).await;
        let ended = asked(server.address(), condition).await;
        assert_eq!(ended.code, Some(code), "{answer:?}, {condition}: {ended:?}");
        assert!(
            ended.stdout.contains(expected),
            "{answer:?}, {condition}, {expected}: {}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn addresses_that_lead_nowhere_end_the_run_as_broken() {
    for (address, expected) in [
        ("http://no-such-host.invalid:9090", "no-such-host.invalid"),
        ("http://127.0.0.1:1", "no connection"),
        ("https://127.0.0.1:1", "no connection"),
    ] {
        let ended = asked(address, "result[0] >= 0.95").await;
        assert_eq!(ended.code, Some(4), "{address}: {ended:?}");
        assert!(
            ended.stdout.contains(expected),
            "{address}, {expected}: {}",
            ended.stdout
        );
    }
    let ended = asked("prometheus:9090", "result[0] >= 0.95").await;
    assert!(matches!(ended.code, Some(2 | 4)), "{ended:?}");
    assert!(ended.all().contains("http://"), "{ended:?}");
}
