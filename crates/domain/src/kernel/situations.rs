//! Every situation that the gate can be asked about, and what a set of policies answers to each.
//!
//! Rules may name no person and no thing (`gate.rs` refuses such files), so an answer depends on nothing but the
//! verb, the kind of thing and the [`Case`]. That makes the table finite. It is still large; a [`Study`] finds out
//! which of the rules can have a say on a verb, and which facts those rules look at, so that only cases that could
//! differ are asked. What is skipped is proved to be equal, never assumed.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use cedar_policy::{Decision as CedarDecision, Effect, EntityUid, Policy, PolicySet, Schema};
use serde_json::Value;

use super::actor::Role;
use super::error::{Error, Result};
use super::facts::WallAnswer;
use super::gate::{Gate, Principal, SCHEMA, Situation, ThingKind, action_entities, uid};
use super::slices::speaks;
use super::verb::Verb;

/// One question about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// What they are.
    pub role: Role,
    /// Neither invited nor suspended.
    pub active: bool,
    /// How things stand.
    pub how: Situation,
}

impl Case {
    /// Nothing stands in the way, and nothing is special.
    pub const USUAL: Self = Self {
        role: Role::Partner,
        active: true,
        how: Situation {
            seat: "none",
            leads: false,
            wall: WallAnswer::None,
            own: false,
            open: true,
            stepped_up: true,
            scoped: true,
            aside: false,
        },
    };

    /// The person of the case.
    #[must_use]
    pub fn who(&self) -> Principal {
        Principal::Person { id: String::from("stf_anyone"), role: self.role, active: self.active }
    }
}

/// Facts that a rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facets(u16);

impl Facets {
    /// The person's role.
    pub const ROLE: Self = Self(1);
    /// Whether they may act at all.
    pub const ACTIVE: Self = Self(2);
    /// Their seat.
    pub const SEAT: Self = Self(4);
    /// What walls say.
    pub const WALL: Self = Self(8);
    /// Whether they lead a matter that the wall covers.
    pub const LEADS: Self = Self(16);
    /// Whether the thing is their own.
    pub const OWN: Self = Self(32);
    /// Whether the matter is open.
    pub const OPEN: Self = Self(64);
    /// Whether there was a fresh code.
    pub const STEPPED_UP: Self = Self(128);
    /// Whether the token has the scope.
    pub const SCOPED: Self = Self(256);
    /// Whether another client is presented.
    pub const ASIDE: Self = Self(512);
    const ALL: Self = Self(1023);

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// True where one of `other` is among them.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn of_attribute(variable: &str, name: &str) -> Self {
        match (variable, name) {
            ("principal", "role") => Self::ROLE,
            ("principal", "active") => Self::ACTIVE,
            ("context", "seat") => Self::SEAT,
            ("context", "wall") => Self::WALL,
            ("context", "leads") => Self::LEADS,
            ("context", "own") => Self::OWN,
            ("context", "open") => Self::OPEN,
            ("context", "stepped_up") => Self::STEPPED_UP,
            ("context", "scoped") => Self::SCOPED,
            ("context", "aside") => Self::ASIDE,
            _ => Self::ALL,
        }
    }
}

/// A part of the table: some facts held fast, the others free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// Only this role.
    pub role: Option<Role>,
    /// Only the active, or only those who are not.
    pub active: Option<bool>,
    /// Only this seat.
    pub seat: Option<&'static str>,
    /// Only this answer of the walls.
    pub wall: Option<WallAnswer>,
    /// Only those who lead a covered matter, or only those who do not.
    pub leads: Option<bool>,
    /// Only one's own, or only others'.
    pub own: Option<bool>,
    /// Only with, or only without a fresh code.
    pub stepped_up: Option<bool>,
    /// Only with, or only without the token's scope.
    pub scoped: Option<bool>,
    /// Only while another client is presented, or only while none is.
    pub aside: Option<bool>,
}

/// The cases of a region that differ in any of `facets`; other facts stand as usual.
#[must_use]
pub fn cases(facets: Facets, region: Region) -> Vec<Case> {
    let yes_no = |facet: Facets, fixed: Option<bool>, usual: bool| match fixed {
        Some(value) => vec![value],
        None if facets.has(facet) => vec![usual, !usual],
        None => vec![usual],
    };
    let roles = match region.role {
        Some(role) => vec![role],
        None if facets.has(Facets::ROLE) => Role::ALL.to_vec(),
        None => vec![Case::USUAL.role],
    };
    let seats = match region.seat {
        Some(seat) => vec![seat],
        None if facets.has(Facets::SEAT) => vec!["none", "reader", "member", "lead"],
        None => vec!["none"],
    };
    let walls = match region.wall {
        Some(wall) => vec![wall],
        None if facets.has(Facets::WALL) => {
            vec![WallAnswer::None, WallAnswer::Barred, WallAnswer::NotAdmitted]
        }
        None => vec![WallAnswer::None],
    };
    let mut all = vec![Case::USUAL];
    all = spread(&all, &roles, |case, role| case.role = role);
    all = spread(&all, &seats, |case, seat| case.how.seat = seat);
    all = spread(&all, &walls, |case, wall| case.how.wall = wall);
    all = spread(&all, &yes_no(Facets::ACTIVE, region.active, true), |case, v| case.active = v);
    all = spread(&all, &yes_no(Facets::LEADS, region.leads, false), |case, v| case.how.leads = v);
    all = spread(&all, &yes_no(Facets::OWN, region.own, false), |case, v| case.how.own = v);
    all = spread(&all, &yes_no(Facets::OPEN, None, true), |case, v| case.how.open = v);
    all =
        spread(&all, &yes_no(Facets::STEPPED_UP, region.stepped_up, true), |case, v| case.how.stepped_up = v);
    all = spread(&all, &yes_no(Facets::SCOPED, region.scoped, true), |case, v| case.how.scoped = v);
    spread(&all, &yes_no(Facets::ASIDE, region.aside, false), |case, v| case.how.aside = v)
}

fn spread<T: Copy>(cases: &[Case], values: &[T], set: impl Fn(&mut Case, T)) -> Vec<Case> {
    let mut more = Vec::with_capacity(cases.len() * values.len());
    for case in cases {
        for value in values {
            let mut next = *case;
            set(&mut next, *value);
            more.push(next);
        }
    }
    more
}

/// The kinds of thing to which the schema lets `verb` be done; none for what it does not know.
pub fn kinds_of(verb: Verb) -> Result<Vec<ThingKind>> {
    static SCHEMA_READ: OnceLock<Option<Schema>> = OnceLock::new();
    let schema = SCHEMA_READ.get_or_init(|| Schema::from_cedarschema_str(SCHEMA).ok().map(|(s, _)| s));
    let schema = schema.as_ref().ok_or_else(|| Error::Internal(String::from("policies: the schema")))?;
    let action = uid("Action", verb.word())?;
    let named: BTreeSet<String> =
        schema.resources_for_action(&action).into_iter().flatten().map(ToString::to_string).collect();
    Ok(ThingKind::ALL.into_iter().filter(|kind| named.contains(kind.type_name())).collect())
}

/// One policy as the study sees it.
struct Studied {
    policy: Policy,
    rule: String,
    facets: Facets,
    /// The actions that its conditions ask about.
    asks: BTreeSet<String>,
    /// Its effect and conditions in a form that can be compared.
    core: String,
}

/// The policies of a gate, looked through once.
pub struct Study<'g> {
    gate: &'g Gate,
    all: Vec<Studied>,
}

/// The policies that can have a say when a kind of actor does a verb to a kind of thing.
pub struct Slice<'g> {
    gate: &'g Gate,
    verb: Verb,
    kind: ThingKind,
    policies: PolicySet,
    /// What they look at.
    pub facets: Facets,
    /// Two slices with the same of these answer everything alike.
    pub likeness: String,
}

impl<'g> Study<'g> {
    /// Looks through a gate's policies.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn of(gate: &'g Gate) -> Result<Self> {
        let mut all = Vec::new();
        for policy in gate.policies().policies() {
            let json = policy.to_json().map_err(|e| Error::Internal(format!("policies: study: {e}")))?;
            let conditions = json.get("conditions").cloned().unwrap_or_default();
            let (mut facets, mut asks) = (Facets::default(), BTreeSet::new());
            look(&conditions, &mut facets, &mut asks);
            all.push(Studied {
                policy: policy.clone(),
                rule: policy.id().to_string(),
                facets,
                asks,
                core: format!("{} {conditions}", policy.effect()),
            });
        }
        Ok(Self { gate, all })
    }

    /// The rules that look at any of these facts.
    pub fn rules_looking_at(&self, facets: Facets) -> impl Iterator<Item = &str> {
        self.all.iter().filter(move |s| s.facets.has(facets)).map(|s| s.rule.as_str())
    }

    /// True where the rule forbids.
    #[must_use]
    pub fn forbids(&self, rule: &str) -> bool {
        self.all.iter().any(|s| s.rule == rule && s.policy.effect() == Effect::Forbid)
    }

    /// The policies whose scope lets them speak when such an actor does `verb` to a `kind`.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn slice(&self, actor: &str, verb: Verb, kind: ThingKind) -> Result<Slice<'g>> {
        let actions: BTreeSet<EntityUid> =
            action_entities(verb)?.iter().map(cedar_policy::Entity::uid).collect();
        let mut policies = PolicySet::new();
        let (mut facets, mut cores) = (Facets::default(), BTreeSet::new());
        for studied in self.all.iter().filter(|s| speaks(&s.policy, actor, &actions, kind)) {
            policies
                .add(studied.policy.clone())
                .map_err(|e| Error::Internal(format!("policies: slice: {e}")))?;
            facets.add(studied.facets);
            // what a condition asks about the action is part of what it will answer
            let asks: Vec<String> = studied
                .asks
                .iter()
                .map(|asked| {
                    let under = actions.iter().any(|a| a.id().unescaped() == asked.as_str());
                    format!("{asked}:{under}:{}", asked == verb.word())
                })
                .collect();
            cores.insert(format!("{} {}", studied.core, asks.join(",")));
        }
        let likeness =
            format!("{actor} {} {}", kind.type_name(), cores.into_iter().collect::<Vec<_>>().join("\n"));
        Ok(Slice { gate: self.gate, verb, kind, policies, facets, likeness })
    }
}

impl Slice<'_> {
    /// Whether these policies let it be done. An error while evaluating is a refusal.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn allows(&self, who: &Principal, how: &Situation) -> Result<bool> {
        if self.policies.is_empty() {
            return Ok(false);
        }
        let response = self.gate.respond(&self.policies, who, self.verb, self.kind, "any", how)?;
        Ok(response.decision() == CedarDecision::Allow && response.diagnostics().errors().next().is_none())
    }

    /// The rules that decided.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn rules(&self, who: &Principal, how: &Situation) -> Result<Vec<String>> {
        Ok(self.gate.decide(who, self.verb, self.kind, "any", how)?.rules())
    }
}

/// Walks through conditions in Cedar's JSON: which facts they look at, which actions they name. Whatever is used
/// in a way that is not known here counts as looking at everything.
fn look(node: &Value, facets: &mut Facets, asks: &mut BTreeSet<String>) {
    let variable = |node: &Value| node.get("Var").and_then(Value::as_str).map(str::to_owned);
    match node {
        Value::Object(fields) => {
            for (word, inner) in fields {
                let left = inner.get("left");
                let of = left.and_then(variable);
                match (word.as_str(), of.as_deref()) {
                    (".", Some(of @ ("principal" | "context"))) => {
                        let name = inner.get("attr").and_then(Value::as_str).unwrap_or_default();
                        facets.add(Facets::of_attribute(of, name));
                    }
                    ("is", Some(_)) => {}
                    ("Var", _) if matches!(inner.as_str(), Some("principal" | "context")) => {
                        facets.add(Facets::ALL);
                    }
                    ("__entity", _) => {
                        asks.extend(inner.get("id").and_then(Value::as_str).map(str::to_owned));
                    }
                    _ => look(inner, facets, asks),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| look(inner, facets, asks)),
        _ => {}
    }
}
