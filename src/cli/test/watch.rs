//! Testing again whenever a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use super::{TestOptions, once};
use crate::cli::output;

/// How often files are looked at. Looking costs some file attributes; the operating systems' own ways to be told
/// differ, and do not work over network and container file systems.
const EVERY: Duration = Duration::from_millis(250);
/// Folders inside one another that are looked at.
const DEPTH_MAX: usize = 16;

/// When each file was changed, and its length.
type Stamps = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Never ends by itself.
pub(super) async fn watch(options: &TestOptions) -> ExitCode {
    let mut watched = options.paths.clone();
    loop {
        // What changes while the tests run counts as changed after them.
        let known = stamps(&watched);
        let ended = once(options);
        watched = [options.paths.clone(), ended.read].concat();
        let mut before = stamps(&watched);
        before.extend(known);
        output::complain(&format!("watching {} files", before.len()));
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let _tick = ticks.tick().await;
            if stamps(&watched) != before {
                break;
            }
        }
    }
}

fn stamps(paths: &[PathBuf]) -> Stamps {
    let mut stamps = Stamps::new();
    for path in paths {
        stamp(path, 0, &mut stamps);
    }
    stamps
}

/// What cannot be read is not there.
fn stamp(path: &Path, depth: usize, stamps: &mut Stamps) {
    let Ok(metadata) = std::fs::metadata(path) else {
        return;
    };
    if !metadata.is_dir() {
        stamps.insert(path.to_owned(), (metadata.modified().ok(), metadata.len()));
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return;
    };
    if depth < DEPTH_MAX {
        for entry in entries.flatten() {
            stamp(&entry.path(), depth + 1, stamps);
        }
    }
}
