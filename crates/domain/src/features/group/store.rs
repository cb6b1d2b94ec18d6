//! Rows of groups and their members.

use strongroom_storage::statements;

statements! {
    pub GROUP_ROW = "SELECT group_id, sealed_name, created_at, row_version, mac FROM staff_group WHERE group_id = $1";
    pub GROUPS = "SELECT group_id, sealed_name, created_at, row_version, mac FROM staff_group", scan_ok;
    pub GROUP_INSERT = "INSERT INTO staff_group (group_id, sealed_name, created_at, row_version, mac) VALUES ($1, $2, $3, $4, $5)";
    pub GROUP_UPDATE = "UPDATE staff_group SET sealed_name = $1, row_version = $2, mac = $3 WHERE group_id = $4 AND row_version = $5";
    pub MEMBER_INSERT = "INSERT INTO group_member (group_id, staff_id, since, until, mac) VALUES ($1, $2, $3, NULL, $4) \
        ON CONFLICT (group_id, staff_id, since) DO UPDATE SET until = excluded.until, mac = excluded.mac";
    pub WALLS_NAMING = "SELECT w.kind AS kind FROM wall_part p JOIN wall w ON w.wall_id = p.wall_id \
        WHERE p.thing_id = $1 AND p.until IS NULL AND w.ended_at IS NULL";
    pub MEMBER_END = "UPDATE group_member SET until = $1, mac = $2 WHERE group_id = $3 AND staff_id = $4 AND since = $5 AND until IS NULL";
}
