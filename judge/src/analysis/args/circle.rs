//! Arguments whose values lead back to themselves.

use std::collections::{BTreeMap, VecDeque};

use super::Values;

/// The shortest way from an argument's value back to the argument, through the arguments that values name.
pub(super) fn through<'v>(start: &'v str, values: &'v Values) -> Option<Vec<&'v str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(name) = queue.pop_front() {
        let Some(Some(value)) = values.get(name) else {
            continue;
        };
        for next in named(value) {
            if next == start {
                let mut path = vec![start, name];
                while let Some(before) = path
                    .last()
                    .filter(|at| **at != start)
                    .and_then(|at| came_from.get(at))
                {
                    path.push(before);
                }
                path.reverse();
                return Some(path);
            }
            if next != name && !came_from.contains_key(next) {
                came_from.insert(next, name);
                queue.push_back(next);
            }
        }
    }
    None
}

/// The arguments that a value names.
fn named(value: &str) -> impl Iterator<Item = &str> {
    let tags = value.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    tags.filter_map(|(tag, _)| tag.trim().strip_prefix("args."))
}
