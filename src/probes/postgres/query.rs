use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{DataRowBody, Message, RowDescriptionBody};
use postgres_protocol::message::frontend::{self, BindError};
use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::FailureClass;

use super::connection::{Connection, nonsense, unexpected};
use super::values;
use crate::probes::dial::Fault;

/// Bytes of all rows that are kept.
const ROWS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Rows of the probe's own questions.
const OWN_ROWS_MAX: usize = 1000;

/// What a query answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) columns: Vec<String>,
    /// An object each. Of columns with one name the last one is in it.
    pub(super) rows: Vec<Value>,
    /// Those that were not kept included.
    pub(super) row_count: u64,
    /// The first value of the first row, as the server wrote it.
    pub(super) text: Option<String>,
}

/// The rows of statements that the probe itself has written.
pub(super) async fn own(connection: &mut Connection, statements: &str) -> Result<Vec<Value>, Fault> {
    connection
        .send(|bytes| frontend::query(statements, bytes))
        .await?;
    let answer = answer(connection, OWN_ROWS_MAX).await?;
    let of_one_column = answer.columns.len() == 1;
    let rows = answer.rows.into_iter().map(|row| match row {
        Value::Object(row) if of_one_column => row.into_iter().next().map_or(Value::Null, |(_, value)| value),
        row => row,
    });
    Ok(rows.collect())
}

/// What a query of somebody else answers. It goes through the extended protocol, in which there is no second statement that
/// could end the transaction and write.
pub(super) async fn given(connection: &mut Connection, query: &str, rows_max: u32) -> Result<Answer, Fault> {
    connection.send(|bytes| question(query, bytes)).await?;
    answer(connection, usize::try_from(rows_max).unwrap_or(usize::MAX)).await
}

fn question(query: &str, bytes: &mut BytesMut) -> io::Result<()> {
    frontend::parse("", query, [], bytes)?;
    // No parameters; no formats, which is text for all columns.
    let bound = frontend::bind("", "", [], [(); 0], |(), _| Ok(IsNull::Yes), [], bytes);
    bound.map_err(|error| match error {
        BindError::Conversion(error) => io::Error::other(error),
        BindError::Serialization(error) => error,
    })?;
    frontend::describe(b'P', "", bytes)?;
    frontend::execute("", 0, bytes)?;
    frontend::sync(bytes);
    Ok(())
}

async fn answer(connection: &mut Connection, rows_max: usize) -> Result<Answer, Fault> {
    let mut answer = Answer::default();
    let mut columns: Vec<(String, u32)> = Vec::new();
    let mut kept_bytes = 0;
    loop {
        match connection.receive().await? {
            Message::RowDescription(body) => columns = described(&body)?,
            Message::DataRow(body) => {
                answer.row_count += 1;
                if answer.rows.len() < rows_max {
                    kept_bytes += body.buffer().len();
                    if kept_bytes > ROWS_BYTES_MAX {
                        let said = format!(
                            "the rows are larger than {ROWS_BYTES_MAX} bytes; select less, or give a smaller `maxRows`"
                        );
                        return Err(Fault::new(FailureClass::TooLarge, said));
                    }
                    let row = row(&columns, &body, &mut answer.text)?;
                    answer.rows.push(row);
                }
            }
            Message::ReadyForQuery(_) => {
                answer.columns = columns.into_iter().map(|(name, _)| name).collect();
                return Ok(answer);
            }
            Message::CommandComplete(_)
            | Message::ParseComplete
            | Message::BindComplete
            | Message::NoData
            | Message::EmptyQueryResponse
            | Message::ParameterStatus(_) => {}
            Message::CopyInResponse(_) | Message::CopyOutResponse(_) => {
                let said = "`COPY` is no query that a probe can ask; give a `SELECT`";
                return Err(Fault::new(FailureClass::BadRequest, said));
            }
            _ => return Err(unexpected("in answer to a query")),
        }
    }
}

fn described(body: &RowDescriptionBody) -> Result<Vec<(String, u32)>, Fault> {
    let fields = body.fields();
    let fields = fields.map(|field| Ok((field.name().to_owned(), field.type_oid())));
    fields.collect().map_err(nonsense)
}

fn row(columns: &[(String, u32)], body: &DataRowBody, first: &mut Option<String>) -> Result<Value, Fault> {
    let mut row = Map::new();
    let mut ranges = body.ranges();
    for (at, (name, oid)) in columns.iter().enumerate() {
        let Some(range) = ranges.next().map_err(nonsense)? else {
            return Err(unexpected("a row with too few columns"));
        };
        let bytes = range.and_then(|range| body.buffer().get(range));
        let value = match bytes {
            None => Value::Null,
            Some(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                if at == 0 && first.is_none() {
                    *first = Some(text.clone().into_owned());
                }
                values::json(*oid, &text)
            }
        };
        row.insert(name.clone(), value);
    }
    Ok(Value::Object(row))
}
