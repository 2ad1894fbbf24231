//! Multipart bodies.

use super::body::is_path;
use super::secrets::is_hidden;
use crate::import::draft::{Draft, Step};
use crate::import::scope::Slot;
use crate::import::text::{has_value, value};
use crate::import::yaml::{Map, Yaml};

/// A part of a multipart body.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Part {
    pub(in crate::import) name: String,
    /// A text, or the path of a file.
    pub(in crate::import) content: String,
    pub(in crate::import) is_file: bool,
    pub(in crate::import) file_name: Option<String>,
    pub(in crate::import) content_type: Option<String>,
}

pub(super) fn put_parts(parts: Vec<Part>, request: &mut Map, draft: &mut Draft, step: &mut Step) {
    let mut list = Vec::new();
    for part in parts {
        let mut map = Map::of("name", draft.scope.say(&part.name, Slot::Url).unwrap_or_default());
        let content = if part.is_file {
            is_path(&part.content).then(|| part.content.clone())
        } else if is_hidden(&part.name, &part.content) {
            let what = format!("`{}` of the body", part.name);
            let arg = draft.scope.secret_arg(&part.name, Some(&part.content), &what);
            draft.scope.say(&value(&arg), Slot::Plain)
        } else {
            draft.scope.say(&part.content, Slot::Plain)
        };
        let texts = [
            Some(&part.name),
            part.file_name.as_ref(),
            part.content_type.as_ref(),
        ];
        let is_line = !texts
            .into_iter()
            .flatten()
            .any(|text| text.contains(char::is_control) || has_value(text) || text.contains("{{"));
        let Some(content) = content.filter(|_| is_line) else {
            step.remarks.lose(format!("the part `{}` of the body", part.name));
            continue;
        };
        map.put(if part.is_file { "file" } else { "text" }, content);
        for (key, text) in [("fileName", part.file_name), ("contentType", part.content_type)] {
            if let Some(text) = text {
                map.put(key, text);
            }
        }
        list.push(Yaml::from(map));
    }
    request.put("multipart", list);
}
