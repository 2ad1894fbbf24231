//! Pages for people: made here, readable without any script.

mod index;
mod layout;
mod number;
mod picture;
mod run;

pub use index::{Filter, index};
pub use layout::{SCRIPT, STYLE};
pub use run::run;

#[cfg(test)]
mod tests;
