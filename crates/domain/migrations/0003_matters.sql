-- Clients, matters, seats and walls. Numbers lead to keys in the trees of the keyring.
CREATE TABLE client (
  client_id TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  sealed_name BYTES NOT NULL,
  sealed_reference BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX client_number ON client (number);
CREATE INDEX client_created ON client (created_at, client_id);
CREATE TABLE matter (
  matter_id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (client_id),
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  sealed_name BYTES NOT NULL,
  sealed_reference BYTES NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX matter_number ON matter (number);
CREATE INDEX matter_client ON matter (client_id, opened_at, matter_id);
CREATE INDEX matter_opened ON matter (opened_at, matter_id);
CREATE TABLE seat (
  seat_id TEXT PRIMARY KEY,
  matter_id TEXT NOT NULL REFERENCES matter (matter_id),
  staff_id TEXT NOT NULL REFERENCES staff (staff_id),
  seat TEXT NOT NULL CHECK (seat IN ('lead', 'member', 'reader')),
  since BIGINT NOT NULL,
  until BIGINT,
  given_by TEXT NOT NULL,
  ended_by TEXT,
  mac BYTES NOT NULL
);
CREATE INDEX seat_matter ON seat (matter_id);
CREATE INDEX seat_staff ON seat (staff_id, matter_id);
CREATE TABLE wall (
  wall_id TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('bars', 'admits')),
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  ended_at BIGINT,
  reviewed_at BIGINT,
  sealed_name BYTES NOT NULL,
  sealed_reason BYTES NOT NULL,
  row_version BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX wall_number ON wall (number);
CREATE TABLE wall_part (
  wall_id TEXT NOT NULL REFERENCES wall (wall_id),
  thing_id TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  mac BYTES NOT NULL,
  PRIMARY KEY (wall_id, thing_id, since)
);
CREATE INDEX wall_part_thing ON wall_part (thing_id);
