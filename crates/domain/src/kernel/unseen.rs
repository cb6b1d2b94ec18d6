//! What may not be known, and what a permit does not open.

use super::id::{ClientId, EntryId, MatterId, RecordId, WallId};
use super::permit::Permit;
use super::reader::ASKED;
use super::target::Target;
use super::vault::KeyOf;
use super::verb::Verb;
use crate::features::client::{self, CreateClient};
use crate::features::firm::fixture::Fixture;
use crate::features::ledger;
use crate::features::matter::{self, OpenMatter};
use crate::features::record::{self, NewRecord, incoming};
use crate::features::wall::{self, MakeWall, WallKind, WallSpec};
use crate::kernel::actor::Role;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::text::{Name, Reason, Reference};

/// A matter with a record and a wall that bars Uma, who asks.
struct Hidden {
    _f: Fixture,
    hers: Ctx,
    client: ClientId,
    matter: MatterId,
    record: RecordId,
    wall: WallId,
}

impl Hidden {
    async fn new() -> Self {
        let f = Fixture::new().await;
        let ann = f.person(Role::Partner, "Ann Poole").await;
        let uma = f.person(Role::Associate, "Uma Outside").await;
        let lead = f.sign_in(ann).await;
        let (name, reference) = (Name::parse("Northwind").unwrap(), Reference::parse("NW-1").unwrap());
        let new = CreateClient { name: name.clone(), reference: reference.clone() };
        let client = lead.perform(new).await.unwrap();
        let matter = lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap();
        let new =
            NewRecord { matter: Some(matter), filename: String::from("deed.txt"), ..NewRecord::default() };
        let record = incoming(&lead, new).await.unwrap().finish().await.unwrap().id;
        let spec = WallSpec {
            name: Name::parse("Earlier retainer").unwrap(),
            reason: Reason::parse("She acted for the other side.").unwrap(),
            kind: WallKind::Bars,
            clients: Vec::new(),
            matters: vec![matter],
            staff: vec![uma],
            groups: Vec::new(),
        };
        let wall = f.sign_in(f.second().await).await.perform(MakeWall { spec }).await.unwrap();
        let hers = f.sign_in(uma).await;
        Self { _f: f, hers, client, matter, record, wall }
    }

    /// How much was asked for until the answer "not found".
    async fn work<T>(&self, what: &str, look: impl Future<Output = Result<T>>) -> u64 {
        let before = ASKED.get();
        assert!(matches!(look.await, Err(Error::NotFound)), "{what}");
        ASKED.get() - before
    }
}

/// An id that is hidden and one that names nothing are answered alike; here it is held that the same statements
/// and decisions are asked for both, so that the time it takes tells nothing either. Ids before, between and after
/// the real ones are tried.
#[tokio::test]
async fn what_is_hidden_and_what_is_not_there_take_the_same_path() {
    let h = Hidden::new().await;
    for at in [1_000, h.hers.now(), h.hers.now() * 2] {
        for (verb, hidden, missing) in [
            (Verb::ClientSee, Target::Client(h.client), Target::Client(ClientId::new(at, [3; 10]))),
            (Verb::MatterSee, Target::Matter(h.matter), Target::Matter(MatterId::new(at, [3; 10]))),
            (Verb::RecordList, Target::Matter(h.matter), Target::Matter(MatterId::new(at, [3; 10]))),
            (Verb::RecordDownload, Target::Record(h.record), Target::Record(RecordId::new(at, [3; 10]))),
            (Verb::WallSee, Target::Wall(h.wall), Target::Wall(WallId::new(at, [3; 10]))),
        ] {
            let what = format!("{} {missing:?}", verb.word());
            let one = h.work(&what, h.hers.permit(verb, &hidden)).await;
            assert_eq!(one, h.work(&what, h.hers.permit(verb, &missing)).await, "{what}");
        }
    }
}

/// The same of whole looks, as pages and API ask for them: what hangs on a hidden thing is not looked up before the
/// gate has answered.
macro_rules! alike {
    ($h:ident, $look:path, $hidden:expr, $missing:expr $(, $more:expr)*) => {
        let what = stringify!($look);
        let one = $h.work(what, $look(&$h.hers, $hidden $(, $more)*)).await;
        assert_eq!(one, $h.work(what, $look(&$h.hers, $missing $(, $more)*)).await, "{what}");
    };
}

#[tokio::test]
async fn a_look_at_a_hidden_matter_costs_what_a_look_at_none_costs() {
    let h = Hidden::new().await;
    let (client, matter) = (ClientId::new(1_000, [3; 10]), MatterId::new(1_000, [3; 10]));
    alike!(h, client::client, h.client, client);
    alike!(h, matter::matter, h.matter, matter);
    alike!(h, matter::team, h.matter, matter);
    alike!(h, record::list, h.matter, matter, None, None, 50);
}

#[tokio::test]
async fn a_look_at_a_hidden_record_costs_what_a_look_at_none_costs() {
    let h = Hidden::new().await;
    let record = RecordId::new(1_000, [3; 10]);
    alike!(h, record::read, h.record, record);
    alike!(h, record::content, h.record, record, None, None);
    alike!(h, ledger::record_activity, h.record, record, None, 50);
}

#[tokio::test]
async fn a_look_at_a_hidden_wall_costs_what_a_look_at_none_costs() {
    let h = Hidden::new().await;
    let (wall, matter) = (WallId::new(1_000, [3; 10]), MatterId::new(1_000, [3; 10]));
    alike!(h, wall::wall, h.wall, wall);
    alike!(h, wall::wall_with_changes, h.wall, wall);
    alike!(h, record::export, h.matter, matter, None);
    alike!(h, ledger::matter_activity, h.matter, matter, None, 50);
}

#[test]
fn a_permit_opens_what_it_names_and_no_other_kind_of_key() {
    let matter = MatterId::new(1_000, [1; 10]).any();
    let record = RecordId::new(1_000, [2; 10]).any();
    let client = ClientId::new(1_000, [3; 10]).any();
    let entry = EntryId::new(1_000, [4; 10]);
    let of_record = KeyOf::Record { matter: 1, record: 2 };
    let permit = Permit::over(Verb::RecordRead, entry, [record.clone()]);
    assert!(permit.covers(&record, of_record));
    let others = [(&matter, KeyOf::Matter(1)), (&client, KeyOf::Client(1)), (&matter, of_record)];
    assert!(others.iter().all(|(thing, of)| !permit.covers(thing, *of)), "it names the record alone");
    let wrong = [KeyOf::Matter(1), KeyOf::Client(1)];
    assert!(
        wrong.iter().all(|of| !permit.covers(&record, *of)),
        "a record's permit opens no matter and no client"
    );
    let whole = Permit::whole_matter(Verb::MatterExport, entry, matter.clone(), 1);
    assert!(whole.covers(&matter, KeyOf::Matter(1)) && whole.covers(&record, of_record));
    assert!(!whole.covers(&record, KeyOf::Record { matter: 2, record: 2 }), "another matter's record");
    assert!(!whole.covers(&matter, KeyOf::System));
    let names = Permit::names(Verb::DirectoryBuild, entry);
    assert!(names.covers(&matter, KeyOf::Matter(1)) && !names.covers(&record, of_record));
}
