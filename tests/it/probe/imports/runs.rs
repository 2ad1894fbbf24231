//! Imported checks that are run.

use super::recorder::Recorder;
use super::{folder, imported};
use crate::binary::{AT_ONCE, run};
use crate::probe::{arm, probed, shop, step};

#[tokio::test]
async fn a_file_of_hurl_hands_on_what_it_captures() {
    let shop = shop().await;
    let text = format!(
        "POST {0}/login\n{{\"user\": \"ann\"}}\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.token\"\n[Asserts]\nheader \"Content-Type\" startsWith \"application/json\"\n\n\
         POST {0}/orders\nAuthorization: Bearer {{{{token}}}}\n{{\"item\": {{{{item}}}}}}\nHTTP 201\n[Captures]\nid: jsonpath \"$.id\"\n\n\
         GET {0}/items\n[Options]\nretry: 2\nHTTP *\n[Asserts]\nstatus < 300\njsonpath \"$.items\" count == 3\njsonpath \"$.items\" includes 2\n\n\
         DELETE {0}/orders/{{{{id}}}}\nHTTP 200\n",
        shop.address()
    );
    let files = folder();
    let (path, said) = imported(&files, "hurl", &text).await;
    assert_eq!(said.stderr, "", "{}", said.stdout);
    let result = probed(0, &[&path, "--arg", "item=7"]).await;
    assert_eq!(arm(&result)["steps"].as_array().unwrap().len(), 4, "{result}");
    let seen = shop.seen();
    assert_eq!(seen[1].headers["authorization"], "Bearer tok-1");
    assert_eq!(seen[1].body, br#"{"item": 7}"#.as_slice());
    assert_eq!(seen[3].path, "/orders/7");
}

#[tokio::test]
async fn a_suite_of_gatus_cleans_up_whatever_happens() {
    let shop = shop().await;
    let text = format!(
        "suites:\n- name: orders\n  context: {{item: \"1\"}}\n  endpoints:\n  \
         - {{name: create, url: \"{0}/orders\", method: POST, body: '{{\"item\": \"[CONTEXT].item\"}}', conditions: ['[STATUS] == 201'], store: {{id: '[BODY].id'}}}}\n  \
         - {{name: broken, url: \"{0}/nowhere\", conditions: ['[STATUS] == 200']}}\n  \
         - {{name: remove, url: \"{0}/orders/[CONTEXT].id\", method: DELETE, always-run: true, conditions: ['[STATUS] == 200']}}\n",
        shop.address()
    );
    let files = folder();
    let (path, said) = imported(&files, "gatus", &text).await;
    assert_eq!(said.stderr, "", "{}", said.stdout);
    let result = probed(1, &[&path]).await;
    assert_eq!(
        step(arm(&result), "broken")["failures"]["status_mismatch"],
        1,
        "{result}"
    );
    let seen = shop.seen();
    assert_eq!(seen[0].body, br#"{"item": "1"}"#.as_slice());
    assert_eq!(
        (seen[2].method.as_str(), seen[2].path.as_str()),
        ("DELETE", "/orders/7")
    );
}

#[tokio::test]
async fn a_collection_of_postman_logs_in_and_asks_as_it_says() {
    let shop = shop().await;
    let collection = serde_json::json!({
        "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{jwt}}"}]},
        "variable": [{"key": "base", "value": shop.address().trim_start_matches("http://")}],
        "item": [
            {"name": "login", "event": [{"listen": "test", "script": {"exec": ["pm.environment.set('jwt', pm.response.json().token);"]}}],
             "request": {"method": "POST", "auth": {"type": "noauth"}, "url": "{{base}}/login", "body": {"mode": "urlencoded", "urlencoded": [{"key": "user", "value": "ann lee"}]}}},
            {"name": "items", "event": [{"listen": "test", "script": {"exec": ["pm.test('ok', () => pm.response.to.have.status(200));", "pm.expect(pm.response.json().items).to.have.lengthOf(3);"]}}],
             "request": {"method": "GET", "url": {"raw": "{{base}}/items"}}}
        ]
    });
    let files = folder();
    let (path, said) = imported(&files, "postman", &collection.to_string()).await;
    assert_eq!(said.stderr, "", "{}", said.stdout);
    probed(0, &[&path]).await;
    let seen = shop.seen();
    assert_eq!(seen[0].body, b"user=ann+lee".as_slice());
    assert_eq!(seen[0].headers.get("authorization"), None);
    assert_eq!(seen[1].headers["authorization"], "Bearer tok-1");
}

#[tokio::test]
async fn a_module_of_blackbox_exporter_asks_whoever_is_named() {
    let recorder = Recorder::start().await;
    let text = "modules:\n  http_post_2xx:\n    prober: http\n    http:\n      method: POST\n      headers: {Content-Type: application/json}\n      \
                body: '{\"a\": 1}'\n      fail_if_header_matches: [{header: X-No, regexp: 'x', allow_missing: true}]\n      fail_if_body_matches_regexp: ['oops']\n";
    let files = folder();
    let (path, said) = imported(&files, "blackbox", text).await;
    assert_eq!(said.stderr, "", "{}", said.stdout);
    let target = format!("target={}", recorder.address);
    probed(0, &[&path, "--arg", &target]).await;
    let seen = recorder.take();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].body.as_slice()),
        ("POST", br#"{"a": 1}"#.as_slice())
    );
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    // An expression that is found fails.
    let (path, _) = imported(&files, "blackbox", &text.replace("oops", "[{]")).await;
    let result = probed(1, &[&path, "--arg", &target]).await;
    assert!(result.to_string().contains("assert_failed"), "{result}");
    let ended = run(["validate", &path], AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}
