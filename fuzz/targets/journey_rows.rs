//! Any bytes as the CSV or JSON that a journey takes its rows from: rows, or diagnostics; and any row in a request.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::plan::journey::NamedFile;
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::journey::{Credentials, Prepared, RunIds, Turn, Values};

fn document(format: &str) -> String {
    format!(
        r#"
apiVersion: serin.dev/v1
kind: Journey
metadata: {{name: j}}
spec:
  target: http://a
  data: {{{format}: rows}}
  steps:
  - name: s
    request: {{method: POST, url: "/{{{{data.a}}}}", query: {{q: "{{{{data.a}}}}"}}, json: {{a: "{{{{data.a}}}}"}}, headers: [{{name: x-a, value: "{{{{data.a}}}}"}}]}}
"#
    )
}

fuzz_target!(|bytes: &[u8]| {
    for format in ["csv", "json"] {
        let file = NamedFile {
            document: "j.yaml".to_owned(),
            path: "rows".to_owned(),
            bytes: Bytes::copy_from_slice(bytes),
        };
        let (documents, _) = Documents::read(vec![Source::new("j.yaml", &document(format))]);
        let documents = documents.with_files(Arc::new(vec![file]));
        match documents.journey(None, &Inputs::default()) {
            Err(report) => {
                assert!(!report.is_empty(), "refused for no reason");
                for diagnostic in report {
                    let _shown = diagnostic.to_string();
                }
            }
            Ok((journey, _)) => {
                let Ok(prepared) = Prepared::new(&journey, "http://a", &Credentials::default(), "fuzz") else {
                    panic!("a target that is good");
                };
                for row in journey.data.iter().flat_map(|data| &data.rows) {
                    let values = Values::new(RunIds::new(1, 1), Some(Arc::clone(row)), None, &prepared);
                    let _filled = prepared.fill(&journey.steps[0], &values, Turn::default());
                }
            }
        }
    }
});
