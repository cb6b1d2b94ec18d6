//! The plain words of an entry, its references, and which tiles are served.

use serde_json::{Map, Value, json};
use strongroom_tlog::bundle::{self as entry_bundle, BundlePath};
use strongroom_tlog::{TilePath, VerifierKey, leaf_hash};

use super::model::{Covered, EntryRef, Raw, State};
use super::own_acts;
use super::refused::of_the_firm;
use super::stories::Story;
use super::tiles::{bundle, checkpoint, tile, vkey, within};
use super::words::{says, tells_of_a_wall};
use crate::features::firm::fixture::Fixture;
use crate::features::session::sign_in_password;
use crate::kernel::actor::Role;
use crate::kernel::directory::{Directory, Known, StaffName};
use crate::kernel::error::Error;
use crate::kernel::gate::{Gate, built_in};
use crate::kernel::id::{EntryId, StaffId};
use crate::kernel::verb::Verb;

fn person(directory: &Directory, name: &str, seed: u8) -> StaffId {
    let id = StaffId::new(0, [seed; 10]);
    let name = StaffName { name: name.to_owned(), email: String::new() };
    directory.learn(vec![Known::Staff(id, name)]);
    id
}

fn raw(kind: &str, actor: &str, verb: &str, outcome: &str) -> Raw {
    Raw {
        id: EntryId::new(0, [7; 10]),
        at: 0,
        index: Some(3),
        actor_kind: kind.to_owned(),
        actor_id: actor.to_owned(),
        channel: String::from("web"),
        verb: verb.to_owned(),
        outcome: outcome.to_owned(),
        client: None,
        matter: None,
        record: None,
        bytes: b"{}".to_vec(),
    }
}

fn part(body: &Value) -> Vec<(String, Map<String, Value>)> {
    vec![(String::from("mat_x"), body.as_object().cloned().unwrap_or_default())]
}

#[test]
fn an_entry_is_said_in_plain_words() {
    let gate = Gate::new(&built_in()).unwrap();
    let directory = Directory::default();
    let marsh = person(&directory, "Eleanor Marsh", 1).to_string();
    let reyes = person(&directory, "Tom Reyes", 2).to_string();
    let nobody = StaffId::new(0, [9; 10]).to_string();
    let plain = json!({});
    let team = json!({ "rules": ["only-the-team-opens"] });
    let wall = json!({ "rules": ["only-the-team-opens", "wall-bars"] });
    let unworded = json!({ "rules": ["watchers-list-the-ledger"] });
    let seat = json!({ "staff": reyes, "seat": "member" });
    let table = [
        ("person", marsh.as_str(), "record.read", "allowed", &plain, "E. Marsh read it"),
        ("token", marsh.as_str(), "record.download", "allowed", &plain, "E. Marsh downloaded it"),
        ("person", reyes.as_str(), "record.read", "denied", &plain, "T. Reyes was refused reading it"),
        (
            "person",
            reyes.as_str(),
            "record.read",
            "denied",
            &team,
            "T. Reyes was refused reading it: not on the team",
        ),
        (
            "person",
            reyes.as_str(),
            "session.sign_in",
            "failed",
            &plain,
            "T. Reyes tried signing in, which failed",
        ),
        (
            "person",
            marsh.as_str(),
            "seat.give",
            "allowed",
            &seat,
            "E. Marsh gave T. Reyes the seat of a member",
        ),
        ("person", marsh.as_str(), "seat.give", "allowed", &plain, "E. Marsh gave a seat"),
        ("person", marsh.as_str(), "seat.end", "allowed", &seat, "E. Marsh ended the seat of T. Reyes"),
        ("system", "sequencer", "ledger.time", "allowed", &plain, "The system wrote down the time"),
        (
            "operator",
            "root",
            "system.unseal",
            "allowed",
            &plain,
            "The operator (root) unsealed the strongroom",
        ),
        (
            "anonymous",
            "anonymous",
            "session.sign_in",
            "failed",
            &plain,
            "A stranger tried signing in, which failed",
        ),
        ("person", nobody.as_str(), "record.read", "allowed", &plain, "Someone read it"),
        ("person", marsh.as_str(), "hold.place", "allowed", &plain, "E. Marsh: hold.place"),
    ];
    for (kind, actor, verb, outcome, body, expected) in table {
        assert_eq!(says(&gate, &directory, &raw(kind, actor, verb, outcome), &part(body)), expected);
    }
    // a rule without words of its own is said as its file says it
    let said = says(&gate, &directory, &raw("person", &reyes, "record.read", "denied"), &part(&unworded));
    assert!(said.ends_with(": Auditors and compliance officers see every entry, by ids only."), "{said}");
    assert!(tells_of_a_wall(wall.as_object().unwrap()));
    assert!(!tells_of_a_wall(team.as_object().unwrap()));
}

#[test]
fn a_wall_is_what_is_said_where_it_may_be_known() {
    let gate = Gate::new(&built_in()).unwrap();
    let directory = Directory::default();
    let reyes = person(&directory, "Tom Reyes", 2).to_string();
    for (rule, why) in
        [("wall-bars", "barred by a wall"), ("wall-admits-others", "a wall admits others only")]
    {
        // the rules stand in the order of their names; a wall is the reason before any other
        let body = json!({ "rules": ["only-the-team-opens", "token-scope", rule] });
        let said = says(&gate, &directory, &raw("person", &reyes, "record.read", "denied"), &part(&body));
        assert_eq!(said, format!("T. Reyes was refused reading it: {why}"));
    }
}

#[test]
fn every_verb_has_words_and_every_refusing_rule_a_reason() {
    let gate = Gate::new(&built_in()).unwrap();
    let directory = Directory::default();
    for verb in Verb::ALL {
        for outcome in ["allowed", "denied", "failed"] {
            let said = says(&gate, &directory, &raw("system", "checker", verb.word(), outcome), &[]);
            assert!(said.starts_with("The system ") && !said.contains('_'), "{said}");
        }
    }
    for rule in gate.rules() {
        let body = json!({ "rules": [rule.rule] });
        let said = says(&gate, &directory, &raw("system", "checker", "record.read", "denied"), &part(&body));
        assert!(said.contains(": "), "{} has no words", rule.rule);
    }
}

#[test]
fn an_entry_is_named_by_id_or_index_in_one_spelling_each() {
    let id = EntryId::new(1_700_000_000_000_000, [3; 10]);
    assert_eq!(EntryRef::parse(&id.to_string()), Some(EntryRef::Id(id)));
    assert_eq!(EntryRef::parse("0"), Some(EntryRef::Index(0)));
    assert_eq!(EntryRef::parse("412"), Some(EntryRef::Index(412)));
    for wrong in
        ["", "007", "+1", "-1", " 1", "1 ", "ent_", "mat_00000000000000000000000000", "18446744073709551616"]
    {
        assert_eq!(EntryRef::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn an_entry_is_signed_when_the_checkpoint_covers_it() {
    let mut entry = raw("system", "sequencer", "ledger.time", "allowed");
    assert_eq!(entry.state(Covered { signed: 3, witnessed: 0 }), State::Pending);
    assert_eq!(entry.state(Covered { signed: 4, witnessed: 3 }), State::Signed);
    assert_eq!(entry.state(Covered { signed: 5, witnessed: 4 }), State::Witnessed);
    entry.index = None;
    assert_eq!(entry.state(Covered { signed: 4, witnessed: 4 }), State::Pending);
}

#[test]
fn only_tiles_of_the_signed_tree_are_served() {
    let at = |level, index, width| TilePath { level, index, width };
    assert!(within(at(0, 0, 255), 300));
    assert!(within(at(0, 0, 256), 300));
    assert!(within(at(0, 1, 44), 300));
    assert!(within(at(0, 1, 1), 300));
    assert!(!within(at(0, 1, 45), 300));
    assert!(!within(at(0, 2, 1), 300));
    assert!(within(at(1, 0, 1), 300));
    assert!(!within(at(1, 0, 2), 300));
    assert!(!within(at(63, 0, 1), u64::MAX));
    assert!(!within(at(0, u64::MAX, 1), u64::MAX));
    assert!(!within(at(0, 0, 0), 300));
}

#[test]
fn only_verbs_without_a_thing_are_of_the_firm() {
    for verb in Verb::ALL.iter().filter(|v| of_the_firm(**v)) {
        let of_a_thing = ["record.", "seat.", "label.", "folder.", "upload.", "team."];
        assert!(!of_a_thing.iter().any(|p| verb.word().starts_with(p)), "{}", verb.word());
        assert!(!verb.word().ends_with(".see") && !verb.word().ends_with(".rename"), "{}", verb.word());
    }
}

#[tokio::test]
async fn anyone_can_fetch_what_verifies_the_log_while_it_is_sealed_too() {
    let s = Story::new().await;
    let room = &s.f.room;
    let key = vkey(room).unwrap();
    let odo = s.f.person(Role::Auditor, "Odo Lister").await;
    let auditor = s.f.sign_in(odo).await;
    let officer = s.f.sign_in(s.f.second().await).await;
    room.sequence_all().await.unwrap();
    let size = room.ledger_head().await.unwrap().signed_size;
    let path = BundlePath::of_entry(0, size).unwrap();
    let bytes = bundle(&auditor, path).await.unwrap();
    let found = entry_bundle::parse(&bytes, path.width).unwrap();
    let hashes = tile(room, path.tile()).await.unwrap();
    for (entry, hash) in found.iter().zip(hashes.chunks(32)) {
        assert_eq!(leaf_hash(entry), hash);
    }
    for other in [&s.lead, &officer] {
        assert!(matches!(bundle(other, path).await, Err(Error::Refused(_))), "a copy is the auditor's");
    }
    let beyond = TilePath { level: 0, index: size / 256, width: u16::try_from(size % 256 + 1).unwrap() };
    assert!(matches!(tile(room, beyond).await, Err(Error::NotFound)));
    room.vault.seal();
    assert!(matches!(vkey(room), Err(Error::Sealed)));
    assert_eq!(tile(room, path.tile()).await.unwrap(), hashes);
    let note = strongroom_tlog::Note::parse(checkpoint(room).await.unwrap().as_bytes()).unwrap();
    let keys = [VerifierKey::parse(&key).unwrap()];
    assert_eq!(strongroom_tlog::Checkpoint::open(&note, &keys).unwrap().checkpoint.size, size);
}

#[tokio::test]
async fn who_came_in_did_it_and_a_stranger_who_failed_did_not() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Associate, "Ann Poole").await;
    let (stranger, email) = (f.anonymous_from("192.0.2.66"), f.secrets(ann).email);
    sign_in_password(&stranger, &email, "not her password", None).await.unwrap_err();
    let ctx = f.sign_in(ann).await;
    let acts = own_acts(&ctx, None, 50).await.unwrap();
    let came_in: Vec<_> =
        acts.items.iter().filter(|e| e.verb != "session.list").map(|e| e.verb.as_str()).collect();
    assert_eq!(
        came_in,
        ["session.sign_in", "staff.enrol"],
        "each once, newest first, and no stranger's guess"
    );
    assert!(acts.items.iter().all(|e| e.actor.id == ann.to_string() && e.actor.kind == "person"));
}

#[tokio::test]
async fn who_knows_a_matter_and_may_not_open_it_reads_no_title_in_their_own_refusals() {
    let s = Story::new().await;
    let rita = s.f.person(Role::RecordsManager, "Rita Calloway").await;
    let hers = s.f.sign_in(rita).await;
    let refused = crate::features::record::read(&hers, s.view.id).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "she knows that it is there");
    let page = own_acts(&hers, None, 50).await.unwrap();
    let line = page.items.iter().find(|e| e.verb == "record.read").unwrap();
    assert_eq!((line.record, line.record_title.as_deref()), (Some(s.view.id), None));
    assert!(!format!("{:?}", line.opened).contains("deed"), "{:?}", line.opened);
}
