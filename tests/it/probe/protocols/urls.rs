use serde_json::json;
use tokio::net::TcpListener;

use super::super::{arm, probe, probed};
use super::found;
use crate::peers::nsd::Nsd;

#[tokio::test]
async fn urls_of_protocols_are_journeys_of_one_step() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let result = probed(0, &[&format!("tcp://{address}")]).await;
    assert_eq!(found(arm(&result), "tcp")["address"], json!(address.to_string()));
    let names = Nsd::start().await;
    let url = format!("dns://{}/shop.test?type=MX", names.address);
    for output in ["human", "html", "junit"] {
        let ended = probe(&[&url, "--output", output]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        for said in ["answers rightly", "10 mail.shop.test.", "NOERROR"] {
            assert!(ended.stdout.contains(said), "{said}: {}", ended.stdout);
        }
    }
    drop(listener);
    let ended = probe(&[&format!("tcp://{address}")]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stdout.contains("resolves") && ended.stdout.contains("connect_refused"),
        "{}",
        ended.stdout
    );
    let ended = probe(&["redis://ann:s3cret@localhost"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(!ended.all().contains("s3cret"), "{ended:?}");
}
