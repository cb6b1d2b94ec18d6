//! Stories of records and walls over the real operations: what goes in comes out, what is changed behind the
//! program's back does not, and a wall stops what runs.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::StreamExt as _;
use std::sync::atomic::Ordering;

use crate::features::client::CreateClient;
use crate::features::firm::fixture::Fixture;
use crate::features::matter::{EndSeat, GiveSeat, OpenMatter};
use crate::features::record::{self, Labels, LowerLabel, NewRecord, RaiseLabel, RecordView};
use crate::features::upload::{self, NewUpload};
use crate::features::wall::{EndWall, MakeWall, WallKind, WallSpec};
use crate::kernel::actor::Role;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{MatterId, StaffId};
use crate::kernel::text::{Name, Reason, Reference};

async fn matter(lead: &Ctx, name: &str) -> MatterId {
    let (name, reference) = (Name::parse(name).unwrap(), Reference::parse("NW-1").unwrap());
    let client = CreateClient { name: Name::parse("Northwind").unwrap(), reference: reference.clone() };
    let client = lead.perform(client).await.unwrap();
    lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap()
}

async fn add(ctx: &Ctx, matter: MatterId, filename: &str, bytes: &[u8]) -> Result<RecordView> {
    let new = NewRecord { matter: Some(matter), filename: filename.to_owned(), ..NewRecord::default() };
    let mut incoming = record::incoming(ctx, new).await?;
    for piece in bytes.chunks(10_000) {
        incoming.write(Bytes::copy_from_slice(piece)).await?;
    }
    incoming.finish().await
}

async fn read_all(ctx: &Ctx, view: &RecordView, range: Option<(u64, u64)>) -> Result<(Vec<u8>, u64)> {
    let mut content = record::content(ctx, view.id, None, range).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = content.stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok((bytes, content.chunks_read.load(Ordering::SeqCst)))
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from((i * 31 + i / 257) % 251).unwrap()).collect()
}

fn bars(matter: MatterId, staff: StaffId) -> WallSpec {
    WallSpec {
        name: Name::parse("Earlier retainer").unwrap(),
        reason: Reason::parse("He acted for the other side.").unwrap(),
        kind: WallKind::Bars,
        clients: Vec::new(),
        matters: vec![matter],
        staff: vec![staff],
        groups: Vec::new(),
    }
}

#[tokio::test]
async fn what_goes_in_comes_out_and_a_range_opens_only_its_chunks() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let ctx = f.sign_in(ann).await;
    let matter = matter(&ctx, "Share purchase dispute").await;
    for size in [0, 1, 16_383, 16_384, 16_385, 300_000, 1_000_000] {
        let bytes = noise(size);
        let view = add(&ctx, matter, &format!("n{size}.bin"), &bytes).await.unwrap();
        assert_eq!(view.size, size as u64);
        assert_eq!(read_all(&ctx, &view, None).await.unwrap().0, bytes, "{size}");
    }
    let bytes = noise(5_000_000);
    let view = add(&ctx, matter, "big.bin", &bytes).await.unwrap();
    let (middle, chunks) = read_all(&ctx, &view, Some((2_500_000, 2_501_023))).await.unwrap();
    assert_eq!(middle, bytes[2_500_000..2_501_024]);
    assert!(chunks <= 2, "1 KiB opened {chunks} chunks");
    let (tail, _) = read_all(&ctx, &view, Some((4_999_990, u64::MAX))).await.unwrap();
    assert_eq!(tail, bytes[4_999_990..]);
    assert!(matches!(read_all(&ctx, &view, Some((5_000_000, 5_000_001))).await, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn the_same_bytes_again_are_said_and_become_a_version() {
    let f = Fixture::new().await;
    let ctx = {
        let ann = f.person(Role::Partner, "Ann Poole").await;
        f.sign_in(ann).await
    };
    let matter = matter(&ctx, "Dispute").await;
    let first = add(&ctx, matter, "deed_of_trust.txt", b"The trustees declare").await.unwrap();
    assert_eq!((first.title.as_str(), first.media_type.as_str()), ("deed of trust", "text/plain"));
    let again = add(&ctx, matter, "copy.txt", b"The trustees declare").await;
    assert!(matches!(again, Err(Error::Duplicate { of }) if of == first.id.any()));
    let mut next =
        record::incoming_version(&ctx, first.id, String::from("deed2.txt"), Some(first.etag)).await.unwrap();
    next.write(Bytes::from_static(b"The trustees now declare")).await.unwrap();
    let second = next.finish().await.unwrap();
    assert_eq!((second.version, second.filename.as_str()), (2, "deed2.txt"));
    assert!(matches!(
        record::incoming_version(&ctx, first.id, String::from("x"), Some(first.etag)).await.err(),
        Some(Error::Stale)
    ));
    let detail = record::read(&ctx, first.id).await.unwrap();
    assert_eq!(detail.versions.len(), 2);
    assert_eq!(read_all(&ctx, &first, None).await.unwrap().0, b"The trustees now declare");
}

#[tokio::test]
async fn a_wall_stops_a_running_download_and_the_matter_is_gone() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let tom = f.person(Role::Associate, "Tom Reyes").await;
    let lead = f.sign_in(ann).await;
    let matter = matter(&lead, "Dispute").await;
    lead.perform(GiveSeat { matter, staff: tom, seat: "member", until: None }).await.unwrap();
    let view = add(&lead, matter, "big.bin", &noise(3_000_000)).await.unwrap();
    let his = f.sign_in(tom).await;
    let mut content = record::content(&his, view.id, None, None).await.unwrap();
    assert!(content.stream.next().await.unwrap().is_ok());
    let second = f.second().await;
    let officer = f.sign_in(second).await;
    let wall = officer.perform(MakeWall { spec: bars(matter, tom) }).await.unwrap();
    let mut after = 0;
    let stopped = loop {
        match content.stream.next().await {
            Some(Ok(piece)) => after += piece.len(),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(stopped && after == 0, "{after} bytes left after the wall stood");
    assert!(matches!(record::read(&his, view.id).await, Err(Error::NotFound)));
    assert!(matches!(record::list(&his, matter, None, None, 50).await, Err(Error::NotFound)));
    officer.perform(EndWall { wall, reason: Reason::parse("Settled.").unwrap(), etag: None }).await.unwrap();
    assert!(record::read(&his, view.id).await.is_ok());
    lead.perform(EndSeat { matter, staff: tom }).await.unwrap();
    assert!(matches!(record::read(&his, view.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_wall_is_not_found_by_giving_seats_or_counting_them() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let tom = f.person(Role::Associate, "Tom Reyes").await;
    let rita = f.person(Role::RecordsManager, "Rita Calloway").await;
    let lead = f.sign_in(ann).await;
    let matter = matter(&lead, "Dispute").await;
    let second = f.second().await;
    let officer = f.sign_in(second).await;
    officer.perform(MakeWall { spec: bars(matter, tom) }).await.unwrap();
    let give = || GiveSeat { matter, staff: tom, seat: "member", until: None };
    // the lead may know of the wall, and is told
    assert!(matches!(lead.perform(give()).await, Err(Error::Conflict { code: "seat.walled", .. })));
    // to the records manager it is as if none stood: the seat is given, seen and counted
    let keeper = f.sign_in(rita).await;
    keeper.perform(give()).await.unwrap();
    let seen = crate::features::matter::team(&keeper, matter).await.unwrap();
    assert_eq!((seen.matter.people, seen.matter.walls.len()), (2, 0));
    assert!(seen.seats.iter().any(|s| s.staff == tom && s.holds));
    assert!(seen.access.iter().all(|a| !a.walled && !a.says.contains("wall")));
    // and it opens nothing
    let his = f.sign_in(tom).await;
    assert!(matches!(record::list(&his, matter, None, None, 10).await, Err(Error::NotFound)));
    let known = crate::features::matter::team(&lead, matter).await.unwrap();
    assert_eq!((known.matter.people, known.matter.walls.len()), (1, 1));
}

#[tokio::test]
async fn sealing_stops_what_runs_and_opens_nothing() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let ctx = f.sign_in(ann).await;
    let matter = matter(&ctx, "Dispute").await;
    let view = add(&ctx, matter, "big.bin", &noise(3_000_000)).await.unwrap();
    let mut content = record::content(&ctx, view.id, None, None).await.unwrap();
    assert!(content.stream.next().await.unwrap().is_ok());
    let admin = f.admin().await;
    f.room.seal(&admin).await.unwrap();
    assert!(matches!(content.stream.next().await, Some(Err(Error::Sealed))));
    assert!(matches!(record::read(&ctx, view.id).await, Err(Error::Sealed)));
}

#[tokio::test]
async fn labels_rise_freely_and_fall_with_a_reason() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let dan = f.person(Role::Associate, "Dan Okafor").await;
    let lead = f.sign_in(ann).await;
    let matter = matter(&lead, "Dispute").await;
    lead.perform(GiveSeat { matter, staff: dan, seat: "member", until: None }).await.unwrap();
    let view = add(&lead, matter, "a.txt", b"words").await.unwrap();
    let his = f.sign_in(dan).await;
    let high = Labels::parse(&["highly_confidential", "privileged"]).unwrap();
    his.perform(RaiseLabel { record: view.id, labels: high, etag: None }).await.unwrap();
    let low = Labels::parse(&["internal"]).unwrap();
    let lowering = his.perform(RaiseLabel { record: view.id, labels: low, etag: None }).await;
    assert!(matches!(lowering, Err(Error::Conflict { code: "label.lowers", .. })));
    let reason = || Reason::parse("Filed in open court.").unwrap();
    let refused =
        his.perform(LowerLabel { record: view.id, labels: low, reason: reason(), etag: None }).await;
    let Err(Error::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.because.first().unwrap().rule, "only-leads-and-records-managers-lower");
    lead.perform(LowerLabel { record: view.id, labels: low, reason: reason(), etag: None }).await.unwrap();
    assert_eq!(record::read(&lead, view.id).await.unwrap().record.labels, low);
}

#[tokio::test]
async fn an_upload_resumes_where_it_broke() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let ctx = f.sign_in(ann).await;
    let matter = matter(&ctx, "Dispute").await;
    let bytes = noise(700_000);
    let new = NewUpload {
        matter,
        filename: String::from("scan.tif"),
        folder: Some(String::from("Evidence/Scans")),
        labels: None,
        length: bytes.len() as u64,
        version_of: None,
        sha256: None,
        keep_duplicate: false,
        sample: None,
    };
    let begun = upload::create(&ctx, new).await.unwrap();
    // the connection breaks in the middle of a part: what arrived is kept
    let broken = vec![Ok(Bytes::copy_from_slice(&bytes[..300_001])), Err("connection reset")];
    let part = upload::append(&ctx, begun.id, 0, futures_util::stream::iter(broken), None).await.unwrap();
    assert_eq!((part.offset, part.record), (300_001, None));
    assert_eq!(upload::status(&ctx, begun.id).await.unwrap().offset, 300_001);
    let wrong: Vec<Result<Bytes, &str>> = vec![Ok(Bytes::from_static(b"x"))];
    let wrong = upload::append(&ctx, begun.id, 5, futures_util::stream::iter(wrong), None).await;
    assert!(matches!(wrong, Err(Error::Conflict { code: "upload.offset", .. })));
    let rest: Vec<Result<Bytes, &str>> = vec![Ok(Bytes::copy_from_slice(&bytes[300_001..]))];
    let done = upload::append(&ctx, begun.id, 300_001, futures_util::stream::iter(rest), None).await.unwrap();
    let view = record::read(&ctx, done.record.unwrap()).await.unwrap().record;
    assert_eq!(view.folder_path, "Evidence/Scans");
    assert_eq!(read_all(&ctx, &view, None).await.unwrap().0, bytes);
    let stranger = f.person(Role::Partner, "Otto Lyle").await;
    let theirs = f.sign_in(stranger).await;
    assert!(matches!(upload::status(&theirs, begun.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn rows_changed_behind_the_back_are_refused() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let otto = f.person(Role::Partner, "Otto Lyle").await;
    let tom = f.person(Role::Associate, "Tom Reyes").await;
    let (lead, other) = (f.sign_in(ann).await, f.sign_in(otto).await);
    let (mine, theirs) = (matter(&lead, "Mine").await, matter(&other, "Theirs").await);
    lead.perform(GiveSeat { matter: mine, staff: tom, seat: "member", until: None }).await.unwrap();
    let view = add(&other, theirs, "secret.txt", b"theirs alone").await.unwrap();
    let second = f.second().await;
    let officer = f.sign_in(second).await;
    let his = f.sign_in(tom).await;
    assert!(record::list(&his, mine, None, None, 10).await.is_ok());
    officer.perform(MakeWall { spec: bars(mine, tom) }).await.unwrap();

    // a record moved into one's own matter
    f.thief(&format!("UPDATE record SET matter_id = '{mine}' WHERE record_id = '{}'", view.id)).await;
    assert!(matches!(record::read(&lead, view.id).await, Err(Error::Tampered { .. })));
    f.thief(&format!("UPDATE record SET matter_id = '{theirs}' WHERE record_id = '{}'", view.id)).await;
    assert!(record::read(&other, view.id).await.is_ok());

    // a wall dropped: its row naming the matter is gone
    f.thief("CREATE TABLE kept AS SELECT * FROM wall_part").await;
    f.thief("DELETE FROM wall_part").await;
    assert!(matches!(record::list(&his, mine, None, None, 10).await, Err(Error::Tampered { .. })));
    f.thief("INSERT INTO wall_part SELECT * FROM kept").await;
    assert!(matches!(record::list(&his, mine, None, None, 10).await, Err(Error::NotFound)));

    // a seat of one's own making, and a changed one
    f.thief(&format!("INSERT INTO seat SELECT 'sea_00000000000000000000000001', '{theirs}', staff_id, seat, since, until, given_by, ended_by, mac FROM seat WHERE matter_id = '{mine}' AND staff_id = '{ann}'")).await;
    assert!(matches!(record::read(&lead, view.id).await, Err(Error::Tampered { .. })));
    f.thief("DELETE FROM seat WHERE seat_id = 'sea_00000000000000000000000001'").await;
    assert!(matches!(record::read(&lead, view.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn yesterdays_seats_put_back_with_their_digests_are_refused() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let tom = f.person(Role::Associate, "Tom Reyes").await;
    let lead = f.sign_in(ann).await;
    let matter = matter(&lead, "Mine").await;
    lead.perform(GiveSeat { matter, staff: tom, seat: "member", until: None }).await.unwrap();
    let his = f.sign_in(tom).await;
    f.thief("CREATE TABLE seat_kept AS SELECT * FROM seat").await;
    f.thief("CREATE TABLE set_kept AS SELECT * FROM authority_set").await;
    lead.perform(EndSeat { matter, staff: tom }).await.unwrap();
    assert!(matches!(record::list(&his, matter, None, None, 10).await, Err(Error::NotFound)));
    f.thief("DELETE FROM seat").await;
    f.thief("INSERT INTO seat SELECT * FROM seat_kept").await;
    f.thief(&format!("DELETE FROM authority_set WHERE set_id = 'seats:{matter}'")).await;
    f.thief(&format!("INSERT INTO authority_set SELECT * FROM set_kept WHERE set_id = 'seats:{matter}'"))
        .await;
    assert!(matches!(record::list(&his, matter, None, None, 10).await, Err(Error::Tampered { .. })));
    // and with the ledger's own index rolled back too: this process remembers
    f.thief(&format!("DELETE FROM ledger_set WHERE set_id = 'seats:{matter}' AND version = (SELECT MAX(version) FROM ledger_set WHERE set_id = 'seats:{matter}')")).await;
    assert!(matches!(record::list(&his, matter, None, None, 10).await, Err(Error::Tampered { .. })));
}

impl Fixture {
    /// Changes rows behind the program's back, as who administers the database could.
    async fn thief(&self, sql: &str) {
        let text: &'static str = Box::leak(sql.to_owned().into_boxed_str());
        let statement: &'static strongroom_storage::sql::Sql =
            Box::leak(Box::new(strongroom_storage::sql::Sql::new("THIEF", text)));
        let mut tx = self.room.db.begin().await.unwrap();
        tx.exec(statement, &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_bag_is_whole_by_its_manifests_and_its_receipts_verify() {
    use strongroom_tlog::{Receipt, VerifierKey};
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let tom = f.person(Role::Associate, "Tom Hale").await;
    let ctx = f.sign_in(ann).await;
    let matter = matter(&ctx, "Share purchase dispute").await;
    let view = add(&ctx, matter, "a.txt", b"the first words").await.unwrap();
    let mut newer = record::incoming_version(&ctx, view.id, String::from("a.txt"), None).await.unwrap();
    newer.write(Bytes::from_static(b"other words")).await.unwrap();
    newer.finish().await.unwrap();
    let refused = record::read(&f.sign_in(tom).await, view.id).await;
    assert!(matches!(refused, Err(Error::NotFound)));
    f.room.sequence_all().await.unwrap();

    let ctx = f.sign_in(ann).await;
    let mut files = record::export(&ctx, matter, None).await.unwrap().files;
    let mut bag: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    while let Some(file) = files.next().await {
        let mut file = file.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = file.bytes.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(bytes.len() as u64, file.size, "{}", file.path);
        bag.insert(file.path, bytes);
    }
    let old = format!("data/versions/{}/1/a.txt", view.id);
    assert_eq!(bag.get(&old).map(Vec::as_slice), Some(&b"the first words"[..]));
    assert_eq!(bag.get("data/records/a.txt").map(Vec::as_slice), Some(&b"other words"[..]));

    // RFC 8493: each file of the payload stands in the manifest, each tag file in the tag manifest
    let named = |manifest: &str| -> BTreeMap<String, String> {
        let text = String::from_utf8(bag.get(manifest).unwrap().clone()).unwrap();
        let pair =
            |line: &str| line.split_once("  ").map(|(digest, path)| (path.to_owned(), digest.to_owned()));
        text.lines().map(|line| pair(line).unwrap()).collect()
    };
    let digests = |payload: bool| -> BTreeMap<String, String> {
        let of = bag.iter().filter(|(path, _)| path.starts_with("data/") == payload);
        of.map(|(path, bytes)| (path.clone(), hex::encode(strongroom_seal::mac::sha256(bytes)))).collect()
    };
    assert_eq!(named("manifest-sha256.txt"), digests(true));
    let mut tags = digests(false);
    tags.remove("tagmanifest-sha256.txt");
    assert_eq!(named("tagmanifest-sha256.txt"), tags);
    let payload = bag.iter().filter(|(path, _)| path.starts_with("data/"));
    let octets: usize = payload.clone().map(|(_, bytes)| bytes.len()).sum();
    let info = String::from_utf8(bag.get("bag-info.txt").unwrap().clone()).unwrap();
    assert!(info.contains(&format!("Payload-Oxum: {octets}.{}\n", payload.count())), "{info}");

    // every entry about the matter that is signed by then proves itself
    let key = VerifierKey::parse(&f.room.vkey().unwrap()).unwrap();
    let mut verbs = Vec::new();
    for (path, bytes) in bag.iter().filter(|(path, _)| path.ends_with(".receipt")) {
        let receipt = Receipt::parse(std::str::from_utf8(bytes).unwrap()).unwrap();
        receipt.proof.verify(std::slice::from_ref(&key)).unwrap();
        let entry: serde_json::Value = serde_json::from_slice(&receipt.proof.extra.clone().unwrap()).unwrap();
        assert!(entry.to_string().contains(&matter.to_string()), "{path}");
        verbs.push(entry.get("verb").unwrap().as_str().unwrap().to_owned());
    }
    for verb in ["matter.create", "record.add", "record.version", "record.read"] {
        assert!(verbs.iter().any(|v| v == verb), "{verb}: {verbs:?}");
    }
    assert!(bag.keys().any(|path| path.starts_with("data/ledger/pending-")), "the export's own entry waits");
}
