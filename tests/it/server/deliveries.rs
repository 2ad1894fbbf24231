//! Deliveries, as the API shows them and sends them again.

use serde_json::{Value, json};

use super::rig::{Service, says};
use crate::peers::scripted::Scripted;
use crate::peers::wait_for;

#[tokio::test]
async fn what_was_given_up_is_shown_and_sent_again_with_the_same_id() {
    let receiver = Scripted::start(|asked| match asked {
        0 => (410, "text/plain", "no more".to_owned()),
        _ => (200, "text/plain", String::new()),
    })
    .await;
    let hook = format!(
        "hooks: [{{name: rollouts, url: '{}', secret: {{value: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}}}]",
        receiver.address()
    );
    let (service, good) = (Service::start(&hook).await, says("1").await);
    let id = service.run("quick", &good).await;
    let in_state = async |state: &str| -> Value {
        wait_for("the delivery is in this state", async || {
            let (_, list) = service.get(&format!("/api/v1/deliveries?state={state}")).await;
            list["deliveries"].get(0).cloned()
        })
        .await
    };
    let given_up = in_state("given_up").await;
    assert_eq!(
        (&given_up["run"], &given_up["hook"], &given_up["event"]),
        (&json!(id), &json!("rollouts"), &json!("run.finished"))
    );
    assert!(
        given_up["lastError"].as_str().unwrap().contains("410"),
        "{given_up}"
    );
    let (_, run) = service.get(&format!("/api/v1/runs/{id}")).await;
    assert_eq!(run["deliveries"][0]["state"], "given_up");
    let path = format!("/api/v1/deliveries/{}/resend", given_up["id"].as_str().unwrap());
    let (status, pending) = service.post(&path, &json!({})).await;
    assert_eq!((status.as_u16(), &pending["state"]), (200, &json!("pending")));
    let delivered = in_state("delivered").await;
    assert_eq!(
        (&delivered["id"], &delivered["attempts"]),
        (&given_up["id"], &json!(2))
    );
    let ids = receiver.header("webhook-id");
    assert_eq!(
        ids,
        [given_up["id"].as_str().unwrap(), given_up["id"].as_str().unwrap()]
    );
    let (_, figures) = service.get("/metrics").await;
    for line in [
        "serin_delivery_attempts_total{hook=\"rollouts\",outcome=\"delivered\"} 1",
        "serin_delivery_attempts_total{hook=\"rollouts\",outcome=\"failed\"} 1",
        "serin_deliveries_given_up_total{hook=\"rollouts\"} 1",
        "serin_delivery_overdue_seconds{hook=\"rollouts\"} 0.0",
    ] {
        assert!(
            figures.as_str().unwrap().lines().any(|found| found == line),
            "{line}: {figures}"
        );
    }
    for (path, status) in [
        ("/api/v1/deliveries?state=lost", 400),
        ("/api/v1/deliveries?limit=0", 400),
    ] {
        assert_eq!(service.get(path).await.0, status, "{path}");
    }
    let (status, _) = service
        .post("/api/v1/deliveries/nothing/resend", &json!({}))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_named_before_anything_starts() {
    let files = crate::binary::Files::empty();
    let config = "apiVersion: serin.dev/v1\nkind: Config\nspec: {listen: '127.0.0.1:0', hooks: [{name: rollouts, url: 'http://127.0.0.1:1', secret: {env: SERIN_NO_SUCH}}]}\n";
    let path = files.write("serin.yaml", config.as_bytes());
    let ended = crate::binary::run(["serve", "--config", &path], crate::binary::AT_ONCE).await;
    assert!(matches!(ended.code, Some(2 | 4)), "{ended:?}");
    assert!(
        ended.stderr.contains("hook `rollouts`") && ended.stderr.contains("SERIN_NO_SUCH"),
        "{}",
        ended.stderr
    );
}
