//! Each kind of damage is found and named; a healthy firm is silent.

use bytes::Bytes;
use strongroom_storage::blob::BlobName;
use strongroom_storage::params;
use strongroom_storage::sql::{Sql, check_statements};
use strongroom_storage::statements;

use super::{Finding, Progress, Severity, check};
use crate::features::client::CreateClient;
use crate::features::firm::fixture::Fixture;
use crate::features::matter::{GiveSeat, OpenMatter};
use crate::features::record::{self, NewRecord, RecordView};
use crate::features::upload::{self, NewUpload};
use crate::features::wall::{MakeWall, WallKind, WallSpec};
use crate::kernel::actor::Role;
use crate::kernel::clock::{DAY, SECOND};
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{MatterId, StaffId};
use crate::kernel::text::{Name, Reason, Reference};

statements! {
    BLOB_OF = "SELECT blob FROM record_version WHERE record_id = $1 AND version = 1";
    ENTRY_OF = "SELECT idx FROM ledger_entry WHERE verb = 'record.add' AND idx IS NOT NULL ORDER BY idx LIMIT 1", scan_ok;
}

/// A firm with a bit of everything: two records, versions, a folder, a wall, a group, an upload, a token.
pub(super) struct Story {
    pub(super) f: Fixture,
    matter: MatterId,
    pub(super) ann: StaffId,
    tom: StaffId,
    view: RecordView,
}

async fn add(ctx: &Ctx, matter: MatterId, name: &str, bytes: &[u8]) -> RecordView {
    let new = NewRecord {
        matter: Some(matter),
        filename: name.to_owned(),
        folder: Some(String::from("Pleadings/2026")),
        ..NewRecord::default()
    };
    let mut incoming = record::incoming(ctx, new).await.unwrap();
    incoming.write(Bytes::copy_from_slice(bytes)).await.unwrap();
    incoming.finish().await.unwrap()
}

impl Story {
    pub(super) async fn new() -> Self {
        let f = Fixture::new().await;
        let ann = f.person(Role::Partner, "Ann Poole").await;
        let tom = f.person(Role::Associate, "Tom Reyes").await;
        let lead = f.sign_in(ann).await;
        let reference = Reference::parse("NW-1").unwrap();
        let client = CreateClient { name: Name::parse("Northwind").unwrap(), reference: reference.clone() };
        let client = lead.perform(client).await.unwrap();
        let name = Name::parse("Share purchase dispute").unwrap();
        let matter = lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap();
        lead.perform(GiveSeat { matter, staff: tom, seat: "member", until: None }).await.unwrap();
        let view = add(&lead, matter, "deed.txt", &vec![b'x'; 50_000]).await;
        add(&lead, matter, "empty.txt", b"").await;
        let mut next =
            record::incoming_version(&lead, view.id, String::from("deed2.txt"), None).await.unwrap();
        next.write(Bytes::from_static(b"The trustees now declare")).await.unwrap();
        next.finish().await.unwrap();
        let begun = NewUpload {
            matter,
            filename: String::from("big.bin"),
            folder: None,
            labels: None,
            length: 100,
            version_of: None,
            sha256: None,
            keep_duplicate: false,
            sample: None,
        };
        let begun = upload::create(&lead, begun).await.unwrap();
        let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(&[7; 40]))]);
        upload::append(&lead, begun.id, 0, body, None).await.unwrap();
        let officer = f.sign_in(f.second().await).await;
        let spec = WallSpec {
            name: Name::parse("Earlier retainer").unwrap(),
            reason: Reason::parse("He acted for the other side.").unwrap(),
            kind: WallKind::Bars,
            clients: Vec::new(),
            matters: vec![matter],
            staff: vec![tom],
            groups: Vec::new(),
        };
        officer.perform(MakeWall { spec }).await.unwrap();
        f.room.sequence_all().await.unwrap();
        Self { f, matter, ann, tom, view }
    }

    pub(super) async fn check(&self, deep: bool) -> Result<Vec<Finding>> {
        check(&self.f.room, "tester", deep, &mut |_: Progress| {}).await
    }

    /// As [`Story::sql`], where PostgreSQL has other words for bytes.
    async fn sql_on_each(&self, sqlite: &str, postgres: &str) {
        self.sql(if std::env::var_os("TEST_DATABASE_URL").is_some() { postgres } else { sqlite }).await;
    }

    pub(super) async fn sql(&self, text: &str) {
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let mut tx = self.f.room.db.begin().await.unwrap();
        tx.exec(&Sql::new("BEHIND_THE_BACK", text), &[]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn blob(&self) -> BlobName {
        let row = self.f.room.db.one(&BLOB_OF, &params![self.view.id.to_string()]).await.unwrap();
        BlobName::parse(&row.get::<String>("blob").unwrap()).unwrap()
    }

    /// Puts other bytes under a blob's name.
    async fn put(&self, name: &BlobName, bytes: Vec<u8>) {
        self.f.room.blobs.delete(name).await.ok();
        let mut writer = self.f.room.blobs.create(name);
        writer.write(bytes).await.unwrap();
        writer.commit().await.unwrap();
    }

    /// The check names `id` and says `what`, and nothing that the firm wrote stands in it.
    pub(super) async fn names(&self, deep: bool, what: &str, id: &str) {
        let found = self.check(deep).await.unwrap();
        assert!(found.iter().any(|f| f.what.contains(what) && f.id.contains(id)), "{what} {id}: {found:#?}");
        for finding in &found {
            let all = format!("{finding:?}");
            for secret in
                ["Northwind", "NW-1", "Share purchase", "deed", "Pleadings", "retainer", "Poole", "Reyes"]
            {
                assert!(!all.contains(secret), "{all}");
            }
        }
    }
}

#[tokio::test]
async fn our_statements_prepare_and_read_by_an_index() {
    let f = Fixture::new().await;
    let ours =
        [super::store::ALL, crate::features::ledger::store::ALL, crate::features::today::store::ALL].concat();
    let problems = check_statements(&f.room.db, &ours).await;
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test]
async fn a_healthy_firm_is_silent() {
    let story = Story::new().await;
    let mut steps = Vec::new();
    let found = check(&story.f.room, "tester", true, &mut |p: Progress| steps.push(p.step)).await.unwrap();
    assert_eq!(found, []);
    steps.dedup();
    assert!(steps.len() > 20 && steps.contains(&"ledger") && steps.contains(&"contents"), "{steps:?}");
    // and again after days, when sessions have run out
    story.f.clock.advance(3 * DAY);
    story.f.room.sequence_all().await.unwrap();
    assert_eq!(story.check(true).await.unwrap(), []);
}

#[tokio::test]
async fn who_checked_stands_in_the_ledger_and_a_sealed_room_is_not_checked() {
    let story = Story::new().await;
    story.check(false).await.unwrap();
    let by = crate::features::ledger::Filter {
        verb: Some(crate::kernel::verb::Verb::SystemCheck),
        ..Default::default()
    };
    let officer = story.f.sign_in(story.f.second().await).await;
    let page = crate::features::ledger::entries(&officer, &by, None, 100).await.unwrap();
    assert!(page.items.iter().any(|e| e.says == "The operator (tester) checked the whole store"));
    assert!(page.items.iter().any(|e| e.says == "The system checked the whole store"));
    story.f.room.vault.seal();
    assert!(matches!(story.check(false).await, Err(Error::Sealed)));
}

#[tokio::test]
async fn changed_and_missing_rows_of_authority_are_named() {
    let story = Story::new().await;
    let (matter, tom) = (story.matter, story.tom);
    story.sql("CREATE TABLE kept_seat AS SELECT * FROM seat").await;
    story.sql(&format!("UPDATE seat SET seat = 'lead' WHERE staff_id = '{tom}'")).await;
    story.names(false, "a row of seat does not carry our seal", "sea_").await;
    story.sql("DELETE FROM seat").await;
    story.names(false, "an authority set does not agree", &format!("seats:{matter}")).await;
    story.sql("INSERT INTO seat SELECT * FROM kept_seat").await;
    assert_eq!(story.check(false).await.unwrap(), []);

    story.sql("CREATE TABLE kept_part AS SELECT * FROM wall_part").await;
    story.sql("DELETE FROM wall_part").await;
    story.names(false, "an authority set does not agree", &format!("walls:{matter}")).await;
    story.names(false, "an authority set does not agree", "wall:wal_").await;
    story.sql("INSERT INTO wall_part SELECT * FROM kept_part").await;

    story.sql("CREATE TABLE kept_standing AS SELECT * FROM standing").await;
    story.sql(&format!("UPDATE standing SET role = 'partner' WHERE staff_id = '{tom}'")).await;
    story.names(false, "a row of standing does not carry our seal", &tom.to_string()).await;
    story.sql("DELETE FROM standing").await;
    story.sql("INSERT INTO standing SELECT * FROM kept_standing").await;

    // digest and its trace in the ledger's table taken away together: the entry itself still names the set
    story.sql(&format!("DELETE FROM authority_set WHERE set_id = 'seats:{matter}'")).await;
    story.sql(&format!("DELETE FROM ledger_set WHERE set_id = 'seats:{matter}'")).await;
    story.names(false, "what an entry says of authority sets", "entry ").await;
}

#[tokio::test]
async fn rows_that_vanish_are_missed() {
    let story = Story::new().await;
    let record = story.view.id;
    story.sql(&format!("DELETE FROM record_version WHERE record_id = '{record}' AND version = 2")).await;
    story.names(false, "has 1 of its 2 versions", &record.to_string()).await;
    story.sql(&format!("DELETE FROM record_version WHERE record_id = '{record}'")).await;
    story.sql(&format!("DELETE FROM record WHERE record_id = '{record}'")).await;
    story.names(false, "a record that the ledger says was added is not there", &record.to_string()).await;
}

#[tokio::test]
async fn a_ledger_that_was_changed_is_named_by_its_place() {
    let story = Story::new().await;
    story.f.room.save_checkpoint().await.unwrap();
    let at: i64 = story.f.room.db.one(&ENTRY_OF, &[]).await.unwrap().get("idx").unwrap();
    let entry = format!("entry {at}");
    story.sql("CREATE TABLE kept_entry AS SELECT * FROM ledger_entry").await;

    story.sql(&format!("DELETE FROM ledger_entry WHERE idx = {at}")).await;
    story.names(false, "an entry of the log is not there", &entry).await;
    story.sql(&format!("INSERT INTO ledger_entry SELECT * FROM kept_entry WHERE idx = {at}")).await;
    story.f.room.sequence_all().await.unwrap();
    assert_eq!(story.check(false).await.unwrap(), []);

    story.sql(&format!("UPDATE ledger_entry SET actor_id = '{}' WHERE idx = {at}", story.tom)).await;
    story.names(false, "the columns of an entry are not those of its bytes", &entry).await;
    story.sql(&format!("UPDATE ledger_entry SET actor_id = '{}' WHERE idx = {at}", story.ann)).await;

    let other = |bytes: &str| format!("UPDATE ledger_entry SET bytes = {bytes} WHERE idx = {at}");
    story
        .sql_on_each(
            &other("CAST(replace(CAST(bytes AS TEXT), 'allowed', 'ALLOWED') AS BLOB)"),
            &other("convert_to(replace(convert_from(bytes, 'UTF8'), 'allowed', 'ALLOWED'), 'UTF8')"),
        )
        .await;
    story.names(false, "the bytes of an entry are not those that the log holds", &entry).await;
    story.names(false, "the entries do not lead to the root of the log", "size ").await;
    story
        .sql(&format!(
            "UPDATE ledger_entry SET bytes = (SELECT bytes FROM kept_entry WHERE idx = {at}) WHERE idx = {at}"
        ))
        .await;
    assert_eq!(story.check(false).await.unwrap(), []);
}

#[tokio::test]
async fn a_flipped_tile_a_stale_signature_and_a_rolled_back_log_are_named() {
    let story = Story::new().await;
    let room = &story.f.room;
    room.sequence_all().await.unwrap();
    room.save_checkpoint().await.unwrap();
    story.sql("CREATE TABLE kept_tile AS SELECT * FROM ledger_tile").await;
    // one bit of the sixth hash
    let flip = |bytes: &str| format!("UPDATE ledger_tile SET bytes = {bytes} WHERE level = 0 AND idx = 0");
    story
        .sql_on_each(
            &flip("CAST(substr(bytes, 1, 160) || x'00' || substr(bytes, 162) AS BLOB)"),
            &flip("overlay(bytes placing decode('00', 'hex') from 161 for 1)"),
        )
        .await;
    story.names(false, "a hash in a tile of the log is not that of its entry", "entry 5").await;
    story.names(false, "the log is another than the newest checkpoint signs", "size ").await;
    story.names(false, "the log does not contain the checkpoint that the keyring remembers", "size ").await;
    story.sql("DELETE FROM ledger_tile").await;
    story.names(false, "a tile of the log is missing or cut", "tile/0/000").await;
    story.sql("INSERT INTO ledger_tile SELECT * FROM kept_tile").await;

    let head = |bytes: &str| format!("UPDATE ledger_head SET checkpoint = {bytes}");
    story
        .sql_on_each(
            &head("CAST(replace(CAST(checkpoint AS TEXT), '.invalid', '.example') AS BLOB)"),
            &head("convert_to(replace(convert_from(checkpoint, 'UTF8'), '.invalid', '.example'), 'UTF8')"),
        )
        .await;
    story.names(false, "the newest checkpoint does not carry our signature", "size ").await;
}

#[tokio::test]
async fn an_entry_that_waits_for_its_number_is_a_warning() {
    let story = Story::new().await;
    story.f.clock.advance(6 * SECOND);
    assert_eq!(story.check(false).await.unwrap(), [], "what the check itself writes is young");
    story.f.clock.advance(6 * SECOND);
    let found = story.check(false).await.unwrap();
    assert!(!found.is_empty() && found.iter().all(|f| f.severity == Severity::Warning), "{found:?}");
    assert!(
        found.iter().all(|f| f.what.contains("waited longer than five seconds") && f.id.starts_with("ent_"))
    );
}

#[tokio::test]
async fn blobs_cut_changed_lost_and_left_over_are_named() {
    let story = Story::new().await;
    let (name, id) = (story.blob().await, format!("{}/1", story.view.id));
    let whole = story
        .f
        .room
        .blobs
        .read(&name, 0, usize::try_from(story.f.room.blobs.len(&name).await.unwrap()).unwrap())
        .await
        .unwrap();

    story.put(&name, whole[..whole.len() - 1].to_vec()).await;
    story.names(false, "it was cut or grew", &id).await;
    let mut flipped = whole.clone();
    flipped[30_000] ^= 1;
    story.put(&name, flipped).await;
    let shallow = story.check(false).await.unwrap();
    assert!(shallow.is_empty(), "only a deep check reads contents: {shallow:?}");
    story.names(true, "the content of a version is not what came in", &id).await;
    story.f.room.blobs.delete(&name).await.unwrap();
    story.names(false, "the blob of a version is missing", &id).await;
    story.put(&name, whole).await;
    assert_eq!(story.check(true).await.unwrap(), []);

    let left = BlobName::from_random([9; 16]);
    story.put(&left, b"left over".to_vec()).await;
    story.f.room.sequence_all().await.unwrap();
    let found = story.check(false).await.unwrap();
    let named = |found: &[Finding]| {
        found.iter().any(|f| f.what == "a blob that nothing names" && f.id == left.as_str())
    };
    // the memory store dates blobs from the beginning of time or from now; either way a day later it is old
    assert!(named(&found) || found.is_empty(), "{found:?}");
    story.f.clock.set(i64::MAX / 4);
    let found = story.check(false).await.unwrap();
    assert!(named(&found), "{found:?}");
    assert_eq!(found.iter().filter(|f| f.what == "a blob that nothing names").count(), 1);
}

#[tokio::test]
async fn a_keyring_replica_that_is_lost_or_other_is_named() {
    let story = Story::new().await;
    let other = story.f.folder.join("keyring-b");
    let body = std::fs::read(other.join("keyring")).unwrap();
    std::fs::write(other.join("keyring"), &body[..body.len() - 1]).unwrap();
    story.names(false, "a replica of the keyring", "keyring-b").await;
    std::fs::remove_file(other.join("keyring")).unwrap();
    story.names(false, "a replica of the keyring cannot be used", "keyring-b").await;
    story.names(false, "1 usable replica of the keyring", "keyring").await;
    std::fs::write(other.join("keyring"), &body).unwrap();
    assert_eq!(story.check(false).await.unwrap(), []);
}
