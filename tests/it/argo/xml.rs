//! Just enough XML to tell a well-formed JUnit document from one that is not.

use std::collections::BTreeMap;

/// One element, without its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// All elements in the order of their start tags; panics where the text is not well formed.
pub(crate) fn elements(text: &str) -> Vec<Element> {
    let illegal = |character: char| {
        matches!(character, '\u{fffe}' | '\u{ffff}')
            || character < ' ' && !matches!(character, '\n' | '\r' | '\t')
    };
    assert!(
        !text.contains(illegal),
        "characters that XML cannot hold: {text:?}"
    );
    let mut rest = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .expect("an XML declaration");
    let (mut open, mut found): (Vec<String>, Vec<Element>) = (Vec::new(), Vec::new());
    while let Some(start) = rest.find('<') {
        let content = unescaped(&rest[..start]);
        assert!(
            !open.is_empty() || content.trim().is_empty(),
            "text outside of the root: {content:?}"
        );
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{text}");
            continue;
        }
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        assert!(!open.is_empty() || found.is_empty(), "more than one root: {text}");
        let element = element(tag);
        if !closed {
            open.push(element.name.clone());
        }
        found.push(element);
    }
    assert!(
        open.is_empty() && !found.is_empty() && rest.trim().is_empty(),
        "{text}"
    );
    found
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some((name, value)) = rest.trim_start().split_once("=\"") {
        let (value, after) = value.split_once('"').expect("the end of an attribute");
        assert!(!value.contains('<'), "{tag}");
        assert_eq!(
            attributes.insert(name.to_owned(), unescaped(value)),
            None,
            "{tag}"
        );
        rest = after;
    }
    assert!(rest.trim().is_empty(), "{tag}");
    Element {
        name: name.to_owned(),
        attributes,
    }
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').expect("the end of an entity");
        plain.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            "#10" => '\n',
            other => panic!("entity {other}"),
        });
        plain.push_str(after);
    }
    plain
}

#[test]
fn what_is_not_well_formed_is_seen() {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let good = elements(&format!("{HEAD}\n<a b=\"1 &lt; 2\"><c/></a>\n"));
    assert_eq!(good.len(), 2);
    assert_eq!(good[0].attributes["b"], "1 < 2");
    for bad in [
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b=\"<\"/>",
        "<a b=\"&\"/>",
        "text",
        "<a>\u{1}</a>",
        "",
    ] {
        let text = format!("{HEAD}{bad}");
        assert!(std::panic::catch_unwind(|| elements(&text)).is_err(), "{bad}");
    }
}
