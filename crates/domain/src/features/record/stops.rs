//! What runs stops by the clock too: a seat that ends, a session that is idle or over its age, a token that runs
//! out. Nobody does anything at that moment, and authority does not change.

use bytes::Bytes;
use futures_util::StreamExt as _;

use crate::features::client::CreateClient;
use crate::features::firm::fixture::Fixture;
use crate::features::matter::{EndSeat, GiveSeat, OpenMatter};
use crate::features::record::{self, Content, NewRecord};
use crate::features::session::{authenticate_token, make_token};
use crate::kernel::actor::{Channel, Role};
use crate::kernel::clock::{HOUR, MINUTE, SECOND};
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Error;
use crate::kernel::id::{MatterId, RecordId, StaffId};
use crate::kernel::text::{Name, Reference};
use crate::kernel::verb::Scope;

struct Scene {
    f: Fixture,
    lead: Ctx,
    tom: StaffId,
    matter: MatterId,
    record: RecordId,
}

impl Scene {
    /// Tom may read a record of many groups of chunks.
    async fn new() -> Self {
        let f = Fixture::new().await;
        let ann = f.person(Role::Partner, "Ann Poole").await;
        let tom = f.person(Role::Associate, "Tom Reyes").await;
        let lead = f.sign_in(ann).await;
        let (name, reference) = (Name::parse("Northwind").unwrap(), Reference::parse("NW-1").unwrap());
        let new = CreateClient { name: name.clone(), reference: reference.clone() };
        let client = lead.perform(new).await.unwrap();
        let matter = lead.perform(OpenMatter { client, name, reference, lead: None }).await.unwrap();
        lead.perform(GiveSeat { matter, staff: tom, seat: "member", until: None }).await.unwrap();
        let record = add(&lead, matter, 3_000_000).await;
        Self { f, lead, tom, matter, record }
    }
}

async fn add(ctx: &Ctx, matter: MatterId, bytes: usize) -> RecordId {
    let new = NewRecord { matter: Some(matter), filename: String::from("big.bin"), ..NewRecord::default() };
    let mut incoming = record::incoming(ctx, new).await.unwrap();
    incoming.write(Bytes::from(vec![7; bytes])).await.unwrap();
    incoming.finish().await.unwrap().id
}

async fn begun(ctx: &Ctx, id: RecordId) -> Content {
    let mut content = record::content(ctx, id, None, None).await.unwrap();
    assert!(content.stream.next().await.unwrap().is_ok());
    content
}

async fn goes_on(content: &mut Content) -> bool {
    matches!(content.stream.next().await, Some(Ok(_)))
}

#[tokio::test]
async fn a_seat_that_ends_by_its_date_stops_a_running_download() {
    let s = Scene::new().await;
    let his = s.f.sign_in(s.tom).await;
    let ends = s.f.room.now() + 10 * MINUTE;
    let until = Some(ends);
    s.lead.perform(GiveSeat { matter: s.matter, staff: s.tom, seat: "member", until }).await.unwrap();
    let mut content = begun(&his, s.record).await;
    s.f.clock.set(ends - SECOND);
    assert!(goes_on(&mut content).await, "the seat holds for another second");
    s.f.clock.set(ends);
    assert!(!goes_on(&mut content).await, "the seat has ended");
}

#[tokio::test]
async fn a_session_that_runs_out_stops_a_running_download() {
    let s = Scene::new().await;
    let signed = s.f.browser(s.tom, None).await.unwrap();
    let his = s.f.with_cookie(&signed.cookie).await.unwrap();
    let begins = s.f.room.now();
    let mut content = begun(&his, s.record).await;
    s.f.clock.set(begins + HOUR - MINUTE);
    assert!(goes_on(&mut content).await);
    // what he does meanwhile in the same browser keeps the session, and the download
    s.f.with_cookie(&signed.cookie).await.unwrap();
    s.f.clock.set(begins + HOUR + MINUTE);
    assert!(goes_on(&mut content).await);
    s.f.clock.set(begins + 2 * HOUR);
    assert!(!goes_on(&mut content).await, "an hour without a request ends the session");

    // kept in use to the end of its day, it ends by its age
    let signed = s.f.browser(s.tom, None).await.unwrap();
    let begins = s.f.room.now();
    for half in 1..48 {
        s.f.clock.set(begins + half * 30 * MINUTE - MINUTE);
        s.f.with_cookie(&signed.cookie).await.unwrap();
    }
    let mut content = begun(&s.f.with_cookie(&signed.cookie).await.unwrap(), s.record).await;
    s.f.clock.set(begins + 24 * HOUR - MINUTE);
    assert!(goes_on(&mut content).await);
    s.f.clock.set(begins + 24 * HOUR);
    assert!(!goes_on(&mut content).await, "a day ends the session in any case");
}

#[tokio::test]
async fn a_token_that_expires_stops_a_running_download() {
    let s = Scene::new().await;
    let his = s.f.sign_in(s.tom).await;
    let ends = his.now() + 30 * MINUTE;
    let token = make_token(&his, Name::parse("Reader").unwrap(), vec![Scope::Read], ends).await.unwrap();
    let by_token = authenticate_token(&s.f.room, &token.text, Channel::Api, Fixture::place()).await.unwrap();
    let mut content = begun(&by_token, s.record).await;
    s.f.clock.set(ends - SECOND);
    assert!(goes_on(&mut content).await);
    s.f.clock.set(ends);
    assert!(!goes_on(&mut content).await, "the token has run out");
}

/// The files of an export are one act: what ends while one of them leaves is seen before the next. The code that
/// was fresh when it began may grow old.
#[tokio::test]
async fn an_export_stops_between_its_files_and_not_by_the_age_of_its_code() {
    let s = Scene::new().await;
    add(&s.lead, s.matter, 600_000).await;
    let ben = s.f.person(Role::Partner, "Ben Okafor").await;
    s.lead.perform(GiveSeat { matter: s.matter, staff: ben, seat: "lead", until: None }).await.unwrap();
    let his = s.f.sign_in(ben).await;
    let mut export = record::export(&his, s.matter, None).await.unwrap();
    let file = export.files.next().await.unwrap().unwrap();
    s.f.clock.advance(20 * MINUTE);
    let whole: Vec<_> = file.bytes.collect().await;
    assert!(whole.iter().all(Result::is_ok), "a step-up is asked for once, at the beginning");
    let lead = s.f.sign_in(s.lead.me().unwrap()).await;
    lead.perform(EndSeat { matter: s.matter, staff: ben }).await.unwrap();
    assert!(matches!(export.files.next().await, Some(Err(Error::NotFound))), "the seat has ended");
}

#[tokio::test]
async fn sealing_stops_a_running_download_before_its_next_group_of_chunks() {
    let s = Scene::new().await;
    let his = s.f.sign_in(s.tom).await;
    let mut content = begun(&his, s.record).await;
    // neither authority nor the clock moved
    s.f.room.vault.seal();
    assert!(matches!(content.stream.next().await, Some(Err(Error::Sealed))));
    assert!(!goes_on(&mut content).await);
}
