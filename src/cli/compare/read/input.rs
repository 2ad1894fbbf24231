use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::cli::lines::LINE_BYTES_LIMIT;

/// A document that is read whole is never longer.
const DOCUMENT_BYTES_LIMIT: u64 = 64 << 20;

const BUFFER_BYTES: usize = 1 << 17;

/// What a compressed file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file read line by line, unpacked when it is compressed.
pub(super) struct Input {
    reader: Box<dyn BufRead>,
    /// Of the line read last, from 1; 0 before the first and where lines do not matter.
    line: u64,
    current: Vec<u8>,
    /// The current line is to be read again.
    again: bool,
    /// The line read last had no end.
    is_open: bool,
}

impl Input {
    pub(super) fn open(file: &str) -> io::Result<Self> {
        let plain: Box<dyn Read> = if file == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(file)?)
        };
        let mut plain = BufReader::with_capacity(BUFFER_BYTES, plain);
        let reader: Box<dyn BufRead> = if plain.fill_buf()?.starts_with(&GZIP) {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self {
            reader,
            line: 0,
            current: Vec::new(),
            again: false,
            is_open: false,
        })
    }

    /// The number of the line read last; 0 when none is to be named.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Nothing that is said from now on is about a line.
    pub(super) fn forget_line(&mut self) {
        self.line = 0;
    }

    /// The next line as it is, with its end; `None` at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<&[u8]>, String> {
        if std::mem::take(&mut self.again) {
            return Ok(Some(&self.current));
        }
        self.current.clear();
        let limited = &mut self.reader.by_ref().take(LINE_BYTES_LIMIT);
        let length = limited.read_until(b'\n', &mut self.current).map_err(told)?;
        if length == 0 {
            return Ok(None);
        }
        self.line += 1;
        self.is_open = self.current.last() != Some(&b'\n');
        if length as u64 == LINE_BYTES_LIMIT && self.is_open {
            return Err(format!(
                "a line of more than {} MiB: no recording has such",
                LINE_BYTES_LIMIT >> 20
            ));
        }
        if self.line == 1 && self.current.starts_with(b"\xef\xbb\xbf") {
            drop(self.current.drain(..3));
        }
        Ok(Some(&self.current))
    }

    /// Gives the current line once more.
    pub(super) fn unread(&mut self) {
        self.again = self.line > 0;
    }

    /// The line read last had no end, so it may have been cut.
    pub(super) fn ended_within_a_line(&self) -> bool {
        self.is_open
    }

    /// All that is left, as one document.
    pub(super) fn rest(&mut self) -> Result<Vec<u8>, String> {
        let mut document = if std::mem::take(&mut self.again) {
            std::mem::take(&mut self.current)
        } else {
            Vec::new()
        };
        let limited = &mut self.reader.by_ref().take(DOCUMENT_BYTES_LIMIT);
        let length = limited.read_to_end(&mut document).map_err(told)?;
        self.line = 0;
        if length as u64 == DOCUMENT_BYTES_LIMIT {
            return Err(format!(
                "a JSON document of more than {} MiB; no recording that is one document is so long",
                DOCUMENT_BYTES_LIMIT >> 20
            ));
        }
        Ok(document)
    }
}

fn told(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed file ends in the middle".to_owned(),
        _ => error.to_string(),
    }
}
