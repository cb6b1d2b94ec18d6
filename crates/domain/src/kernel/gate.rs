//! The gate: Cedar decides, from policy files that a security officer can read.
//!
//! Nothing else in the program answers "may". A decision names the rules that decided, each with
//! the sentence that stands in its file; change the text there and the screen changes.

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicyId, PolicySet, Request, Response, RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::actor::{Actor, Role};
use super::asking::Keeper;
use super::blind;
use super::error::{Because, Error, Result};
use super::facts::WallAnswer;
use super::policies::rules_of;
use super::slices::Slices;
use super::verb::Verb;

pub use super::policies::{PolicyFile, Rule, SCHEMA, Unusable, built_in, digest_of};

/// The name that stands where no rule said anything.
pub(super) const SILENCE: &str = "nobody-said-so";

/// The person as the policies see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Staff or a client contact.
    Person {
        /// The id's text.
        id: String,
        /// What they are.
        role: Role,
        /// Neither invited nor suspended.
        active: bool,
    },
    /// Named work of the system, by its word.
    System(&'static str),
    /// The operator at the command line.
    Operator,
    /// Nobody known.
    Anonymous,
}

impl Principal {
    /// The principal for work that no person does.
    #[must_use]
    pub const fn of_system(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::System(role) => Some(Self::System(role.word())),
            Actor::Operator(_) => Some(Self::Operator),
            Actor::Anonymous => Some(Self::Anonymous),
            Actor::Person { .. } => None,
        }
    }

    /// As the schema names its kind.
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Person { .. } => "Person",
            Self::System(_) => "System",
            Self::Operator => "Operator",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// The kind of thing that something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingKind {
    /// The firm: its lists, its ledger.
    Firm,
    /// A client.
    Client,
    /// A matter.
    Matter,
    /// A record.
    Record,
    /// A wall.
    Wall,
    /// A person.
    Staff,
    /// A group.
    Group,
}

impl ThingKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Firm, Self::Client, Self::Matter, Self::Record, Self::Wall, Self::Staff, Self::Group];

    /// As the policies name it.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Firm => "Firm",
            Self::Client => "Client",
            Self::Matter => "Matter",
            Self::Record => "Record",
            Self::Wall => "Wall",
            Self::Staff => "Staff",
            Self::Group => "Group",
        }
    }
}

/// How things stand between the person and the thing. The words are those of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// `lead`, `member`, `reader` or `none`.
    pub seat: &'static str,
    /// Leads a matter that the wall covers.
    pub leads: bool,
    /// What the walls say.
    pub wall: WallAnswer,
    /// The thing is the person's own.
    pub own: bool,
    /// The matter is open.
    pub open: bool,
    /// Confirmed with a fresh code.
    pub stepped_up: bool,
    /// The token has the scope.
    pub scoped: bool,
    /// A client is being presented in this browser, and the thing is not of it.
    pub aside: bool,
}

impl Default for Situation {
    fn default() -> Self {
        Self {
            seat: "none",
            leads: false,
            wall: WallAnswer::None,
            own: false,
            open: true,
            stepped_up: false,
            scoped: true,
            aside: false,
        }
    }
}

/// The answer, with the rules that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub allowed: bool,
    /// Rules in the order of their ids; for a denial by silence, the one rule `nobody-said-so`.
    pub because: Vec<Because>,
}

impl Decision {
    /// True where `step-up` alone stands in the way.
    #[must_use]
    pub fn wants_step_up(&self) -> bool {
        !self.allowed && self.because.len() == 1 && self.because.iter().all(|b| b.rule == "step-up")
    }

    /// The rules' names.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        self.because.iter().map(|b| b.rule.clone()).collect()
    }
}

/// A policy set, made of files that hold.
pub struct Gate {
    files: Vec<PolicyFile>,
    rules: Vec<Rule>,
    policies: PolicySet,
    said: BTreeMap<PolicyId, Because>,
    keepers: BTreeMap<String, Keeper>,
    authorizer: Authorizer,
    slices: Slices,
    digest: [u8; 32],
}

fn fault(what: &str, cause: impl std::fmt::Display) -> Error {
    Error::Internal(format!("policies: {what}: {cause}"))
}

impl Gate {
    /// Reads policy files, validates them strictly against the schema.
    ///
    /// # Errors
    /// See [`Gate::read`]; here it is a fault of ours.
    pub fn new(files: &[PolicyFile]) -> Result<Self> {
        Self::read(files).map_err(|e| fault("unusable", e))
    }

    /// Reads policy files, validates them strictly against the schema, and says exactly what does not hold.
    ///
    /// # Errors
    /// A file that does not parse or validate, a policy without `@id` and `@says`, an id used twice, a
    /// template, a rule that names a person or a thing by id.
    pub fn read(files: &[PolicyFile]) -> std::result::Result<Self, Unusable> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|e| Unusable {
            file: String::from("strongroom.cedarschema"),
            rule: None,
            says: e.to_string(),
        })?;
        let mut policies = PolicySet::new();
        let mut said = BTreeMap::new();
        let mut keepers = BTreeMap::new();
        let mut rules = Vec::new();
        for (name, text) in files {
            for (policy, rule) in rules_of(name, text)? {
                let unusable =
                    |says: String| Unusable { file: name.clone(), rule: Some(rule.id.clone()), says };
                policies.add(policy).map_err(|_| unusable(String::from("its id is used twice")))?;
                let because = Because { rule: rule.id.clone(), says: rule.says.clone() };
                said.insert(PolicyId::new(&rule.id), because);
                keepers.extend(rule.ask.map(|keeper| (rule.id.clone(), keeper)));
                rules.push(rule);
            }
        }
        let answer = Validator::new(schema).validate(&policies, ValidationMode::Strict);
        if let Some(error) = answer.validation_errors().next() {
            let id = error.policy_id().to_string();
            let file = rules.iter().find(|r| r.id == id).map_or_else(String::new, |r| r.file.clone());
            return Err(Unusable { file, rule: Some(id), says: error.to_string() });
        }
        let (files, digest) = (files.to_vec(), digest_of(files));
        let (authorizer, slices) = (Authorizer::new(), Slices::default());
        Ok(Self { files, rules, policies, said, keepers, authorizer, slices, digest })
    }

    /// SHA-256 over the files' names and texts.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The files, as they were read.
    #[must_use]
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// Every rule with its sentence, for the screens that explain.
    pub fn rules(&self) -> impl Iterator<Item = &Because> {
        self.said.values()
    }

    /// Every rule whole, in the order of the files.
    #[must_use]
    pub fn texts(&self) -> &[Rule] {
        &self.rules
    }

    /// Cedar's own form, for the study of every situation.
    pub(super) const fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// Whom the rule's file names to ask about it; about what no rule allows, those who keep the firm's rules.
    #[must_use]
    pub fn keeper(&self, rule: &str) -> Option<Keeper> {
        match rule {
            SILENCE => Some(Keeper::Role(Role::ComplianceOfficer)),
            rule => self.keepers.get(rule).copied(),
        }
    }

    /// Decides. An error while evaluating is a refusal.
    ///
    /// # Errors
    /// The request cannot be put in Cedar's words: a fault of ours.
    pub fn decide(
        &self,
        who: &Principal,
        verb: Verb,
        kind: ThingKind,
        id: &str,
        how: &Situation,
    ) -> Result<Decision> {
        super::reader::count();
        let (who, how) = &blind::told(who, how);
        let slice = self.slices.of(&self.policies, who.type_name(), verb, kind)?;
        let response = self.respond(&slice, who, verb, kind, id, how)?;
        let failed = response.diagnostics().errors().next().is_some();
        let allowed = response.decision() == CedarDecision::Allow && !failed;
        let mut because: Vec<Because> =
            response.diagnostics().reason().filter_map(|id| self.said.get(id).cloned()).collect();
        because.sort_by(|a, b| a.rule.cmp(&b.rule));
        if because.is_empty() || (failed && because.is_empty()) {
            because.push(Because {
                rule: String::from(SILENCE),
                says: String::from("No rule of this firm allows it."),
            });
        }
        Ok(Decision { allowed, because })
    }

    /// What Cedar answers by these policies: all of ours, or those among them that can have a say.
    pub(super) fn respond(
        &self,
        policies: &PolicySet,
        who: &Principal,
        verb: Verb,
        kind: ThingKind,
        id: &str,
        how: &Situation,
    ) -> Result<Response> {
        let principal = principal_entity(who)?;
        let request = Request::new(
            principal.uid(),
            uid("Action", verb.word())?,
            uid(kind.type_name(), id)?,
            context(how)?,
            None,
        )
        .map_err(|e| fault("request", e))?;
        let mut entities = vec![principal];
        entities.extend(action_entities(verb)?);
        let entities = Entities::from_entities(entities, None).map_err(|e| fault("entities", e))?;
        Ok(self.authorizer.is_authorized(&request, policies, &entities))
    }
}

pub(super) fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    let kind = EntityTypeName::from_str(kind).map_err(|e| fault("type", e))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn principal_entity(who: &Principal) -> Result<Entity> {
    let (id, attributes) = match who {
        Principal::Person { id, role, active } => (
            id.as_str(),
            vec![
                (String::from("role"), RestrictedExpression::new_string(role.word().to_owned())),
                (String::from("active"), RestrictedExpression::new_bool(*active)),
            ],
        ),
        Principal::System(role) => {
            (*role, vec![(String::from("role"), RestrictedExpression::new_string((*role).to_owned()))])
        }
        Principal::Operator => ("operator", Vec::new()),
        Principal::Anonymous => ("anonymous", Vec::new()),
    };
    Entity::new(uid(who.type_name(), id)?, attributes.into_iter().collect(), std::collections::HashSet::new())
        .map_err(|e| fault("principal", e))
}

fn context(how: &Situation) -> Result<Context> {
    let text = |s: &str| RestrictedExpression::new_string(s.to_owned());
    let yes = RestrictedExpression::new_bool;
    Context::from_pairs([
        (String::from("seat"), text(how.seat)),
        (String::from("leads"), yes(how.leads)),
        (String::from("wall"), text(how.wall.word())),
        (String::from("own"), yes(how.own)),
        (String::from("open"), yes(how.open)),
        (String::from("stepped_up"), yes(how.stepped_up)),
        (String::from("scoped"), yes(how.scoped)),
        (String::from("aside"), yes(how.aside)),
    ])
    .map_err(|e| fault("context", e))
}

/// The groups of actions, read from the schema once: a verb's entity and those it is in.
pub(super) fn action_entities(verb: Verb) -> Result<Vec<Entity>> {
    use std::sync::OnceLock;
    static ACTIONS: OnceLock<BTreeMap<String, Vec<Entity>>> = OnceLock::new();
    if let Some(all) = ACTIONS.get() {
        return Ok(all.get(verb.word()).cloned().unwrap_or_default());
    }
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|e| fault("schema", e))?;
    let entities = schema.action_entities().map_err(|e| fault("actions", e))?;
    let mut all = BTreeMap::new();
    for entity in entities.iter() {
        let id = entity.uid().id().unescaped().to_owned();
        let mut mine = vec![entity.clone()];
        if let Some(above) = entities.ancestors(&entity.uid()) {
            mine.extend(above.filter_map(|a| entities.get(a).cloned()));
        }
        all.insert(id, mine);
    }
    let mine = all.get(verb.word()).cloned().unwrap_or_default();
    let _ = ACTIONS.set(all);
    Ok(mine)
}
