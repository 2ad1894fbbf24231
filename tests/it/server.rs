//! `serin serve`, run as a user runs it.

mod access;
mod analyses;
mod argo;
mod blackbox;
mod bodies;
mod connections;
mod control;
mod deliveries;
mod events;
mod faults;
mod figures;
mod pages;
mod probing;
mod rig;
mod runs;
mod settings;
mod windows;
