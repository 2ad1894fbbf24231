//! From module files to those who probe by them.

use std::path::Path;
use std::sync::Arc;

use serin_judge::analysis;
use serin_judge::blackbox::Modules;

use crate::config::{Settings, documents, files, journeys};
use crate::engine::blackbox::Blackbox;
use crate::engine::ports::Clock;

/// Bytes of a module file.
const FILE_BYTES_MAX: usize = 4 << 20;

/// The modules of a file, or the built-in ones.
///
/// # Errors
/// Everything that is wrong with the file, for people and without secrets.
pub fn modules(file: Option<&str>) -> Result<Modules, String> {
    let Some(file) = file else {
        return Ok(Modules::default());
    };
    let source = documents::source(Path::new(file), FILE_BYTES_MAX)?;
    Modules::read(source).map_err(|mistakes| {
        let texts: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        texts.join("\n").trim_end().to_owned()
    })
}

/// Probes by the modules of the settings. At most half of the requests that are answered at once are probes, so that those
/// that hang keep nobody else out.
///
/// # Errors
/// As [`modules`].
pub fn blackbox(
    settings: &analysis::Settings,
    adapters: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<Blackbox, String> {
    Ok(Blackbox::new(
        modules(settings.modules.as_deref())?,
        journeys::prober(Arc::clone(clock), adapters.commands),
        files::of_disk(),
        Arc::clone(&adapters.budgets),
        (settings.limits.concurrent_requests / 2).max(1),
    ))
}
