-- An entry that waits for its number is under no checkpoint yet: until then a MAC of ours says that we wrote it.
ALTER TABLE ledger_entry ADD COLUMN pending_mac BYTES;
-- A matter's page says how many records each folder holds, and how much there is in all: from an index alone.
CREATE INDEX record_counts ON record (matter_id, folder_id, size);
