use super::{imported, refused, steps};
use crate::import::Tool::{Blackbox, Gatus};

fn endpoint(conditions: &str) -> String {
    format!("endpoints:\n- name: a\n  url: http://h/x\n  conditions: ['{conditions}']\n")
}

#[test]
fn conditions() {
    for (condition, expected) in [
        ("[STATUS] == 200", "{status: 200}"),
        ("200 == [STATUS]", "{status: 200}"),
        ("[STATUS] == any(200, 429)", "{status: [200, 429]}"),
        ("[STATUS] < 300", "{condition: result.status < 300}"),
        ("300 > [STATUS]", "{condition: result.status < 300}"),
        ("[RESPONSE_TIME] <= 500", "{condition: result.durationMs <= 500}"),
        ("[BODY] == OK", "{body: true, equals: OK}"),
        (
            "[BODY] != pat(*err*)",
            "{body: true, not: {matches: \"(?s)^.*err.*$\"}}",
        ),
        ("[BODY].a == true", "{jsonpath: $.a, oneOf: [true, \"true\"]}"),
        ("[BODY][0].id == 1", "{jsonpath: \"$[0].id\", oneOf: [1, \"1\"]}"),
        ("[BODY].a != x", "{jsonpath: $.a, not: {equals: x}}"),
        ("[BODY].n <= 1.5", "{jsonpath: $.n, lessThanOrEquals: 1.5}"),
        ("len([BODY].list) < 5", "{jsonpath: $.list, count: {max: 4}}"),
        ("has([BODY].a) == true", "{jsonpath: $.a, exists: true}"),
        ("[CERTIFICATE_EXPIRATION] > 36h", "{tlsDaysLeft: {min: 2}}"),
    ] {
        let steps = steps(Gatus, &endpoint(condition));
        assert!(steps.contains(expected), "{condition}: {expected}\n{steps}");
    }
    for condition in [
        "[IP] == 1.2.3.4",
        "[DOMAIN_EXPIRATION] > 1h",
        "[STATUS] = 200",
        "[BODY].[ == 1",
        "len([BODY].a) == x",
    ] {
        assert_eq!(imported(Gatus, &endpoint(condition)).lost, 1, "{condition}");
    }
}

#[test]
fn variables_of_the_environment() {
    let text = "endpoints:\n- name: a\n  url: https://$HOST/x\n  headers: {X-Key: '${API_KEY}', X-Cost: '$$5', X-A: 'a $B c'}\n  conditions: ['[STATUS] == 200']\n";
    let yaml = imported(Gatus, text).yaml;
    for expected in [
        "target: \"https://{{args.HOST}}\"",
        "{name: X-Cost, value: $5}",
        "{name: X-A, value: \"a {{args.B}} c\"}",
        "{{args.API_KEY}}",
    ] {
        assert!(yaml.contains(expected), "{expected}\n{yaml}");
    }
}

#[test]
fn what_is_no_configuration_has_a_place() {
    for (tool, text, line, found) in [
        (
            Gatus,
            "web: {port: 1}\n",
            1,
            "nothing that Journeys have: `web`, which is no check",
        ),
        (
            Gatus,
            "endpoints:\n- url: http://h\n",
            2,
            "a check without a name",
        ),
        (Gatus, "[1, 2]\n", 1, "no map of keys"),
        (Gatus, "a: [\n", 1, "broken YAML: unclosed bracket '['"),
        (Blackbox, "modules: {}\n", 1, "no `modules`"),
        (
            Blackbox,
            "modules:\n  a: {http: {}}\n",
            2,
            "the module `a` without a prober",
        ),
        (
            Blackbox,
            "modules:\n  a: {prober: unix}\n",
            2,
            "nothing that Journeys have: the module `a`, since there are no probes of unix",
        ),
        (Blackbox, "", 1, "no document in this file"),
    ] {
        let (at, _, said) = refused(tool, text);
        assert_eq!((at, said.as_str()), (line, found), "{text}");
    }
}
