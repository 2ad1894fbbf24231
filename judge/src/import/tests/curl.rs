use super::{imported, refused, steps};
use crate::import::Tool::Curl;

/// A command and what its request becomes.
#[test]
fn requests() {
    for (command, expected) in [
        ("curl example.com/a", "url: /a"),
        ("$ curl https://example.com/a/../b/./c?x=1#top", "url: /b/c?x=1"),
        (
            "curl \\\n  -X DELETE \\\n  'http://h/o'",
            "method: DELETE, url: /o",
        ),
        (
            r#"curl http://h -d "{\"a\":1}" -H 'content-type: application/json'"#,
            "json: {a: 1}",
        ),
        (
            r#"curl http://h -d $'{"a":"it\'s \u00e9\n"}'"#,
            "{\"a\":\"it's é\n        \"}",
        ),
        ("curl http://h -da=1 -d b=2", "form: {a: \"1\", b: \"2\"}"),
        ("curl http://h --data-raw @x", "raw: \"@x\""),
        ("curl http://h --data-binary @x.bin", "file: x.bin"),
        (
            "curl -G http://h/s?z=0 --data-urlencode 'q=a b' -d n=1",
            "url: /s?z=0&q=a+b&n=1",
        ),
        ("curl -sSLo out http://h/x", "url: /x, redirects: 50"),
        (
            "curl -T up.txt http://h/dir/",
            "method: PUT, url: /dir/up.txt, file: up.txt",
        ),
        ("curl http://h/{a,b}", "url: /b"),
        ("curl -g 'http://h/{a}'", "url: \"/{a}\""),
        ("curl http://h --http2-prior-knowledge", "version: \"2\""),
        (
            "curl -F 'f=@p.png;type=image/png;filename=q.png' http://h",
            "{name: f, file: p.png, fileName: q.png, contentType: image/png}",
        ),
        ("curl http://h/a & echo done", "url: /a"),
        ("curl 'http://[::1]:8080/a'", "url: /a"),
        ("curl --user-a x http://h", "{name: User-Agent, value: x}"),
        ("curl.exe http://h ^\n -I", "method: HEAD"),
    ] {
        let steps = steps(Curl, command);
        assert!(steps.contains(expected), "{command}: {expected}\n{steps}");
    }
}

#[test]
fn credentials_are_left_out() {
    for (command, expected) in [
        ("curl -u ann:s3cret http://h", "password: {env: PASSWORD}"),
        (
            "curl http://ann:s3cret@h/x",
            "basic: {user: ann, password: {env: PASSWORD}}",
        ),
        (
            "curl -H 'Authorization: Bearer s3cret' http://h",
            "bearer: {env: TOKEN}",
        ),
        (
            "curl -H 'authorization: Basic YW5uOnMzY3JldA==' http://h",
            "basic: {user: ann, password: {env: PASSWORD}}",
        ),
        (
            "curl -H 'X-Api-Key: s3cret' http://h",
            "{name: X-Api-Key, value: {env: X_API_KEY}}",
        ),
        (
            "curl -b 'theme=light; session=s3cret' http://h",
            "theme=light; session={{args.session}}",
        ),
        (
            "curl 'http://h/?api_key=s3cret&a=1'",
            "/?api_key={{args.api_key}}&a=1",
        ),
        (
            "curl -d user=ann -d password=s3cret http://h",
            "form: {user: ann, password: \"{{args.password}}\"}",
        ),
        (
            r#"curl --json '{"password": "s3cret"}' http://h"#,
            "raw: '{\"password\": \"{{args.password}}\"}'",
        ),
        (
            "curl -F token=s3cret http://h",
            "{name: token, text: \"{{args.token}}\"}",
        ),
        (
            "curl -H \"Authorization: Bearer $API_TOKEN\" http://h",
            "bearer: {env: API_TOKEN}",
        ),
        ("curl http://h -x http://u:s3cret@proxy", "url: /"),
        ("export TOKEN=s3cret\ncurl http://h", "url: /"),
        ("curl -E cert.pem:s3cret http://h", "url: /"),
        (
            "curl -H 'Proxy-Authorization: s3cret' http://h",
            "{env: PROXY_AUTHORIZATION}",
        ),
    ] {
        let yaml = imported(Curl, command).yaml;
        assert!(yaml.contains(expected), "{command}: {expected}\n{yaml}");
        assert!(!yaml.contains("s3cret"), "{command}\n{yaml}");
    }
    // Two passwords are two variables, the same one twice is one.
    let yaml = imported(
        Curl,
        "curl -u a:one http://h --next -u b:two http://h --next -u a:one http://h",
    )
    .yaml;
    assert!(
        yaml.contains("PASSWORD_2") && !yaml.contains("PASSWORD_3"),
        "{yaml}"
    );
}

#[test]
fn variables_of_the_shell_are_arguments() {
    let yaml = imported(
        Curl,
        "curl \"https://$HOST/v1/${ITEM}?q=$(date +%s)\" -H \"X-A: a $B\"",
    )
    .yaml;
    for expected in [
        "target: \"https://{{args.HOST}}\"",
        "url: \"/v1/{{args.ITEM}}?q={{args.DATE_S}}\"",
        "value: \"a {{args.B}}\"",
        "# Give --arg HOST=...",
    ] {
        assert!(yaml.contains(expected), "{expected}\n{yaml}");
    }
}

#[test]
fn what_has_no_counterpart_is_told() {
    for (options, expected) in [
        ("-x proxy:3128", "--proxy"),
        ("--resolve h:80:127.0.0.1", "--connect"),
        ("--connect-timeout 3", "`timeout` holds for all of it"),
        ("--digest -u a:b", "`auth` knows basic and bearer"),
        ("-H 'Host: other'", "the header `Host: other`"),
        ("-H 'Accept:'", "the header `Accept` left out"),
        ("-K file", "is not read"),
        ("-4", "--ipv4: whatever answers first"),
        ("-Z", "--parallel: steps follow one another"),
        ("-d @- ", "the data of the file `-`"),
        ("--limit-rate 1k", "--limit-rate 1k"),
        ("| jq .", "`jq .`, which is no curl command"),
    ] {
        let imported = imported(Curl, &format!("curl http://h {options}"));
        assert_eq!(imported.lost, 1, "{options}\n{}", imported.yaml);
        assert!(
            imported.yaml.replace("\n# ", " ").contains(expected),
            "{options}\n{}",
            imported.yaml
        );
    }
}

#[test]
fn what_is_no_command_has_a_place() {
    for (text, line, column, found) in [
        ("wget http://h", 1, 1, "no curl command"),
        ("\n\ncurl 'http://h", 3, 6, "`'` without an end"),
        ("curl \"http://h", 1, 6, "`\"` without an end"),
        ("curl http://h -X", 1, 15, "`--request` without an argument"),
        (
            "curl http://h --dta x",
            1,
            15,
            "the option `dta`, which curl does not have",
        ),
        ("curl $(date", 1, 6, "`$(` without an end"),
        ("curl -s", 1, 6, "a curl command without a URL"),
        ("", 1, 1, "no curl command"),
        ("curl http://h/\u{fdd0}", 1, 15, "the character U+FDD0"),
    ] {
        assert_eq!(refused(Curl, text), (line, column, found.to_owned()), "{text}");
    }
}
