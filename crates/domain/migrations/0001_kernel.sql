-- The firm, authority sets and the ledger. Ids, times, sizes and states stand in clear; nothing else does.
CREATE TABLE firm (
  firm_id TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  lone_administrator BOOLEAN NOT NULL,
  policies BYTES NOT NULL,
  sealed_name BYTES NOT NULL,
  mac BYTES NOT NULL
);
-- The approved policies, in clear: they tell of no client.
CREATE TABLE policy_file (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  mac BYTES NOT NULL
);
CREATE TABLE authority (
  one TEXT PRIMARY KEY CHECK (one = 'x'),
  version BIGINT NOT NULL,
  sealed_sum BYTES
);
INSERT INTO authority (one, version) VALUES ('x', 0);
CREATE TABLE authority_set (
  set_id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  digest BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE TABLE ledger_entry (
  entry_id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  idx BIGINT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  verb TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('allowed', 'denied', 'failed')),
  client_id TEXT,
  matter_id TEXT,
  record_id TEXT,
  request_id TEXT NOT NULL,
  bytes BYTES NOT NULL
);
CREATE UNIQUE INDEX ledger_entry_idx ON ledger_entry (idx);
CREATE INDEX ledger_entry_pending ON ledger_entry (at, entry_id) WHERE idx IS NULL;
CREATE INDEX ledger_entry_at ON ledger_entry (at, entry_id);
CREATE INDEX ledger_entry_actor ON ledger_entry (actor_id, at, entry_id);
CREATE INDEX ledger_entry_client ON ledger_entry (client_id, at, entry_id);
CREATE INDEX ledger_entry_matter ON ledger_entry (matter_id, at, entry_id);
CREATE INDEX ledger_entry_record ON ledger_entry (record_id, at, entry_id);
CREATE INDEX ledger_entry_verb ON ledger_entry (verb, at, entry_id);
CREATE INDEX ledger_entry_outcome ON ledger_entry (outcome, at, entry_id);
CREATE TABLE ledger_set (
  set_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest BYTES NOT NULL,
  entry_id TEXT NOT NULL REFERENCES ledger_entry (entry_id),
  PRIMARY KEY (set_id, version)
);
CREATE INDEX ledger_set_entry ON ledger_set (entry_id);
CREATE TABLE ledger_head (
  one TEXT PRIMARY KEY CHECK (one = 'x'),
  size BIGINT NOT NULL,
  root BYTES NOT NULL,
  term BIGINT NOT NULL,
  holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  checkpoint BYTES NOT NULL,
  signed_size BIGINT NOT NULL,
  signed_at BIGINT NOT NULL
);
CREATE TABLE ledger_tile (
  level BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  bytes BYTES NOT NULL,
  PRIMARY KEY (level, idx)
);
