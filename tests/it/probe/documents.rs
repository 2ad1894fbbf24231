//! What is wrong before anything is asked: exit code 2, with the place.

use super::{CHECKOUT, files, probe, probed, shop};

#[tokio::test]
async fn mistakes_have_a_place_and_nobody_is_asked() {
    let shop = shop().await;
    let target = ["--target", shop.address()];
    for (from, to, expected) in [
        ("url: /items", "ulr: /items", &["did you mean `url`", "^"][..]),
        ("\"Bearer {{token}}\"", "x", &[]),
        (
            "bearer: \"{{token}}\"",
            "bearer: \"{{tokn}}\"",
            &["tokn", "did you mean `token`", "^"],
        ),
        (
            "url: /items",
            "url: 'http://ann:pass@shop.test/items'",
            &["credentials in a URL", "^"],
        ),
        (
            "spec:\n",
            "spec:\n  target: http://ann@shop.test\n",
            &["credentials in a URL", "^"],
        ),
        ("count: {min: 3}", "count: {min: many}", &["^"]),
        ("status: 201", "condition: 'result.status == '", &["^"]),
    ] {
        let text = CHECKOUT.replace(from, to);
        if text == CHECKOUT {
            continue;
        }
        let (_files, path) = files(&text);
        let ended = probe(&[&[path.as_str()][..], &target].concat()).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{to}: {ended:?}"
        );
        assert!(
            ended.stderr.contains("analysis.yaml:") && ended.stderr.contains("nothing was probed"),
            "{ended:?}"
        );
        for expected in expected {
            assert!(
                ended.stderr.contains(expected),
                "{to}, {expected}: {}",
                ended.stderr
            );
        }
    }
    assert_eq!(shop.seen().len(), 0);
}

#[tokio::test]
async fn wrong_arguments_are_refused_with_the_reason() {
    let (_files, path) = files(CHECKOUT);
    let path = path.as_str();
    let analysis = crate::binary::repository("analyses/success-rate.yaml");
    for (arguments, expected) in [
        (&[][..], "FILE|URL"),
        (&[path], "has no target; give --target"),
        (&[path, "--target", "no url"], "nothing was probed"),
        (&[path, "--canary", "http://a"], "--stable"),
        (
            &[
                path, "--target", "http://a", "--stable", "http://b", "--canary", "http://c",
            ],
            "cannot be used with",
        ),
        (&[path, "--rate", "5"], "--for"),
        (
            &[path, "--rate", "5", "--concurrency", "5", "--for", "1s"],
            "cannot be used with",
        ),
        (&[path, "--once", "--for", "1s"], "cannot be used with"),
        (&[path, "--rate", "0", "--for", "1s"], "above 0"),
        (&[path, "--for", "0s"], "above 0"),
        (
            &[path, "--target", "http://a", "--arg", "x=1"],
            "nothing was probed",
        ),
        (&[path, "--journey", "chekout"], "did you mean `checkout`"),
        (&[&analysis], "kind Journey"),
        (&["missing.yaml"], "No such file"),
        (&["http://"], "is no URL"),
        (&["http://ann:s3cret@localhost/"], "others can see"),
        (&["--janitor"], "--leaks"),
        (
            &[path, "--output", "xml"],
            "[possible values: human, json, junit, html, hdr]",
        ),
    ] {
        let ended = probe(arguments).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {ended:?}"
        );
        assert!(
            ended.stderr.contains(expected),
            "{arguments:?}, {expected}: {}",
            ended.stderr
        );
        assert!(arguments[..].iter().any(|part| part.contains("s3cret")) || !ended.stderr.contains("s3cret"));
    }
}

#[tokio::test]
async fn accounts_are_leased_one_a_run_and_rows_come_in_order() {
    let shop = shop().await;
    let text = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: accounts}
spec:
  args: [{name: shop, value: none}]
  accounts: {csv: accounts.csv}
  data: {json: rows.json}
  steps:
  - name: login
    request: {method: POST, url: /login, json: {user: "{{account.user}}", item: "{{data.item}}", shop: "{{args.shop}}"}}
"#;
    let (files, path) = files(text);
    files.write("accounts.csv", b"user,password\nann,pw-one-1\nbob,pw-two-2\n");
    files.write("rows.json", br#"[{"item": 1}, {"item": "two"}]"#);
    let arguments = [
        &path,
        "--target",
        shop.address(),
        "--arg",
        "shop=north",
        "--concurrency",
        "2",
        "--for",
        "500ms",
    ];
    let result = probed(0, &arguments).await;
    let bodies: Vec<serde_json::Value> = shop
        .seen()
        .iter()
        .map(|seen| serde_json::from_slice(&seen.body).unwrap())
        .collect();
    assert!(bodies.len() >= 4, "{result}");
    for user in ["ann", "bob"] {
        assert!(bodies.iter().any(|body| body["user"] == user), "{bodies:?}");
    }
    // A value that is one placeholder keeps its type.
    assert!(
        bodies.iter().any(|body| body["item"] == 1) && bodies.iter().any(|body| body["item"] == "two"),
        "{bodies:?}"
    );
    assert!(bodies.iter().all(|body| body["shop"] == "north"));
    // A file that is not there is a mistake in the document.
    std::fs::remove_file(files.folder().join("accounts.csv")).unwrap();
    let ended = probe(&[&path, "--target", shop.address()]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("accounts.csv") && ended.stderr.contains('^'),
        "{}",
        ended.stderr
    );
}
