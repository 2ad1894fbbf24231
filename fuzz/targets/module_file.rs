//! Any text as a module file of blackbox_exporter, and as a target: no panic, and mistakes lie inside of the text.
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
            assert_eq!(modules.all().count(), modules.names().count());
            assert!(modules.all().all(|module| module.shown.contains("prober:")));
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
