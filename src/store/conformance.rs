//! What every store has to do. Each rule is a test of its own, on a store of its own.

pub(super) mod attempts;
pub(super) mod beginnings;
pub(super) mod deliveries;
pub(super) mod lists;
pub(super) mod oblivion;
pub(super) mod outbox;
pub(super) mod records;
mod samples;
pub(super) mod verdicts;

use std::sync::Arc;

use async_trait::async_trait;

use crate::engine::ports::Store;

/// A store that is put through the rules.
#[async_trait]
pub(super) trait Subject: Send + Sync {
    /// The store; one that outlives its process is closed and opened again first.
    async fn again(&self) -> Arc<dyn Store>;
}

/// Makes a test of each rule. The expression makes a new, empty store.
macro_rules! conforms {
    ($subject:expr) => {
        crate::store::conformance::conforms! {
            $subject;
            attempts::finds_attempts,
            attempts::knows_of_other_stages,
            beginnings::keeps_what_a_run_begins_with,
            beginnings::refuses_a_second_run_of_one_id,
            beginnings::refuses_an_attempt_twice,
            beginnings::one_key_is_one_request,
            beginnings::one_of_many_wins_an_attempt,
            beginnings::one_of_many_wins_a_key,
            deliveries::changes_only_how_a_delivery_stands,
            deliveries::finds_and_lists,
            lists::finds_runs_without_a_verdict,
            lists::lists_what_passes_the_filter,
            lists::goes_on_after_the_cursor_when_times_are_equal,
            oblivion::forgets_old_runs_with_all_that_is_theirs,
            oblivion::forgets_old_windows_and_keeps_the_rest,
            oblivion::forgets_no_more_than_it_is_told,
            oblivion::forgets_runs_whose_time_to_live_is_over,
            outbox::gives_the_oldest_of_each_run,
            outbox::says_when_the_next_is_due,
            outbox::keeps_what_a_verdict_causes_or_nothing,
            records::keeps_them_in_order_as_they_are,
            records::refuses_who_does_not_know_them_all,
            records::one_of_many_drivers_wins,
            verdicts::gives_one_once,
            verdicts::remembers_when_it_was_first_told,
            verdicts::can_be_written_and_closed,
        }
    };
    ($subject:expr; $($area:ident::$rule:ident,)+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                crate::store::conformance::$area::$rule(&$subject).await;
            }
        )+
    };
}
pub(super) use conforms;
