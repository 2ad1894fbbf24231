use std::fs;

use super::*;

fn template(name: &str, count: u32) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: {name}}}\nspec:\n  metrics:\n  \
         - {{name: m, count: {count}, interval: 1s, provider: {{web: {{url: 'http://x/', jsonPath: '{{$}}'}}}}}}\n"
    )
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn open(&self) -> AnalysisFiles {
        AnalysisFiles::open(vec![self.0.path().to_owned()]).unwrap()
    }
}

fn text_of(files: &AnalysisFiles, name: &str) -> String {
    files.get(name).unwrap().sources[0].text.clone()
}

#[test]
fn a_broken_file_keeps_its_last_good_state_and_says_so() {
    let folder = Folder::with(&[
        ("a.yaml", &template("a", 1)),
        ("b.yaml", &template("b", 1)),
        ("c.txt", "no document"),
    ]);
    let files = folder.open();
    assert_eq!(
        (files.names(), files.broken()),
        (vec!["a".to_owned(), "b".to_owned()], 0)
    );
    folder.write("a.yaml", "kind: [unclosed");
    folder.write("b.yaml", &template("b", 22));
    files.look();
    assert_eq!(files.broken(), 1);
    let found = files.files();
    assert!(found[0].is_outdated && !found[0].errors.is_empty() && found[1].errors.is_empty());
    assert_eq!(found[0].analyses[0].1, "a");
    assert_eq!(text_of(&files, "a"), template("a", 1));
    assert_eq!(text_of(&files, "b"), template("b", 22));
    // Another broken state still keeps the good one; a good one replaces it.
    folder.write("a.yaml", "kind: [unclosed, again");
    files.look();
    assert_eq!(text_of(&files, "a"), template("a", 1));
    folder.write("a.yaml", &template("a", 333));
    files.look();
    assert_eq!((files.broken(), text_of(&files, "a")), (0, template("a", 333)));
}

#[test]
fn new_files_are_found_and_files_that_go_take_their_analyses_with_them() {
    let folder = Folder::with(&[("a.yaml", &template("a", 1))]);
    let files = folder.open();
    folder.write("b.yaml", &template("b", 1));
    fs::remove_file(folder.0.path().join("a.yaml")).unwrap();
    files.look();
    assert_eq!(files.names(), ["b"]);
    // A folder that goes takes nothing with it.
    let path = folder.0.path().to_owned();
    fs::rename(&path, path.with_extension("away")).unwrap();
    files.look();
    assert_eq!(files.names(), ["b"]);
    fs::rename(path.with_extension("away"), &path).unwrap();
}

#[test]
fn a_file_that_was_broken_from_the_start_is_left_out() {
    let folder = Folder::with(&[("a.yaml", "{}"), ("b.yaml", &template("b", 1))]);
    let files = folder.open();
    assert_eq!((files.names(), files.broken()), (vec!["b".to_owned()], 1));
    assert!(!files.files()[0].is_outdated);
    assert!(
        AnalysisFiles::open(vec!["/no/such/folder".into()])
            .err()
            .unwrap()
            .contains("/no/such/folder")
    );
}

#[test]
fn the_second_analysis_of_a_name_is_a_mistake_of_the_second_file() {
    let folder = Folder::with(&[("a.yaml", &template("x", 1)), ("b.yaml", &template("x", 2))]);
    let files = folder.open();
    let found = files.files();
    assert!(found[0].errors.is_empty());
    assert!(
        found[1].errors[0]
            .found
            .starts_with("a second analysis `x`; the first is in "),
        "{:?}",
        found[1].errors
    );
    assert_eq!(text_of(&files, "x"), template("x", 1));
}

#[test]
fn templates_of_several_files_go_together() {
    let naming = "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: both}\nspec: {templates: [{templateName: a}]}\n";
    let folder = Folder::with(&[("a.yaml", &template("a", 1)), ("b.yaml", naming)]);
    let files = folder.open();
    assert_eq!(
        (files.names(), files.broken()),
        (vec!["a".to_owned(), "both".to_owned()], 0)
    );
    let both = files.get("both").unwrap();
    let (plan, _) = both.documents.plan(Some("both"), &BTreeMap::new()).unwrap();
    assert_eq!((both.sources.len(), plan.metrics.len()), (2, 1));
    assert_eq!(files.get("a").unwrap().sources.len(), 1);
}
