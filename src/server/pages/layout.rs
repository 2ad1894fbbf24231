use maud::{DOCTYPE, Markup, html};

/// The style of all pages, served as `/assets/style.css`.
pub const STYLE: &str = include_str!("style.css");

/// What keeps a run's page up to date, served as `/assets/live.js`.
pub const SCRIPT: &str = include_str!("live.js");

/// A page around its main part. `live` is where events come from that make it out of date.
pub(super) fn page(title: &str, live: Option<&str>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/assets/style.css";
                script src="/assets/live.js" defer {}
            }
            body {
                header { nav aria-label="Serin" { a href="/" { "Serin: all runs" } } }
                main data-live=[live] { (main) }
                footer class="soft" { "Times are UTC." }
            }
        }
    }
}
