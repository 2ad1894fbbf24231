use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serin_judge::analysis::{Diagnostic, DocumentKind, Documents, FILE_BYTES_MAX, Source};

use crate::config::analyses::AnalysisFile;
use crate::config::documents;
use crate::engine::ports::{KnownAnalysis, SourceText};

/// All files, read once.
#[derive(Default)]
pub(super) struct Reading {
    /// The newest good text of each file, by its path.
    pub(super) good: BTreeMap<String, Source>,
    pub(super) files: Vec<AnalysisFile>,
    pub(super) known: BTreeMap<String, Arc<KnownAnalysis>>,
}

impl Reading {
    /// Reads the files; those that are broken count as they were `before`.
    pub(super) fn of(paths: &[PathBuf], before: BTreeMap<String, Source>) -> Self {
        let mut texts: Vec<Source> = Vec::new();
        let mut errors: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for path in paths {
            match documents::source(path, FILE_BYTES_MAX) {
                Ok(source) => texts.push(source),
                Err(message) => {
                    let unreadable = Source::new(&path.display().to_string(), "");
                    let file = unreadable.name().to_owned();
                    errors.insert(
                        file,
                        vec![Diagnostic::of_file(
                            unreadable,
                            message,
                            "a file that can be read",
                        )],
                    );
                }
            }
        }
        for (file, found) in mistakes(&texts) {
            errors.entry(file).or_default().extend(found);
        }
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let mut good: BTreeMap<String, Source> = texts
            .into_iter()
            .filter(|text| !errors.contains_key(text.name()))
            .map(|text| (text.name().to_owned(), text))
            .collect();
        let outdated: Vec<&String> = names
            .iter()
            .filter(|name| errors.contains_key(*name) && before.contains_key(*name))
            .collect();
        good.extend(
            before
                .iter()
                .filter(|(name, _)| outdated.contains(name))
                .map(|(name, text)| (name.clone(), text.clone())),
        );
        let known = known(&good);
        let files = names.iter().map(|name| AnalysisFile {
            path: name.clone(),
            analyses: good.get(name).map(analyses).unwrap_or_default(),
            errors: errors.get(name).cloned().unwrap_or_default(),
            is_outdated: outdated.contains(&name),
        });
        Self {
            files: files.collect(),
            known,
            good,
        }
    }
}

/// What is wrong with each file, beside the others.
fn mistakes(texts: &[Source]) -> BTreeMap<String, Vec<Diagnostic>> {
    let (read, mut found) = documents::of(texts.to_vec());
    found.extend(read.validate());
    let mut mistakes: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for mistake in found.into_iter().filter(Diagnostic::is_error) {
        mistakes.entry(mistake.file.clone()).or_default().push(mistake);
    }
    let mut owners: BTreeMap<String, &Source> = BTreeMap::new();
    for text in texts {
        for (_, name) in analyses(text) {
            match owners.get(&name) {
                Some(owner) => {
                    let found = format!("a second analysis `{name}`; the first is in {}", owner.name());
                    let double =
                        Diagnostic::of_file(text.clone(), found, "names that are unique among all files");
                    mistakes.entry(text.name().to_owned()).or_default().push(double);
                }
                None => {
                    let _first = owners.insert(name, text);
                }
            }
        }
    }
    mistakes
}

fn analyses(text: &Source) -> Vec<(DocumentKind, String)> {
    let (read, _) = documents::of(vec![text.clone()]);
    let names = read.names().filter(|(kind, _)| kind.is_analysis());
    names.map(|(kind, name)| (kind, name.to_owned())).collect()
}

/// Each analysis with the file that holds it, or with all files when it names templates of others.
fn known(good: &BTreeMap<String, Source>) -> BTreeMap<String, Arc<KnownAnalysis>> {
    let everything = packed(good.values());
    let mut known = BTreeMap::new();
    for text in good.values() {
        let alone = packed([text]);
        let is_enough = !alone.1.validate().iter().any(Diagnostic::is_error);
        let (sources, documents) = if is_enough { &alone } else { &everything };
        for (_, name) in analyses(text) {
            let analysis = KnownAnalysis {
                name: name.clone(),
                sources: Arc::clone(sources),
                documents: Arc::clone(documents),
            };
            let _first = known.entry(name).or_insert_with(|| Arc::new(analysis));
        }
    }
    known
}

fn packed<'a>(texts: impl IntoIterator<Item = &'a Source>) -> (Arc<[SourceText]>, Arc<Documents>) {
    let texts: Vec<&Source> = texts.into_iter().collect();
    let kept = texts.iter().map(|text| SourceText {
        name: text.name().to_owned(),
        text: text.text().to_owned(),
    });
    let sources = kept.collect();
    let (read, _) = documents::of(texts.into_iter().cloned().collect());
    (sources, Arc::new(read))
}
