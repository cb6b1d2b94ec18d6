//! Rows of the approved policy files, and of what was proposed.

use strongroom_storage::statements;

statements! {
    pub FILES = "SELECT name, text, mac FROM policy_file ORDER BY name", scan_ok;
    pub FILE_INSERT = "INSERT INTO policy_file (name, text, mac) VALUES ($1, $2, $3)";
    pub FILES_DROP = "DELETE FROM policy_file", scan_ok;
    pub DIGEST = "SELECT policies FROM firm", scan_ok;
    pub INSERT = "INSERT INTO policy_proposal (proposal_id, source, files, digest, instead_of, proposed_by, proposed_at, state, decided_by, \
        decided_at, sealed_reason, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub REPLACED_INSERT = "INSERT INTO policy_replaced (proposal_id, files, mac) VALUES ($1, $2, $3)";
    pub REPLACED = "SELECT proposal_id, files, mac FROM policy_replaced WHERE proposal_id = $1";
    pub END = "UPDATE policy_proposal SET state = $1, decided_by = $2, decided_at = $3, mac = $4 WHERE proposal_id = $5 AND state = 'waiting'";
    pub ONE = "SELECT proposal_id, source, files, digest, instead_of, proposed_by, proposed_at, state, decided_by, decided_at, sealed_reason, mac \
        FROM policy_proposal WHERE proposal_id = $1";
    pub POLICY_WAITING = "SELECT proposal_id, source, files, digest, instead_of, proposed_by, proposed_at, state, decided_by, decided_at, sealed_reason, \
        mac FROM policy_proposal WHERE state = 'waiting'";
    pub LATELY = "SELECT proposal_id, source, files, digest, instead_of, proposed_by, proposed_at, state, decided_by, decided_at, sealed_reason, \
        mac FROM policy_proposal ORDER BY proposed_at DESC, proposal_id DESC LIMIT 20", scan_ok;
}
