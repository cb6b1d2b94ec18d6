//! Statements that walk everything, a page at a time, in the order of the key.

use strongroom_storage::statements;

statements! {
    pub P_FIRM = "SELECT firm_id, origin, created_at, lone_administrator, policies, sealed_name, mac FROM firm WHERE firm_id > $1 ORDER BY firm_id LIMIT $2";
    pub P_COUNTER = "SELECT name, value, mac FROM counter WHERE name > $1 ORDER BY name LIMIT $2";
    pub P_POLICY_FILE = "SELECT name, text, mac FROM policy_file WHERE name > $1 ORDER BY name LIMIT $2";
    pub P_POLICY_PROPOSAL = "SELECT proposal_id, source, files, digest, instead_of, proposed_by, proposed_at, state, decided_by, decided_at, \
        sealed_reason, mac FROM policy_proposal WHERE proposal_id > $1 ORDER BY proposal_id LIMIT $2";
    pub P_POLICY_REPLACED = "SELECT proposal_id, files, mac FROM policy_replaced WHERE proposal_id > $1 ORDER BY proposal_id LIMIT $2";
    pub P_AUTHORITY_SET = "SELECT set_id, version, digest, mac FROM authority_set WHERE set_id > $1 ORDER BY set_id LIMIT $2";
    pub P_STAFF = "SELECT staff_id, client_id, sealed_name, sealed_email, email_index, created_at, row_version, mac FROM staff \
        WHERE staff_id > $1 ORDER BY staff_id LIMIT $2";
    pub P_STANDING = "SELECT staff_id, since, until, role, state, mac FROM standing \
        WHERE (staff_id, since) > ($1, $2) ORDER BY staff_id, since LIMIT $3";
    pub P_CREDENTIAL = "SELECT credential_id, staff_id, kind, sealed_secret, lookup, created_at, expires_at, used, ended_at, mac FROM credential \
        WHERE credential_id > $1 ORDER BY credential_id LIMIT $2";
    pub P_SESSION = "SELECT session_id, staff_id, secret_hash, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac FROM session \
        WHERE session_id > $1 ORDER BY session_id LIMIT $2";
    pub P_TOKEN = "SELECT token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac FROM token \
        WHERE token_id > $1 ORDER BY token_id LIMIT $2";
    pub P_GROUP = "SELECT group_id, sealed_name, created_at, row_version, mac FROM staff_group WHERE group_id > $1 ORDER BY group_id LIMIT $2";
    pub P_MEMBER = "SELECT group_id, staff_id, since, until, mac FROM group_member \
        WHERE (group_id, staff_id, since) > ($1, $2, $3) ORDER BY group_id, staff_id, since LIMIT $4";
    pub P_APPROVAL = "SELECT approval_id, kind, staff_id, role, asked_by, asked_at, state, decided_by, decided_at, sealed_reason, mac FROM approval \
        WHERE approval_id > $1 ORDER BY approval_id LIMIT $2";
    pub P_CLIENT = "SELECT client_id, number, sealed_name, sealed_reference, created_at, row_version, created_by, mac, number AS branch FROM client \
        WHERE client_id > $1 ORDER BY client_id LIMIT $2";
    pub P_MATTER = "SELECT matter_id, client_id, number, state, opened_at, closed_at, sealed_name, sealed_reference, row_version, mac, \
        number AS branch FROM matter WHERE matter_id > $1 ORDER BY matter_id LIMIT $2";
    pub P_SEAT = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat WHERE seat_id > $1 ORDER BY seat_id LIMIT $2";
    pub P_WALL = "SELECT wall_id, number, kind, made_at, made_by, ended_at, reviewed_at, sealed_name, sealed_reason, row_version, mac, \
        number AS branch FROM wall WHERE wall_id > $1 ORDER BY wall_id LIMIT $2";
    pub P_WALL_PART = "SELECT wall_id, thing_id, since, until, mac FROM wall_part \
        WHERE (wall_id, thing_id, since) > ($1, $2, $3) ORDER BY wall_id, thing_id, since LIMIT $4";
    pub P_FOLDER = "SELECT f.folder_id AS folder_id, f.matter_id AS matter_id, f.parent_id AS parent_id, f.name_index AS name_index, \
        f.sealed_name AS sealed_name, f.labels AS labels, f.created_at AS created_at, f.row_version AS row_version, f.mac AS mac, \
        m.number AS branch FROM folder f LEFT JOIN matter m ON m.matter_id = f.matter_id WHERE f.folder_id > $1 ORDER BY f.folder_id LIMIT $2";
    pub P_RECORD = "SELECT r.record_id AS record_id, r.matter_id AS matter_id, r.folder_id AS folder_id, r.number AS number, r.labels AS labels, \
        r.version AS version, r.size AS size, r.created_at AS created_at, r.created_by AS created_by, r.changed_at AS changed_at, \
        r.sealed_title AS sealed_title, r.row_version AS row_version, r.mac AS mac, m.number AS branch, r.number AS leaf \
        FROM record r LEFT JOIN matter m ON m.matter_id = r.matter_id WHERE r.record_id > $1 ORDER BY r.record_id LIMIT $2";
    pub P_VERSION = "SELECT v.record_id AS record_id, v.version AS version, v.matter_id AS matter_id, v.blob AS blob, v.size AS size, \
        v.content_index AS content_index, v.sealed_facts AS sealed_facts, v.created_at AS created_at, v.created_by AS created_by, v.mac AS mac, \
        m.number AS branch, r.number AS leaf FROM record_version v LEFT JOIN record r ON r.record_id = v.record_id \
        LEFT JOIN matter m ON m.matter_id = r.matter_id WHERE (v.record_id, v.version) > ($1, $2) ORDER BY v.record_id, v.version LIMIT $3";
    pub P_UPLOAD = "SELECT u.upload_id AS upload_id, u.matter_id AS matter_id, u.staff_id AS staff_id, u.number AS number, u.length AS length, \
        u.received AS received, u.state AS state, u.record_id AS record_id, u.created_at AS created_at, u.expires_at AS expires_at, \
        u.sealed_meta AS sealed_meta, u.mac AS mac, m.number AS branch, u.number AS leaf \
        FROM upload u LEFT JOIN matter m ON m.matter_id = u.matter_id WHERE u.upload_id > $1 ORDER BY u.upload_id LIMIT $2";
    pub SETS_LOGGED = "SELECT DISTINCT set_id FROM ledger_set WHERE set_id > $1 ORDER BY set_id LIMIT $2";
    pub VERSIONS_SHORT = "SELECT r.record_id AS record_id, r.version AS version, \
        (SELECT COUNT(*) FROM record_version v WHERE v.record_id = r.record_id) AS found \
        FROM record r WHERE r.record_id > $1 ORDER BY r.record_id LIMIT $2";
    pub RESTORES = "SELECT bytes FROM ledger_entry WHERE verb = 'system.restore' AND outcome = 'allowed' AND idx IS NOT NULL ORDER BY at, entry_id";
    pub PROMISED = "SELECT e.entry_id AS entry_id, e.at AS at, e.idx AS idx, e.verb AS verb, e.client_id AS client_id, e.matter_id AS matter_id, e.record_id AS record_id, \
        c.client_id AS client, m.matter_id AS matter, r.record_id AS record FROM ledger_entry e \
        LEFT JOIN client c ON c.client_id = e.client_id LEFT JOIN matter m ON m.matter_id = e.matter_id \
        LEFT JOIN record r ON r.record_id = e.record_id \
        WHERE e.verb = $1 AND (e.at, e.entry_id) > ($2, $3) AND e.outcome = 'allowed' ORDER BY e.at, e.entry_id LIMIT $4";
    pub ENTRIES = "SELECT idx, entry_id, at, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, request_id, bytes \
        FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    pub SETS_OF_ENTRIES = "SELECT s.entry_id AS entry_id, s.set_id AS set_id, s.version AS version, s.digest AS digest \
        FROM ledger_entry e JOIN ledger_set s ON s.entry_id = e.entry_id WHERE e.idx >= $1 AND e.idx < $2";
    pub BEYOND = "SELECT entry_id, idx FROM ledger_entry WHERE idx >= $1 ORDER BY idx LIMIT 100";
    pub LATE = "SELECT entry_id FROM ledger_entry WHERE idx IS NULL AND at < $1 ORDER BY at, entry_id LIMIT 100";
    pub VERSION_OF_BLOB = "SELECT record_id FROM record_version WHERE blob = $1";
    pub P_PART = "SELECT p.upload_id AS upload_id, p.start AS start, p.size AS size, p.blob AS blob, u.state AS state \
        FROM upload_part p LEFT JOIN upload u ON u.upload_id = p.upload_id WHERE (p.upload_id, p.start) > ($1, $2) ORDER BY p.upload_id, p.start LIMIT $3";
}
