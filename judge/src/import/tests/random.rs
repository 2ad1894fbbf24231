//! Whatever is read: what is written is read again as it was meant, and is valid.

use proptest::prelude::*;
use serde_json::Value;

use super::wrong;
use crate::analysis::{Source, YamlLimits, read_yaml};
use crate::import::yaml::{Map, Yaml, written};
use crate::import::{Tool, import};

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[-:#{}\\[\\],&*!|>'\"%@`~ \n\ttrueno0-9.]{0,12}",
        Just("null".to_owned()),
        Just("0x1f".to_owned()),
        Just("1e3".to_owned()),
        Just("<<".to_owned()),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(texts(), inner, 0..5)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

/// Whether the keys are ones that are written: `<<` merges maps, and the rest of them is about length.
fn has_odd_key(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_odd_key),
        Value::Object(entries) => entries
            .iter()
            .any(|(key, value)| key == "<<" || has_odd_key(value)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn trees_are_read_as_they_were_written(value in values(), remark in texts()) {
        prop_assume!(!has_odd_key(&value));
        let mut map = Map::tall();
        map.put_remarked(vec![remark.clone()], "value", Yaml::from(&value));
        map.put("list", vec![Yaml::from(&value), Map::tall().with("a", Yaml::from(&value)).with("b", true).into()]);
        let text = written(&map);
        let mut report = Vec::new();
        let source = std::sync::Arc::new(Source::new("a.yaml", &text));
        let nodes = read_yaml(&source, YamlLimits::TESTS, &mut report);
        prop_assert!(report.is_empty(), "{}\n{text}", report[0]);
        let read = nodes[0].to_json();
        prop_assert_eq!(&read["value"], &value, "{}", text);
        prop_assert_eq!(&read["list"][0], &value, "{}", text);
        prop_assert_eq!(&read["list"][1]["a"], &value, "{}", text);
    }

    #[test]
    fn whatever_is_pasted_is_valid_or_refused(text in texts(), option in 0_usize..24) {
        let options = [
            "-d", "-H", "-u", "-b", "-F", "-A", "-e", "-X", "-m", "--json", "--data-urlencode", "--url", "--cacert", "--retry",
            "--max-redirs", "--cert", "-T", "-G -d", "--form-string", "-H X-A:", "--oauth2-bearer", "--url-query", "-r", "--data-binary",
        ];
        let quoted = text.replace('\'', "'\\''");
        let command = format!("curl http://h/a {} '{quoted}'", options[option]);
        check(Tool::Curl, &command)?;
        check(Tool::Curl, &format!("curl '{quoted}'"))?;
    }

    #[test]
    fn whatever_is_a_header_is_valid_or_refused(name in texts(), value in texts()) {
        check(Tool::Hurl, &format!("GET http://h/{name}\n{name}: {value}\nHTTP 200\n{value}: {name}\n[Captures]\n{name}: header \"{value}\"\n"))?;
        check(Tool::Hurl, &format!("POST http://h\n[Form]\na: {value}\n```\n{value}```\nHTTP *\n[Asserts]\njsonpath \"{name}\" == \"{value}\"\n"))?;
        let gatus = serde_json::json!({"endpoints": [{"name": name, "url": format!("http://{value}"), "headers": {"X-A": value}, "body": value, "conditions": [format!("[BODY].{name} == {value}"), value]}]});
        check(Tool::Gatus, &gatus.to_string())?;
        let blackbox = serde_json::json!({"modules": {"a": {"prober": "http", "http": {"headers": {"X-A": value}, "body": value, "fail_if_body_matches_regexp": [name]}}, "b": {"prober": "tcp", "tcp": {"query_response": [{"expect": name, "send": value}]}}}});
        check(Tool::Blackbox, &blackbox.to_string())?;
        let item = serde_json::json!({"name": name, "event": [{"listen": "test", "script": {"exec": [value, format!("pm.expect(pm.response.json().{name}).to.eql(\"{value}\")")]}}], "request": {"method": "POST", "url": format!("{{{{base}}}}/{name}"), "header": [{"key": "X-A", "value": value}], "body": {"mode": "raw", "raw": value}}});
        let postman = serde_json::json!({"info": {"name": name, "schema": "x/v2.1.0/x"}, "variable": [{"key": "base", "value": value}], "item": [item]});
        check(Tool::Postman, &postman.to_string())?;
    }
}

fn check(tool: Tool, text: &str) -> Result<(), TestCaseError> {
    match import(tool, Source::new("a", text)) {
        Err(refused) => {
            prop_assert!(!refused.is_empty());
            refused.iter().for_each(|diagnostic| drop(diagnostic.to_string()));
        }
        Ok(imported) => {
            let wrong = wrong(&imported.yaml);
            prop_assert!(wrong.is_empty(), "{text}\n{}\n{}", wrong[0], imported.yaml);
        }
    }
    Ok(())
}
