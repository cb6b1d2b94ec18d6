-- An entry that waits for its number is under no checkpoint yet: until then a MAC of ours says that we wrote it.
ALTER TABLE ledger_entry ADD COLUMN pending_mac BYTES;
