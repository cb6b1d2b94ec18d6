//! G8, G9 and the cost of growth: a firm with many matters, records and entries, made in memory-backed storage by the
//! operations that everyone uses.

use std::time::Instant;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hyper::Request;
use rusqlite::{Connection, OpenFlags};
use strongroom_domain::Ctx;
use strongroom_domain::features::client::CreateClient;
use strongroom_domain::features::matter::{OpenMatter, matter, matters};
use strongroom_domain::features::record::{self, NewRecord};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{ClientId, MatterId, StaffId};
use strongroom_domain::kernel::text::{Name, Reference};
use strongroom_testkit::{KEY_FILE, Person, TestFirm};

use super::transfer::form;
use crate::Size;
use crate::load::{Talk, full};
use crate::report::{Goal, Line, Spread, short};
use crate::served::{Served, some_minutes_ago};

/// A firm in memory-backed storage, with one matter.
async fn firm() -> (TestFirm, Person, ClientId, MatterId) {
    let place = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
    let made = TestFirm::made(place, some_minutes_ago(), |_| ()).await;
    let ann = made.person("Ann Marsh", Role::Partner).await;
    let (client, matter) = made.matter(&ann, "Share purchase dispute").await;
    (made, ann, client, matter)
}

async fn record(ctx: &Ctx, matter: MatterId, n: usize) {
    let filename = format!("letter {n}.txt");
    let new = NewRecord { matter: Some(matter), filename, ..NewRecord::default() };
    let mut incoming = record::incoming(ctx, new).await.expect("begun");
    incoming.write(Bytes::from(format!("letter number {n}"))).await.expect("written");
    incoming.finish().await.expect("filed");
}

/// So many records of one matter, and so many entries.
async fn grow(firm: &TestFirm, ctx: &Ctx, matter_id: MatterId, records: usize, entries: usize) {
    for begin in (0..records).step_by(10_000) {
        let some = stream::iter(begin..records.min(begin + 10_000));
        some.for_each_concurrent(8, |n| record(ctx, matter_id, n)).await;
        firm.room.sequence_all().await.expect("signed");
    }
    loop {
        let size = firm.room.ledger_head().await.expect("a head").size as usize;
        if size >= entries {
            return;
        }
        let more = (entries - size).min(20_000);
        stream::iter(0..more)
            .for_each_concurrent(64, async |_| drop(matter(ctx, matter_id).await.expect("read")))
            .await;
        firm.room.sequence_all().await.expect("signed");
    }
}

/// Lets the firm go, and serves it without TLS.
async fn served(firm: &TestFirm, token: &str) -> Served {
    let text = format!(
        "[server]\nlisten = [\"127.0.0.1:0\"]\n[storage]\ndatabase = {:?}\n[unseal]\nkey_file = \"seal.key\"\n[log]\nformat = \"json\"\n",
        firm.database
    );
    std::fs::write(firm.folder.join("strongroom.toml"), text).expect("written");
    std::fs::write(firm.folder.join("seal.key"), KEY_FILE).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(firm.folder.join("seal.key"), mode).expect("a mode");
    Served::start(&firm.folder, None, token).await
}

/// The median of a request, in milliseconds.
async fn median(talk: &mut Talk, path: &str) -> f64 {
    let mut all = Spread::default();
    for _ in 0..40 {
        let begun = Instant::now();
        talk.get(path).await;
        all.add(begun.elapsed().as_secs_f64() * 1e3);
    }
    all.median()
}

/// What a user waits for, by its name; in milliseconds.
async fn waits(served: &Served, matter: MatterId) -> Vec<(&'static str, f64)> {
    let mut talk = served.target.talk().await;
    let path = format!("/api/v1/matters/{matter}/records");
    let listed = talk.json(Request::get(format!("{path}?limit=50")), full("")).await;
    let id = listed["items"][0]["id"].as_str().expect("a record").to_owned();
    let mut all = vec![
        ("a page of 50 records", median(&mut talk, &format!("{path}?limit=50")).await),
        ("a record", median(&mut talk, &format!("/api/v1/records/{id}")).await),
        ("a small content", median(&mut talk, &format!("/api/v1/records/{id}/content")).await),
        ("a matter", median(&mut talk, &format!("/api/v1/matters/{matter}")).await),
        ("a matter's activity", median(&mut talk, &format!("/api/v1/matters/{matter}/activity")).await),
    ];
    let mut adding = Spread::default();
    for n in 0..40 {
        let kind = Request::post(&path).header("content-type", "multipart/form-data; boundary=b0undary7f2c");
        let bytes = Bytes::from(format!("{:?} {n}", Instant::now()));
        let begun = Instant::now();
        talk.json(kind, form("late.txt", std::iter::once(bytes))).await;
        adding.add(begun.elapsed().as_secs_f64() * 1e3);
    }
    all.push(("adding a record", adding.median()));
    all
}

/// G9, and how what users wait for grows with the whole.
pub async fn start(size: Size) -> Vec<Line> {
    let (mut lines, mut first) = (Vec::new(), Vec::new());
    for records in size.grown.iter().copied() {
        let (made, ann, _, matter) = firm().await;
        let ctx = ann.ctx(&made).await;
        let begun = Instant::now();
        // ten entries a record, as in a firm that reads more than it writes; a million at the most
        let entries = (records * 10).min(1_000_000).max(records);
        grow(&made, &ctx, matter, records, entries).await;
        eprintln!("   grown to {records} records and {entries} entries in {:?}", begun.elapsed());
        drop(ctx);
        // as each minute of service does
        made.room.write_time().await.expect("written");
        made.room.sequence_all().await.expect("signed");
        made.hand_over().await;
        let mut ready = Spread::default();
        for _ in 0..size.rounds {
            let served = served(&made, &ann.token).await;
            ready.add(served.ready_after.as_secs_f64());
            served.stop();
        }
        let what = format!("start to ready, {records} records, {entries} entries");
        lines.push(Line::alone(what, "s", ready, Some(Goal::AtMost(0.3))));
        let served = served(&made, &ann.token).await;
        let all = waits(&served, matter).await;
        served.stop();
        if first.is_empty() {
            first = all;
            continue;
        }
        for ((what, now), (_, then)) in all.into_iter().zip(&first) {
            lines.push(Line::against(
                format!("{what}, among {records}"),
                "ms",
                (Spread::of(now), "among the fewest", Spread::of(*then)),
                Some(Goal::AtMost(1.5)),
            ));
        }
    }
    lines
}

const BY_SEATS: &str = "SELECT m.matter_id FROM seat s JOIN matter m ON m.matter_id = s.matter_id \
    WHERE s.staff_id = ? AND s.until IS NULL ORDER BY m.opened_at DESC LIMIT 50";
const BY_DATE: &str = "SELECT m.matter_id FROM matter m WHERE EXISTS (SELECT 1 FROM seat s WHERE s.matter_id = m.matter_id \
    AND s.staff_id = ? AND s.until IS NULL) ORDER BY m.opened_at DESC LIMIT 50";

/// The better of the two raw plans, in milliseconds.
fn raw(database: &str, staff: StaffId) -> f64 {
    let connection =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let mut best = f64::MAX;
    for sql in [BY_SEATS, BY_DATE] {
        let mut all = Spread::default();
        for _ in 0..9 {
            let begun = Instant::now();
            let mut statement = connection.prepare_cached(sql).expect("a statement");
            let rows = statement.query_map([staff.to_string()], |row| row.get::<_, String>(0)).expect("rows");
            assert!(rows.collect::<Result<Vec<_>, _>>().expect("rows").len() <= 50);
            all.add(begun.elapsed().as_secs_f64() * 1e3);
        }
        best = best.min(all.median());
    }
    best
}

/// G8.
pub async fn lists(size: Size) -> Vec<Line> {
    let (made, ann, mut client, _) = firm().await;
    let shares = [(1, "Bea Lund"), (10, "Cai Roth"), (100, "Dan Vik")];
    let mut people = Vec::new();
    for (permille, name) in shares {
        people.push((permille, made.person(name, Role::Partner).await));
    }
    let ctx = ann.ctx(&made).await;
    let begun = Instant::now();
    let all = size.matters;
    for n in 0..all {
        let mine = |permille: usize| n % (1000 / permille) == 500 / permille;
        let lead = people.iter().find(|(permille, _)| mine(*permille)).map(|(_, person)| person.id);
        if n % 20 == 0 {
            let new = CreateClient {
                name: Name::parse(&format!("Client {n}")).expect("a name"),
                reference: Reference::parse(&format!("C-{n}")).expect("a reference"),
            };
            client = ctx.perform(new).await.expect("taken on");
        }
        let open = OpenMatter {
            client,
            name: Name::parse(&format!("Matter {:06} of many", n * 7919 % 1_000_003)).expect("a name"),
            reference: Reference::parse(&format!("M-{n}")).expect("a reference"),
            lead,
        };
        ctx.perform(open).await.expect("opened");
        if n % 1000 == 0 {
            made.room.sequence_all().await.expect("signed");
        }
    }
    eprintln!("   {all} matters in {:?}", begun.elapsed());
    let mut lines = Vec::new();
    people.push((1000, ann.clone()));
    for (permille, person) in people {
        let ctx = person.ctx(&made).await;
        let (mut each, mut slow) = (Spread::default(), Vec::new());
        for _ in 0..60 {
            let begun = Instant::now();
            let (page, _) = matters(&ctx, "", None, None, 50).await.expect("a page");
            assert!(!page.is_empty());
            slow.push(begun.elapsed().as_secs_f64() * 1e3);
            each.add(begun.elapsed().as_secs_f64() * 1e3);
        }
        slow.sort_by(f64::total_cmp);
        let p99 = slow[slow.len() * 99 / 100];
        let theirs = Spread::of(raw(&made.database, person.id));
        let what = format!("a page of 50 among {all} matters, for who sees {} %", permille as f64 / 10.0);
        lines.push(
            Line::against(what, "ms", (each, "raw SQL", theirs), Some(Goal::AtMost(2.0)))
                .with(format!("p99 {} ms (goal 15)", short(p99))),
        );
    }
    lines
}
