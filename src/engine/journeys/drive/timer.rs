use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep};

/// Waits until an instant, again and again.
///
/// Tokio's timer counts whole milliseconds, so what it wakes is up to one or two late. That is good enough for checks that
/// share a runtime with others. Threads that do nothing but probe have a timer of the kernel's each, which is exact to
/// some microseconds and costs two system calls a wait.
#[derive(Debug)]
pub(in crate::engine::journeys) enum Timer {
    /// The runtime's, which tests may pause.
    Runtime(Pin<Box<Sleep>>),
    /// The kernel's.
    #[cfg(target_os = "linux")]
    Kernel(kernel::KernelTimer),
}

impl Timer {
    /// Of the runtime at hand.
    pub(in crate::engine::journeys) fn of_runtime() -> Self {
        Self::Runtime(Box::pin(tokio::time::sleep_until(Instant::now())))
    }

    /// An exact one where there is such; call it inside of the runtime that waits for it.
    pub(in crate::engine::journeys) fn exact() -> Self {
        #[cfg(target_os = "linux")]
        if let Ok(timer) = kernel::KernelTimer::new() {
            return Self::Kernel(timer);
        }
        Self::of_runtime()
    }

    /// Ready once it is `deadline`. The deadline may be another one each time.
    pub(super) fn poll_until(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Runtime(sleep) => {
                if sleep.deadline() != deadline {
                    sleep.as_mut().reset(deadline);
                }
                sleep.as_mut().poll(context)
            }
            #[cfg(target_os = "linux")]
            Self::Kernel(timer) => timer.poll_until(deadline, context),
        }
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::task::{Context, Poll, ready};

    use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::time::Instant;

    /// A `timerfd` that the runtime's own poll wakes up for.
    #[derive(Debug)]
    pub(in crate::engine::journeys) struct KernelTimer {
        file: AsyncFd<OwnedFd>,
        armed_for: Option<Instant>,
    }

    impl KernelTimer {
        #[expect(
            deprecated,
            reason = "what replaces it is unsafe, for the sake of types that may give up their file; an owned one does not"
        )]
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self {
                file: AsyncFd::with_interest(file, Interest::READABLE)?,
                armed_for: None,
            })
        }

        pub(super) fn poll_until(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Poll::Ready(());
                }
                if self.armed_for != Some(deadline) {
                    let time = Itimerspec {
                        it_interval: Timespec {
                            tv_sec: 0,
                            tv_nsec: 0,
                        },
                        it_value: Timespec {
                            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                            tv_nsec: left.subsec_nanos().into(),
                        },
                    };
                    let armed =
                        rustix::time::timerfd_settime(self.file.get_ref(), TimerfdTimerFlags::empty(), &time);
                    if armed.is_err() {
                        // Of a timer that was made and a time above zero there is no error; never wait for nothing.
                        return Poll::Ready(());
                    }
                    self.armed_for = Some(deadline);
                }
                let Ok(mut ready) = ready!(self.file.poll_read_ready(context)) else {
                    return Poll::Ready(());
                };
                let mut expirations = [0_u8; 8];
                if rustix::io::read(self.file.get_ref(), &mut expirations).is_ok() {
                    self.armed_for = None;
                }
                ready.clear_ready();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_timer_is_early_and_deadlines_may_change() {
        for mut timer in [Timer::of_runtime(), Timer::exact()] {
            let start = Instant::now();
            let late = start + Duration::from_secs(3600);
            let pending = poll_fn(|context| Poll::Ready(timer.poll_until(late, context).is_pending())).await;
            assert!(pending);
            for millis in [3, 1, 7] {
                let deadline = start + Duration::from_millis(millis);
                poll_fn(|context| timer.poll_until(deadline, context)).await;
                assert!(Instant::now() >= deadline);
            }
        }
    }
}
