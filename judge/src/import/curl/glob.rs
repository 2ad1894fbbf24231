//! Several URLs in one: `{one,two}`, `[1-9]`, `[001-100:10]`, `[a-z]` (docs/URL-SYNTAX, "Globbing").

use crate::import::text::OPEN;

/// URLs of one; a Journey has 200 steps.
const URLS_MAX: usize = 200;

/// Every URL that it stands for, or why none can be told.
pub(super) fn expanded(url: &str) -> Result<Vec<String>, &'static str> {
    let mut urls = vec![String::new()];
    let mut rest = url;
    while let Some(at) = rest.find(['{', '[', '\\']) {
        let (before, after) = rest.split_at(at);
        each(&mut urls, &[before.to_owned()])?;
        let escaped = after.strip_prefix('\\').and_then(|after| after.chars().next());
        if let Some(char) = escaped {
            let is_escape = matches!(char, '{' | '}' | '[' | ']');
            each(
                &mut urls,
                &[if is_escape {
                    char.to_string()
                } else {
                    format!("\\{char}")
                }],
            )?;
            rest = &after[1 + char.len_utf8()..];
            continue;
        }
        let close = if after.starts_with('{') { '}' } else { ']' };
        let end = after.find(close).ok_or("one without an end")?;
        let inner = &after[1..end];
        let options = match close {
            '}' => inner.split(',').map(str::to_owned).collect(),
            // An address of IPv6.
            _ if inner.contains(':') && before.ends_with("//") => vec![format!("[{inner}]")],
            _ => range(inner).ok_or("a range such as `[1-9]` is wanted")?,
        };
        each(&mut urls, &options)?;
        rest = &after[end + 1..];
    }
    each(&mut urls, &[rest.to_owned()])?;
    Ok(urls)
}

fn each(urls: &mut Vec<String>, options: &[String]) -> Result<(), &'static str> {
    if urls.len() * options.len() > URLS_MAX {
        return Err("more URLs than a Journey has steps");
    }
    let made = urls
        .iter()
        .flat_map(|url| options.iter().map(move |option| format!("{url}{option}")));
    *urls = made.collect();
    Ok(())
}

fn range(text: &str) -> Option<Vec<String>> {
    let (range, step) = text.split_once(':').unwrap_or((text, "1"));
    let step: u32 = step.parse().ok().filter(|step| *step > 0)?;
    let (first, last) = range.split_once('-')?;
    if first.contains(OPEN) || last.contains(OPEN) {
        return None;
    }
    let one = |text: &str| {
        text.chars()
            .next()
            .filter(|char| text.len() == 1 && char.is_ascii_alphabetic())
    };
    if let (Some(first), Some(last)) = (one(first), one(last)) {
        let chars = (u32::from(first)..=u32::from(last)).step_by(step as usize);
        return Some(chars.filter_map(char::from_u32).map(String::from).collect());
    }
    let width = if first.starts_with('0') { first.len() } else { 1 };
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    let numbers = (first..=last).step_by(step as usize).take(URLS_MAX + 1);
    Some(numbers.map(|number| format!("{number:0width$}")).collect())
}
