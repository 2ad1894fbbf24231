//! The page of `--output html`.

use serde_json::json;

use super::compare;
use super::files::{csv, latencies};
use crate::binary::Files;
use crate::peers::chromium;

#[tokio::test]
async fn chromium_shows_it_in_every_width_and_light_without_errors_of_accessibility() {
    let files = Files::empty();
    let a = files.write("stable.csv", csv(&latencies(1, 1.0, 3000)).as_bytes());
    let name = "canary-of-a-release-with-a-rather-long-name-2026-11-21T10-00-00.csv";
    let b = files.write(name, csv(&latencies(2, 1.4, 3000)).as_bytes());
    let one = files.write("one.csv", b"7\n");
    let wide = files.write("wide.csv", b"1e-12\n1\n1e15\n");
    let mut pages = Vec::new();
    for (place, [x, y]) in [[&a, &b], [&one, &wide]].into_iter().enumerate() {
        let page = compare(&[x, y, "--output", "html"]).await.stdout;
        let path = files.write(&format!("{place}.html"), page.as_bytes());
        pages.push(format!("file://{path}"));
    }
    let seen = chromium::look(&[&pages[0], &pages[1]]).await;
    assert_eq!(seen.len(), 2 * 7);
    for look in &seen {
        assert_eq!(look["failed"], json!([]), "{look}");
        if look["script"] == true {
            assert_eq!(look["violations"], json!([]), "{look}");
            assert!(look["overflow"].as_i64().unwrap() <= 0, "{look}");
        }
        let plots = look["plots"].as_array().unwrap();
        assert_eq!(plots.len(), 3, "one of each: {look}");
        // Text in a plot is scaled with it.
        assert!(plots.iter().all(|size| size.as_f64().unwrap() >= 9.0), "{look}");
    }
    assert!(
        seen[0]["text"].as_str().unwrap().contains("REGRESSION"),
        "{}",
        seen[0]
    );
}

#[tokio::test]
async fn the_page_needs_nothing_else_and_takes_no_markup_from_names() {
    let files = Files::empty();
    let a = files.write("<b>&\"a.csv", csv(&latencies(1, 1.0, 3000)).as_bytes());
    let b = files.write("b.csv", csv(&latencies(2, 1.4, 3000)).as_bytes());
    let page = compare(&[&a, &b, "--output", "html"]).await.stdout;
    assert!(
        page.starts_with("<!doctype html>") && page.ends_with("</html>\n"),
        "{page}"
    );
    for absent in [
        "<script", "http", "src=", "@import", "url(", "<link", "<b>", "NaN", "inf",
    ] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    assert!(page.contains("&lt;b&gt;&amp;&quot;a.csv"), "{page}");
    // Each plot is there twice: for wide windows and for narrow ones.
    assert_eq!(page.matches("<svg").count(), 2 * 3);
    assert_eq!(page.matches("class=\"band ").count(), 2 * 2);
    assert_eq!(page.matches("class=\"dot").count(), 2 * 6);
    assert!(
        page.contains("prefers-color-scheme: dark") && page.contains("regression"),
        "{page}"
    );
    // Every tag that is opened is closed.
    for tag in [
        "main", "table", "thead", "tbody", "tr", "td", "th", "svg", "text", "p", "h1", "h2", "ul", "li",
        "span", "style",
    ] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[tokio::test]
async fn extreme_recordings_still_make_a_page() {
    let files = Files::empty();
    let zeros = files.write("zeros.csv", b"0\n0\n0\n");
    let wide = files.write("wide.csv", b"1e-12\n1\n1e15\n");
    let one = files.write("one.csv", b"7\n");
    for (a, b) in [(&zeros, &wide), (&wide, &one), (&one, &one), (&zeros, &zeros)] {
        for output in ["html", "human", "json"] {
            let ended = compare(&[a, b, "--output", output]).await;
            assert_eq!(
                (ended.code, ended.stderr.as_str()),
                (Some(0), ""),
                "{a} {b}: {ended:?}"
            );
            assert!(!ended.stdout.contains("NaN"), "{a} {b}: {}", ended.stdout);
        }
    }
}
