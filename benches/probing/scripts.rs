//! The same five steps for Serin and for k6: log in, list, create, read, remove, with captures and assertions.

use std::path::{Path, PathBuf};

pub(super) const JOURNEY: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: five-steps}
spec:
  steps:
  - name: login
    request: {method: POST, url: /login, json: {user: bench, password: secret}}
    captures: {token: {jsonpath: $.token}}
    assert: [{status: 200}, {jsonpath: $.user.id, equals: 7}]
  - name: list
    request: {method: GET, url: /plans, auth: {bearer: "{{token}}"}}
    assert: [{status: 200}, {jsonpath: $.items, count: 3}]
  - name: create
    request: {method: POST, url: /plans, auth: {bearer: "{{token}}"}, json: {name: new}}
    captures: {id: {jsonpath: $.id, type: integer}}
    assert: [{status: 201}, {jsonpath: $.name, equals: new}]
  - name: read
    request: {method: GET, url: "/plans/{{id}}", auth: {bearer: "{{token}}"}}
    assert: [{status: 200}, {jsonpath: $.id, equals: 42}]
  - name: remove
    request: {method: DELETE, url: "/plans/{{id}}", auth: {bearer: "{{token}}"}}
    assert: [{status: 204}]
"#;

const K6_JOURNEY: &str = r#"
export default function () {
  const json = { headers: { 'Content-Type': 'application/json' } };
  const login = http.post(`${base}/login`, JSON.stringify({ user: 'bench', password: 'secret' }), json);
  check(login, { status: (r) => r.status === 200, user: (r) => r.json('user.id') === 7 });
  const own = { headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${login.json('token')}` } };
  const list = http.get(`${base}/plans`, own);
  check(list, { status: (r) => r.status === 200, items: (r) => r.json('items').length === 3 });
  const made = http.post(`${base}/plans`, JSON.stringify({ name: 'new' }), own);
  check(made, { status: (r) => r.status === 201, name: (r) => r.json('name') === 'new' });
  const id = made.json('id');
  const read = http.get(`${base}/plans/${id}`, own);
  check(read, { status: (r) => r.status === 200, id: (r) => r.json('id') === 42 });
  check(http.del(`${base}/plans/${id}`, null, own), { status: (r) => r.status === 204 });
}
"#;

const K6_GET: &str = "
export default function () { check(http.get(`${base}PATH`), { status: (r) => r.status === 200 }); }
";

/// Writes k6's script of the five steps, or of one GET where there is a path, with these options.
pub(super) fn k6(folder: &Path, url: &str, path: Option<&str>, options: &str) -> PathBuf {
    let body = path.map_or_else(|| K6_JOURNEY.to_owned(), |path| K6_GET.replace("PATH", path));
    let script = folder.join("script.js");
    let text = format!(
        "import http from 'k6/http';\nimport {{ check }} from 'k6';\nconst base = '{url}';\n\
         export const options = {{ {options}, summaryTrendStats: ['med', 'p(90)', 'p(99)', 'p(99.9)', 'max'] }};\n\
         export function handleSummary(data) {{ return {{ stdout: JSON.stringify(data.metrics) }}; }}\n{body}"
    );
    std::fs::write(&script, text).unwrap();
    script
}
