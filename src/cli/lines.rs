//! Batches of lines: one JSON object in, one out, in the same order and in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::process::ExitCode;

use super::exit;

/// A line is never longer; one that is cannot be read to its end without bound. Longer ones arrive cut to this length.
pub const LINE_BYTES_LIMIT: u64 = 16 << 20;

/// The answer to one line.
pub struct Answered {
    /// One line of JSON, without its end.
    pub json: String,
    /// The line was what is wanted; the rest goes on when it was not.
    pub well_formed: bool,
}

/// Answers every line of a file, or of standard input for `-`; lines are counted from 1. The exit code says whether
/// all were well formed.
pub fn answer(file: &str, answer: impl FnMut(usize, &str) -> Answered) -> ExitCode {
    let answered = if file == "-" {
        answer_lines(&mut io::stdin().lock(), answer)
    } else {
        File::open(file).and_then(|file| answer_lines(&mut BufReader::new(file), answer))
    };
    match answered {
        Ok(true) => ExitCode::from(exit::GOOD),
        Ok(false) => ExitCode::from(exit::INVALID),
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(exit::GOOD),
        Err(error) => exit::fail(exit::INVALID, &format!("error: {file}: {error}")),
    }
}

/// Answers line by line; true when every line was well formed.
fn answer_lines(
    lines: &mut impl BufRead,
    mut answer: impl FnMut(usize, &str) -> Answered,
) -> io::Result<bool> {
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut number, mut all_well_formed) = (0, true);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let length = io::Read::take(&mut *lines, LINE_BYTES_LIMIT).read_until(b'\n', &mut line)?;
        if length == 0 {
            out.flush()?;
            return Ok(all_well_formed);
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == LINE_BYTES_LIMIT {
            // What is left of an endless line is no line of its own.
            let _skipped = lines.skip_until(b'\n')?;
        }
        let text = String::from_utf8_lossy(&line);
        let answered = answer(number, text.trim_end_matches(['\n', '\r']));
        all_well_formed &= answered.well_formed;
        out.write_all(answered.json.as_bytes())?;
        out.write_all(b"\n")?;
    }
}
