//! Serin's `web` and `prometheus` beside Argo's own providers, on the same servers.

use serde::Deserialize;
use serde_json::{Value, json};
use serin::config::Settings;
use serin::config::secrets::EnvironmentAndFiles;
use serin::providers::web::Text;
use serin_judge::analysis::{Documents, Source};
use serin_judge::verdict::{Answer, Measurement};

use super::oracle;
use super::stub::{Reply, Stub};
use crate::peers::now;
use crate::peers::prometheus::Prometheus;

/// What Argo's provider measured.
#[derive(Debug, Deserialize)]
struct Measured {
    phase: String,
    value: String,
    message: String,
    #[serde(default)]
    panic: String,
}

/// One measurement of a metric as it stands in a template, by Serin.
async fn serin(metric: &Value, settings: &Settings) -> Measurement {
    let document = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisTemplate",
        "metadata": {"name": "t"},
        "spec": {"metrics": [metric]},
    });
    let (documents, found) = Documents::read(vec![Source::new("t.json", &document.to_string())]);
    let (plan, _warnings) = documents
        .plan(None, &Default::default())
        .unwrap_or_else(|errors| panic!("{metric}: {errors:?} {found:?}"));
    let metric = &plan.metrics[0];
    let source = serin::config::measure(&metric.provider, settings, &EnvironmentAndFiles);
    let asked_at = now();
    let answer = source.measure(asked_at).await;
    let answer = answer.map_err(|error| error.message).map(|reading| Answer {
        value: reading.value,
        text: reading.text,
        metadata: reading.metadata,
        phase: reading.phase,
    });
    Measurement::judge(metric, answer, asked_at, now())
}

/// Both, and what differs: the phase, and the value where there is one.
async fn differences(cases: &[(String, Value, Value)], settings: &Settings) -> Vec<String> {
    let metrics: Vec<&Value> = cases.iter().map(|(_, argo, _)| argo).collect();
    let argo: Vec<Measured> = oracle::ask("measure", &metrics).await;
    let mut differing = Vec::new();
    for ((name, _, metric), argo) in cases.iter().zip(argo) {
        let serin = serin(metric, settings).await;
        let phase = format!("{:?}", serin.phase);
        let same =
            argo.panic.is_empty() && argo.phase == phase && (phase == "Error" || argo.value == serin.value);
        if !same {
            differing.push(format!(
                "{name}\n  Argo:  {} `{}` {}{}\n  Serin: {phase} `{}` {}",
                argo.phase, argo.value, argo.message, argo.panic, serin.value, serin.message
            ));
        }
    }
    differing
}

/// Conditions of which one or the other fits most values.
const CONDITIONS: [(&str, &str); 4] = [
    ("", ""),
    ("result != nil && result != 'x'", ""),
    ("result == 1 || result == 'OK'", "result == 2"),
    ("len(result) > 1", "len(result) == 0"),
];

const BODIES: &[&str] = &[
    "5",
    "-0",
    "1.0",
    "1e21",
    "1e-7",
    "0.1",
    "123456789012345678901234567890",
    "true",
    "\"x\"",
    "\"OK\"",
    "[]",
    "{}",
    "[1,2]",
    "[1,null,\"x\",{\"b\":[]}]",
    " {\"a\" : 1 }\n",
    r#"{"a":{"b":[1,null,"x"]},"c":2}"#,
    r#"{"a":1,"a":2}"#,
    r#"{"b":"<&>","a":"é \u2028 \"\\ \u0000 \ud83d\ude00"}"#,
    r#""\ud800""#,
    r#"{"a":"\udc00x"}"#,
    "[[[[[[1]]]]]]",
    r#"{"":1,"a b":2,"a.b":3}"#,
    r#"[0.1,1e400]"#,
    "2",
    "1",
];

const PATHS: &[&str] = &[
    "{$}",
    "{$.a}",
    "{.a.b[0]}",
    "{$.a.b[2]}",
    "{.c}",
    "{$.a.b[-1]}",
    "{$.a.b[9]}",
    "{$[1]}",
    "{[0]}",
    "{$[*]}",
    "{$.a.b[*]}",
    "{$..b}",
    "{..b[0]}",
    "{$[?(@.b)]}",
    "{$.a.b[0:2]}",
    "{$.a.b[0,2]}",
    "{.missing}",
    "{@}",
    "{.['a b']}",
    "{.a\\.b}",
    "{$.c}{$.a}",
    "{$.*}",
    "{ .c }",
    "{$['a']['b'][1]}",
    "{$.a.b[?(@ == 'x')]}",
    "{$[?(@ > 1)]}",
    "{'text'}",
    "{$.a.b[5:]}",
    "{range $.a.b[*]}{@}{end}",
    "{range .a.b[*]}x{end}{.c}",
    "{range .missing}{@}{end}",
    "{end}",
    "{a.b}",
    "{.}",
    "{}",
    "",
    "$.a",
    "x{.a}y",
    "{.a.b[?(@)]}",
    "{$[?(@ == 1.0)]}",
    "{$[?(@ != 'x')]}",
    "{$[?(@ >= true)]}",
    "{$[?(@.b == @.b)]}",
    "{.a[?(@.b)]}",
    "{$[0:1:0]}",
    "{$[0:2:2]}",
    "{$[1:0]}",
    "{$[:]}",
    "{$[-1:]}",
    "{$[5:6]}",
    "{$['a','c']}",
    "{$['a.b']}",
    "{$[\"a\"]}",
    "{.a..b}",
    "{....}",
    "{7}",
    "{-1.5}",
    "{true}",
    "{\"q\\tz\"}",
    "{$.a.b[x]}",
    "{$.a",
    "{$#}",
    "{$.a .b}",
    "{.*.b}",
    "{..}",
    "{..[0]}",
];

fn web(
    name: String,
    path: &str,
    stub: &Stub,
    json_path: &str,
    conditions: (&str, &str),
) -> (String, Value, Value) {
    let metric = |asker: &str| {
        json!({
            "name": "m",
            "successCondition": conditions.0,
            "failureCondition": conditions.1,
            "provider": {"web": {"url": stub.url(path, asker), "jsonPath": json_path}},
        })
    };
    (name, metric("argo"), metric("serin"))
}

#[tokio::test]
async fn web_bodies_and_paths_give_the_same_value_and_phase() {
    let path = |index: usize| format!("/{index}");
    let scripts = BODIES
        .iter()
        .enumerate()
        .map(|(index, body)| (path(index), vec![Reply::ok(*body)]));
    let stub = Stub::start(scripts).await;
    let mut cases = Vec::new();
    for (index, body) in BODIES.iter().enumerate() {
        for (path_index, json_path) in PATHS.iter().enumerate() {
            // `null` from `{$}` ends Argo's process; what is not JSON is a case of its own.
            // Go takes the fields of a map in any order.
            if *body == "[0.1,1e400]" || json_path.contains('*') && body.matches("\":").count() > 1 {
                continue;
            }
            let conditions = CONDITIONS[(index + path_index) % CONDITIONS.len()];
            let name = format!("{body} {json_path} {conditions:?}");
            cases.push(web(name, &path(index), &stub, json_path, conditions));
        }
    }
    let differing = differences(&cases, &Settings::default()).await;
    assert!(
        differing.is_empty(),
        "{} of {} measurements differ:\n{}",
        differing.len(),
        cases.len(),
        differing.join("\n")
    );
}

#[tokio::test]
async fn statuses_and_redirects_give_the_same_value_and_phase() {
    let statuses = [
        200, 201, 203, 226, 300, 304, 400, 401, 404, 418, 429, 500, 502, 503, 504,
    ];
    let mut scripts: Vec<(String, Vec<Reply>)> = statuses
        .iter()
        .map(|status| (format!("/{status}"), vec![Reply::Body(*status, b"1".to_vec())]))
        .collect();
    scripts.push(("/moved".into(), vec![Reply::Redirect("/200".into())]));
    scripts.push(("/round".into(), vec![Reply::Redirect("/round".into())]));
    let paths: Vec<String> = scripts.iter().map(|(path, _)| path.clone()).collect();
    let stub = Stub::start(scripts).await;
    let cases: Vec<_> = paths
        .iter()
        .map(|path| web(path.clone(), path, &stub, "{$}", ("result == 1", "")))
        .collect();
    assert_eq!(differences(&cases, &Settings::default()).await, [""; 0]);
}

/// What Argo calls Successful without looking at the conditions.
const NO_JSON: &[&str] = &[
    "",
    " ",
    "OK",
    "<html>Sign in</html>",
    "{} {}",
    "{\"a\":1",
    "NaN",
    "1e999",
    "[0.1,1e400]",
    "\u{feff}{}",
    "'x'",
    "{a:1}",
    "[1,]",
    "01",
    "+1",
    ".5",
    "\"\u{1}\"",
    "nil",
    "{\"a\":1}}",
];

fn bodies_without_json() -> Vec<Vec<u8>> {
    let texts = NO_JSON.iter().map(|text| text.as_bytes().to_vec());
    texts.chain([b"\xff\xfe".to_vec()]).collect()
}

async fn no_json(settings: &Settings) -> (usize, Vec<String>) {
    let bodies = bodies_without_json();
    let scripts = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| (format!("/{index}"), vec![Reply::ok(body.clone())]));
    let stub = Stub::start(scripts.chain([("/204".into(), vec![Reply::Body(204, Vec::new())])])).await;
    let names = (0..bodies.len())
        .map(|index| index.to_string())
        .chain(["204".into()]);
    let cases: Vec<_> = names
        .map(|name| {
            web(
                name.clone(),
                &format!("/{name}"),
                &stub,
                "{$.a}",
                ("false", "true"),
            )
        })
        .collect();
    (cases.len(), differences(&cases, settings).await)
}

#[tokio::test]
async fn a_2xx_answer_that_is_not_json_is_an_error_unless_the_configuration_asks_for_argos_success() {
    let (cases, differing) = no_json(&Settings::default()).await;
    assert_eq!(differing.len(), cases, "each differs: {differing:#?}");
    for difference in differing {
        assert!(difference.contains("Argo:  Successful"), "{difference}");
        assert!(difference.contains("Serin: Error"), "{difference}");
        assert!(difference.contains("is not JSON"), "{difference}");
    }
    let as_argo = Settings {
        web_text: Text::Successful,
        ..Settings::default()
    };
    let (_, differing) = no_json(&as_argo).await;
    assert_eq!(differing, [""; 0]);
}

#[tokio::test]
async fn a_value_that_a_condition_fails_on_is_kept() {
    let stub = Stub::start([("/text".into(), vec![Reply::ok("\"x\"")])]).await;
    let case = web("text".into(), "/text", &stub, "{$}", ("result > 1", ""));
    let argo: Vec<Measured> = oracle::ask("measure", &[&case.1]).await;
    let serin = serin(&case.2, &Settings::default()).await;
    assert_eq!((argo[0].phase.as_str(), argo[0].value.as_str()), ("Error", ""));
    assert_eq!(
        (format!("{:?}", serin.phase).as_str(), serin.value.as_str()),
        ("Error", "\"x\"")
    );
    assert_eq!(argo[0].message, serin.message);
}

/// JSON that is nested deeper than the reader of JSON here goes; Go's goes down to 10,000.
#[tokio::test]
async fn json_that_is_nested_very_deep_is_an_error() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let stub = Stub::start([
        ("/127".into(), vec![Reply::ok(nested(127))]),
        ("/128".into(), vec![Reply::ok(nested(128))]),
    ])
    .await;
    let case = |path: &str| web(path.to_owned(), path, &stub, "{$}", ("len(result) == 1", ""));
    let settings = Settings::default();
    assert_eq!(differences(&[case("/127")], &settings).await, [""; 0]);
    let difference = differences(&[case("/128")], &settings).await.concat();
    assert!(
        difference.contains("Argo:  Successful") && difference.contains("Serin: Error"),
        "{difference}"
    );
}

#[tokio::test]
async fn null_as_the_whole_answer_ends_argos_process_and_is_an_error_here() {
    let stub = Stub::start([("/null".into(), vec![Reply::ok("null")])]).await;
    let case = web("null".into(), "/null", &stub, "{$}", ("result == nil", ""));
    let argo: Vec<Measured> = oracle::ask("measure", &[&case.1]).await;
    assert!(
        argo[0].panic.contains("nil pointer") || argo[0].panic.contains("zero Value"),
        "{argo:?}"
    );
    let serin = serin(&case.2, &Settings::default()).await;
    assert_eq!(format!("{:?}", serin.phase), "Error");
    assert!(
        serin.message.contains("is `null`, which is no data"),
        "{}",
        serin.message
    );
}

const QUERIES: &[&str] = &[
    "scalar(vector(10))",
    "1.5",
    "1e30",
    "1e-7",
    "123456789.125",
    "1 / 0",
    "-1 / 0",
    "0 / 0",
    "vector(0.95)",
    "vector(0 / 0)",
    "no_such_series",
    "sort(label_replace(vector(10),\"a\",\"1\",\"\",\"\") or vector(11))",
    "\"text\"",
    "up{",
    "vector(3)[2s:1s] offset 1h",
    "scalar(no_such_series)",
    "vector(1) > 2",
    "count(no_such_series) or vector(0)",
    "label_replace(vector(1),\"a\",\"1\",\"\",\"\") + on() group_left() (vector(1) or label_replace(vector(1),\"b\",\"1\",\"\",\"\"))",
    "absent(no_such_series)",
    "sqrt(-1)",
    "vector(-0.0)",
    "1e400",
    "pi()",
    "0x10",
    "round(vector(2.5))",
];

const QUERY_CONDITIONS: &[(&str, &str)] = &[
    ("", ""),
    ("result[0] >= 0.95", ""),
    ("result >= 0.95", "result < 0.95"),
    ("len(result) > 0 && all(result, # > 1)", "isNaN(result[0])"),
    ("isNaN(result)", "isInf(result)"),
    ("default(result, 0) == 0", "isNil(result)"),
];

#[tokio::test]
async fn prometheus_queries_give_the_same_value_and_phase() {
    let prometheus = Prometheus::start("200ms", &[]).await;
    let mut cases = Vec::new();
    for query in QUERIES {
        for (success, failure) in QUERY_CONDITIONS {
            let metric = json!({
                "name": "m",
                "successCondition": success,
                "failureCondition": failure,
                "provider": {"prometheus": {"address": prometheus.address(), "query": query}},
            });
            cases.push((format!("{query} {success} {failure}"), metric.clone(), metric));
        }
    }
    for (start, end, step) in [
        (
            "date('2023-08-14T00:00:00Z') - duration('2m')",
            "date('2023-08-14T00:00:00Z')",
            "1m",
        ),
        (
            "date('2023-08-14T00:00:00Z')",
            "date('2023-08-14T00:00:00Z') - duration('2m')",
            "1m",
        ),
        ("hello", "now()", "1m"),
        ("now() - duration('1h')", "1", "1m"),
    ] {
        let metric = json!({
            "name": "m",
            "successCondition": "len(result) == 3",
            "provider": {"prometheus": {
                "address": prometheus.address(),
                "query": "time()",
                "rangeQuery": {"start": start, "end": end, "step": step},
            }},
        });
        cases.push((format!("{start} {end} {step}"), metric.clone(), metric));
    }
    let differing = differences(&cases, &Settings::default()).await;
    assert!(
        differing.is_empty(),
        "{} of {}:\n{}",
        differing.len(),
        cases.len(),
        differing.join("\n")
    );
}

#[tokio::test]
async fn expressions_for_the_time_of_a_range_query_give_the_same_instant() {
    #[derive(Deserialize)]
    struct Instant {
        #[serde(default)]
        at: String,
    }
    let texts = [
        "date('2023-08-14 00:00:00', '2006-01-02 15:04:05', 'UTC') - duration('1h')",
        "hello",
        "now() -- ?",
        "result",
        "date('2023-08-14').Add(duration('90s'))",
        "date('2023-08-14T10:00:00+02:00')",
        "duration('1h')",
        "1",
        "nil",
        "",
        "true ? date('2023-08-14') : nil",
        "let d = duration('1h'); date('2023-08-14') + d + d",
        "asInt('1')",
        "isNaN(1.0)",
        "date('2023-08-14T10:11:12.5Z')",
        "[date('2023-08-14')][0]",
        "date('2023-08-14', '2006-01-02', 'Asia/Kolkata')",
        "date(timezone('Europe/Berlin'), '2023-03-26 02:30:00')",
        "date('2023-08-14') - date('2023-08-13')",
        "isNaN(0.5) ? nil : date('1969-12-31T23:59:59.999999Z')",
    ];
    let questions: Vec<Value> = texts.iter().map(|text| json!({"text": text})).collect();
    let argo: Vec<Instant> = oracle::ask("times", &questions).await;
    for (text, argo) in texts.iter().zip(argo) {
        let serin = serin_judge::condition::evaluate_time(text, now());
        let argo = argo.at.parse::<jiff::Timestamp>().map(|at| at.as_microsecond());
        assert_eq!(
            serin.as_ref().ok().map(|at| at.as_micros()),
            argo.ok(),
            "{text}: {serin:?}"
        );
    }
}
