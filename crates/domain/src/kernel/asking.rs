//! Whom to ask about a refusal: the rule's file says who keeps it (`@ask`), the rows say who that is today.
//!
//! Only people are named whom the actor may know of: the leads of a matter that they may see, and staff whom
//! the directory shows to every other member of staff. A client contact is told what to ask for, and no name.

use strongroom_storage::params;
use strongroom_storage::statements;

use super::actor::Role;
use super::ctx::Ctx;
use super::error::{Because, Error, Result};
use super::facts::{MatterFacts, id_of};
use super::id::StaffId;

statements! {
    pub IN_ROLE = "SELECT DISTINCT staff_id FROM standing WHERE role = $1 AND state = 'active' AND until IS NULL \
        ORDER BY staff_id LIMIT 20", scan_ok;
}

/// Who keeps what a rule forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// Whoever leads the matter.
    Lead,
    /// Anyone in this role.
    Role(Role),
}

impl Keeper {
    /// The word of the policy files and of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Role(role) => role.word(),
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if word == "lead" { Some(Self::Lead) } else { Role::parse(word).map(Self::Role) }
    }
}

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// As what.
    pub keeper: Keeper,
    /// Who that is now; empty where nobody may be named.
    pub people: Vec<StaffId>,
}

impl Ctx {
    /// Whom `person` may ask about what these rules forbid; none where nobody can lift it, as with a fresh code.
    /// `matter` is the matter that it is about, where the actor may know of it.
    pub(crate) async fn whom_to_ask(
        &self,
        person: Option<StaffId>,
        because: &[Because],
        matter: Option<&MatterFacts>,
    ) -> Result<Option<Ask>> {
        let mut keepers: Vec<(bool, Keeper)> = because
            .iter()
            .filter_map(|b| Some((!b.rule.starts_with("wall-"), self.room.gate().keeper(&b.rule)?)))
            .collect();
        // of several rules a wall is the one that nothing else can lift
        keepers.sort_by_key(|(other, _)| *other);
        let Some((_, keeper)) = keepers.first().copied() else { return Ok(None) };
        // work of the system asks nobody
        let Some(person) = person else { return Ok(None) };
        if self.role().await? == Role::ClientContact {
            return Ok(Some(Ask { keeper, people: Vec::new() }));
        }
        match (keeper, matter) {
            (Keeper::Role(role), _) => self.in_role(role, person).await.map(Some),
            (Keeper::Lead, None) => Ok(Some(Ask { keeper, people: Vec::new() })),
            (Keeper::Lead, Some(matter)) => {
                let now = self.now();
                let leads = matter.seats.iter().filter(|s| s.seat == "lead" && s.holds(now));
                let people: Vec<StaffId> = leads.map(|s| s.staff).filter(|p| *p != person).collect();
                if people.is_empty() {
                    // a matter that nobody else leads: its team is the records managers' to mend
                    return self.in_role(Role::RecordsManager, person).await.map(Some);
                }
                Ok(Some(Ask { keeper, people }))
            }
        }
    }

    /// Who stands in the role now, but the one who asks; each by their checked rows.
    async fn in_role(&self, role: Role, but: StaffId) -> Result<Ask> {
        let rows = self.room.db.all(&IN_ROLE, &params![role.word()]).await?;
        let candidates: Vec<StaffId> = rows.iter().map(|r| id_of(r, "staff_id")).collect::<Result<_>>()?;
        let now = self.now();
        let people = self.load(async |loader| {
            let mut people = Vec::new();
            for id in candidates.into_iter().filter(|id| *id != but) {
                let person = loader.person(id).await?.ok_or(Error::NotFound)?;
                if person.at(now).is_some_and(|s| s.role == role && s.state == "active") {
                    people.push(id);
                }
            }
            Ok(people)
        });
        Ok(Ask { keeper: Keeper::Role(role), people: people.await? })
    }
}
