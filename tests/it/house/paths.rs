//! Every path in a source text that leads to another module of its own crate.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The module that a source file is, from its path below `src`.
pub(super) fn module_of(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "main" || last == "lib") {
        let _root = parts.pop();
    }
    parts
}

/// Absolute paths (from the crate's root) that the text names, whether in `use`, types, expressions or macros.
pub(super) fn named(module: &[String], text: &str, crate_name: &str) -> Vec<Vec<String>> {
    let tokens: TokenStream = text.parse().expect("a source file that compiles");
    let mut found = Vec::new();
    walk(module, tokens, crate_name, &mut found);
    found
}

fn walk(module: &[String], tokens: TokenStream, crate_name: &str, found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(base) = base_at(module, &tokens, &mut at, crate_name) {
            follow(base, &tokens, &mut at, found);
            continue;
        }
        if let TokenTree::Group(group) = &tokens[at] {
            let inner = inline_module(&tokens, at).map_or_else(
                || module.to_vec(),
                |name| {
                    let mut inner = module.to_vec();
                    inner.push(name);
                    inner
                },
            );
            walk(&inner, group.stream(), crate_name, found);
        }
        at += 1;
    }
}

/// The name in `mod name { ... }` when the group at `at` is that module's body.
fn inline_module(tokens: &[TokenTree], at: usize) -> Option<String> {
    let [.., TokenTree::Ident(keyword), TokenTree::Ident(name)] = &tokens[..at] else {
        return None;
    };
    (keyword == "mod").then(|| name.to_string())
}

/// Reads `crate`, `self` or any number of `super` at `at`, up to and with the `::` after it.
fn base_at(module: &[String], tokens: &[TokenTree], at: &mut usize, crate_name: &str) -> Option<Vec<String>> {
    let TokenTree::Ident(ident) = &tokens[*at] else {
        return None;
    };
    if *at > 0 && is_colon(tokens.get(*at - 1)) && ident != "super" {
        return None;
    }
    let mut base = match ident.to_string() {
        word if word == "crate" || word == crate_name => Vec::new(),
        word if word == "self" => module.to_vec(),
        word if word == "super" => parent(module),
        _ => return None,
    };
    let mut next = *at + 1;
    while is_colon(tokens.get(next)) && is_colon(tokens.get(next + 1)) {
        next += 2;
        match tokens.get(next) {
            Some(TokenTree::Ident(ident)) if ident == "super" => {
                base = parent(&base);
                next += 1;
            }
            _ => {
                *at = next;
                return Some(base);
            }
        }
    }
    None
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

/// Reads the rest of a path: names joined by `::`, or a group of such in braces.
fn follow(mut path: Vec<String>, tokens: &[TokenTree], at: &mut usize, found: &mut Vec<Vec<String>>) {
    loop {
        match tokens.get(*at) {
            Some(TokenTree::Ident(ident)) => {
                path.push(ident.to_string());
                *at += 1;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                *at += 1;
                return branches(&path, group.stream(), found);
            }
            _ => break,
        }
        if !(is_colon(tokens.get(*at)) && is_colon(tokens.get(*at + 1))) {
            break;
        }
        *at += 2;
    }
    found.push(path);
}

fn branches(path: &[String], group: TokenStream, found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = group.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if matches!(&tokens[at], TokenTree::Ident(_)) && (at == 0 || is_comma(&tokens[at - 1])) {
            follow(path.to_vec(), &tokens, &mut at, found);
        } else {
            at += 1;
        }
    }
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}
