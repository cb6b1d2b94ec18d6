//! Statements of a restore.

use strongroom_storage::statements;

statements! {
    pub ENTRY_PUT = "INSERT INTO ledger_entry (entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, \
        record_id, request_id, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    pub HEAD_PUT = "INSERT INTO ledger_head (one, size, root, term, holder, lease_until, checkpoint, signed_size, signed_at) \
        VALUES ('x', $1, $2, 0, '', 0, $3, $1, $4)";
    pub BACKUPS = "SELECT at, bytes FROM ledger_entry WHERE verb = 'system.backup' AND outcome = 'allowed' \
        ORDER BY at DESC, entry_id DESC LIMIT 20";
    pub SET_VERSION = "SELECT version FROM authority_set WHERE set_id = $1";
    pub FILES_DROP = "DELETE FROM policy_file";
    pub LOST = "SELECT e.verb AS verb, COUNT(*) AS n, MIN(e.idx) AS first FROM ledger_entry e \
        LEFT JOIN client c ON c.client_id = e.client_id LEFT JOIN matter m ON m.matter_id = e.matter_id \
        LEFT JOIN record r ON r.record_id = e.record_id WHERE e.outcome = 'allowed' AND e.idx >= $1 \
        AND ((e.verb = 'client.create' AND c.client_id IS NULL) OR (e.verb = 'matter.create' AND m.matter_id IS NULL) \
        OR (e.verb = 'record.add' AND r.record_id IS NULL)) GROUP BY e.verb";
}
