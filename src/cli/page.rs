//! Pages that need nothing else: no script, no other file, light and dark.

mod chart;

pub(super) use chart::{Chart, Room, Scale, in_both};

const STYLE: &str = include_str!("page/style.css");

/// A whole page. `title` is text; `heading`, `lead` and `body` are markup.
pub(super) fn page(title: &str, heading: &str, lead: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{heading}</h1>\n<p class=\"lead\">{lead}</p>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// Text that may hold anything, in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
