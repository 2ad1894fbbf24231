//! What curl sends, and what the journey sends that was made of its command.

use std::time::Duration;

use tokio::process::Command;

use super::recorder::{Recorded, Recorder};
use super::{folder, imported};
use crate::binary::{serin, start};

/// Commands, where `URL` is the server's address.
const COMMANDS: [&str; 22] = [
    "curl URL/",
    "curl 'URL/a/../b/./c?x=1&y=%20z#top'",
    "curl --data 'birthyear=1905&press=%20OK%20' URL/when/junk.cgi",
    "curl --data-urlencode 'name=I am Dañiel & co' -d press=OK URL/junk.cgi",
    "curl -G --data-urlencode 'q=a b (1)' -d n=1 URL/search?z=0",
    "curl --json '{ \"drink\": \"coffee\", \"n\": [1, 2.50] }' URL/j",
    "curl -d '{\"b\":1,\"a\":\"x\"}' -H 'Content-Type: application/json' URL/j",
    "curl $'URL/c' --data-raw $'line\\none\\ttwo \\'quoted\\' \\u00e9' -H 'Content-Type: text/plain'",
    "curl --data-binary @data.json -H 'Content-Type: application/json' URL/file",
    "curl -T uploadfile.txt -H 'Content-Type: text/plain' URL/dir/",
    "curl -F 'file=@cooltext.txt' -F yourname=Daniel -F 'z=@example.zip;type=application/zip;filename=q.zip' URL/post.cgi",
    "curl -u ann:s3cret URL/",
    "curl -H 'Authorization: Bearer s3cret' -H 'X-Trace: a: b' -H 'X-Empty;' URL/",
    "curl --cookie 'name=Daniel; session=s3cret' URL/",
    "curl --cookie 'name=Daniel; session=s3cret' 'URL/?api_key=s3cret&a=1'",
    "curl -d user=ann -d password=s3cret URL/login",
    "curl -A 'Mozilla/5.0 (X11)' -e http://from.example -r 0-9 URL/",
    "curl --head 'URL/[1-3].{html,txt}'",
    "curl -g 'URL/x[b]'",
    "curl -X PATCH URL/o/1 \\\n  -H 'X-A: 1' \\\n  --data '<xml>'",
    "curl -d one URL/a --next -X DELETE URL/b",
    "curl -XPOST URL/empty",
];

/// Headers that a server may look at. Journeys say who they are in others.
const HEADERS: [&str; 10] = [
    "content-type",
    "content-length",
    "authorization",
    "cookie",
    "referer",
    "range",
    "x-trace",
    "x-empty",
    "x-a",
    "accept",
];

#[tokio::test]
async fn journeys_send_what_curl_sends() {
    let recorder = Recorder::start().await;
    for command in COMMANDS {
        let command = command.replace("URL", &recorder.address);
        let files = folder();
        let ended = Command::new("bash")
            .args(["-c", &command])
            .current_dir(files.folder())
            .output()
            .await
            .unwrap();
        assert!(ended.status.success(), "{command}: {ended:?}");
        let wanted = recorder.take();
        assert!(!wanted.is_empty(), "{command}");

        let (path, said) = imported(&files, "curl", &command).await;
        assert!(!said.stdout.contains("s3cret"), "{command}\n{}", said.stdout);
        let mut probe = serin(["probe", &path]);
        for variable in ["PASSWORD", "TOKEN"] {
            probe.env(variable, "s3cret");
        }
        let secrets = said.stdout.split("# Give --secret ").skip(1);
        for secret in secrets.map(|rest| rest.split('=').next().unwrap()) {
            probe.args(["--secret", &format!("{secret}=env:PASSWORD")]);
        }
        let probed = start(probe).end(Duration::from_secs(30)).await;
        assert_eq!(
            probed.code,
            Some(0),
            "{command}\n{}\n{}",
            said.stdout,
            probed.all()
        );
        let got = recorder.take();
        assert_eq!(got.len(), wanted.len(), "{command}\n{}", said.stdout);
        for (got, wanted) in got.iter().zip(&wanted) {
            assert_eq!(shown(got), shown(wanted), "{command}\n{}", said.stdout);
            if command.contains("-A ") {
                assert_eq!(got.header("user-agent"), wanted.header("user-agent"), "{command}");
            }
        }
    }
}

/// Names with the values that a request has for them.
type Named = Vec<(&'static str, Option<String>)>;

/// A request without what differs each time.
fn shown(request: &Recorded) -> (String, String, Named, String) {
    let content_type = request.header("content-type").unwrap_or_default();
    let boundary = content_type
        .split_once("boundary=")
        .map(|(_, boundary)| boundary.to_owned());
    let plain = |text: &str| match &boundary {
        Some(boundary) => text.replace(boundary.as_str(), "BOUNDARY"),
        None => text.to_owned(),
    };
    let headers = HEADERS.into_iter().map(|name| {
        let value = request.header(name).map(&plain);
        // Boundaries have other lengths, and `*/*` is what nobody has to say. A charset of plain text is said by journeys.
        let value = value.filter(|value| value != "*/*" && (name != "content-length" || boundary.is_none()));
        // No content and none of any length are the same.
        let value = value.filter(|value| name != "content-length" || value != "0");
        (name, value)
    });
    let body = String::from_utf8_lossy(&request.body).into_owned();
    (
        request.method.clone(),
        request.uri.clone(),
        headers.collect(),
        plain(&body),
    )
}
