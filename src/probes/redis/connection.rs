use std::io;

use serde_json::Value;
use serin_judge::analysis::plan::journey::FailureClass;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::probes::dial::{Duplex, Fault};

/// Bytes of a reply. Smallest values make some thirty times as many in memory.
pub(super) const REPLY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a line: a length, a number, a status or an error.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Arrays inside of arrays.
const DEPTH_MAX: usize = 32;

/// What came of a command.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    Value(Value),
    /// The server's words, which begin with the kind of error.
    Error(String),
}

/// Commands out, replies in (Redis serialization protocol, version 2).
pub(super) struct Connection {
    stream: BufReader<Box<dyn Duplex>>,
}

/// An array that is being read.
struct Open {
    items: Vec<Value>,
    wanted: usize,
}

/// One line, and the bytes that it announces.
enum Item {
    Value(Value),
    Error(String),
    Array(usize),
}

/// An array of texts, in which every byte is allowed.
pub(super) fn encode(command: &[String], bytes: &mut Vec<u8>) {
    bytes.extend(format!("*{}\r\n", command.len()).bytes());
    for word in command {
        bytes.extend(format!("${}\r\n", word.len()).bytes());
        bytes.extend(word.bytes());
        bytes.extend(b"\r\n");
    }
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// The next reply.
    pub(super) async fn receive(&mut self) -> Result<Reply, Fault> {
        let mut left = REPLY_BYTES_MAX;
        let mut open: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.item(&mut left).await? {
                Item::Error(text) if open.is_empty() => return Ok(Reply::Error(text)),
                // Such as of one command in a transaction.
                Item::Error(text) => Value::from(text),
                Item::Value(value) => value,
                Item::Array(0) => Value::Array(Vec::new()),
                Item::Array(_) if open.len() == DEPTH_MAX => return Err(too_large("deeper than is read")),
                Item::Array(wanted) => {
                    open.push(Open {
                        items: Vec::new(),
                        wanted,
                    });
                    continue;
                }
            };
            loop {
                let Some(mut array) = open.pop() else {
                    return Ok(Reply::Value(value));
                };
                array.items.push(value);
                if array.items.len() < array.wanted {
                    open.push(array);
                    break;
                }
                value = Value::Array(array.items);
            }
        }
    }

    async fn item(&mut self, left: &mut usize) -> Result<Item, Fault> {
        let line = self.line(left).await?;
        let mut letters = line.chars();
        let kind = letters.next();
        let rest = letters.as_str();
        match kind {
            Some('+') => Ok(Item::Value(Value::from(rest))),
            Some('-') => Ok(Item::Error(rest.to_owned())),
            Some(':') => Ok(Item::Value(Value::from(number(rest)?))),
            Some('$') => match usize::try_from(number(rest)?) {
                Ok(length) => Ok(Item::Value(self.bulk(length, left).await?)),
                Err(_) => Ok(Item::Value(Value::Null)),
            },
            Some('*') => Ok(usize::try_from(number(rest)?).map_or(Item::Value(Value::Null), Item::Array)),
            _ => Err(nonsense("a reply of no known kind")),
        }
    }

    async fn bulk(&mut self, length: usize, left: &mut usize) -> Result<Value, Fault> {
        let with_end = length.saturating_add(2);
        take(left, with_end)?;
        let mut bytes = vec![0; with_end];
        self.stream.read_exact(&mut bytes).await?;
        match bytes.strip_suffix(b"\r\n") {
            Some(bytes) => Ok(Value::from(String::from_utf8_lossy(bytes))),
            None => Err(nonsense("a text that does not end where it was said to")),
        }
    }

    async fn line(&mut self, left: &mut usize) -> Result<String, Fault> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let mut limited = (&mut self.stream).take(limit);
        let read = limited.read_until(b'\n', &mut bytes).await?;
        take(left, read)?;
        match bytes.strip_suffix(b"\r\n") {
            Some(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
            None if bytes.ends_with(b"\n") || read == LINE_BYTES_MAX => {
                Err(nonsense("a line without its end"))
            }
            None => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }
}

fn take(left: &mut usize, bytes: usize) -> Result<(), Fault> {
    *left = left
        .checked_sub(bytes)
        .ok_or_else(|| too_large(&format!("larger than {REPLY_BYTES_MAX} bytes")))?;
    Ok(())
}

fn too_large(what: &str) -> Fault {
    Fault::new(
        FailureClass::TooLarge,
        format!("the reply is {what}; ask for less"),
    )
}

fn number(text: &str) -> Result<i64, Fault> {
    text.parse()
        .map_err(|_| nonsense("a length or number that is none"))
}

fn nonsense(seen: &str) -> Fault {
    Fault::nonsense("Redis", seen)
}
