//! Rows of walls.

use strongroom_storage::statements;

statements! {
    pub WALL_INSERT = "INSERT INTO wall (wall_id, number, kind, made_at, made_by, ended_at, reviewed_at, sealed_name, sealed_reason, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    pub WALL_UPDATE = "UPDATE wall SET kind = $1, ended_at = $2, reviewed_at = $3, sealed_name = $4, sealed_reason = $5, row_version = $6, mac = $7 \
        WHERE wall_id = $8 AND row_version = $9";
    pub WALL_PART_INSERT = "INSERT INTO wall_part (wall_id, thing_id, since, until, mac) VALUES ($1, $2, $3, $4, $5)";
    pub WALL_PART_END = "UPDATE wall_part SET until = $1, mac = $2 WHERE wall_id = $3 AND thing_id = $4 AND since = $5";
    pub WALL_PAGE = "SELECT wall_id FROM wall WHERE (CAST($1 AS TEXT) IS NULL OR wall_id < $1) ORDER BY wall_id DESC LIMIT $2", scan_ok;
}
