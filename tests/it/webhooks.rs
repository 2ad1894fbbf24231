//! Webhooks: what is sent, what comes back, and what happens when nothing does.

mod answers;
mod dispatch;
mod patience;
mod signing;
mod world;
