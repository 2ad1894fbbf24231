//! The published and independently computed reference values of `data/stat_cases.json`.

use serin_judge::stats::reference;

#[test]
fn every_case_agrees() {
    let cases = reference::parse(include_str!("data/stat_cases.json")).unwrap();
    let differing: Vec<String> = cases
        .iter()
        .flat_map(reference::differences)
        .map(|difference| format!("{difference:?}"))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
