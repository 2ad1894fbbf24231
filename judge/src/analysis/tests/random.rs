//! Whatever comes in, nothing panics.

use proptest::prelude::*;

use crate::analysis::{Documents, Source};

const SEEDS: [&str; 3] = [
    "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: t}\nspec:\n  args: [{name: a, value: b}]\n  dryRun: [{metricName: m}]\n  metrics:\n  - name: m\n    interval: 60s\n    count: \"{{args.a}}\"\n    successCondition: |\n      result[0] >= 0.95\n      && true\n    provider:\n      prometheus: {address: 'http://p', query: \"up{x='{{ args.a }}'}\"}\n",
    "apiVersion: serin.dev/v1\nkind: Analysis\nspec:\n  metrics: &m\n  - {name: m, for: 5m, interval: 1s, guard: true, failureCondition: 'x', provider: {scrape: {addresses: 'http://a,http://b', series: up}}}\n  comparisons:\n  - name: c\n    errors: {prometheus: {canary: {bad: a, total: b}, stable: {bad: c, total: d}}}\n    tolerance: {rollback: 1.1, promote: \"1.5\"}\n  verdict: {window: 10s, dispersion: 2, restartInterval: 0s}\n",
    "apiVersion: serin.dev/v1\nkind: Config\nspec: {providers: {prometheus: {address: http://x, basic: {username: u, password: {env: P}}}}, limits: {bodyBytes: 1MiB}}\n",
];

/// Everything that can be asked of a file.
fn ask(bytes: &[u8]) {
    let (documents, mut report) = Documents::read(vec![Source::from_bytes("a.yaml", bytes)]);
    report.extend(documents.validate());
    report.extend(
        documents
            .plan(None, &[("a".to_owned(), "5".to_owned())].into())
            .err()
            .into_iter()
            .flatten(),
    );
    report.extend(documents.config().err().into_iter().flatten());
    for diagnostic in report {
        assert!(diagnostic.line >= 1 && diagnostic.column >= 1);
        assert!(diagnostic.to_string().contains(&diagnostic.found));
    }
}

/// A seed with pieces cut out, doubled and overwritten.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4_u8,
        "[\\-:{}\\[\\]#&*!|>'\"% \n\ta0.~ü<,?]{0,4}",
    );
    (0..SEEDS.len(), prop::collection::vec(edit, 1..8)).prop_map(|(seed, edits)| {
        let mut text: Vec<char> = SEEDS[seed].chars().collect();
        for (place, kind, piece) in edits {
            let at = place.index(text.len().max(1)).min(text.len());
            match kind {
                0 => text.truncate(at.max(1)),
                1 => drop(text.splice(at..(at + 3).min(text.len()), piece.chars())),
                2 => drop(text.splice(at..at, piece.chars())),
                _ => {
                    let part: Vec<char> = text[at..(at + 20).min(text.len())].to_vec();
                    drop(text.splice(at..at, part));
                }
            }
        }
        text.into_iter().collect::<String>().into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        ask(&bytes);
    }

    #[test]
    fn random_texts_never_panic(text in "[\\-:{}\\[\\]#&*!|>'\"% \n\ta0.~ü<,?]{0,80}") {
        ask(text.as_bytes());
    }

    #[test]
    fn mutated_documents_never_panic(bytes in mutated()) {
        ask(&bytes);
    }
}
