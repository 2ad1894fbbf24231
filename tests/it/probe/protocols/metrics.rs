use tokio::net::TcpListener;

use crate::binary::{Files, run};
use crate::probe::PATIENCE;

/// A journey of one step as a metric, and a `Config` where there is one.
fn analysis(step: &str, condition: &str, config: &str) -> String {
    let journey = super::journey(&format!("  - name: s\n    {step}\n"));
    format!(
        "{journey}---\napiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: a}}\nspec:\n  metrics:\n  - name: m\n    \
         successCondition: '{condition}'\n    provider: {{journey: {{name: checks}}}}\n{config}"
    )
}

async fn verdict(document: &str) -> crate::binary::Ended {
    let (_files, path) = Files::one(document);
    run(["run", &path], PATIENCE).await
}

#[tokio::test]
async fn what_a_probe_finds_decides_a_metric() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let step = format!("tcp: {{address: '{address}'}}");
    for (condition, code) in [
        ("result.failed == 0", 0),
        (&*format!("result.steps.s.found.address == \"{address}\""), 0),
        ("result.steps.s.found.text != \"\"", 1),
    ] {
        let ended = verdict(&analysis(&step, condition, "")).await;
        assert_eq!(ended.code, Some(code), "{condition}: {ended:?}");
    }
}

#[tokio::test]
async fn a_metric_runs_programs_only_where_the_settings_say_so() {
    let step = "command: {run: [echo, hello]}";
    let refused = verdict(&analysis(step, "result.failed == 0", "")).await;
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(refused.all().contains("allowCommands: true"), "{refused:?}");
    let config = "---\napiVersion: serin.dev/v1\nkind: Config\nspec:\n  probes: {allowCommands: true}\n";
    let ended = verdict(&analysis(step, "result.failed == 0", config)).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
