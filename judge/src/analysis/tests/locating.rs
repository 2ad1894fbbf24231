//! Where a part of a value stands in the source.

use std::sync::Arc;

use crate::analysis::Source;
use crate::analysis::locate::locate;
use crate::analysis::yaml;

/// What is marked when `part` of the first value is at fault.
fn marked(text: &str, part: &str) -> String {
    let source = Arc::new(Source::new("a", text));
    let documents = yaml::read(&source, yaml::Limits::DOCUMENTS, &mut Vec::new());
    let node = documents[0].get("a").unwrap();
    let start = node.text.find(part).unwrap_or_else(|| panic!("{:?}", node.text));
    text[locate(&source, node, &(start..start + part.len()))].to_owned()
}

#[test]
fn parts_are_found_in_every_style() {
    let cases = [
        ("plain", "a: result >> 5\n", ">>", ">>"),
        ("plain over lines", "a: result\n  >> 5\n", ">> 5", ">> 5"),
        ("single quotes", "a: 'result == ''x'' >> 5'\n", ">>", ">>"),
        ("a doubled quote", "a: 'result == ''x'''\n", "'x'", "'x''"),
        ("double quotes", "a: \"result == \\\"x\\\" >> 5\"\n", ">>", ">>"),
        ("an escaped line break", "a: \"result\\n>> 5\"\n", ">>", ">>"),
        ("literal block", "a: |\n    result\n      >> 5\n", ">> 5", ">> 5"),
        (
            "literal block with indentation",
            "a: |-\n    one\n\n    two >> 5\n",
            ">>",
            ">>",
        ),
        ("folded block", "a: >-\n    result\n    >> 5\n", ">>", ">>"),
        ("wide characters", "a: \"日本 >> 5\"\n", ">>", ">>"),
        (
            "something else escaped",
            "a: \"\\u0041 >> 5\"\n",
            ">>",
            "\"\\u0041 >> 5\"",
        ),
    ];
    for (name, text, part, expected) in cases {
        assert_eq!(marked(text, part), expected, "{name}");
    }
}

#[test]
fn the_end_of_a_value_is_a_place() {
    let text = "a: result >\n";
    let source = Arc::new(Source::new("a", text));
    let documents = yaml::read(&source, yaml::Limits::DOCUMENTS, &mut Vec::new());
    let node = documents[0].get("a").unwrap();
    let end = node.text.len();
    assert_eq!(locate(&source, node, &(end..end)), node.span);
}
