//! Any text as a module file of blackbox_exporter: no panic, mistakes inside of the text, and no secret in what is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::Source;
use serin_judge::blackbox::http::Target;
use serin_judge::blackbox::{Modules, host_and_port, is_module_file};

fuzz_target!(|text: &str| {
    let source = Source::new("blackbox.yml", text);
    let _is_one = is_module_file(&source);
    match Modules::read(source) {
        Ok(modules) => {
            for module in modules.all() {
                // What is shown is a module again.
                let shown: String = module.shown.lines().map(|line| format!("    {line}\n")).collect();
                let again = Modules::read(Source::new("shown.yml", &format!("modules:\n  a:\n{shown}")));
                assert!(again.is_ok() || module.shown.contains("<secret>"), "{shown}");
            }
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for mistake in mistakes {
                assert!(text.get(mistake.span.clone()).is_some());
                let _drawn = mistake.to_string();
            }
        }
    }
    let _target = Target::parse(text);
    let _split = host_and_port(text, Some(53));
});
