//! What `serin probe` costs and how true its latencies are, beside oha, k6, wrk and hey on the same server in the same run.
//!
//! `PROBING_SECONDS` (10) is how long each client runs a turn; of `PROBING_TURNS` (3) the cheapest counts, since a busy machine
//! only ever makes a client dearer. `PROBING_REQUESTS` (10,000,000) is how many one probing makes while its memory is looked
//! at. `PROBING_ONLY=keepalive,journey,...` chooses parts. A peer that is not installed (`make bench` installs them) is left
//! out by name.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]
#![allow(clippy::print_stdout, reason = "the figures are its product")]
#![allow(missing_docs, reason = "a bench that prints tables")]

#[path = "probing/client.rs"]
mod client;
#[path = "probing/cost.rs"]
mod cost;
#[path = "probing/freeze.rs"]
mod freeze;
#[path = "probing/memory.rs"]
mod memory;
#[path = "probing/mixed.rs"]
mod mixed;
#[path = "probing/open_loop.rs"]
mod open_loop;
#[path = "probing/scripts.rs"]
mod scripts;
#[path = "probing/server.rs"]
mod server;
#[path = "common/shipped.rs"]
mod shipped;

fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    if std::env::var_os(server::MARK).is_some() {
        return server::serve();
    }
    let only = std::env::var("PROBING_ONLY").unwrap_or_default();
    let asked = |part: &str| only.is_empty() || only.split(',').any(|name| name == part);
    let server = server::Server::start();
    for (part, run) in PARTS {
        if asked(part) {
            run(&server);
            println!();
        }
    }
}

type Part = fn(&server::Server);

const PARTS: [(&str, Part); 8] = [
    ("keepalive", cost::keepalive),
    ("journey", cost::journey),
    ("rate", cost::journey_at_a_rate),
    ("freeze", freeze::freeze),
    ("open", open_loop::open_loop),
    ("journeys", memory::journeys),
    ("mixed", mixed::mixed),
    ("memory", memory::requests),
];
