//! Under a pseudo terminal, which `script` of util-linux makes: pictures and colours, and only there.

use std::time::Duration;

use tokio::process::Command;

use crate::binary::{Ended, start};

const PATIENCE: Duration = Duration::from_secs(90);

/// Runs a shell command with `serin` in `$SERIN` under a terminal of 90 columns; standard output is what the terminal got.
async fn on_a_terminal(command: &str, no_colour: bool) -> Ended {
    let mut script = Command::new("script");
    script
        .args(["-qec", &format!("stty cols 90 rows 40; {command}"), "/dev/null"])
        .env("SERIN", env!("CARGO_BIN_EXE_serin"))
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE");
    if no_colour {
        script.env("NO_COLOR", "1");
    }
    start(script).end(PATIENCE).await
}

/// Select Graphic Rendition: what colours are made of.
fn is_coloured(text: &str) -> bool {
    let mut sequences = text.split("\u{1b}[").skip(1);
    sequences.any(|rest| {
        rest.trim_start_matches(|part: char| part.is_ascii_digit() || part == ';')
            .starts_with('m')
    })
}

/// What is left of a line without control sequences.
fn visible(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    let rest = parts.map(|part| part.split_once(|end: char| end.is_ascii_alphabetic()).unwrap().1);
    (first + &rest.collect::<String>()).replace('\r', "")
}

/// The cursor goes up to draw over the last picture.
fn draws_in_place(text: &str) -> bool {
    text.contains("\u{1b}[1A") || text.contains("\u{1b}[2K")
}

const ERRORS: &str = "exec $SERIN demo --fault errors --rate 300 --seed 4";

#[tokio::test]
async fn a_terminal_gets_a_picture_and_colours_unless_it_does_not_want_them() {
    let (coloured, plain) = tokio::join!(on_a_terminal(ERRORS, false), on_a_terminal(ERRORS, true));
    for seen in [&coloured, &plain] {
        assert_eq!(seen.code, Some(1), "{seen:?}");
        assert!(draws_in_place(&seen.stdout), "{seen:?}");
        let frames = seen.stdout.matches("of 1:00 at most").count();
        assert!(frames > 3, "{frames} pictures in several seconds: {seen:?}");
        assert!(
            seen.stdout.contains("worse  [") && seen.stdout.contains("ROLLBACK"),
            "{seen:?}"
        );
        for line in seen.stdout.lines() {
            let visible = visible(line);
            assert!(
                visible.chars().count() <= 90,
                "wider than the terminal: {visible:?}"
            );
        }
    }
    // The report comes after the last picture.
    let (_, report) = coloured.stdout.rsplit_once("of 1:00 at most").unwrap();
    assert!(
        report.contains("\u{1b}[31m") && report.contains("ROLLBACK"),
        "red: {report:?}"
    );
    assert!(
        is_coloured(report) && !is_coloured(&plain.stdout),
        "{:?}",
        plain.stdout
    );
}

#[tokio::test]
async fn a_file_gets_neither_even_when_the_picture_is_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report");
    let command = format!("{ERRORS} > {}", file.display());
    let seen = on_a_terminal(&command, false).await;
    assert_eq!(seen.code, Some(1), "{seen:?}");
    assert!(
        draws_in_place(&seen.stdout) && !seen.stdout.contains("ROLLBACK"),
        "{seen:?}"
    );
    let report = std::fs::read_to_string(file).unwrap();
    assert!(
        report.contains("ROLLBACK") && !report.contains('\u{1b}'),
        "{report:?}"
    );
}
