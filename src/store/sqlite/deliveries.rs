use serin_judge::time::Timestamp;
use sqlx::{QueryBuilder, SqliteConnection, SqlitePool};

use super::error::broken;
use super::rows::{self, DELIVERY, count, word};
use super::writer::Writer;
use crate::engine::ports::{Delivery, DeliveryState, StoreError};

/// Of each run the oldest pending delivery to a receiver.
const IS_FIRST: &str = "delivery.state = 'pending' AND NOT EXISTS (SELECT 1 FROM delivery AS older \
     WHERE older.state = 'pending' AND older.hook = delivery.hook AND older.run = delivery.run \
     AND older.number < delivery.number)";

fn select() -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    let _query = query
        .push(DELIVERY)
        .push(" FROM delivery JOIN run ON run.number = delivery.run WHERE ");
    query
}

async fn fetch(
    readers: &SqlitePool,
    step: &str,
    mut query: QueryBuilder<sqlx::Sqlite>,
) -> Result<Vec<Delivery>, StoreError> {
    let fail = |error| broken(step, &error);
    let rows = query.build().fetch_all(readers).await.map_err(fail)?;
    rows.iter().map(|row| rows::delivery(row).map_err(fail)).collect()
}

pub(super) async fn due(
    readers: &SqlitePool,
    hook: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = select();
    let _query = query.push("delivery.hook = ").push_bind(hook.to_owned());
    let _query = query.push(" AND delivery.next_at <= ").push_bind(now.as_micros());
    let _query = query.push(" AND ").push(IS_FIRST);
    let _query = query
        .push(" ORDER BY delivery.next_at, delivery.number LIMIT ")
        .push_bind(count(limit));
    fetch(readers, "looking for deliveries that are due", query).await
}

pub(super) async fn next_at(
    readers: &SqlitePool,
    hook: &str,
    after: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT min(next_at) FROM delivery WHERE hook = ");
    let _query = query.push_bind(hook.to_owned());
    let _query = query.push(" AND next_at > ").push_bind(after.as_micros());
    let _query = query.push(" AND ").push(IS_FIRST);
    let found: Result<Option<i64>, sqlx::Error> = query.build_query_scalar().fetch_one(readers).await;
    match found {
        Ok(at) => Ok(at.map(Timestamp::from_micros)),
        Err(error) => Err(broken("looking for the next delivery", &error)),
    }
}

pub(super) async fn find(readers: &SqlitePool, id: &str) -> Result<Option<Delivery>, StoreError> {
    let mut query = select();
    let _query = query.push("delivery.id = ").push_bind(id.to_owned());
    Ok(fetch(readers, "reading a delivery", query).await?.pop())
}

pub(super) async fn list(
    readers: &SqlitePool,
    state: Option<DeliveryState>,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = select();
    let _query = query.push("true");
    if let Some(state) = state {
        let _query = query.push(" AND delivery.state = ").push_bind(word(&state)?);
    }
    if let Some(before) = before {
        let _query = query.push(" AND delivery.id < ").push_bind(before.to_owned());
    }
    let _query = query
        .push(" ORDER BY delivery.id DESC LIMIT ")
        .push_bind(count(limit));
    fetch(readers, "listing deliveries", query).await
}

/// The deliveries of a run, in the order they came.
pub(super) async fn of_run(
    connection: &mut SqliteConnection,
    number: i64,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let mut query = select();
    let _query = query.push("delivery.run = ").push_bind(number);
    let _query = query.push(" ORDER BY delivery.number");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(rows::delivery).collect()
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    run: i64,
    deliveries: &[Delivery],
) -> Result<(), super::error::Failure> {
    for delivery in deliveries {
        let _inserted = sqlx::query(
            "INSERT INTO delivery (id, run, hook, event, created_at, body, state, attempts, next_at, since, last_error, \
             ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&delivery.id)
        .bind(run)
        .bind(&delivery.hook)
        .bind(word(&delivery.event)?)
        .bind(delivery.created_at.as_micros())
        .bind(&*delivery.body)
        .bind(word(&delivery.state)?)
        .bind(delivery.attempts)
        .bind(delivery.next_at.as_micros())
        .bind(delivery.since.as_micros())
        .bind(&delivery.last_error)
        .bind(delivery.ended_at.map(Timestamp::as_micros))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn update(writer: &Writer, delivery: &Delivery) -> Result<(), StoreError> {
    let state = word(&delivery.state)?;
    let step = format!("keeping how delivery {} stands", delivery.id);
    let delivery = delivery.clone();
    writer.write(step, move |connection| {
        Box::pin(async move {
            let updated = sqlx::query(
                "UPDATE delivery SET state = $1, attempts = $2, next_at = $3, since = $4, last_error = $5, ended_at = $6 \
                 WHERE id = $7",
            )
            .bind(state)
            .bind(delivery.attempts)
            .bind(delivery.next_at.as_micros())
            .bind(delivery.since.as_micros())
            .bind(&delivery.last_error)
            .bind(delivery.ended_at.map(Timestamp::as_micros))
            .bind(&delivery.id)
            .execute(connection)
            .await?;
            match updated.rows_affected() {
                0 => Err(StoreError::Unknown(delivery.id).into()),
                _ => Ok(()),
            }
        })
    }).await
}
