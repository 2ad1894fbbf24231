//! The service, killed at random moments under many runs: nothing may be lost, and nothing may be decided twice.

mod evidence;
mod orders;
mod service;

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::peers::receiver::{Receiver, Reply};
use crate::peers::scripted::Scripted;
use crate::peers::wait_for;
use evidence::Evidence;
use orders::{Ledger, Orders};
use service::Service;

/// Runs that are under way at once.
const ACTIVE_RUNS: usize = 50;
/// How long after it began, or after what it was waited for, a process is killed at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(300);
/// Of webhooks one in so many is answered with 500 and has to come again.
const REFUSED_OF: usize = 10;

/// Kills in `make test`; `make crash` asks for more.
const KILLS: u64 = 10;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// What the receiver answers to the webhook before which so many came.
fn reply(before: usize) -> Reply {
    let status = if before % REFUSED_OF == REFUSED_OF - 1 {
        500
    } else {
        200
    };
    (status, Vec::new(), String::new())
}

async fn answering(number: u32) -> Scripted {
    Scripted::json(&[&format!("{{\"answer\":{number}}}")]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_however_often_the_process_is_killed() {
    let (kills, seed) = (
        setting("SERIN_CRASH_KILLS", KILLS),
        setting("SERIN_CRASH_SEED", 1),
    );
    let mut chance = StdRng::seed_from_u64(seed);
    let receiver = Receiver::start(reply).await;
    let (good, bad) = (answering(1).await, answering(2).await);
    let mut service = Service::start(receiver.address(), &mut chance);
    let ledger = Arc::new(Ledger::new(&service, good.address(), bad.address()));
    let callers: Vec<_> = (0..ACTIVE_RUNS)
        .map(|_| tokio::spawn(Orders::new(&ledger).place_until_closed()))
        .collect();
    for kill in 0..kills {
        // Whatever the process is at then: starting, or in the midst of what so many webhooks tell of.
        if chance.random_ratio(2, 3) {
            let told = receiver.count() + chance.random_range(1..=ACTIVE_RUNS);
            wait_for("runs go on", async || (receiver.count() >= told).then_some(())).await;
        }
        tokio::time::sleep(LONGEST_PAUSE.mul_f64(chance.random())).await;
        service.kill_and_start_again(kill).await;
    }
    ledger.close();
    for caller in callers {
        caller.await.unwrap();
    }
    let evidence = Evidence::gather(&ledger, &receiver).await;
    service.stop().await;
    evidence.check(reply);
    println!("{kills} kills with seed {seed}: {}", evidence.figures());
}
