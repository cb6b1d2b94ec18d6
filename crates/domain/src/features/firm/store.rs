//! The firm's one row.

use strongroom_storage::statements;

statements! {
    pub FIRM = "SELECT firm_id, origin, created_at, lone_administrator, policies, sealed_name, mac FROM firm", scan_ok;
    pub FIRM_INSERT = "INSERT INTO firm (firm_id, origin, created_at, lone_administrator, policies, sealed_name, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub FIRM_POLICIES = "UPDATE firm SET policies = $1, mac = $2 WHERE firm_id = $3";
    pub FIRST_ADMINISTRATOR = "SELECT staff_id FROM standing WHERE role = 'administrator' AND until IS NULL ORDER BY since, staff_id LIMIT 1", scan_ok;
    pub EVER_ACTIVE = "SELECT COUNT(*) AS n FROM standing WHERE state <> 'invited'", scan_ok;
}
