use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// Timers that stay set from one exchange to the next.
///
/// Hardly any exchange reaches its deadline, so setting a timer and taking it back for each one is work for nothing. One
/// that is set for an earlier deadline serves as well: when it goes off, it is set again for the one that counts.
#[derive(Default)]
pub(super) struct Alarms {
    set: Mutex<Vec<Pin<Box<Sleep>>>>,
}

/// Timers kept at most: as many as connections.
const KEPT_MAX: usize = 1_024;

/// The deadline of one exchange.
pub(super) struct Alarm<'a> {
    alarms: &'a Alarms,
    /// `None` only while it is dropped.
    timer: Option<Pin<Box<Sleep>>>,
    deadline: Instant,
}

impl Alarms {
    pub(super) fn at(&self, deadline: Instant) -> Alarm<'_> {
        let kept = self.set().pop();
        let timer = match kept {
            Some(mut timer) => {
                if timer.deadline() > deadline {
                    timer.as_mut().reset(deadline);
                }
                timer
            }
            None => Box::pin(sleep_until(deadline)),
        };
        Alarm {
            alarms: self,
            timer: Some(timer),
            deadline,
        }
    }

    pub(super) fn clear(&self) {
        let set = std::mem::take(&mut *self.set());
        drop(set);
    }

    fn set(&self) -> MutexGuard<'_, Vec<Pin<Box<Sleep>>>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alarm<'_> {
    /// What `work` comes to; `None` when the time is over before.
    ///
    /// `work` is pinned by its owner: a future that is handed on is there twice, in the one that hands it on too.
    pub(super) async fn unless_over<F: Future>(&mut self, mut work: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => self.poll(cx).map(|()| None),
        })
        .await
    }

    /// Ready when the deadline has passed.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = &mut self.timer else {
            return Poll::Ready(());
        };
        loop {
            ready!(timer.as_mut().poll(cx));
            if Instant::now() >= self.deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.deadline);
        }
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        let mut set = self.alarms.set();
        if let Some(timer) = self.timer.take()
            && set.len() < KEPT_MAX
        {
            set.push(timer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// How long an alarm takes that is set for so many milliseconds from now.
    async fn millis(alarms: &Alarms, millis: u64) -> u128 {
        let start = Instant::now();
        let mut alarm = alarms.at(start + Duration::from_millis(millis));
        poll_fn(|cx| alarm.poll(cx)).await;
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_kept_timer_goes_off_when_it_should() {
        let alarms = Alarms::default();
        for deadline in [50, 70, 20, 0, 1_000, 999, 3] {
            assert_eq!(millis(&alarms, deadline).await, u128::from(deadline));
        }
        // One that is still set, for an earlier and for a later deadline than the next one's.
        for (first, second) in [(100, 500), (500, 100)] {
            let mut unused = alarms.at(Instant::now() + Duration::from_millis(first));
            poll_fn(|cx| Poll::Ready(unused.poll(cx).is_ready())).await;
            drop(unused);
            assert_eq!(alarms.set().len(), 1);
            assert_eq!(millis(&alarms, second).await, u128::from(second));
        }
    }
}
