//! Lives the story through the real operations: people enrol, sign in, step up, act and are refused, each with
//! a session of their own and at the hour that the story says. No row is written here, no gate is passed by.
//!
//! What must hold: whatever the story says happens is allowed by the rules and happens; whatever it says is
//! refused is refused. Else the making of the firm fails, and says at which event.

mod acts;
mod people;
mod refused;

use std::collections::BTreeMap;
use std::sync::Arc;

use strongroom_domain::kernel::clock::{DAY, Micros, SECOND, SetClock};
use strongroom_domain::kernel::id::{ClientId, GroupId, MatterId, RecordId, StaffId};
use strongroom_domain::{Error, Strongroom};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::cast::{ClientKey, Firm, GroupKey, MatterKey, PersonKey, who};
use crate::papers::{Paper, paper};
use crate::story::{Act, Event, RecordKey, Story};

/// What the making needs.
pub struct Making<'a> {
    /// A firm that was set up a moment ago, unsealed, with the clock below.
    pub room: Arc<Strongroom>,
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// The first administrator's enrolment link.
    pub first_link: &'a str,
    /// Told before each day: the day's offset, events done, events in all.
    pub progress: &'a mut (dyn FnMut(i64, usize, usize) + Send),
}

/// A person who can sign in.
pub struct Account {
    /// Who, in the cast.
    pub key: PersonKey,
    /// Who, in the firm.
    pub staff: StaffId,
    /// The password.
    pub password: Zeroizing<String>,
    /// The authenticator's secret in base32.
    pub totp_secret: Zeroizing<String>,
    /// What a browser of theirs is known again by.
    pub device: Option<String>,
    /// The last step of thirty seconds whose code they used.
    pub last_step: i64,
}

/// The story and the system disagree.
#[derive(Debug, thiserror::Error)]
#[error("event {number} of the story ({what}) did not go as told")]
pub struct Astray {
    /// Which event, from 0.
    pub number: usize,
    /// What it is.
    pub what: String,
    /// What the system said.
    #[source]
    pub cause: Error,
}

/// Makes the firm live its story; its people at the end.
///
/// # Errors
/// The story and the system disagree; storage.
pub async fn live<'a>(making: Making<'a>, firm: &'a Firm, story: &Story) -> Result<Vec<Account>, Astray> {
    let events = in_order(story);
    let mut papers = write_papers(firm, &events);
    let mut driver = Driver::new(making, firm);
    let outcome = driver.all(&events, &mut papers).await;
    outcome.map_err(|(number, cause)| {
        let event = events.get(number);
        let what = event.map_or_else(String::new, |e| format!("{:?} by {:?}", e.act, e.who));
        Astray { number, what, cause }
    })?;
    Ok(driver.accounts.into_values().collect())
}

/// The events with those changes of order that the rules ask for: the second person enrols first, and a contact
/// is invited when their client is there.
fn in_order(story: &Story) -> Vec<Event> {
    let mut events = story.events.clone();
    let invites =
        |event: &Event, key: PersonKey| matches!(event.act, Act::InviteStaff { person, .. } if person == key);
    if let (Some(first), Some(second)) = (
        events.iter().position(|e| matches!(e.act, Act::InviteStaff { .. })),
        events.iter().position(|e| invites(e, who::FELD)),
    ) {
        swap_acts(&mut events, first, second);
    }
    if let Some(contact) = events.iter().position(|e| invites(e, who::NAIR)) {
        let client = ClientKey(0);
        let entered =
            events.iter().position(|e| matches!(e.act, Act::CreateClient { client: c } if c == client));
        if let Some(entered) = entered.filter(|entered| *entered > contact) {
            let mut event = events.remove(contact);
            if let Some(after) = events.get(entered - 1) {
                (event.at_day_offset, event.seconds) = (after.at_day_offset, after.seconds + 5);
            }
            events.insert(entered, event);
        }
    }
    events
}

fn swap_acts(events: &mut [Event], a: usize, b: usize) {
    let (Some(first), Some(second)) = (events.get(a).cloned(), events.get(b).cloned()) else { return };
    if let Some(event) = events.get_mut(a) {
        (event.who, event.act) = (second.who, second.act);
    }
    if let Some(event) = events.get_mut(b) {
        (event.who, event.act) = (first.who, first.act);
    }
}

/// The papers in the order of the events that file them, made on another thread while the system works.
fn write_papers(firm: &Firm, events: &[Event]) -> mpsc::Receiver<Paper> {
    let (sender, receiver) = mpsc::channel(16);
    let firm = firm.clone();
    let plans: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.act {
            Act::AddRecord { plan, .. } | Act::AddVersion { plan, .. } => Some(plan.clone()),
            _ => None,
        })
        .collect();
    tokio::task::spawn_blocking(move || {
        for plan in plans {
            if sender.blocking_send(paper(&plan, &firm)).is_err() {
                return;
            }
        }
    });
    receiver
}

struct Driver<'a> {
    making: Making<'a>,
    firm: &'a Firm,
    accounts: BTreeMap<PersonKey, Account>,
    signed_in: BTreeMap<PersonKey, people::SignedIn>,
    clients: BTreeMap<ClientKey, ClientId>,
    matters: BTreeMap<MatterKey, MatterId>,
    groups: BTreeMap<GroupKey, GroupId>,
    records: BTreeMap<RecordKey, RecordId>,
    wrong: usize,
}

impl<'a> Driver<'a> {
    fn new(making: Making<'a>, firm: &'a Firm) -> Self {
        Self {
            making,
            firm,
            accounts: BTreeMap::new(),
            signed_in: BTreeMap::new(),
            clients: BTreeMap::new(),
            matters: BTreeMap::new(),
            groups: BTreeMap::new(),
            records: BTreeMap::new(),
            wrong: 0,
        }
    }

    async fn all(
        &mut self,
        events: &[Event],
        papers: &mut mpsc::Receiver<Paper>,
    ) -> Result<(), (usize, Error)> {
        let Some(first) = events.first() else { return Ok(()) };
        self.turn_to(self.when(first) - 900 * SECOND);
        let link = self.making.first_link.to_owned();
        self.enrol(who::JENSEN, &link).await.map_err(|e| (0, e))?;
        let mut day = i64::MIN;
        for (number, event) in events.iter().enumerate() {
            if event.at_day_offset != day {
                day = event.at_day_offset;
                (self.making.progress)(day, number, events.len());
                self.sign_ledger().await.map_err(|e| (number, e))?;
            }
            self.turn_to(self.when(event));
            self.one(event, papers).await.map_err(|e| (number, e))?;
        }
        (self.making.progress)(0, events.len(), events.len());
        self.sign_ledger().await.map_err(|e| (events.len(), e))
    }

    /// The sequencer's work, by the story's clock.
    async fn sign_ledger(&mut self) -> Result<(), Error> {
        self.making.room.write_time().await?;
        self.making.room.sequence_all().await
    }

    fn when(&self, event: &Event) -> Micros {
        (self.firm.today + event.at_day_offset) * DAY + i64::from(event.seconds) * SECOND
    }

    fn now(&self) -> Micros {
        self.making.room.now()
    }

    /// The clock never goes back: the ledger is in the order of time.
    fn turn_to(&self, at: Micros) {
        self.making.clock.set(at.max(self.now() + 1));
    }

    /// A moment later, so that what one event does stands in its order.
    fn tick(&self) {
        self.making.clock.advance(37_000 + i64::from(self.making.room.random::<1>()[0]) * 11);
    }

    async fn next_paper(&self, papers: &mut mpsc::Receiver<Paper>) -> Result<Paper, Error> {
        papers.recv().await.ok_or_else(|| Error::Internal(String::from("there are too few papers")))
    }

    fn client(&self, key: ClientKey) -> Result<ClientId, Error> {
        self.clients.get(&key).copied().ok_or_else(|| missing("client", key.0.into()))
    }

    fn matter(&self, key: MatterKey) -> Result<MatterId, Error> {
        self.matters.get(&key).copied().ok_or_else(|| missing("matter", key.0.into()))
    }

    fn group(&self, key: GroupKey) -> Result<GroupId, Error> {
        self.groups.get(&key).copied().ok_or_else(|| missing("group", key.0.into()))
    }

    fn record(&self, key: RecordKey) -> Result<RecordId, Error> {
        self.records.get(&key).copied().ok_or_else(|| missing("record", key.0))
    }

    fn staff(&self, key: PersonKey) -> Result<StaffId, Error> {
        self.accounts.get(&key).map(|a| a.staff).ok_or_else(|| missing("person", key.0.into()))
    }
}

/// The story speaks of something that is not there yet.
fn missing(what: &str, number: u32) -> Error {
    Error::Internal(format!("{what} {number} is not there yet"))
}
