-- Who took a client on. Nothing stands there for clients of before; their rows are bound without it.
ALTER TABLE client ADD COLUMN created_by TEXT;
CREATE INDEX client_created_by ON client (created_by);
