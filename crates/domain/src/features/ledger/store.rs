//! Rows of the ledger. A list is led by its narrowest filter, each of which has an index that ends in
//! (at, entry_id); the rest filters what that index finds.

use strongroom_storage::statements;

statements! {
    pub LAST_COUNT = "SELECT at, bytes FROM ledger_entry WHERE verb = 'ledger.count' AND matter_id IS NULL ORDER BY at DESC, entry_id DESC LIMIT 1";
    pub NEWEST_COUNT = "SELECT at, idx FROM ledger_entry WHERE matter_id = $1 AND verb = 'ledger.count' AND idx IS NOT NULL \
        ORDER BY at DESC, entry_id DESC LIMIT 1";
    pub TOUCHED = "SELECT DISTINCT matter_id FROM ledger_entry WHERE idx >= $1 AND idx < $2 AND matter_id IS NOT NULL \
        AND verb <> 'ledger.count' ORDER BY matter_id";
    pub INDEXES_OF = "SELECT idx FROM ledger_entry WHERE matter_id = $1 AND idx >= $2 AND idx < $3 AND verb <> 'ledger.count' ORDER BY idx";
    pub ENTRY_BY_ID = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE entry_id = $1";
    pub ENTRY_BY_INDEX = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE idx = $1";
    pub ENTRY_AT = "SELECT at FROM ledger_entry WHERE entry_id = $1";
    pub LIST_BY_RECORD = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE record_id = $8 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) \
        AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) \
        AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_MATTER = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE matter_id = $7 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) \
        AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) \
        AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_CLIENT = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE client_id = $6 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) \
        AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) \
        AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_ACTOR = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE actor_id = $5 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) \
        AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) \
        AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_VERB = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE verb = $4 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) \
        AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) \
        AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_OUTCOME = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE outcome = $9 AND (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) \
        AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) \
        AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) ORDER BY at DESC, entry_id DESC LIMIT $10";
    pub LIST_BY_TIME = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE (at, entry_id) < ($1, $2) AND at >= $3 \
        AND (CAST($4 AS TEXT) IS NULL OR verb = $4) AND (CAST($5 AS TEXT) IS NULL OR actor_id = $5) \
        AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) AND (CAST($7 AS TEXT) IS NULL OR matter_id = $7) \
        AND (CAST($8 AS TEXT) IS NULL OR record_id = $8) AND (CAST($9 AS TEXT) IS NULL OR outcome = $9) \
        ORDER BY at DESC, entry_id DESC LIMIT $10";
}
