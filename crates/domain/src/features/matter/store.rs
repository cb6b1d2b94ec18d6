//! Rows of matters and seats.

use strongroom_storage::statements;

statements! {
    pub MATTER_INSERT = "INSERT INTO matter (matter_id, client_id, number, state, opened_at, closed_at, sealed_name, sealed_reference, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    pub MATTER_UPDATE = "UPDATE matter SET state = $1, closed_at = $2, sealed_name = $3, sealed_reference = $4, row_version = $5, mac = $6 \
        WHERE matter_id = $7 AND row_version = $8";
    pub SEAT_INSERT = "INSERT INTO seat (seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    pub SEAT_END = "UPDATE seat SET until = $1, ended_by = $2, mac = $3 WHERE seat_id = $4";
    pub MATTERS_OF_PERSON = "SELECT DISTINCT matter_id FROM seat WHERE staff_id = $1 AND (until IS NULL OR until > $2) \
        LIMIT 5001";
    pub CAN_SIT = "SELECT DISTINCT staff_id FROM standing WHERE until IS NULL AND state <> 'suspended' \
        AND role IN ('partner', 'associate', 'paralegal')", scan_ok;
    pub LAST_ACTIVITY = "SELECT MAX(at) AS at FROM ledger_entry WHERE matter_id = $1";
    pub NEWEST_CHANGE = "SELECT MAX(changed_at) AS at FROM record WHERE matter_id = $1";
    pub RECORD_COUNT = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM record WHERE matter_id = $1";
}
