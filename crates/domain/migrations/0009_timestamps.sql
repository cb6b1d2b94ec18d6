-- What a timestamp authority (RFC 3161) has said of checkpoints: the note, and the authority's token over it.
CREATE TABLE ledger_timestamp (
  size BIGINT PRIMARY KEY,
  said_at BIGINT NOT NULL,
  note BYTES NOT NULL,
  token BYTES NOT NULL
);
