-- The newest checkpoint that enough outside witnesses have signed too, and its size.
ALTER TABLE ledger_head ADD COLUMN witnessed BYTES;
ALTER TABLE ledger_head ADD COLUMN witnessed_size BIGINT NOT NULL DEFAULT 0;
