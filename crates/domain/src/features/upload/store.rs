//! Rows of uploads and their parts.

use strongroom_storage::statements;

statements! {
    pub UPLOAD_INSERT = "INSERT INTO upload (upload_id, matter_id, staff_id, number, length, received, state, record_id, created_at, expires_at, sealed_meta, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub UPLOAD = "SELECT upload_id, matter_id, staff_id, number, length, received, state, record_id, created_at, expires_at, sealed_meta, mac \
        FROM upload WHERE upload_id = $1";
    pub UPLOADS_OF = "SELECT upload_id, matter_id, staff_id, number, length, received, state, record_id, created_at, expires_at, sealed_meta, mac \
        FROM upload WHERE staff_id = $1 AND state = 'open' ORDER BY created_at DESC LIMIT 50";
    pub UPLOAD_CHANGE = "UPDATE upload SET received = $1, state = $2, record_id = $3, expires_at = $4, mac = $5 WHERE upload_id = $6 AND received = $7 AND state = 'open'";
    pub UPLOAD_PART_INSERT = "INSERT INTO upload_part (upload_id, start, size, blob) VALUES ($1, $2, $3, $4)";
    pub PARTS = "SELECT start, size, blob FROM upload_part WHERE upload_id = $1 ORDER BY start";
    pub PARTS_DELETE = "DELETE FROM upload_part WHERE upload_id = $1";
    pub EXPIRED = "SELECT upload_id FROM upload WHERE state = 'open' AND expires_at < $1 ORDER BY expires_at LIMIT 100";
    pub BLOB_OF_VERSION = "SELECT record_id FROM record_version WHERE blob = $1";
    pub BLOB_OF_PART = "SELECT upload_id FROM upload_part WHERE blob = $1";
}
