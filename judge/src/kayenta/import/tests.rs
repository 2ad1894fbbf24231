use serde_json::{Value, json};

use super::{ImportSettings, import};

fn config() -> Value {
    json!({
        "name": "planning-api", "description": "Errors and\nlatency of the API", "configVersion": "1.0",
        "applications": ["planning"], "judge": {"name": "NetflixACAJudge-v1.0", "judgeConfigurations": {}},
        "templates": {"by-version": "version=\"${scope}\",region=\"${location}\""},
        "classifier": {"groupWeights": {"Errors": 60, "System": 40}, "scoreThresholds": {"pass": 95, "marginal": 75}},
        "metrics": [
            {"name": "error rate", "groups": ["Errors"], "scopeName": "default",
             "query": {"type": "prometheus", "metricName": "errors_per_second", "labelBindings": ["job=\"api\""], "customFilterTemplate": "by-version"},
             "analysisConfigurations": {"canary": {"direction": "increase", "critical": true, "nanStrategy": "replace",
                "effectSize": {"allowedIncrease": 1.2, "measure": "meanRatio"}, "outliers": {"strategy": "remove", "outlierFactor": 2.5}}}},
            {"name": "CPU: 100 %", "groups": ["System"],
             "query": {"type": "datadog", "metricName": "system.cpu.user"},
             "analysisConfigurations": {"canary": {"direction": "up", "musthavedata": true}}},
            {"name": "latency", "groups": ["System"],
             "query": {"type": "prometheus", "customInlineTemplate": "PromQL:histogram_quantile(0.99, sum(rate(x{pod=\"${scope}\"}[1m])) by (le))"}},
            {"name": "memory", "groups": ["System"],
             "query": {"type": "prometheus", "customInlineTemplate": "PromQL:memory{pod=~\"${scope}-.*\"}", "groupByFields": ["pod"]}}
        ]
    })
}

fn imported(config: &Value) -> String {
    import(&config.to_string(), &ImportSettings::default()).unwrap()
}

#[test]
fn what_has_a_counterpart_is_written_and_the_rest_is_said() {
    let yaml = imported(&config());
    for part in [
        "metadata: {name: \"planning-api\"}\n",
        "  judge: kayenta\n  kayenta:\n    thresholds: {pass: 95, marginal: 75}\n    groupWeights: {\"Errors\": 60, \"System\": 40}\n",
        "canary: {selector: \"errors_per_second{job=\\\"api\\\",version=\\\"{{args.canary}}\\\",region=\\\"{{args.location}}\\\"}\"}",
        "stable: {selector: \"memory{pod=~\\\"{{args.stable}}-.*\\\"}\"}",
        "kayenta: {groups: [\"Errors\"], direction: increase, nanStrategy: replace, critical: true, effectSize: {measure: meanRatio, \
         allowedIncrease: 1.2}, outliers: {strategy: remove, outlierFactor: 2.5}}",
        "canary: {selector: \"{{args.metric-2-cpu--100-canary}}\"}",
        "{name: \"location\"}",
        "# - applications (planning) have no counterpart",
        "# - thresholds are those of classifier.scoreThresholds",
        "direction \"up\" is not known to Kayenta's judge, which takes it for either",
        "\"musthavedata\" is not known to Kayenta's judge",
        "the query of store datadog has no counterpart",
        "the query of store prometheus has no counterpart",
        "groupByFields made a result of each group",
    ] {
        let joined = yaml.replace("\n  # ", " ").replace("\n# ", " ");
        assert!(yaml.contains(part) || joined.contains(part), "{part}\n{yaml}");
    }
    let shadow = ImportSettings {
        shadow: true,
        pass: Some(80.0),
        marginal: Some(60.0),
    };
    let yaml = import(&config().to_string(), &shadow).unwrap();
    assert!(
        yaml.contains("  shadow: kayenta\n  kayenta:\n    thresholds: {pass: 80, marginal: 60}"),
        "{yaml}"
    );
    let posted =
        json!({"canaryConfig": config(), "executionRequest": {"thresholds": {"pass": "90", "marginal": 70}}});
    assert!(imported(&posted).contains("thresholds: {pass: 90, marginal: 70}"));
}

#[test]
fn weights_that_an_analysis_cannot_have_are_scaled_or_left_out() {
    for (weights, written, remark) in [
        (
            json!({"Errors": 70, "System": 50}),
            "{\"Errors\": 58.333333333333336, \"System\": 41.666666666666664}",
            "add up to 120",
        ),
        (
            json!({"Errors": 30, "System": 20}),
            "{\"Errors\": 60, \"System\": 40}",
            "add up to 50",
        ),
        (
            json!({"Errors": 30, "Disk": 20}),
            "{\"Errors\": 30}",
            "\"Disk\" has a weight of 20",
        ),
        (json!({"Errors": 0, "System": 0}), "", "all weights are 0"),
    ] {
        let mut config = config();
        config["classifier"]["groupWeights"] = weights.clone();
        let yaml = imported(&config);
        assert!(yaml.contains(remark), "{weights}: {yaml}");
        assert_eq!(
            yaml.contains("groupWeights: "),
            !written.is_empty(),
            "{weights}: {yaml}"
        );
        assert!(yaml.contains(written), "{weights}: {yaml}");
    }
}

#[test]
fn what_is_no_configuration_is_refused_with_its_place() {
    let changed = |pointer: &str, value: Value| {
        let mut config = config();
        *config.pointer_mut(pointer).unwrap() = value;
        config.to_string()
    };
    let canary = "/metrics/0/analysisConfigurations/canary";
    for (text, expected) in [
        (String::new(), "no JSON document"),
        ("[1]".to_owned(), "an object with `metrics`"),
        (
            json!({"kind": "Analysis"}).to_string(),
            "an object with `metrics`",
        ),
        (changed("/metrics", json!([])), "metrics: 0 of them"),
        (
            changed("/metrics/1/name", json!("error rate")),
            "metrics[1].name: \"error rate\"",
        ),
        (changed("/metrics/1/name", json!(7)), "metrics[1].name: \"\""),
        (
            changed(&format!("{canary}/critical"), json!("true")),
            "metrics[0].analysisConfigurations.canary.critical: \"true\"",
        ),
        (
            changed(&format!("{canary}/effectSize/allowedIncrease"), json!("1.2")),
            "effectSize.allowedIncrease: \"1.2\"",
        ),
        (
            changed("/classifier/groupWeights/Errors", json!("most")),
            "classifier.groupWeights.Errors: \"most\"",
        ),
        (
            changed("/classifier/scoreThresholds/pass", json!(60)),
            "pass 60 and marginal 75",
        ),
    ] {
        let error = import(&text, &ImportSettings::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}
