use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serin_judge::time::Timestamp;

use crate::engine::ports::{DeliverError, Delivery, DeliveryState};

/// The first wait before another attempt, which doubles from one to the next up to the longest; chance adds up to as much
/// again, so that the receiver of many runs does not get all of them at one instant.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(150);
/// After so many attempts the wait is the longest.
const GROWING_WAITS: u32 = 8;
/// A receiver that wants to be left alone for longer is asked all the same.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// How a delivery stands after an attempt that ended now; `seed` is the chance.
pub(super) fn after(
    delivery: Delivery,
    answer: Result<(), DeliverError>,
    now: Timestamp,
    give_up_after: Duration,
    seed: u64,
) -> Delivery {
    let attempts = delivery.attempts.saturating_add(1);
    let ended = |state, last_error| Delivery {
        state,
        attempts,
        last_error,
        ended_at: Some(now),
        ..delivery.clone()
    };
    let Err(error) = answer else {
        return ended(DeliveryState::Delivered, String::new());
    };
    let give_up_at = delivery.since + give_up_after;
    if error.is_final || now >= give_up_at {
        return ended(DeliveryState::GivenUp, error.message);
    }
    let asked_for = error.retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
    Delivery {
        attempts,
        // The last attempt is made when the time is over, not at some time before.
        next_at: (now + wait(attempts, seed).max(asked_for)).min(give_up_at),
        last_error: error.message,
        ..delivery
    }
}

/// How long to wait after so many failed attempts.
fn wait(attempts: u32, seed: u64) -> Duration {
    let growing = ExponentialBuilder::new()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .without_max_times()
        .with_jitter()
        .with_jitter_seed(seed);
    let failed = attempts.saturating_sub(1).min(GROWING_WAITS);
    let place = usize::try_from(failed).unwrap_or_default();
    growing.build().nth(place).unwrap_or(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ports::DeliveryEvent;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn delivery(attempts: u32) -> Delivery {
        Delivery {
            id: "d1".to_owned(),
            run: "r1".to_owned(),
            hook: "rollouts".to_owned(),
            event: DeliveryEvent::RunFinished,
            created_at: at(0),
            body: "{}".into(),
            state: DeliveryState::Pending,
            attempts,
            next_at: at(0),
            since: at(0),
            last_error: "before".to_owned(),
            ended_at: None,
        }
    }

    fn failure(retry_after: Option<u64>, is_final: bool) -> Result<(), DeliverError> {
        Err(DeliverError {
            message: "answered 503".to_owned(),
            retry_after: retry_after.map(Duration::from_secs),
            is_final,
        })
    }

    #[test]
    fn a_delivery_that_arrived_has_ended() {
        let arrived = after(delivery(2), Ok(()), at(9), DAY, 1);
        let expected = Delivery {
            state: DeliveryState::Delivered,
            attempts: 3,
            last_error: String::new(),
            ended_at: Some(at(9)),
            ..delivery(2)
        };
        assert_eq!(arrived, expected);
    }

    #[test]
    fn waits_double_up_to_a_limit_and_never_all_end_at_once() {
        for (attempts, shortest) in [
            (0, 1),
            (1, 2),
            (2, 4),
            (6, 64),
            (7, 128),
            (8, 150),
            (9, 150),
            (u32::MAX, 150),
        ] {
            let waits: Vec<Duration> = (0..50)
                .map(|seed| {
                    after(delivery(attempts), failure(None, false), at(0), DAY, seed)
                        .next_at
                        .since(at(0))
                })
                .collect();
            let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*least >= Duration::from_secs(shortest), "{attempts}: {least:?}");
            assert!(*most <= Duration::from_secs(2 * shortest), "{attempts}: {most:?}");
            assert!(
                *most - *least > Duration::from_secs(shortest) / 2,
                "{attempts}: {least:?} to {most:?}"
            );
        }
        assert_eq!(wait(5, 7), wait(5, 7), "the same chance, the same wait");
    }

    #[test]
    fn a_receiver_may_ask_to_be_left_alone() {
        let next_at = |retry_after| after(delivery(0), failure(retry_after, false), at(10), DAY, 1).next_at;
        assert_eq!(next_at(Some(120)), at(130));
        assert!(next_at(Some(0)) > at(10), "not at once");
        assert_eq!(next_at(Some(u64::MAX)), at(10 + 3600), "but not for ever");
    }

    #[test]
    fn a_delivery_is_given_up_when_its_time_is_over_or_nothing_can_help() {
        let minute = Duration::from_secs(60);
        let last = after(delivery(3), failure(Some(900), false), at(50), minute, 1);
        assert_eq!(
            (last.state, last.next_at),
            (DeliveryState::Pending, at(60)),
            "one attempt more"
        );
        let expected = Delivery {
            state: DeliveryState::GivenUp,
            attempts: 5,
            last_error: "answered 503".to_owned(),
            ended_at: Some(at(60)),
            ..last.clone()
        };
        assert_eq!(after(last, failure(None, false), at(60), minute, 1), expected);
        let refused = after(delivery(0), failure(None, true), at(1), minute, 1);
        assert_eq!(
            (refused.state, refused.ended_at),
            (DeliveryState::GivenUp, Some(at(1)))
        );
        let again = Delivery {
            since: at(1000),
            ..delivery(9)
        };
        let again = after(again, failure(None, false), at(1001), minute, 1);
        assert_eq!(
            again.state,
            DeliveryState::Pending,
            "one that is sent again has its time anew"
        );
    }
}
