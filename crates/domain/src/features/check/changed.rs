//! In each table of bound rows a row that someone changed is named, and none is left out.

use super::stories::Story;
use super::tables::TABLES;
use crate::features::firm::fixture::policies;
use crate::features::group::{AddMember, MakeGroup};
use crate::features::policy::{Source, decide, propose};
use crate::features::session::make_token;
use crate::kernel::clock::HOUR;
use crate::kernel::gate::digest_of;
use crate::kernel::text::{Name, Reason};
use crate::kernel::verb::Scope;

/// One change for each table. A row that was changed so still has its key.
const CHANGES: [(&str, &str, &str); 23] = [
    ("firm", "origin", "'other.invalid/ledger'"),
    ("counter", "value", "value + 1"),
    ("policy_file", "text", "text || ' '"),
    ("policy_proposal", "source", "'release'"),
    ("policy_replaced", "files", "files || ' '"),
    ("authority_set", "version", "version + 1"),
    ("staff", "created_at", "created_at + 1"),
    ("standing", "role", "'partner'"),
    ("credential", "used", "used + 1"),
    ("session", "seen_at", "seen_at + 1"),
    ("token", "scopes", "'read write'"),
    ("staff_group", "created_at", "created_at + 1"),
    ("group_member", "until", "1"),
    ("approval", "asked_at", "asked_at + 1"),
    ("client", "created_at", "created_at + 1"),
    ("matter", "state", "'closed'"),
    ("seat", "seat", "'lead'"),
    ("wall", "ended_at", "1"),
    ("wall_part", "until", "1"),
    ("folder", "labels", "'public'"),
    ("record", "labels", "'public'"),
    ("record_version", "created_by", "'x'"),
    ("upload", "received", "received + 1"),
];

/// Rows in the tables that the story alone leaves empty: a group and its member, a token, policies that two agreed on.
async fn rows_everywhere(story: &Story) {
    let f = &story.f;
    let admin = f.admin().await;
    let group = admin.perform(MakeGroup { name: Name::parse("Litigation").unwrap() }).await.unwrap();
    admin.perform(AddMember { group, staff: story.ann }).await.unwrap();
    let name = Name::parse("Nightly import").unwrap();
    make_token(&f.sign_in(story.ann).await, name, vec![Scope::Read], f.room.clock.now() + HOUR)
        .await
        .unwrap();
    let mut files = policies();
    files.push((String::from("90-firm.cedar"), String::from("// Nothing of our own yet.\n")));
    f.lay(&files);
    let reason = Reason::parse("Agreed by the partners on Monday");
    let proposed =
        propose(&f.admin().await, Source::Folder, &hex::encode(digest_of(&files)), reason).await.unwrap();
    decide(&f.sign_in(f.second().await).await, proposed.id, true).await.unwrap();
    f.room.sequence_all().await.unwrap();
}

#[tokio::test]
async fn every_bound_table_is_named_when_its_row_is_changed() {
    let changed: Vec<&str> = CHANGES.iter().map(|(table, ..)| *table).collect();
    let bound: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(changed, bound, "a change for each table of bound rows");
    let story = Story::new().await;
    rows_everywhere(&story).await;
    assert_eq!(story.check(false).await.unwrap(), []);
    for (table, column, to) in CHANGES {
        story.sql(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        story.sql(&format!("UPDATE {table} SET {column} = {to}")).await;
        story.names(false, &format!("a row of {table} does not carry our seal"), "").await;
        let was = format!("(SELECT k.{column} FROM kept_{table} k WHERE k.mac = {table}.mac)");
        story.sql(&format!("UPDATE {table} SET {column} = {was}")).await;
    }
    assert_eq!(story.check(false).await.unwrap(), []);
}
