//! What something is done to, and the facts about it that a decision needs.

use strongroom_storage::params;

use super::actor::{Role, Via};
use super::blind;
use super::clock::{MINUTE, Micros};
use super::error::Result;
use super::facts::{
    ClientFacts, Loader, MatterFacts, PersonFacts, RecordFacts, WallAnswer, WallFacts, id_of,
};
use super::gate::{Principal, Situation, ThingKind};
use super::id::{AnyId, ClientId, GroupId, MatterId, RecordId, StaffId, WallId};
use super::vault::KeyOf;
use super::verb::Verb;

/// How long a fresh code lasts.
pub const STEP_UP_LASTS: Micros = 10 * MINUTE;

/// What something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The firm: its lists, its ledger.
    Firm,
    /// A client.
    Client(ClientId),
    /// A matter.
    Matter(MatterId),
    /// A record.
    Record(RecordId),
    /// A wall.
    Wall(WallId),
    /// A person.
    Staff(StaffId),
    /// A group.
    Group(GroupId),
    /// An entry of the ledger: who acted, and the matter it tells of.
    Entry {
        /// Who acted.
        actor: String,
        /// The matter.
        matter: Option<MatterId>,
    },
    /// An id that names nothing we know. Takes the same path as a refusal.
    Unknown,
}

impl Target {
    /// The thing as the policies name it.
    #[must_use]
    pub fn kind(&self) -> ThingKind {
        match self {
            Self::Firm | Self::Entry { .. } | Self::Unknown => ThingKind::Firm,
            Self::Client(_) => ThingKind::Client,
            Self::Matter(_) => ThingKind::Matter,
            Self::Record(_) => ThingKind::Record,
            Self::Wall(_) => ThingKind::Wall,
            Self::Staff(_) => ThingKind::Staff,
            Self::Group(_) => ThingKind::Group,
        }
    }

    /// Its id, where it has one.
    #[must_use]
    pub fn id(&self) -> Option<AnyId> {
        match self {
            Self::Firm | Self::Entry { .. } | Self::Unknown => None,
            Self::Client(id) => Some(id.any()),
            Self::Matter(id) => Some(id.any()),
            Self::Record(id) => Some(id.any()),
            Self::Wall(id) => Some(id.any()),
            Self::Staff(id) => Some(id.any()),
            Self::Group(id) => Some(id.any()),
        }
    }

    /// The thing that an operation made, by its id; none where it is no client, matter, record or wall.
    pub(super) fn of_made(id: &str) -> Option<Self> {
        ClientId::parse(id)
            .map(Self::Client)
            .or_else(|| MatterId::parse(id).map(Self::Matter))
            .or_else(|| RecordId::parse(id).map(Self::Record))
            .or_else(|| WallId::parse(id).map(Self::Wall))
    }

    /// The verb by which one knows of such a thing at all; `None` where everyone signed in does.
    #[must_use]
    pub const fn known_by(&self) -> Option<Verb> {
        match self {
            Self::Firm | Self::Group(_) => None,
            Self::Client(_) => Some(Verb::ClientSee),
            Self::Matter(_) | Self::Record(_) => Some(Verb::MatterSee),
            Self::Wall(_) => Some(Verb::WallSee),
            Self::Staff(_) => Some(Verb::StaffSee),
            Self::Entry { .. } | Self::Unknown => Some(Verb::LedgerRead),
        }
    }
}

/// The facts about a target.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The matter: the target's own, or the record's.
    pub matter: Option<MatterFacts>,
    /// The client, where it is the target.
    pub client: Option<ClientFacts>,
    /// The record.
    pub record: Option<RecordFacts>,
    /// The wall.
    pub wall: Option<WallFacts>,
    /// The matters that a wall covers and the person leads; a client's matters on which the person sits.
    pub near: Vec<MatterFacts>,
    /// The person as a target.
    pub person: Option<PersonFacts>,
    /// False where the target does not exist.
    pub exists: bool,
}

impl Subject {
    /// The matter, which a target of that kind has.
    ///
    /// # Errors
    /// The operation's target has no matter: a fault of ours.
    pub fn need_matter(&self) -> Result<&MatterFacts> {
        self.matter.as_ref().ok_or_else(|| super::error::Error::Internal(String::from("no matter loaded")))
    }

    /// The record, which a target of that kind has.
    ///
    /// # Errors
    /// As [`Subject::need_matter`].
    pub fn need_record(&self) -> Result<&RecordFacts> {
        self.record.as_ref().ok_or_else(|| super::error::Error::Internal(String::from("no record loaded")))
    }

    /// The client, which a target of that kind has.
    ///
    /// # Errors
    /// As [`Subject::need_matter`].
    pub fn need_client(&self) -> Result<&ClientFacts> {
        self.client.as_ref().ok_or_else(|| super::error::Error::Internal(String::from("no client loaded")))
    }

    /// The wall, which a target of that kind has.
    ///
    /// # Errors
    /// As [`Subject::need_matter`].
    pub fn need_wall(&self) -> Result<&WallFacts> {
        self.wall.as_ref().ok_or_else(|| super::error::Error::Internal(String::from("no wall loaded")))
    }

    /// Loads the facts that a decision about `target` for `person` needs.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn load(loader: &mut Loader<'_, '_>, target: &Target, person: Option<StaffId>) -> Result<Self> {
        let mut subject = Self { exists: true, ..Self::default() };
        match target {
            Target::Firm | Target::Group(_) => {}
            Target::Unknown => subject.exists = false,
            Target::Client(id) => {
                subject.client = loader.client(*id).await?;
                subject.exists = subject.client.is_some();
                if let (Some(person), true) = (person, subject.exists) {
                    let rows = loader
                        .reader
                        .all(&super::loader::CLIENT_SEATS, &params![person.to_string(), id.to_string()])
                        .await?;
                    for row in &rows {
                        subject.near.extend(loader.matter(id_of(row, "matter_id")?).await?);
                    }
                }
            }
            Target::Matter(id) => {
                subject.matter = loader.matter(*id).await?;
                subject.exists = subject.matter.is_some();
            }
            Target::Record(id) => {
                subject.record = loader.record(*id).await?;
                if let Some(record) = &subject.record {
                    subject.matter = loader.matter(record.matter).await?;
                }
                subject.exists = subject.matter.is_some();
            }
            Target::Wall(id) => {
                subject.wall = loader.wall(*id).await?;
                subject.exists = subject.wall.is_some();
                if let (Some(person), true) = (person, subject.exists) {
                    let rows = loader
                        .reader
                        .all(&super::loader::SEATS_OF_PERSON, &params![person.to_string()])
                        .await?;
                    for row in rows.iter() {
                        let seat: String = row.get("seat")?;
                        if seat == "lead" {
                            subject.near.extend(loader.matter(id_of(row, "matter_id")?).await?);
                        }
                    }
                }
            }
            Target::Staff(id) => {
                subject.person = loader.person(*id).await?;
                subject.exists = subject.person.is_some();
            }
            Target::Entry { matter, .. } => {
                if let Some(id) = matter {
                    subject.matter = loader.matter(*id).await?;
                }
            }
        }
        Ok(subject)
    }

    /// The facts of another thing of the same kind, for a target that does not exist: what is not there takes the
    /// path, and the time, of what is hidden.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn stand_in(
        loader: &mut Loader<'_, '_>,
        target: &Target,
        person: Option<StaffId>,
    ) -> Result<Option<Self>> {
        let Some(other) = loader.nearest(target).await? else { return Ok(None) };
        Self::load(loader, &other, person).await.map(Some)
    }

    /// True where the thing is this client's, or the client.
    #[must_use]
    pub fn is_of(&self, target: &Target, client: ClientId) -> bool {
        match target {
            Target::Client(id) => *id == client,
            Target::Matter(_) | Target::Record(_) => self.matter.as_ref().is_some_and(|m| m.client == client),
            _ => false,
        }
    }

    /// The narrowest thing that it tells of, and where that thing's key lies.
    #[must_use]
    pub fn narrowest(&self) -> Option<(AnyId, KeyOf)> {
        if let (Some(record), Some(matter)) = (&self.record, &self.matter) {
            return Some((record.id.any(), KeyOf::Record { matter: matter.number, record: record.number }));
        }
        let matter = self.matter.as_ref().map(|m| (m.id.any(), KeyOf::Matter(m.number)));
        let wall = || self.wall.as_ref().map(|w| (w.id.any(), KeyOf::Client(w.number)));
        let client = || self.client.as_ref().map(|c| (c.id.any(), KeyOf::Client(c.number)));
        matter.or_else(wall).or_else(client)
    }

    /// How things stand between the person and the target at an instant.
    #[must_use]
    pub fn situation(&self, target: &Target, person: StaffId, at: Micros) -> Situation {
        let mut how = Situation::default();
        if let Some(matter) = &self.matter {
            how.seat = matter.seat_of(person, at);
            how.wall = matter.wall_for(person, at);
            how.open = matter.open;
        }
        match target {
            Target::Client(_) => {
                if let Some(client) = &self.client {
                    how.wall = client.wall_for(person, at);
                    how.own = client.created_by.as_deref() == Some(&person.to_string());
                }
                // a matter from which a wall keeps the person gives no sight of its client either
                let seats = self
                    .near
                    .iter()
                    .filter(|m| m.wall_for(person, at) == WallAnswer::None || blind::to("near-walled"));
                for seat in seats.map(|m| m.seat_of(person, at)) {
                    how.seat = if seat == "none" || how.seat == "lead" { how.seat } else { seat };
                }
            }
            Target::Wall(_) => {
                if let Some(wall) = &self.wall {
                    let named = wall.people(at).contains(&person);
                    how.wall = match (wall.kind.as_str(), named) {
                        _ if blind::to("wall-over-itself") => WallAnswer::None,
                        ("bars", true) if wall.stands(at) => WallAnswer::Barred,
                        ("admits", false) if wall.stands(at) => WallAnswer::NotAdmitted,
                        _ => WallAnswer::None,
                    };
                    how.leads = self.near.iter().any(|m| {
                        (m.covered_by(wall, at) || blind::to("leads-covered"))
                            && (m.seat_of(person, at) == "lead" || blind::to("leads-seat"))
                            && (m.wall_for(person, at) == WallAnswer::None || blind::to("leads-walled"))
                    });
                }
            }
            Target::Staff(id) => how.own = *id == person,
            Target::Entry { actor, .. } => how.own = *actor == person.to_string(),
            _ => {}
        }
        how
    }
}

/// The person as the policies see them, with what their sign-in adds to the situation.
#[must_use]
pub fn principal(
    person: &PersonFacts,
    via: Option<&Via>,
    verb: Verb,
    at: Micros,
    how: &mut Situation,
) -> Principal {
    match via {
        Some(Via::Session { stepped_up_at, .. }) => {
            how.stepped_up = stepped_up_at
                .is_some_and(|s| s <= at && (at < s + STEP_UP_LASTS || blind::to("step-up-lasts")));
            how.scoped = true;
        }
        Some(Via::Token { scopes, .. }) => {
            // a token with a strong scope was made in a stepped-up session and lives twelve hours at most
            how.scoped = scopes.contains(&verb.scope()) || blind::to("token-scope");
            how.stepped_up = how.scoped && verb.scope().is_strong();
        }
        // asked on someone's behalf (explain): as if signed in and stepped up
        None => {
            how.stepped_up = true;
            how.scoped = true;
        }
    }
    let standing = person.at(at);
    Principal::Person {
        id: person.id.to_string(),
        role: standing.map_or(Role::ClientContact, |s| s.role),
        active: standing.is_some_and(|s| s.state == "active"),
    }
}
