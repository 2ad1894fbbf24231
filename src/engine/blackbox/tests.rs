use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, json};
use serin_judge::analysis::plan::journey::{Allowance, Budget, FailureClass};
use serin_judge::analysis::{Files, Source};
use serin_judge::blackbox::Modules;

use super::{Blackbox, ProbeOrder, Refusal, ScrapeTimeout, limit};
use crate::engine::journeys::SharedBudgets;
use crate::engine::ports::{Scripted, ScriptedProbe};

/// One file, `password`.
struct OneFile;

impl Files for OneFile {
    fn read(&self, _document: &str, path: &str) -> Result<Bytes, String> {
        match path {
            "password" => Ok("hunter2\n".into()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

fn blackbox(modules: &str, prober: ScriptedProbe, budget: Budget) -> Blackbox {
    let modules = Modules::read(Source::new("blackbox.yml", modules)).unwrap();
    let shared = Arc::new(SharedBudgets::new(budget));
    Blackbox::new(modules, Arc::new(prober), Arc::new(OneFile), shared, 10)
}

fn order<'a>(module: &'a str, target: &'a str) -> ProbeOrder<'a> {
    ProbeOrder {
        module,
        target,
        ..ProbeOrder::default()
    }
}

#[test]
fn a_probe_may_take_as_long_as_its_module_says_and_ends_before_the_scrape() {
    let seconds = Duration::from_secs_f64;
    for (module, scrape, expected) in [
        (None, "", 119.5),
        (None, "0", 119.5),
        (Some(5.0), "", 5.0),
        (Some(5.0), "10", 5.0),
        (Some(15.0), "10", 9.5),
        (None, "0.75", 0.25),
        (Some(5.0), "0.3", 5.0),
        (None, "0.3", 0.0),
    ] {
        let scrape = match scrape {
            "" => ScrapeTimeout::default(),
            text => ScrapeTimeout::parse(text).unwrap(),
        };
        assert_eq!(
            limit(module.map(seconds), scrape),
            seconds(expected),
            "{module:?} {scrape:?}"
        );
    }
    for text in ["", "x", "-1", "NaN", "inf"] {
        assert!(ScrapeTimeout::parse(text).is_err(), "{text}");
    }
    assert!(ScrapeTimeout::parse("1e300").is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_a_module_says_is_asked_and_judged() {
    let prober = ScriptedProbe::new(|seen| {
        let is_known = seen
            .request
            .headers
            .get("authorization")
            .is_some_and(|told| told == "Basic YW5uOmh1bnRlcjI=");
        let reach = seen.request.reach.as_ref().unwrap();
        assert_eq!(
            (reach.address.to_string(), reach.server_name.as_str()),
            ("127.0.0.1:8080".to_owned(), "shop.test")
        );
        match is_known {
            true => Scripted::ok("hello"),
            false => Scripted::status(StatusCode::UNAUTHORIZED),
        }
    });
    let modules = "modules:
  in: {prober: http, http: {basic_auth: {username: ann, password_file: password}, fail_if_body_not_matches_regexp: [hel]}}
  out: {prober: http}
  lost: {prober: http, http: {bearer_token_file: nowhere}}
";
    let blackbox = blackbox(modules, prober, Budget::default());
    for (module, success) in [("in", true), ("out", false), ("lost", false)] {
        let probed = blackbox.probe(&order(module, "shop.test:8080")).await.unwrap();
        assert_eq!(
            probed.report.success, success,
            "{module}: {:?}",
            probed.report.lines
        );
    }
    let unknown = blackbox.probe(&order("", "a")).await.unwrap_err();
    assert_eq!(unknown, Refusal::UnknownModule("http_2xx".to_owned()));
    assert_eq!(
        blackbox.probe(&order("in", "")).await.unwrap_err(),
        Refusal::NoTarget
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_silent_costs_the_modules_time_and_no_more() {
    let prober = ScriptedProbe::new(|_| Scripted::ok("late").after(Duration::from_secs(60)))
        .finding(|_| (Duration::from_secs(60), Ok(Map::new())));
    let modules = "modules:\n  a: {prober: http, timeout: 2s}\n  b: {prober: tcp, timeout: 3s}\n";
    let blackbox = blackbox(modules, prober, Budget::default());
    for (module, limit) in [("a", 2.0), ("b", 3.0)] {
        let probed = blackbox.probe(&order(module, "shop.test:80")).await.unwrap();
        let gauges = &probed.report.gauges;
        assert_eq!(gauges.get("probe_duration_seconds", &[]), Some(limit), "{module}");
        assert_eq!(gauges.get("probe_timeout_seconds", &[]), Some(limit), "{module}");
        assert_eq!(gauges.get("probe_success", &[]), Some(0.0), "{module}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_the_module_names_is_not_contradicted() {
    let prober = ScriptedProbe::new(|seen| {
        let host = seen.request.headers["host"].to_str().unwrap().to_owned();
        Scripted::ok(host)
    });
    let modules = "modules:
  own: {prober: http, http: {headers: {Host: own.test}, fail_if_body_not_matches_regexp: ['^own.test$']}}
  none: {prober: http, http: {fail_if_body_not_matches_regexp: ['^own.test$']}}
";
    let blackbox = blackbox(modules, prober, Budget::default());
    let named = |module, hostname| ProbeOrder {
        hostname,
        ..order(module, "10.0.0.1")
    };
    for order in [
        named("own", None),
        named("own", Some("own.test")),
        named("none", Some("own.test")),
    ] {
        assert!(blackbox.probe(&order).await.unwrap().report.success, "{order:?}");
    }
    let refused = blackbox
        .probe(&named("own", Some("other.test")))
        .await
        .unwrap_err();
    assert!(matches!(refused, Refusal::Contradiction(_)), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_a_target_holds_from_one_probe_to_the_next() {
    let prober = ScriptedProbe::new(|_| Scripted::ok(""))
        .finding(|_| (Duration::ZERO, Err(FailureClass::ConnectRefused)));
    let slow = Allowance {
        requests_per_second: Some(0.1),
        in_flight_max: None,
    };
    let budget = Budget {
        per_target: slow,
        in_all: Allowance::default(),
    };
    let blackbox = blackbox(
        "modules:\n  a: {prober: http}\n  b: {prober: tcp}\n",
        prober,
        budget,
    );
    assert!(blackbox.probe(&order("a", "shop.test:80")).await.is_ok());
    for (module, target) in [("a", "http://shop.test/x"), ("b", "shop.test:80")] {
        let refused = blackbox.probe(&order(module, target)).await.unwrap_err();
        assert!(matches!(refused, Refusal::Busy(_)), "{module}: {refused}");
    }
    assert!(blackbox.probe(&order("a", "other.test")).await.is_ok());
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(blackbox.probe(&order("a", "shop.test")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn facts_of_other_protocols_become_metrics() {
    let prober = ScriptedProbe::new(|_| Scripted::ok("")).finding(|probe| {
        assert_eq!(probe.peer.as_ref().unwrap().to_string(), "[::1]:53");
        let facts = json!({"rcode": "NOERROR", "answers": [{"name": "a.test.", "type": "A", "ttl": 5, "value": "10.0.0.1"}]});
        (Duration::from_millis(5), Ok(facts.as_object().unwrap().clone()))
    });
    let modules = "modules:\n  dns: {prober: dns, dns: {query_name: a.test, query_type: A, validate_answer_rrs: {fail_if_not_matches_regexp: ['^a.test.\\t5\\tIN\\tA\\t10']}}}\n";
    let blackbox = blackbox(modules, prober, Budget::default());
    let probed = blackbox.probe(&order("dns", "[::1]")).await.unwrap();
    assert!(probed.report.success, "{:?}", probed.report.lines);
    let gauges = probed.report.gauges;
    assert_eq!(gauges.get("probe_dns_answer_rrs", &[]), Some(1.0));
    assert_eq!(gauges.get("probe_ip_protocol", &[]), Some(6.0));
}
