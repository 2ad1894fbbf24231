-- Instants are microseconds since 1970, UTC. Whatever was measured stands in texts: SQLite makes NULL of NaN.

-- The documents of runs, once for all runs that have the same.
CREATE TABLE bundle (
  hash TEXT PRIMARY KEY,
  sources TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  analysis TEXT NOT NULL,
  release TEXT NOT NULL,
  stage TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  labels TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  request TEXT NOT NULL,
  bundle TEXT NOT NULL REFERENCES bundle (hash),
  -- Of runs that have their verdict.
  ended_at INTEGER,
  verdict TEXT NOT NULL DEFAULT 'continue',
  ending TEXT,
  report TEXT,
  answered_at INTEGER,
  expires_at INTEGER,
  -- Whether it may have windows among its records.
  has_windows INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE UNIQUE INDEX run_attempt ON run (analysis, release, stage, attempt) WHERE release <> '';
CREATE INDEX run_started ON run (started_at, id);
CREATE INDEX run_analysis ON run (analysis, started_at, id);
CREATE INDEX run_release ON run (release, started_at, id);
CREATE INDEX run_active ON run (started_at, id) WHERE ended_at IS NULL;
CREATE INDEX run_ended ON run (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX run_windows ON run (ended_at) WHERE ended_at IS NOT NULL AND has_windows = 1;
CREATE INDEX run_expiry ON run (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX run_bundle ON run (bundle);

-- What runs learned, in order.
CREATE TABLE record (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  is_look INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT;

CREATE TABLE idempotency_key (
  key TEXT PRIMARY KEY,
  body_hash TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE
) STRICT;

CREATE INDEX idempotency_key_run ON idempotency_key (run);

-- The outbox.
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  hook TEXT NOT NULL,
  event TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  since INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX delivery_run ON delivery (run);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_order ON delivery (hook, run, number) WHERE state = 'pending';
CREATE INDEX delivery_due ON delivery (hook, next_at, number) WHERE state = 'pending';

-- One row, written to find out whether the store can be.
CREATE TABLE probe (
  written INTEGER NOT NULL
) STRICT;
