-- What the nodes of a firm count together: numbers given out, how often it was sealed, the keyring's generation.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL,
  mac BYTES NOT NULL
);
-- The nodes that serve the firm, for people to see: nothing is decided by it.
CREATE TABLE node (
  node_id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  release TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
