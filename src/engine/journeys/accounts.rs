use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serin_judge::analysis::plan::journey::{Accounts, Row};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A run waits this long for an account that is free; then it counts as missed.
pub const ACCOUNT_WAIT_MAX: Duration = Duration::from_secs(1);

/// Accounts, each held by at most one run at a time.
#[derive(Debug)]
pub(super) struct AccountPool {
    /// Permits: how many are free.
    free_count: Arc<Semaphore>,
    /// Least recently used first.
    free: Mutex<VecDeque<Arc<Row>>>,
}

/// An account that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    pool: Arc<AccountPool>,
    pub(super) account: Arc<Row>,
    /// Given back after the account is: fields are dropped after [`Drop::drop`].
    _permit: OwnedSemaphorePermit,
}

impl AccountPool {
    pub(super) fn new(accounts: &Accounts) -> Arc<Self> {
        Arc::new(Self {
            free_count: Arc::new(Semaphore::new(accounts.rows.len())),
            free: Mutex::new(accounts.rows.iter().cloned().collect()),
        })
    }

    /// The account that was not used for the longest time. `None` when none became free within [`ACCOUNT_WAIT_MAX`].
    pub(super) async fn lease(self: &Arc<Self>) -> Option<Lease> {
        let permit = Arc::clone(&self.free_count).acquire_owned();
        let permit = tokio::time::timeout(ACCOUNT_WAIT_MAX, permit).await.ok()?.ok()?;
        let account = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()?;
        Some(Lease {
            pool: Arc::clone(self),
            account,
            _permit: permit,
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = self.pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push_back(Arc::clone(&self.account));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn accounts(count: usize) -> Accounts {
        let row = |number: usize| Arc::new(BTreeMap::from([("user".to_owned(), number.into())]));
        Accounts {
            rows: (0..count).map(row).collect(),
            secret: Vec::new(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_account_is_held_twice(
            count in 1..5_usize,
            runs in prop::collection::vec((0..3_000_u64, 0..2_500_u64), 1..40),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let (most, missed) = runtime.block_on(async {
                let pool = AccountPool::new(&accounts(count));
                let held = Arc::new(Mutex::new(Vec::<Arc<Row>>::new()));
                let run = |(begin, lasts): (u64, u64)| {
                    let (pool, held) = (Arc::clone(&pool), Arc::clone(&held));
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(begin)).await;
                        let Some(lease) = pool.lease().await else { return (0, 1) };
                        let now = {
                            let mut held = held.lock().unwrap();
                            assert!(!held.contains(&lease.account), "held twice");
                            held.push(Arc::clone(&lease.account));
                            held.len()
                        };
                        tokio::time::sleep(Duration::from_millis(lasts)).await;
                        held.lock().unwrap().retain(|account| *account != lease.account);
                        (now, 0)
                    })
                };
                let runs: Vec<_> = runs.iter().copied().map(run).collect();
                let mut ended = (0, 0);
                for run in runs {
                    let (most, missed) = run.await.unwrap();
                    ended = (ended.0.max(most), ended.1 + missed);
                }
                assert_eq!(pool.free.lock().unwrap().len(), count, "all come back");
                ended
            });
            prop_assert!(most <= count);
            prop_assert!(missed < runs.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_forever_and_the_longest_unused_comes_next() {
        let pool = AccountPool::new(&accounts(2));
        let (first, second) = (pool.lease().await.unwrap(), pool.lease().await.unwrap());
        assert!(pool.lease().await.is_none());
        let names = [Arc::clone(&second.account), Arc::clone(&first.account)];
        drop(second);
        drop(first);
        for name in names {
            assert_eq!(pool.lease().await.unwrap().account, name);
        }
    }
}
