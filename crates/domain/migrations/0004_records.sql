-- Records, their versions, folders and uploads. What tells of a record is sealed under its own key.
CREATE TABLE folder (
  folder_id TEXT PRIMARY KEY,
  matter_id TEXT NOT NULL REFERENCES matter (matter_id),
  parent_id TEXT REFERENCES folder (folder_id),
  name_index BYTES NOT NULL,
  sealed_name BYTES NOT NULL,
  labels TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX folder_name ON folder (matter_id, name_index);
CREATE INDEX folder_parent ON folder (parent_id);
CREATE TABLE record (
  record_id TEXT PRIMARY KEY,
  matter_id TEXT NOT NULL REFERENCES matter (matter_id),
  folder_id TEXT REFERENCES folder (folder_id),
  number BIGINT NOT NULL,
  labels TEXT NOT NULL,
  version BIGINT NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  sealed_title BYTES NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX record_number ON record (number);
CREATE INDEX record_matter ON record (matter_id, changed_at, record_id);
CREATE INDEX record_folder ON record (folder_id);
CREATE TABLE record_version (
  record_id TEXT NOT NULL REFERENCES record (record_id),
  version BIGINT NOT NULL,
  matter_id TEXT NOT NULL REFERENCES matter (matter_id),
  blob TEXT NOT NULL,
  size BIGINT NOT NULL,
  content_index BYTES NOT NULL,
  sealed_facts BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  mac BYTES NOT NULL,
  PRIMARY KEY (record_id, version)
);
CREATE INDEX record_version_content ON record_version (matter_id, content_index);
CREATE UNIQUE INDEX record_version_blob ON record_version (blob);
CREATE TABLE upload (
  upload_id TEXT PRIMARY KEY,
  matter_id TEXT NOT NULL REFERENCES matter (matter_id),
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  number BIGINT NOT NULL,
  length BIGINT NOT NULL,
  received BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'ended')),
  record_id TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sealed_meta BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE INDEX upload_staff ON upload (staff_id, state, created_at);
CREATE INDEX upload_expires ON upload (state, expires_at);
CREATE INDEX upload_matter ON upload (matter_id);
CREATE TABLE upload_part (
  upload_id TEXT NOT NULL REFERENCES upload (upload_id),
  start BIGINT NOT NULL,
  size BIGINT NOT NULL,
  blob TEXT NOT NULL,
  PRIMARY KEY (upload_id, start)
);
CREATE UNIQUE INDEX upload_part_blob ON upload_part (blob);
CREATE TABLE remembered_answer (
  actor_id TEXT NOT NULL,
  key_hash BYTES NOT NULL,
  ask_hash BYTES NOT NULL,
  entry_id TEXT NOT NULL,
  made_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (actor_id, key_hash)
);
CREATE INDEX remembered_answer_at ON remembered_answer (at);
