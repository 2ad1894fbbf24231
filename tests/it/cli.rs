//! The command line: what is refused and how, and what never shows.
