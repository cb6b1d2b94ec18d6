//! A small model of seats, walls and roles, written apart from the story: it replays the events and
//! says of each whether its actor was entitled.

use std::collections::{HashMap, HashSet};
use strongroom_demo::cast::{Role, SeatKind, WallKind};
use strongroom_demo::papers::Level;
use strongroom_demo::story::{Attempt, Why};
use strongroom_demo::{Act, ClientKey, Firm, MatterKey, PersonKey, RecordKey, Story, WallKey};

#[derive(Default)]
struct State {
    people: HashSet<PersonKey>,
    clients: HashSet<ClientKey>,
    open: HashMap<MatterKey, bool>,
    seats: HashMap<(MatterKey, PersonKey), SeatKind>,
    walls: HashSet<WallKey>,
    records: HashMap<RecordKey, (MatterKey, Level, u32)>,
    folders: HashSet<(MatterKey, &'static str)>,
}

impl State {
    fn walled(&self, firm: &Firm, matter: MatterKey, person: PersonKey) -> bool {
        let client = firm.matter(matter).unwrap().client;
        firm.walls.iter().filter(|w| self.walls.contains(&w.key)).any(|w| {
            let covers = w.matters.contains(&matter) || w.clients.contains(&client);
            let named = w.people.contains(&person)
                || w.groups.iter().any(|g| firm.group(*g).unwrap().members.contains(&person));
            covers && named == (w.kind == WallKind::Bars)
        })
    }

    fn seat(&self, firm: &Firm, matter: MatterKey, person: PersonKey) -> Option<SeatKind> {
        if self.walled(firm, matter, person) { None } else { self.seats.get(&(matter, person)).copied() }
    }

    fn lead(&self, firm: &Firm, matter: MatterKey, person: PersonKey) -> bool {
        self.seat(firm, matter, person) == Some(SeatKind::Lead)
    }

    fn writes(&self, firm: &Firm, matter: MatterKey, person: PersonKey) -> bool {
        self.open.get(&matter) == Some(&true)
            && matches!(self.seat(firm, matter, person), Some(SeatKind::Lead | SeatKind::Member))
    }

    /// Whether the table would allow what is told as a refusal.
    fn allows(&self, firm: &Firm, who: PersonKey, role: Role, attempt: Attempt) -> bool {
        let of = |r: RecordKey| self.records.get(&r).unwrap_or_else(|| panic!("unknown {r:?}")).0;
        match attempt {
            Attempt::ReadRecord(r) | Attempt::DownloadRecord(r) => self.seat(firm, of(r), who).is_some(),
            Attempt::ListMatter(m) => self.seat(firm, m, who).is_some(),
            Attempt::ExportMatter(m) => self.lead(firm, m, who),
            Attempt::LowerLabel(r) => self.lead(firm, of(r), who) || role == Role::RecordsManager,
            Attempt::GiveSeat(m, _) => self.lead(firm, m, who) || role == Role::RecordsManager,
            Attempt::MakeWall => role == Role::ComplianceOfficer,
            Attempt::AddRecord(m) => self.writes(firm, m, who),
        }
    }

    /// Whether the reason given for a refusal is the true one.
    fn reason(&self, firm: &Firm, who: PersonKey, role: Role, attempt: Attempt, why: Why) -> bool {
        let matter = match attempt {
            Attempt::ReadRecord(r) | Attempt::DownloadRecord(r) | Attempt::LowerLabel(r) => {
                self.records[&r].0
            }
            Attempt::ListMatter(m)
            | Attempt::ExportMatter(m)
            | Attempt::GiveSeat(m, _)
            | Attempt::AddRecord(m) => m,
            Attempt::MakeWall => return why == Why::Role,
        };
        let sits = self.seats.contains_key(&(matter, who));
        match why {
            Why::Wall => self.walled(firm, matter, who),
            Why::NoSeat | Why::SeatEnded => role.may_sit() && !sits && !self.walled(firm, matter, who),
            Why::Role => !role.may_sit(),
            Why::Seat => sits && self.open.get(&matter) == Some(&true) && !self.walled(firm, matter, who),
            Why::Closed => sits && self.open.get(&matter) == Some(&false),
        }
    }

    fn apply(&mut self, firm: &Firm, who: PersonKey, role: Role, act: &Act) -> bool {
        let known = |s: &Self, r: &RecordKey| s.records.get(r).copied();
        match act {
            Act::InviteStaff { person, seconded_by } => {
                let second = firm.person(*seconded_by).unwrap().role;
                self.people.insert(*person) && role == Role::Administrator && second != Role::Administrator
            }
            Act::MakeGroup { .. } => role == Role::Administrator,
            Act::CreateClient { client } => {
                self.clients.insert(*client) && matches!(role, Role::Partner | Role::RecordsManager)
            }
            Act::OpenMatter { matter, lead } => {
                let may = role == Role::RecordsManager || (role == Role::Partner && who == *lead);
                self.seats.insert((*matter, *lead), SeatKind::Lead);
                let fresh = self.open.insert(*matter, true).is_none();
                let leads = firm.person(*lead).unwrap().role;
                let client = firm.matter(*matter).unwrap().client;
                may && fresh
                    && self.clients.contains(&client)
                    && matches!(leads, Role::Partner | Role::Associate)
            }
            Act::MakeFolder { matter, folder } => {
                self.folders.insert((*matter, folder)) && self.writes(firm, *matter, who)
            }
            Act::GiveSeat { matter, person, seat, until } => {
                let target = firm.person(*person).unwrap().role;
                let may = self.lead(firm, *matter, who) || role == Role::RecordsManager;
                let clean = who != *person && target.may_sit() && !self.walled(firm, *matter, *person);
                let fresh = self.seats.insert((*matter, *person), *seat).is_none();
                may && clean && fresh && *seat != SeatKind::Lead && until.is_none_or(|d| d > 0)
            }
            Act::EndSeat { matter, person } => {
                let was = self.seats.remove(&(*matter, *person));
                who != *person && was.is_some_and(|k| k != SeatKind::Lead) && self.lead(firm, *matter, who)
            }
            Act::MakeWall { wall } => self.walls.insert(*wall) && role == Role::ComplianceOfficer,
            Act::AddRecord { record, matter, plan, folder, labels } => {
                let fresh = self.records.insert(*record, (*matter, labels.level, 1)).is_none();
                let place = self.folders.contains(&(*matter, folder));
                fresh
                    && place
                    && plan.matter == *matter
                    && plan.author == who
                    && self.writes(firm, *matter, who)
            }
            Act::AddVersion { record, plan } => known(self, record).is_some_and(|(m, level, version)| {
                self.records.insert(*record, (m, level, plan.version));
                plan.version == version + 1 && plan.author == who && self.writes(firm, m, who)
            }),
            Act::RaiseLabel { record, labels } => known(self, record).is_some_and(|(m, level, v)| {
                self.records.insert(*record, (m, labels.level, v));
                labels.level > level && self.writes(firm, m, who)
            }),
            Act::LowerLabel { record, labels, reason } => known(self, record).is_some_and(|(m, level, v)| {
                self.records.insert(*record, (m, labels.level, v));
                let open = self.open.get(&m) == Some(&true);
                let may = role == Role::RecordsManager || self.lead(firm, m, who);
                labels.level < level && !reason.is_empty() && open && may
            }),
            Act::RenameRecord { record, .. } => {
                known(self, record).is_some_and(|(m, ..)| self.writes(firm, m, who))
            }
            Act::MoveToFolder { record, folder } => known(self, record)
                .is_some_and(|(m, ..)| self.folders.contains(&(m, folder)) && self.writes(firm, m, who)),
            Act::ReadRecord { record } | Act::PreviewRecord { record } | Act::DownloadRecord { record } => {
                known(self, record).is_some_and(|(m, ..)| self.seat(firm, m, who).is_some())
            }
            Act::ListMatter { matter } => self.seat(firm, *matter, who).is_some(),
            Act::ReadActivity { matter: Some(matter) } => self.seat(firm, *matter, who).is_some(),
            Act::ReadActivity { matter: None } => matches!(role, Role::Auditor | Role::ComplianceOfficer),
            Act::Explain { matter, .. } => {
                self.open.contains_key(matter) && matches!(role, Role::Auditor | Role::ComplianceOfficer)
            }
            Act::SignIn | Act::SignInFails => true,
            Act::CloseMatter { matter } => {
                let may = self.lead(firm, *matter, who) || role == Role::RecordsManager;
                may && self.open.insert(*matter, false) == Some(true)
            }
            Act::ExportMatter { matter } => self.lead(firm, *matter, who),
            Act::TryRefused { attempt, why } => {
                !self.allows(firm, who, role, *attempt) && self.reason(firm, who, role, *attempt, *why)
            }
        }
    }
}

/// Replays a story; fails at the first act that its actor was not entitled to.
pub(crate) fn check(firm: &Firm, story: &Story, now: u32) {
    let mut state = State::default();
    state.people.insert(PersonKey(21));
    let mut before = (-90, 0);
    let mut reasons = HashSet::new();
    for event in &story.events {
        let at = (event.at_day_offset, event.seconds);
        assert!(at >= before && at.0 <= 0 && at.1 < 86_400, "out of order: {event:?}");
        assert!(at.0 < 0 || at.1 <= now, "in the future: {event:?}");
        before = at;
        let person = firm.person(event.who).unwrap();
        assert!(state.people.contains(&person.key), "not invited yet: {event:?}");
        let lawful = state.apply(firm, person.key, person.role, &event.act);
        assert!(lawful, "{} ({:?}), today {}: {event:?}", person.name, person.role, firm.today);
        if let Act::TryRefused { why, .. } = event.act {
            reasons.insert(why);
        }
    }
    assert_eq!(reasons.len(), 6, "every kind of refusal is told");
    assert_eq!((state.clients.len(), state.open.len(), state.walls.len()), (14, 31, firm.walls.len()));
    assert_eq!(state.open.values().filter(|open| !**open).count(), 6);
}
