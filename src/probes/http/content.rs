use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use serin_judge::analysis::plan::journey::FailureClass;

use super::deflate::Deflate;
use crate::engine::ports::BodyCoding;

/// Takes the body of an answer as it comes: decodes, counts, keeps what is asked for, and stops at the limit.
pub(super) struct Content {
    decoder: Decoder,
    /// As they came.
    encoded: u64,
    bytes_max: u64,
}

enum Decoder {
    Plain { taken: Plain, keep: bool },
    Gzip(Box<MultiGzDecoder<Decoded>>),
    Deflate(Box<Deflate>),
}

/// A body of one piece stays the piece that came.
enum Plain {
    Empty,
    One(Bytes),
    Many(BytesMut),
}

/// Where decoded bytes go.
pub(super) struct Decoded {
    kept: Vec<u8>,
    keep: bool,
    bytes: u64,
    bytes_max: u64,
    is_over: bool,
}

/// Class and words of what is wrong with a body.
pub(super) type Wrong = (FailureClass, String);

impl Content {
    /// # Errors
    /// A content coding that is not known, where the body has to be read.
    pub(super) fn new(
        headers: &HeaderMap,
        coded: BodyCoding,
        keep: bool,
        bytes_max: u64,
    ) -> Result<Self, Wrong> {
        let decoded = || Decoded {
            kept: Vec::new(),
            keep,
            bytes: 0,
            bytes_max,
            is_over: false,
        };
        let applied = match coded {
            BodyCoding::Told => coding(headers),
            BodyCoding::Identity => None,
            BodyCoding::Gzip => Some("gzip".to_owned()),
            BodyCoding::Deflate => Some("deflate".to_owned()),
        };
        let decoder = match applied.as_deref() {
            None => Decoder::Plain {
                taken: Plain::Empty,
                keep,
            },
            Some("gzip" | "x-gzip") => Decoder::Gzip(Box::new(MultiGzDecoder::new(decoded()))),
            Some("deflate") => Decoder::Deflate(Box::new(Deflate::new(decoded()))),
            // Nobody looks at it: the bytes are counted as they come.
            Some(_) if !keep => Decoder::Plain {
                taken: Plain::Empty,
                keep,
            },
            Some(other) => {
                let other: String = other.chars().take(40).collect();
                let seen = format!("content-encoding {other:?} is not decoded here; accept gzip or deflate");
                return Err((FailureClass::ProtocolError, seen));
            }
        };
        Ok(Self {
            decoder,
            encoded: 0,
            bytes_max,
        })
    }

    /// # Errors
    /// The body is too large, or no valid encoding.
    pub(super) fn push(&mut self, chunk: Bytes) -> Result<(), Wrong> {
        self.encoded += chunk.len() as u64;
        if self.encoded > self.bytes_max {
            return Err(too_large(self.bytes_max));
        }
        let written = match &mut self.decoder {
            Decoder::Plain { keep: false, .. } => return Ok(()),
            Decoder::Plain { taken, .. } => {
                taken.push(chunk);
                return Ok(());
            }
            Decoder::Gzip(gzip) => gzip.write_all(&chunk),
            Decoder::Deflate(deflate) => deflate.push(&chunk),
        };
        written.map_err(|error| self.wrong(&error))
    }

    /// Bytes that were decoded until now.
    pub(super) fn bytes(&mut self) -> u64 {
        match &mut self.decoder {
            Decoder::Plain { .. } => self.encoded,
            Decoder::Gzip(gzip) => gzip.get_ref().bytes,
            Decoder::Deflate(deflate) => deflate.decoded().bytes,
        }
    }

    /// The decoded body, empty when it is not kept, and how many bytes it has.
    ///
    /// # Errors
    /// An encoding that stops in the middle.
    pub(super) fn finish(mut self) -> Result<(Bytes, u64), Wrong> {
        let ended = match &mut self.decoder {
            _ if self.encoded == 0 => return Ok((Bytes::new(), 0)),
            Decoder::Plain { .. } => Ok(()),
            Decoder::Gzip(gzip) => gzip.try_finish(),
            Decoder::Deflate(deflate) => deflate.finish(),
        };
        ended.map_err(|error| self.wrong(&error))?;
        Ok(match self.decoder {
            Decoder::Plain { taken, .. } => (taken.into_bytes(), self.encoded),
            Decoder::Gzip(mut gzip) => gzip.get_mut().take(),
            Decoder::Deflate(mut deflate) => deflate.decoded().take(),
        })
    }

    fn wrong(&mut self, error: &io::Error) -> Wrong {
        let is_over = match &mut self.decoder {
            Decoder::Plain { .. } => false,
            Decoder::Gzip(gzip) => gzip.get_ref().is_over,
            Decoder::Deflate(deflate) => deflate.decoded().is_over,
        };
        if is_over {
            too_large(self.bytes_max)
        } else {
            let seen = format!("the body is not what its content-encoding says: {error}");
            (FailureClass::ProtocolError, seen)
        }
    }
}

/// More than the limit, before or after decoding.
pub(super) fn too_large(bytes_max: u64) -> Wrong {
    let seen = format!("the body is larger than {bytes_max} bytes; raise maxBodyBytes if that is right");
    (FailureClass::TooLarge, seen)
}

/// The codings that were applied, `None` for none.
fn coding(headers: &HeaderMap) -> Option<String> {
    let told = headers.iter().filter(|(name, _)| **name == CONTENT_ENCODING);
    let mut applied = String::new();
    for text in told.filter_map(|(_, value)| value.to_str().ok()) {
        for name in text.split(',').map(str::trim) {
            if !name.is_empty() && !name.eq_ignore_ascii_case("identity") {
                if !applied.is_empty() {
                    applied.push_str(", ");
                }
                applied.push_str(&name.to_ascii_lowercase());
            }
        }
    }
    (!applied.is_empty()).then_some(applied)
}

impl Plain {
    fn push(&mut self, chunk: Bytes) {
        *self = match std::mem::replace(self, Self::Empty) {
            Self::Empty => Self::One(chunk),
            Self::One(first) => {
                let mut many = BytesMut::with_capacity((first.len() + chunk.len()) * 2);
                many.extend_from_slice(&first);
                many.extend_from_slice(&chunk);
                Self::Many(many)
            }
            Self::Many(mut many) => {
                many.extend_from_slice(&chunk);
                Self::Many(many)
            }
        };
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(many) => many.freeze(),
        }
    }
}

impl Decoded {
    fn take(&mut self) -> (Bytes, u64) {
        (Bytes::from(std::mem::take(&mut self.kept)), self.bytes)
    }
}

impl Write for Decoded {
    fn write(&mut self, decoded: &[u8]) -> io::Result<usize> {
        self.bytes += decoded.len() as u64;
        if self.bytes > self.bytes_max {
            self.is_over = true;
            return Err(io::Error::other("too large"));
        }
        if self.keep {
            self.kept.extend_from_slice(decoded);
        }
        Ok(decoded.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
