//! Braces of a source are never taken for placeholders of Journeys.

use super::imported;
use crate::import::Tool::Curl;

#[test]
fn braces_are_written_where_they_can_be() {
    for (command, expected, lost) in [
        (
            r#"curl http://h --json '{"a":"{{x}}"}'"#,
            r#"{"a":"\u007b\u007bx}}"}"#,
            0,
        ),
        ("curl -g 'http://h/{{x}}'", "/%7B%7Bx}}", 0),
        ("curl -g 'http://h/{{{{args.a}}'", "name: GET /((((args.a))", 0),
        ("curl http://h -d 'a={{x}}'", "request:", 1),
        ("curl http://h -H 'X-A: {{x}}'", "url: /", 1),
        (
            r#"curl http://h --json "{\"a\":{$B}}""#,
            r#"{"a":{ {{args.B}}}}"#,
            0,
        ),
    ] {
        let imported = imported(Curl, command);
        assert!(
            imported.yaml.contains(expected),
            "{command}: {expected}\n{}",
            imported.yaml
        );
        assert_eq!(imported.lost, lost, "{command}\n{}", imported.yaml);
    }
}
