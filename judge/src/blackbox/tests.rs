use super::{Modules, Prober, is_module_file};
use crate::analysis::Source;

mod answers;
mod files;

fn read(text: &str) -> Result<Modules, String> {
    Modules::read(Source::new("blackbox.yml", text)).map_err(|mistakes| {
        let texts: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        texts.join("\n")
    })
}

/// The prober of one module with these keys, as a flow mapping.
fn prober(keys: &str) -> Prober {
    let modules = read(&format!("modules:\n  a: {{{keys}}}\n")).unwrap();
    modules.get("a").unwrap().prober.clone()
}
