//! Rows for the page of the day. Each list is led by the person, and short.

use strongroom_storage::statements;

statements! {
    pub MY_MATTERS = "SELECT DISTINCT s.matter_id AS matter_id, (SELECT e.at FROM ledger_entry e WHERE e.matter_id = s.matter_id \
        AND e.outcome = 'allowed' AND e.verb <> 'ledger.count' ORDER BY e.at DESC, e.entry_id DESC LIMIT 1) AS last_at \
        FROM seat s WHERE s.staff_id = $1 AND s.since <= $2 AND (s.until IS NULL OR s.until > $2)";
    pub MY_SEATS_ENDING = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat \
        WHERE staff_id = $1 AND until > $2 AND until <= $3 ORDER BY until LIMIT 50";
    pub MY_SESSIONS = "SELECT session_id, created_at, sealed_place FROM session WHERE staff_id = $1 ORDER BY created_at DESC LIMIT 200";
    pub MY_UPLOADS = "SELECT upload_id, matter_id, staff_id, number, length, received, state, record_id, created_at, expires_at, sealed_meta, mac \
        FROM upload WHERE staff_id = $1 AND state = 'open' AND expires_at > $2 ORDER BY created_at DESC LIMIT 20";
    pub NEW_RECORDS = "SELECT record_id, matter_id, folder_id, number, labels, version, size, created_at, created_by, changed_at, \
        sealed_title, row_version, mac FROM record WHERE matter_id = $1 AND changed_at > $2 AND created_at > $2 AND created_by <> $3 \
        ORDER BY changed_at DESC, record_id DESC LIMIT 20";
    pub WALLS_STANDING = "SELECT wall_id FROM wall WHERE ended_at IS NULL AND made_at < $1 AND (reviewed_at IS NULL OR reviewed_at < $2) \
        ORDER BY made_at LIMIT 50", scan_ok;
    pub REFUSALS_BY_DAY = "SELECT (at - $1) / 86400000000 AS day, COUNT(*) AS n FROM ledger_entry \
        WHERE outcome = 'denied' AND at >= $1 GROUP BY (at - $1) / 86400000000";
    pub NOT_ENROLLED = "SELECT staff_id, role FROM standing WHERE state = 'invited' AND until IS NULL ORDER BY since LIMIT 50", scan_ok;
    pub WAITING = "SELECT approval_id, staff_id, asked_by FROM approval WHERE state = 'waiting' ORDER BY asked_at LIMIT 50";
    pub WITHOUT_LEAD = "SELECT m.matter_id AS matter_id FROM matter m WHERE m.state = 'open' AND NOT EXISTS (SELECT 1 FROM seat s \
        WHERE s.matter_id = m.matter_id AND s.seat = 'lead' AND s.since <= $1 AND (s.until IS NULL OR s.until > $1)) \
        ORDER BY m.opened_at LIMIT 40", scan_ok;
    pub OPENED_LATELY = "SELECT matter_id FROM matter WHERE state = 'open' AND opened_at > $1 ORDER BY opened_at DESC, matter_id LIMIT 30", scan_ok;
    pub CLOSED_LATELY = "SELECT matter_id FROM matter WHERE state = 'closed' AND closed_at > $1 ORDER BY closed_at DESC, matter_id LIMIT 30", scan_ok;
    pub NEWEST_OF = "SELECT at FROM ledger_entry WHERE verb = $1 AND outcome = 'allowed' ORDER BY at DESC, entry_id DESC LIMIT 1";
    pub PENDING_COUNT = "SELECT COUNT(*) AS n, MIN(at) AS oldest FROM ledger_entry WHERE idx IS NULL", scan_ok;
}
