//! What each viewer learns from the ledger, and receipts that verify and tell no more than they may.

use bytes::Bytes;
use strongroom_storage::sql::Sql;
use strongroom_tlog::{Proof, Receipt as ReceiptFile, VerifierKey};

use super::{
    EntryRef, EntryView, Filter, Receipt, State, entries, entry, matter_activity, own_acts, receipt,
    record_activity, vkey,
};
use crate::features::client::CreateClient;
use crate::features::firm::fixture::Fixture;
use crate::features::matter::{EndSeat, GiveSeat, OpenMatter};
use crate::features::record::{self, NewRecord, RecordView};
use crate::features::today::today;
use crate::features::wall::{EndWall, MakeWall, WallKind, WallSpec};
use crate::kernel::actor::Role;
use crate::kernel::clock::SECOND;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Outcome;
use crate::kernel::error::Error;
use crate::kernel::id::{EntryId, MatterId, RecordId, StaffId, WallId};
use crate::kernel::text::{Name, Reason, Reference};
use crate::kernel::verb::Verb;

pub(crate) struct Story {
    pub(crate) f: Fixture,
    pub(crate) ann: StaffId,
    pub(crate) tom: StaffId,
    pub(crate) lead: Ctx,
    pub(crate) his: Ctx,
    pub(crate) matter: MatterId,
    pub(crate) view: RecordView,
}

async fn open_matter(lead: &Ctx, name: &str) -> MatterId {
    let (name, reference) = (Name::parse(name).unwrap(), Reference::parse("NW-1").unwrap());
    let client = CreateClient { name: Name::parse("Northwind").unwrap(), reference: reference.clone() };
    let client = lead.perform(client).await.unwrap();
    lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap()
}

pub(crate) async fn add(ctx: &Ctx, matter: MatterId, name: &str) -> RecordView {
    let new = NewRecord { matter: Some(matter), filename: name.to_owned(), ..NewRecord::default() };
    let mut incoming = record::incoming(ctx, new).await.unwrap();
    incoming.write(Bytes::from(format!("the bytes of {name}"))).await.unwrap();
    incoming.finish().await.unwrap()
}

impl Story {
    pub(crate) async fn new() -> Self {
        let f = Fixture::new().await;
        let ann = f.person(Role::Partner, "Ann Poole").await;
        let tom = f.person(Role::Associate, "Tom Reyes").await;
        let lead = f.sign_in(ann).await;
        let matter = open_matter(&lead, "Share purchase dispute").await;
        lead.perform(GiveSeat { matter, staff: tom, seat: "member", until: None }).await.unwrap();
        let view = add(&lead, matter, "deed.txt").await;
        let his = f.sign_in(tom).await;
        f.room.sequence_all().await.unwrap();
        Self { f, ann, tom, lead, his, matter, view }
    }

    pub(crate) async fn bar(&self, whom: StaffId) -> WallId {
        let officer = self.f.sign_in(self.f.second().await).await;
        let spec = WallSpec {
            name: Name::parse("Earlier retainer").unwrap(),
            reason: Reason::parse("He acted for the other side.").unwrap(),
            kind: WallKind::Bars,
            clients: Vec::new(),
            matters: vec![self.matter],
            staff: vec![whom],
            groups: Vec::new(),
        };
        officer.perform(MakeWall { spec }).await.unwrap()
    }

    /// Both engines' words for it: bytes are no text to PostgreSQL.
    pub(super) async fn sql(&self, text: String, postgres: String) {
        let text: &'static str = Box::leak(text.into_boxed_str());
        let postgres: &'static str = Box::leak(postgres.into_boxed_str());
        let mut tx = self.f.room.db.begin().await.unwrap();
        tx.exec(&Sql::forked("BEHIND_THE_BACK", text, postgres, "bytes as text"), &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn said(items: &[EntryView]) -> Vec<&str> {
    items.iter().map(|e| e.says.as_str()).collect()
}

fn find<'e>(items: &'e [EntryView], verb: Verb, outcome: &str) -> Option<&'e EntryView> {
    items.iter().find(|e| e.verb == verb.word() && e.outcome == outcome)
}

async fn ready(ctx: &Ctx, id: EntryId) -> String {
    match receipt(ctx, EntryRef::Id(id)).await.unwrap() {
        Receipt::Ready(text) => text,
        Receipt::Pending => panic!("pending"),
    }
}

#[tokio::test]
async fn a_matters_activity_is_read_in_plain_words_by_its_team() {
    let s = Story::new().await;
    record::read(&s.his, s.view.id).await.unwrap();
    let page = matter_activity(&s.his, s.matter, None, 50).await.unwrap();
    let words = said(&page.items);
    for sentence in [
        "T. Reyes read it",
        "A. Poole added it",
        "A. Poole gave T. Reyes the seat of a member",
        "A. Poole opened the matter",
    ] {
        assert!(words.contains(&sentence), "{words:?}");
    }
    let read = find(&page.items, Verb::RecordRead, "allowed").unwrap();
    assert_eq!(read.record, Some(s.view.id));
    assert_eq!(read.record_title.as_deref(), Some("deed"));
    assert_eq!(read.matter_name.as_deref(), Some("Share purchase dispute"));
    assert_eq!(read.actor.name.as_deref(), Some("T. Reyes"));
    // where a colleague sat when she signed in is nobody's business on the team
    let made = find(&page.items, Verb::MatterCreate, "allowed").unwrap();
    assert!(made.opened.iter().all(|(about, _)| !about.starts_with("stf_")), "{:?}", made.opened);
    assert!(made.opened.iter().any(|(_, body)| body.get("name").is_some()));
    let one = record_activity(&s.his, s.view.id, None, 50).await.unwrap();
    assert!(one.items.iter().all(|e| e.record == Some(s.view.id)));
    assert!(find(&one.items, Verb::RecordAdd, "allowed").is_some());
    // nobody else: a thing that is not there
    let other = s.f.person(Role::Partner, "Otto Lyle").await;
    let other = s.f.sign_in(other).await;
    assert!(matches!(matter_activity(&other, s.matter, None, 50).await, Err(Error::NotFound)));
    assert!(matches!(record_activity(&other, s.view.id, None, 50).await, Err(Error::NotFound)));
    assert!(matches!(
        matter_activity(&other, MatterId::new(0, [1; 10]), None, 50).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn pages_join_without_gap_or_repetition() {
    let s = Story::new().await;
    for n in 0..7 {
        add(&s.lead, s.matter, &format!("n{n}.txt")).await;
    }
    s.f.clock.advance(SECOND);
    let whole: Vec<EntryId> =
        matter_activity(&s.lead, s.matter, None, 200).await.unwrap().items.iter().map(|e| e.id).collect();
    s.f.clock.advance(SECOND);
    let newest = whole[0];
    let (mut pages, mut after) = (vec![newest], Some(newest));
    while let Some(at) = after {
        let page = matter_activity(&s.lead, s.matter, Some(at), 3).await.unwrap();
        assert!(page.items.len() <= 3);
        pages.extend(page.items.iter().map(|e| e.id));
        after = page.next;
    }
    assert_eq!(pages, whole);
    let nowhere = EntryId::new(0, [5; 10]);
    assert!(matches!(own_acts(&s.lead, Some(nowhere), 3).await, Err(Error::Invalid { field: "after", .. })));
}

#[tokio::test]
async fn a_refusal_by_a_wall_is_seen_by_those_who_may_know_the_wall() {
    let s = Story::new().await;
    let mia = s.f.person(Role::Paralegal, "Mia Okoro").await;
    s.lead.perform(GiveSeat { matter: s.matter, staff: mia, seat: "member", until: None }).await.unwrap();
    let wall = s.bar(s.tom).await;
    assert!(matches!(record::read(&s.his, s.view.id).await, Err(Error::NotFound)));
    let refused = s.his.last_entry().unwrap();
    s.f.room.sequence_all().await.unwrap();

    let lead = s.f.sign_in(s.ann).await;
    let page = matter_activity(&lead, s.matter, None, 50).await.unwrap();
    let line = page.items.iter().find(|e| e.id == refused).unwrap();
    assert_eq!(line.says, "T. Reyes was refused reading it: barred by a wall");
    assert!(entry(&lead, EntryRef::Id(refused)).await.is_ok());
    assert!(ready(&lead, refused).await.contains("\nopened "));
    let day = today(&lead).await.unwrap();
    assert!(day.refusals.iter().any(|e| e.id == refused && e.says.ends_with("barred by a wall")));

    // a member who may not know of the wall: no such entry, and none of the wall itself
    let hers = s.f.sign_in(mia).await;
    let page = matter_activity(&hers, s.matter, None, 200).await.unwrap();
    assert!(
        page.items
            .iter()
            .all(|e| e.id != refused && !e.verb.starts_with("wall.") && !e.says.contains("wall"))
    );
    assert!(matches!(entry(&hers, EntryRef::Id(refused)).await, Err(Error::NotFound)));
    assert!(matches!(receipt(&hers, EntryRef::Id(refused)).await, Err(Error::NotFound)));
    assert!(today(&hers).await.unwrap().refusals.is_empty());

    // the one behind it: his act, about nothing, and no entry to open
    let page = own_acts(&s.his, None, 200).await.unwrap();
    let line = page.items.iter().find(|e| e.id == refused).unwrap();
    assert_eq!(line.says, "T. Reyes was refused reading it");
    assert_eq!((line.client, line.matter, line.record), (None, None, None));
    assert!(
        page.items.iter().all(|e| e.matter.is_none() && e.matter_name.is_none() && e.record_title.is_none())
    );
    assert!(matches!(entry(&s.his, EntryRef::Id(refused)).await, Err(Error::NotFound)));
    assert!(matches!(matter_activity(&s.his, s.matter, None, 50).await, Err(Error::NotFound)));

    // the wall ends: he is a member again, and still does not learn that there was one
    let officer = s.f.sign_in(s.f.second().await).await;
    officer.perform(EndWall { wall, reason: Reason::parse("Settled.").unwrap(), etag: None }).await.unwrap();
    let page = own_acts(&s.his, None, 200).await.unwrap();
    let line = page.items.iter().find(|e| e.id == refused).unwrap();
    assert_eq!((line.says.as_str(), line.matter), ("T. Reyes was refused reading it", Some(s.matter)));
    assert!(line.opened.iter().all(|(_, body)| !body.contains_key("rules")), "{:?}", line.opened);
}

#[tokio::test]
async fn a_hidden_thing_and_none_at_all_leave_entries_that_one_cannot_tell_apart() {
    let s = Story::new().await;
    let other = s.f.person(Role::Partner, "Otto Lyle").await;
    let other = s.f.sign_in(other).await;
    assert!(matches!(record::read(&other, s.view.id).await, Err(Error::NotFound)));
    let hidden = other.last_entry().unwrap();
    assert!(matches!(record::read(&other, RecordId::new(0, [3; 10])).await, Err(Error::NotFound)));
    let nothing = other.last_entry().unwrap();
    s.f.room.sequence_all().await.unwrap();
    for id in [hidden, nothing] {
        assert!(matches!(entry(&other, EntryRef::Id(id)).await, Err(Error::NotFound)));
        assert!(matches!(receipt(&other, EntryRef::Id(id)).await, Err(Error::NotFound)));
    }
    let page = own_acts(&other, None, 200).await.unwrap();
    let lines: Vec<&EntryView> = page.items.iter().filter(|e| e.id == hidden || e.id == nothing).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(
            (line.says.as_str(), line.client, line.matter, line.record),
            ("O. Lyle was refused reading it", None, None, None)
        );
        assert!(
            line.opened.iter().all(|(about, body)| about.starts_with("stf_") && !body.contains_key("rules")),
            "{:?}",
            line.opened
        );
    }
    // what is refused of the firm hides nothing: its receipt is given
    assert!(matches!(entries(&other, &Filter::default(), None, 5).await, Err(Error::Refused(_))));
    let refused = other.last_entry().unwrap();
    s.f.room.sequence_all().await.unwrap();
    assert!(ready(&other, refused).await.starts_with("c2sp.org/tlog-proof@v1\n"));
}

#[tokio::test]
async fn who_watches_sees_ids_and_nothing_opened() {
    let s = Story::new().await;
    record::read(&s.his, s.view.id).await.unwrap();
    let audra = s.f.person(Role::Auditor, "Audra Venn").await;
    let auditor = s.f.sign_in(audra).await;
    s.f.room.sequence_all().await.unwrap();
    let matter = Some(s.matter);
    let page = entries(&auditor, &Filter { matter, ..Filter::default() }, None, 200).await.unwrap();
    assert!(page.items.len() > 3 && page.items.iter().all(|e| e.matter == matter));
    s.f.clock.advance(SECOND);
    let then = Some(s.f.room.now());
    for e in &page.items {
        assert!(e.opened.is_empty() && e.matter_name.is_none() && e.record_title.is_none(), "{e:?}");
        let full = entry(&auditor, EntryRef::Id(e.id)).await.unwrap();
        assert!(full.view.opened.is_empty() && full.view.matter_name.is_none());
        let text = String::from_utf8(full.bytes).unwrap();
        assert!(
            !text.contains("Northwind") && !text.contains("Share purchase") && !text.contains("\"deed"),
            "{text}"
        );
        assert!(!ready(&auditor, e.id).await.contains("\nopened "));
    }
    // each filter finds its own
    let by = async |f: Filter| entries(&auditor, &f, None, 200).await.unwrap().items;
    let record = Some(s.view.id);
    assert!(by(Filter { record, ..Filter::default() }).await.iter().all(|e| e.record == record));
    let verb = by(Filter { verb: Some(Verb::RecordRead), ..Filter::default() }).await;
    assert!(!verb.is_empty() && verb.iter().all(|e| e.verb == "record.read"));
    let actor =
        by(Filter { actor: Some(s.tom.to_string()), verb: Some(Verb::RecordRead), ..Filter::default() })
            .await;
    assert_eq!(actor.len(), 1);
    assert!(
        by(Filter { outcome: Some(Outcome::Denied), ..Filter::default() })
            .await
            .iter()
            .all(|e| e.outcome == "denied")
    );
    let client = page.items.iter().find_map(|e| e.client);
    assert!(client.is_some() && by(Filter { client, ..Filter::default() }).await.len() >= page.items.len());
    let at = page.items[2].at;
    let since = by(Filter { matter, since: Some(at), until: then, ..Filter::default() }).await;
    let until = by(Filter { matter, until: Some(at), ..Filter::default() }).await;
    assert!(since.iter().all(|e| e.at >= at) && until.iter().all(|e| e.at < at));
    assert_eq!(since.len() + until.len(), page.items.len());
    // the matter's own pages are its team's
    assert!(matches!(matter_activity(&auditor, s.matter, None, 50).await, Err(Error::NotFound)));
    assert!(matches!(entries(&s.lead, &Filter::default(), None, 50).await, Err(Error::Refused(_))));
    // the wall beats this too: a compliance officer behind it finds nothing of the matter
    let nora = s.f.second().await;
    let vera = s.f.person(Role::ComplianceOfficer, "Vera Stone").await;
    s.bar(vera).await;
    let behind = s.f.sign_in(vera).await;
    assert!(
        entries(&behind, &Filter { matter, ..Filter::default() }, None, 200).await.unwrap().items.is_empty()
    );
    let free = s.f.sign_in(nora).await;
    assert!(
        !entries(&free, &Filter { matter, ..Filter::default() }, None, 200).await.unwrap().items.is_empty()
    );
}

#[tokio::test]
async fn a_receipt_verifies_with_its_opened_parts_and_a_flipped_byte_does_not() {
    let s = Story::new().await;
    record::read(&s.his, s.view.id).await.unwrap();
    let read = s.his.last_entry().unwrap();
    assert_eq!(receipt(&s.his, EntryRef::Id(read)).await.unwrap(), Receipt::Pending);
    assert_eq!(entry(&s.his, EntryRef::Id(read)).await.unwrap().view.state, State::Pending);
    s.f.room.sequence_all().await.unwrap();
    let full = entry(&s.his, EntryRef::Id(read)).await.unwrap();
    assert_eq!(full.view.state, State::Signed);
    let index = full.view.index.unwrap();
    assert_eq!(entry(&s.his, EntryRef::Index(index)).await.unwrap().bytes, full.bytes);

    let text = ready(&s.his, read).await;
    let keys = [VerifierKey::parse(&vkey(&s.f.room).unwrap()).unwrap()];
    let file = ReceiptFile::parse(&text).unwrap();
    assert_eq!(file.proof.extra.as_deref(), Some(full.bytes.as_slice()));
    file.proof.verify(&keys).unwrap();
    // every opened part is committed to by the entry
    let json: serde_json::Value = serde_json::from_slice(&full.bytes).unwrap();
    assert!(file.opened.iter().any(|p| p.about == s.view.id.to_string()));
    for part in &file.opened {
        let commitment = hex::encode(part.commitment());
        assert!(
            json["parts"]
                .as_array()
                .unwrap()
                .iter()
                .any(|p| p["about"] == part.about.as_str() && p["commitment"] == commitment.as_str())
        );
    }
    // no byte of the proof can change
    let proof = text.split("\n\nstrongroom-opened/v1\n").next().unwrap();
    let proof = format!("{}\n", proof.trim_end_matches('\n'));
    assert!(Proof::parse(&proof).unwrap().verify(&keys).is_ok());
    for at in (0..proof.len()).filter(|at| proof.is_char_boundary(*at) && proof.is_char_boundary(at + 1)) {
        let mut bytes = proof.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(
            Proof::parse(&changed).ok().is_none_or(|p| p.verify(&keys).is_err()),
            "byte {at} of the proof"
        );
    }
    // an entry edited in the database gets no receipt: the answer names its place
    let change = |bytes: &str| format!("UPDATE ledger_entry SET bytes = {bytes} WHERE entry_id = '{read}'");
    s.sql(
        change("CAST(replace(CAST(bytes AS TEXT), 'allowed', 'alloweD') AS BLOB)"),
        change("convert_to(replace(convert_from(bytes, 'UTF8'), 'allowed', 'alloweD'), 'UTF8')"),
    )
    .await;
    assert!(
        matches!(receipt(&s.his, EntryRef::Id(read)).await, Err(Error::Tampered { id, .. }) if id == index.to_string())
    );
}

#[tokio::test]
async fn a_seat_that_ended_leaves_ones_own_acts_and_opens_nothing() {
    let s = Story::new().await;
    record::read(&s.his, s.view.id).await.unwrap();
    let read = s.his.last_entry().unwrap();
    s.lead.perform(EndSeat { matter: s.matter, staff: s.tom }).await.unwrap();
    s.f.room.sequence_all().await.unwrap();
    let page = own_acts(&s.his, None, 200).await.unwrap();
    let line = page.items.iter().find(|e| e.id == read).unwrap();
    assert_eq!(
        (line.says.as_str(), line.matter, line.record_title.as_deref()),
        ("T. Reyes read it", None, None)
    );
    let full = entry(&s.his, EntryRef::Id(read)).await.unwrap();
    assert!(full.view.matter_name.is_none());
    assert!(full.view.opened.iter().all(|(about, _)| about.starts_with("stf_")), "{:?}", full.view.opened);
    let text = ready(&s.his, read).await;
    assert!(
        !text.contains(&format!("opened {}", s.view.id)) && !text.contains(&format!("opened {}", s.matter))
    );
}
