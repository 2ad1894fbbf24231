//! Test data: removed whatever happened, and named when it could not be.

use axum::http::Method;

use super::{CHECKOUT, Manners, Shop, arm, files, probe, probed};

#[tokio::test]
async fn what_teardown_could_not_remove_is_counted_named_and_kept() {
    let shop = Shop::open(Manners {
        version: "v1",
        token: "t",
        keeps_orders: true,
        ..Manners::default()
    })
    .await;
    let (files, path) = files(CHECKOUT);
    let leaks = files.folder().join("leaks.csv").display().to_string();
    let janitor = ["--janitor", "--leaks", leaks.as_str()];
    let nothing = probe(&janitor).await;
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    for _ in 0..2 {
        let result = probed(0, &[&path, "--target", shop.address(), "--leaks", &leaks]).await;
        assert_eq!(
            (&result["outcome"], &result["journeys"][0]["leakCount"]),
            (&"degraded".into(), &1.into())
        );
        let named = result["journeys"][0]["leaks"][0].as_str().unwrap();
        assert!(named.starts_with("order serin-"), "{named}");
    }
    let listed = probe(&janitor).await;
    assert_eq!(listed.code, Some(1), "{listed:?}");
    assert!(
        listed.stdout.contains("2 pieces of test data are left"),
        "{}",
        listed.stdout
    );
    let json = probed(1, &janitor).await;
    let all = json["leaks"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{json}");
    let tag = all[0]["tag"].as_str().unwrap();
    assert!(
        tag.starts_with("serin-") && all[0]["data"] == format!("order {tag}"),
        "{json}"
    );
    // The file is the rows of a journey that cleans up.
    let clean = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: clean}
spec:
  data: {csv: leaks.csv}
  steps:
  - {name: remove, request: {method: DELETE, url: "/orders/{{data.tag}}"}, assert: [{status: 200}]}
"#;
    let clean = files.write("clean.yaml", clean.as_bytes());
    let open = super::shop().await;
    probed(0, &[&clean, "--target", open.address()]).await;
    assert_eq!(open.count(&Method::DELETE, &format!("/orders/{tag}")), 1);
    files.write("leaks.csv", b"a,b\n1,2\n");
    assert_eq!(probe(&janitor).await.code, Some(2));
}

#[tokio::test]
async fn teardown_runs_after_a_failure_too() {
    let shop = super::shop().await;
    let (_files, path) = files(&CHECKOUT.replace("count: {min: 3}", "count: {min: 4}"));
    let result = probed(1, &[&path, "--target", shop.address()]).await;
    assert_eq!(arm(&result)["runs"]["failed"], 1, "{result}");
    assert_eq!(shop.count(&Method::DELETE, "/orders/serin-"), 1);
}
