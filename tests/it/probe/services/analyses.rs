//! A probe as a step of a journey as a metric.

use crate::binary::{Files, run};
use crate::peers::redis::Redis;

#[tokio::test]
async fn a_journey_of_probes_is_a_metric() {
    let mut server = Redis::start(&[]).await;
    let text = format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: queue}}\nspec:\n  steps:\n  - name: length\n    \
         redis: {{address: '127.0.0.1:{}', command: [LLEN, jobs]}}\n    \
         assert: [{{condition: result.reply < 100}}]\n---\n\
         apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: release}}\nspec:\n  metrics:\n  - name: queue\n    \
         interval: 200ms\n    count: 3\n    successCondition: result.failed == 0 && result.runs > 0\n    \
         provider: {{journey: {{name: queue}}}}\n",
        server.port()
    );
    let (_files, path) = Files::one(&text);
    let ended = run(["run", &path, "--output", "json"], super::super::PATIENCE).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    server.kill().await;
    let ended = run(["run", &path, "--output", "json"], super::super::PATIENCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("connect_refused"), "{ended:?}");
}
