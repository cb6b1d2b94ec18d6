//! Rows of people, their standings, and of what waits for a second person.

use strongroom_storage::statements;

statements! {
    pub STAFF_ROW = "SELECT staff_id, client_id, sealed_name, sealed_email, email_index, created_at, row_version, mac FROM staff WHERE staff_id = $1";
    pub STAFF_INSERT = "INSERT INTO staff (staff_id, client_id, sealed_name, sealed_email, email_index, created_at, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub EMAIL_TAKEN = "SELECT staff_id FROM staff WHERE email_index = $1";
    pub STANDING_INSERT = "INSERT INTO standing (staff_id, since, until, role, state, mac) VALUES ($1, $2, NULL, $3, $4, $5)";
    pub STANDING_END = "UPDATE standing SET until = $1, mac = $2 WHERE staff_id = $3 AND since = $4 AND until IS NULL";
    pub STANDING_NOW = "UPDATE standing SET role = $1, state = $2, mac = $3 WHERE staff_id = $4 AND since = $5 AND until IS NULL";
    pub STANDING_OF = "SELECT DISTINCT staff_id FROM standing WHERE role = $1 AND state = 'active'", scan_ok;
    pub EVERYONE = "SELECT set_id FROM authority_set WHERE set_id >= 'person:' AND set_id < 'person;' \
        UNION SELECT set_id FROM ledger_set WHERE set_id >= 'person:' AND set_id < 'person;'", scan_ok;
    pub APPROVAL_INSERT = "INSERT INTO approval (approval_id, kind, staff_id, role, asked_by, asked_at, state, decided_by, decided_at, sealed_reason, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    pub APPROVAL_DECIDE = "UPDATE approval SET state = $1, decided_by = $2, decided_at = $3, mac = $4 WHERE approval_id = $5 AND state = 'waiting'";
    pub APPROVAL_ROW = "SELECT approval_id, kind, staff_id, role, asked_by, asked_at, state, decided_by, decided_at, sealed_reason, mac \
        FROM approval WHERE approval_id = $1";
    pub APPROVALS_OF = "SELECT approval_id, kind, staff_id, role, asked_by, asked_at, state, decided_by, decided_at, sealed_reason, mac \
        FROM approval WHERE staff_id = $1 ORDER BY asked_at, approval_id";
    pub APPROVALS_IN = "SELECT approval_id, kind, staff_id, role, asked_by, asked_at, state, decided_by, decided_at, sealed_reason, mac \
        FROM approval WHERE state = $1 ORDER BY asked_at DESC, approval_id DESC LIMIT 200";
    pub GROUPS_OF = "SELECT group_id, staff_id, since, until, mac FROM group_member WHERE staff_id = $1 AND until IS NULL";
}
