//! A firm is backed up while it works, its machine is lost, and it comes back elsewhere.

use std::path::PathBuf;

use futures_util::StreamExt as _;
use strongroom_storage::blob::Blobs;
use strongroom_storage::sql::{Db, DbOptions};

use super::*;
use crate::features::client::CreateClient;
use crate::features::firm::fixture::{Fixture, fresh_database, policies, settings};
use crate::features::ledger::stories::{Story, add};
use crate::features::matter::{EndSeat, GiveSeat, OpenMatter, matter};
use crate::features::record;
use crate::features::session::authenticate_session;
use crate::features::staff::SuspendStaff;
use crate::kernel::actor::{Channel, Role};
use crate::kernel::clock::HOUR;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::Gate;
use crate::kernel::text::{Name, Reason, Reference};

fn quiet(_: Progress) {}

fn folder(f: &Fixture, name: &str) -> PathBuf {
    f.folder.join(name)
}

async fn taken(f: &Fixture) -> Taken {
    backup(&f.room, "tester", &folder(f, "backups"), &mut quiet).await.unwrap()
}

/// Puts the newest snapshot into a new place, with the ledger of these replicas.
async fn put_back(f: &Fixture, ledgers: Vec<PathBuf>) -> Result<Restored> {
    let (sealed, keyring_key) = f.room.vault.store().load()?;
    let opened = sealed.open_with_keyfile(&f.key_file(), &keyring_key).unwrap();
    let database = fresh_database(&folder(f, "elsewhere"));
    let restoring = Restoring {
        db: Db::connect(&database, DbOptions::default()).await?,
        blobs: Blobs::folder(f.room.vault.store().disk(), &folder(f, "elsewhere/blobs")).await?,
        disk: f.room.vault.store().disk().clone(),
        keyring: vec![folder(f, "keyring-a"), folder(f, "keyring-b")],
        opened: (opened.keyring, opened.root, keyring_key),
        gate: Gate::new(&policies()).unwrap(),
        clock: f.clock.clone(),
        entropy: std::sync::Arc::new(strongroom_seal::OsEntropy),
        settings: settings(),
        from: folder(f, "backups"),
        manifest: snapshot(f.room.vault.store().disk(), &folder(f, "backups"), None)?,
        ledgers,
        operator: String::from("tester"),
        rehearsal: false,
    };
    restore(restoring, &mut quiet).await
}

async fn content(ctx: &crate::Ctx, id: crate::kernel::id::RecordId) -> Vec<u8> {
    let mut content = record::content(ctx, id, None, None).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = content.stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

#[tokio::test]
async fn a_backup_put_back_elsewhere_is_the_firm() {
    let s = Story::new().await;
    let told = taken(&s.f).await;
    assert!(told.rows > 20 && told.files.0 == 1 && told.new_files.0 == 1, "{told:?}");
    assert_eq!(told.warnings, []);
    s.f.room.vault.seal();
    let back = put_back(&s.f, Vec::new()).await.unwrap();
    assert_eq!((back.findings.as_slice(), back.lost, back.newer_sets), (&[][..], Lost::default(), 0));
    assert_eq!(back.ledger.1, told.ledger_size);
    let room = back.room;
    let lead = s.f.sign_in_to(&room, s.ann).await;
    assert_eq!(content(&lead, s.view.id).await, b"the bytes of deed.txt");
    // it goes on: numbers, keys and the ledger
    let more = add(&lead, s.matter, "letter.txt").await;
    assert_eq!(content(&lead, more.id).await, b"the bytes of letter.txt");
    room.sequence_all().await.unwrap();
    let entries = crate::features::ledger::matter_activity(&lead, s.matter, None, 50).await.unwrap();
    assert!(entries.items.iter().any(|e| e.record == Some(s.view.id)), "the past is found by its matter");
}

#[tokio::test]
async fn what_was_taken_away_since_the_backup_stays_away() {
    let s = Story::new().await;
    let replica = folder(&s.f, "ledger");
    taken(&s.f).await;
    // after the backup: a wall, a seat ended, a suspension, a new member, a record, a client
    let uma = s.f.person(Role::Associate, "Uma Grey").await;
    let lead = s.f.sign_in(s.ann).await;
    lead.perform(GiveSeat { matter: s.matter, staff: uma, seat: "reader", until: None }).await.unwrap();
    s.bar(uma).await;
    let toms = s.f.browser(s.tom, None).await.unwrap();
    lead.perform(EndSeat { matter: s.matter, staff: s.tom }).await.unwrap();
    let late = add(&lead, s.matter, "late.txt").await;
    let (name, reference) = (Name::parse("Late Client").unwrap(), Reference::parse("L-1").unwrap());
    let new = CreateClient { name: name.clone(), reference: reference.clone() };
    let client = lead.perform(new).await.unwrap();
    let theirs = lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap();
    let out = SuspendStaff { staff: s.f.second().await, reason: Reason::parse("She has left.").unwrap() };
    s.f.admin().await.perform(out).await.unwrap();
    s.f.room.sequence_all().await.unwrap();
    assert!(s.f.room.copy_to_replicas().await);
    s.f.room.save_checkpoint().await.unwrap();
    s.f.room.vault.seal();

    // the backup's own ledger is too old, and that is said
    let refused = put_back(&s.f, Vec::new()).await.map(drop);
    assert!(matches!(refused, Err(Error::Conflict { code: "ledger.end_lost", .. })), "{refused:?}");
    std::fs::remove_dir_all(folder(&s.f, "elsewhere")).unwrap();

    let back = put_back(&s.f, vec![replica]).await.unwrap();
    assert_eq!(back.findings, []);
    assert_eq!(back.lost, Lost { clients: 1, matters: 1, records: 1 });
    assert!(back.newer_sets > 5, "{}", back.newer_sets);
    let room = back.room;
    let lead = s.f.sign_in_to(&room, s.ann).await;
    assert_eq!(content(&lead, s.view.id).await, b"the bytes of deed.txt");
    for gone in [record::read(&lead, late.id).await.map(drop), matter(&lead, theirs).await.map(drop)] {
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    }
    // Tom's seat stays ended, also for the session that he still has; Uma, who came later, is there and behind the wall
    let his = authenticate_session(&room, &toms.cookie, Channel::Web, Fixture::place()).await.unwrap();
    assert!(matches!(matter(&his, s.matter).await, Err(Error::NotFound)));
    let hers = s.f.sign_in_to(&room, uma).await;
    assert!(matches!(matter(&hers, s.matter).await, Err(Error::NotFound)));
    room.sequence_all().await.unwrap();
    s.f.clock.advance(HOUR);
    assert_eq!(crate::features::check::check(&room, "tester", true, &mut |_| {}).await.unwrap(), []);
}

#[tokio::test]
async fn authority_that_changed_while_the_ledger_was_copied_is_taken_over() {
    let s = Story::new().await;
    let replica = folder(&s.f, "ledger");
    taken(&s.f).await;
    s.f.sign_in(s.tom).await;
    s.f.room.sequence_all().await.unwrap();
    assert!(s.f.room.copy_to_replicas().await);
    // as if Tom had signed in between the copying of the ledger and that of his set
    let (size, _) = s.f.room.checkpoint();
    s.f.sign_in(s.tom).await;
    std::fs::remove_dir_all(replica.join("authority")).unwrap();
    std::fs::create_dir(replica.join("authority")).unwrap();
    for (name, copies) in s.f.room.authority_copies(0, size).await.unwrap() {
        std::fs::write(replica.join(name), copies).unwrap();
    }
    // and a file that is none hides nothing
    std::fs::write(replica.join("authority/00000000000000000000-000000"), b"{").unwrap();
    s.f.room.vault.seal();
    let back = put_back(&s.f, vec![replica]).await.unwrap();
    assert_eq!(back.findings, []);
    let room = back.room;
    let his = s.f.sign_in_to(&room, s.tom).await;
    assert_eq!(content(&his, s.view.id).await, b"the bytes of deed.txt");
    room.sequence_all().await.unwrap();
    assert_eq!(crate::features::check::check(&room, "tester", false, &mut |_| {}).await.unwrap(), []);
}

#[tokio::test]
async fn a_shorter_ledger_is_not_taken_where_a_longer_one_is_known() {
    let s = Story::new().await;
    let replica = folder(&s.f, "ledger");
    taken(&s.f).await;
    s.f.sign_in(s.tom).await;
    s.f.room.sequence_all().await.unwrap();
    assert!(s.f.room.copy_to_replicas().await);
    // somebody takes the entries of the longest copy away
    std::fs::remove_dir_all(replica.join("tile/entries")).unwrap();
    s.f.room.vault.seal();
    let refused = put_back(&s.f, vec![replica]).await.map(drop);
    assert!(matches!(refused, Err(Error::Conflict { code: "ledger.not_whole", .. })), "{refused:?}");
}

#[tokio::test]
async fn a_piece_that_rotted_in_the_folder_is_written_again_by_the_next_backup() {
    let s = Story::new().await;
    taken(&s.f).await;
    for file in files(&folder(&s.f, "backups/rows")) {
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[0] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    taken(&s.f).await;
    s.f.room.vault.seal();
    assert_eq!(put_back(&s.f, Vec::new()).await.unwrap().findings, []);
}

#[tokio::test]
async fn a_second_backup_adds_what_is_new_and_a_changed_one_is_refused() {
    let s = Story::new().await;
    let first = taken(&s.f).await;
    // the clock moves on with the sign-in
    add(&s.f.sign_in(s.ann).await, s.matter, "letter.txt").await;
    let second = taken(&s.f).await;
    assert_eq!((second.files.0, second.new_files.0), (2, 1));
    assert_ne!(first.snapshot, second.snapshot);
    let disk = s.f.room.vault.store().disk().clone();
    let all = manifest::snapshots(&disk, &folder(&s.f, "backups")).unwrap();
    assert_eq!(all.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), [&first.snapshot, &second.snapshot]);
    all.iter().for_each(|manifest| manifest.check(&s.f.room.vault).unwrap());

    // no name and no text of a client, nor any key, is in it
    let (_, keyring_key) = s.f.room.vault.store().load().unwrap();
    for file in files(&folder(&s.f, "backups")) {
        let bytes = std::fs::read(&file).unwrap();
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        for secret in ["Northwind", "Share purchase", "deed.txt", "letter.txt", "Ann Poole", "Tom Reyes"] {
            assert!(!has(secret.as_bytes()), "{secret} in {}", file.display());
        }
        assert!(!has(keyring_key.expose()), "the keyring key in {}", file.display());
    }

    let other = folder(&s.f, "ledger");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("something"), b"else").unwrap();
    let refused = backup(&s.f.room, "tester", &other, &mut quiet).await.map(drop);
    assert!(matches!(refused, Err(Error::Conflict { code: "backup.folder", .. })), "{refused:?}");

    // a row that someone changed in the backup, with the hash that goes with it, and the manifest as well
    let path = folder(&s.f, "backups").join(format!("snapshots/{}.json", second.snapshot));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"ledger_size\": ", "\"ledger_size\": 1")).unwrap();
    let refused = put_back(&s.f, Vec::new()).await.map(drop);
    assert!(matches!(refused, Err(Error::Tampered { table: "backup manifest", .. })), "{refused:?}");
}

fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
