//! Ninety days of the firm's life, as events in the order of time.

mod daily;
mod planned;

use crate::cast::{ClientKey, Firm, GroupKey, Matter, MatterKey, PersonKey, Seat, SeatKind, WallKey};
use crate::papers::{Labels, PaperPlan};
use crate::rng::Rng;

/// Names a record of the story, in the order in which they are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(pub u32);

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// An administrator invites a person; somebody who is no administrator agrees.
    InviteStaff { person: PersonKey, seconded_by: PersonKey },
    /// An administrator makes a group; somebody who is no administrator agrees.
    MakeGroup { group: GroupKey, seconded_by: PersonKey },
    /// Enters a client.
    CreateClient { client: ClientKey },
    /// Opens a matter; its lead takes the seat.
    OpenMatter { matter: MatterKey, lead: PersonKey },
    /// Makes a folder.
    MakeFolder { matter: MatterKey, folder: &'static str },
    /// Gives a seat; `until` is a day offset still to come.
    GiveSeat { matter: MatterKey, person: PersonKey, seat: SeatKind, until: Option<i64> },
    /// Ends a seat.
    EndSeat { matter: MatterKey, person: PersonKey },
    /// Makes a wall.
    MakeWall { wall: WallKey },
    /// Adds a record.
    AddRecord { record: RecordKey, matter: MatterKey, plan: PaperPlan, folder: &'static str, labels: Labels },
    /// Adds a version of a record.
    AddVersion { record: RecordKey, plan: PaperPlan },
    /// Raises the labels of a record.
    RaiseLabel { record: RecordKey, labels: Labels },
    /// Lowers the labels of a record, with a reason.
    LowerLabel { record: RecordKey, labels: Labels, reason: &'static str },
    /// Gives a record another title.
    RenameRecord { record: RecordKey, title: String },
    /// Puts a record in another folder of its matter.
    MoveToFolder { record: RecordKey, folder: &'static str },
    /// Opens the details of a record.
    ReadRecord { record: RecordKey },
    /// Looks at a record beside the list.
    PreviewRecord { record: RecordKey },
    /// Takes a record away.
    DownloadRecord { record: RecordKey },
    /// Lists the records of a matter.
    ListMatter { matter: MatterKey },
    /// Looks at who did what: everywhere, or in one matter.
    ReadActivity { matter: Option<MatterKey> },
    /// Asks why somebody may or may not open a matter.
    Explain { person: PersonKey, matter: MatterKey },
    /// Signs in.
    SignIn,
    /// Types a wrong password or code.
    SignInFails,
    /// Closes a matter.
    CloseMatter { matter: MatterKey },
    /// Exports a matter (stepped up).
    ExportMatter { matter: MatterKey },
    /// Tries what is not allowed, and is refused.
    TryRefused { attempt: Attempt, why: Why },
}

/// What somebody tried in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To open a record.
    ReadRecord(RecordKey),
    /// To take a record away.
    DownloadRecord(RecordKey),
    /// To list a matter.
    ListMatter(MatterKey),
    /// To export a matter.
    ExportMatter(MatterKey),
    /// To lower the labels of a record to internal.
    LowerLabel(RecordKey),
    /// To give a seat.
    GiveSeat(MatterKey, PersonKey),
    /// To make a wall.
    MakeWall,
    /// To add a record to a matter.
    AddRecord(MatterKey),
}

/// Why it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A wall stands between, whatever the seat.
    Wall,
    /// No seat on the matter.
    NoSeat,
    /// The role never reads a client's affairs.
    Role,
    /// The seat is not enough for it.
    Seat,
    /// The seat has ended.
    SeatEnded,
    /// The matter is closed.
    Closed,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day, counted from today: -90 to 0.
    pub at_day_offset: i64,
    /// The second of that day (UTC).
    pub seconds: u32,
    /// Who did it.
    pub who: PersonKey,
    /// What.
    pub act: Act,
}

/// The whole story.
#[derive(Clone, Debug)]
pub struct Story {
    /// In the order of time.
    pub events: Vec<Event>,
}

impl Story {
    /// Tells the story of a firm. `now` is the second of today before which everything lies.
    #[must_use]
    pub fn new(firm: &Firm, seed: u64, now: u32) -> Self {
        let rng = Rng::new(seed);
        let mut teller = Teller { firm, rng: rng.fork(1), events: Vec::new(), records: Vec::new() };
        planned::tell(&mut teller);
        teller.rng = rng.fork(2);
        daily::tell(&mut teller);
        let mut events = teller.events;
        // A day's second decides, then the order of telling (the sort is stable).
        events.sort_by_key(|e| (e.at_day_offset, e.seconds));
        squeeze_today(&mut events, now);
        Self { events }
    }
}

/// Moves what happens today before `now`, keeping its order.
fn squeeze_today(events: &mut [Event], now: u32) {
    const FROM: u64 = 7 * 3600;
    const TO: u64 = 19 * 3600;
    let now = u64::from(now);
    if now >= TO {
        return;
    }
    let start = if now > FROM + 3600 { FROM } else { now / 3 };
    let end = now.saturating_sub(60).max(start);
    for event in events.iter_mut().filter(|e| e.at_day_offset == 0) {
        let part = u64::from(event.seconds).clamp(FROM, TO) - FROM;
        event.seconds = u32::try_from(start + part * (end - start) / (TO - FROM)).unwrap_or(0);
    }
}

/// A record as the teller knows it.
pub(crate) struct Known {
    pub(crate) key: RecordKey,
    pub(crate) matter: MatterKey,
    pub(crate) added: (i64, u32),
    pub(crate) weight: u64,
}

/// Gathers events.
pub(crate) struct Teller<'a> {
    pub(crate) firm: &'a Firm,
    pub(crate) rng: Rng,
    pub(crate) events: Vec<Event>,
    pub(crate) records: Vec<Known>,
}

/// Seats take effect, and the matter opens, at these seconds of their day.
pub(crate) const OPENS: u32 = 8 * 3600;

impl Teller<'_> {
    pub(crate) fn add(&mut self, day: i64, seconds: u32, who: PersonKey, act: Act) {
        self.events.push(Event { at_day_offset: day, seconds, who, act });
    }

    /// A second between two hours.
    pub(crate) fn hours(&mut self, from: i64, to: i64) -> u32 {
        u32::try_from(self.rng.between(from * 3600, to * 3600)).unwrap_or(36_000)
    }
}

/// The seat that a person holds on a matter for the whole of a working day.
pub(crate) fn seat_on(matter: &Matter, person: PersonKey, day: i64) -> Option<&Seat> {
    matter.seats.iter().find(|s| s.person == person && s.from < day && s.ended.is_none_or(|e| day < e))
}

/// Whether a person may read a matter for the whole of a day (walls made that day already count).
pub(crate) fn may_read(firm: &Firm, matter: &Matter, person: PersonKey, day: i64) -> bool {
    seat_on(matter, person, day).is_some() && !firm.walled(person, matter, (day, u32::MAX))
}

/// Whether a person may add to a matter for the whole of a day.
pub(crate) fn may_write(firm: &Firm, matter: &Matter, person: PersonKey, day: i64) -> bool {
    may_read(firm, matter, person, day)
        && seat_on(matter, person, day).is_some_and(|s| s.kind != SeatKind::Reader)
        && matter.closed.is_none_or(|c| day < c)
}
