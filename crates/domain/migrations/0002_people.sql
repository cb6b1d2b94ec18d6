-- People, how they sign in, groups, approvals. Names and addresses are sealed under the system key.
CREATE TABLE staff (
  staff_id TEXT PRIMARY KEY,
  client_id TEXT,
  sealed_name BYTES NOT NULL,
  sealed_email BYTES NOT NULL,
  email_index BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX staff_email ON staff (email_index);
CREATE TABLE standing (
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  since BIGINT NOT NULL,
  until BIGINT,
  role TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
  mac BYTES NOT NULL,
  PRIMARY KEY (staff_id, since)
);
CREATE TABLE credential (
  credential_id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  kind TEXT NOT NULL CHECK (kind IN ('password', 'totp', 'recovery', 'link')),
  sealed_secret BYTES NOT NULL,
  lookup BYTES,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used BIGINT NOT NULL,
  ended_at BIGINT,
  mac BYTES NOT NULL
);
CREATE INDEX credential_staff ON credential (staff_id);
CREATE UNIQUE INDEX credential_lookup ON credential (lookup);
CREATE TABLE session (
  session_id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  secret_hash BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  stepped_up_at BIGINT,
  ended_at BIGINT,
  sealed_place BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX session_secret ON session (secret_hash);
CREATE INDEX session_staff ON session (staff_id, created_at);
CREATE TABLE token (
  token_id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  secret_hash BYTES NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  seen_at BIGINT,
  ended_at BIGINT,
  sealed_name BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX token_secret ON token (secret_hash);
CREATE INDEX token_staff ON token (staff_id, created_at);
CREATE TABLE throttle (
  bucket BYTES PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE TABLE staff_group (
  group_id TEXT PRIMARY KEY,
  sealed_name BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE TABLE group_member (
  group_id TEXT NOT NULL REFERENCES staff_group (group_id),
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  since BIGINT NOT NULL,
  until BIGINT,
  mac BYTES NOT NULL,
  PRIMARY KEY (group_id, staff_id, since)
);
CREATE INDEX group_member_staff ON group_member (staff_id);
-- Policies that wait for a second person, whole and in clear, or waited.
CREATE TABLE policy_proposal (
  proposal_id TEXT PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('release', 'folder')),
  files TEXT NOT NULL,
  digest BYTES NOT NULL,
  instead_of BYTES NOT NULL,
  proposed_by TEXT NOT NULL REFERENCES staff (staff_id),
  proposed_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'withdrawn')),
  decided_by TEXT,
  decided_at BIGINT,
  sealed_reason BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX policy_proposal_waiting ON policy_proposal (state) WHERE state = 'waiting';
CREATE INDEX policy_proposal_at ON policy_proposal (proposed_at, proposal_id);
CREATE TABLE approval (
  approval_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('role', 'credential')),
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  role TEXT,
  asked_by TEXT NOT NULL REFERENCES staff (staff_id),
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'withdrawn')),
  decided_by TEXT,
  decided_at BIGINT,
  sealed_reason BYTES NOT NULL,
  mac BYTES NOT NULL
);
CREATE INDEX approval_state ON approval (state, asked_at);
CREATE INDEX approval_staff ON approval (staff_id);
CREATE INDEX approval_asked_by ON approval (asked_by);
