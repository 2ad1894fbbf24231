//! What signals ask for: the end, a pause.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::conduct::Pauses;
use crate::cli::exit;

/// SIGUSR1 asks for a pause, SIGUSR2 for going on. They are caught from when this returns, until the task is aborted.
pub(super) fn pauses() -> (JoinHandle<()>, Pauses) {
    let (tell, pauses) = watch::channel(false);
    let (pause, go_on) = (
        signal(SignalKind::user_defined1()),
        signal(SignalKind::user_defined2()),
    );
    let pausing = tokio::spawn(async move {
        let (Ok(mut pause), Ok(mut go_on)) = (pause, go_on) else {
            // Without handlers the signals end the process, which is their default. The channel stays open.
            return std::future::pending().await;
        };
        loop {
            let is_paused = tokio::select! {
                _ = pause.recv() => true,
                _ = go_on.recv() => false,
            };
            tell.send_replace(is_paused);
        }
    });
    (pausing, pauses)
}

/// Ends with the exit code of the first signal once everybody has been told to stop. The second one cuts teardown short,
/// the third one ends the process.
pub(super) async fn stop(stop: watch::Sender<u8>) -> u8 {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        // Without handlers the signals end the process at once, which is their default.
        return std::future::pending().await;
    };
    let code = tokio::select! {
        _ = interrupt.recv() => exit::INTERRUPTED,
        _ = terminate.recv() => exit::TERMINATED,
    };
    stop.send_replace(1);
    let _impatient = tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
        stop.send_replace(2);
        tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
        std::process::exit(i32::from(code));
    });
    code
}
