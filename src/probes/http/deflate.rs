use std::io::{self, Write};

use flate2::{Decompress, FlushDecompress, Status};

use super::content::Decoded;

/// Decoded at a time: a small body may hold a thousand times its size, so the limit is looked at after each such piece.
const PIECE_BYTES: usize = 16 * 1024;

/// `deflate` as servers send it: the zlib format (RFC 1950) by the letter of RFC 9110, section 8.4.1.2, and the bare
/// stream (RFC 1951) by misunderstanding. The first two bytes tell which.
pub(super) struct Deflate {
    decoded: Decoded,
    /// Until two bytes are there.
    start: Vec<u8>,
    inflate: Option<Decompress>,
    ended: bool,
}

impl Deflate {
    pub(super) fn new(decoded: Decoded) -> Self {
        Self {
            decoded,
            start: Vec::new(),
            inflate: None,
            ended: false,
        }
    }

    pub(super) fn decoded(&mut self) -> &mut Decoded {
        &mut self.decoded
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> io::Result<()> {
        if self.inflate.is_some() {
            return self.inflate(chunk);
        }
        self.start.extend_from_slice(chunk);
        if let [first, second, ..] = self.start[..] {
            let header = u16::from_be_bytes([first, second]);
            let is_zlib = first & 0x0f == 8 && header.is_multiple_of(31);
            self.inflate = Some(Decompress::new(is_zlib));
            let start = std::mem::take(&mut self.start);
            return self.inflate(&start);
        }
        Ok(())
    }

    /// # Errors
    /// The stream stops in the middle.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it stops in the middle",
        ))
    }

    fn inflate(&mut self, mut encoded: &[u8]) -> io::Result<()> {
        let Some(inflate) = &mut self.inflate else {
            return Ok(());
        };
        let mut piece = [0; PIECE_BYTES];
        loop {
            if self.ended {
                return match encoded {
                    [] => Ok(()),
                    _ => Err(io::Error::new(io::ErrorKind::InvalidData, "bytes follow its end")),
                };
            }
            let before = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(encoded, &mut piece, FlushDecompress::None)?;
            let taken = length(inflate.total_in() - before.0);
            let made = length(inflate.total_out() - before.1);
            self.decoded.write_all(&piece[..made])?;
            encoded = &encoded[taken..];
            self.ended = status == Status::StreamEnd;
            if !self.ended && taken == 0 && made == 0 {
                // It wants more than is there.
                return Ok(());
            }
        }
    }
}

/// Never more than a piece or a chunk, both of which are in memory.
fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
