//! Rows of credentials, sessions, tokens, and of the throttle.

use strongroom_storage::statements;

statements! {
    pub CREDENTIALS_OF = "SELECT credential_id, staff_id, kind, sealed_secret, lookup, created_at, expires_at, used, ended_at, mac \
        FROM credential WHERE staff_id = $1 AND ended_at IS NULL ORDER BY created_at, credential_id";
    pub CREDENTIAL_BY_LOOKUP = "SELECT credential_id, staff_id, kind, sealed_secret, lookup, created_at, expires_at, used, ended_at, mac \
        FROM credential WHERE lookup = $1";
    pub CREDENTIAL_INSERT = "INSERT INTO credential (credential_id, staff_id, kind, sealed_secret, lookup, created_at, expires_at, used, ended_at, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)";
    pub CREDENTIAL_CHANGE = "UPDATE credential SET used = $1, ended_at = $2, mac = $3 WHERE credential_id = $4 AND used = $5 AND ended_at IS NULL";
    pub SESSION_BY_HASH = "SELECT session_id, staff_id, secret_hash, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac \
        FROM session WHERE secret_hash = $1";
    pub SESSION_BY_ID = "SELECT session_id, staff_id, secret_hash, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac \
        FROM session WHERE session_id = $1";
    pub SESSIONS_OF = "SELECT session_id, staff_id, secret_hash, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac \
        FROM session WHERE staff_id = $1 AND ended_at IS NULL ORDER BY created_at, session_id";
    pub SESSION_INSERT = "INSERT INTO session (session_id, staff_id, secret_hash, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8)";
    pub SESSION_CHANGE = "UPDATE session SET seen_at = $1, stepped_up_at = $2, ended_at = $3, mac = $4 WHERE session_id = $5 AND ended_at IS NULL";
    pub SESSION_SEEN = "UPDATE session SET seen_at = $1, mac = $2 WHERE session_id = $3 AND mac = $4";
    pub TOKEN_BY_HASH = "SELECT token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac \
        FROM token WHERE secret_hash = $1";
    pub TOKEN_BY_ID = "SELECT token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac \
        FROM token WHERE token_id = $1";
    pub TOKENS_OF = "SELECT token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac \
        FROM token WHERE staff_id = $1 ORDER BY created_at DESC, token_id DESC LIMIT 200";
    pub LIVE_TOKENS_OF = "SELECT token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac \
        FROM token WHERE staff_id = $1 AND ended_at IS NULL ORDER BY created_at, token_id";
    pub TOKEN_INSERT = "INSERT INTO token (token_id, staff_id, secret_hash, scopes, created_at, expires_at, seen_at, ended_at, sealed_name, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, $7, $8)";
    pub TOKEN_END = "UPDATE token SET seen_at = $1, ended_at = $2, mac = $3 WHERE token_id = $4 AND ended_at IS NULL";
    pub TOKEN_SEEN = "UPDATE token SET seen_at = $1, mac = $2 WHERE token_id = $3 AND mac = $4";
    pub LAST_SEEN = "SELECT MAX(seen_at) AS at FROM (SELECT seen_at FROM session WHERE staff_id = $1 \
        UNION ALL SELECT seen_at FROM token WHERE staff_id = $1) AS seen";
    pub STAFF_BY_EMAIL = "SELECT staff_id FROM staff WHERE email_index = $1";
    pub THROTTLE = "SELECT failures, last_at FROM throttle WHERE bucket = $1", for_update;
    pub THROTTLE_PUT = "INSERT INTO throttle (bucket, failures, last_at) VALUES ($1, $2, $3) \
        ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at";
    pub THROTTLE_CLEAR = "DELETE FROM throttle WHERE bucket = $1";
    pub THROTTLE_SWEEP = "DELETE FROM throttle WHERE last_at < $1", scan_ok;
}
