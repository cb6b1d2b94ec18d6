//! The rules that can have a say in a question: those whose scope fits who asks, what is done, and what kind of thing it
//! is done to. Cedar asks every rule it is given, and most speak of something else.
//!
//! What must hold: a rule that is left out could not have spoken. In doubt it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;
use std::sync::{Arc, PoisonError, RwLock};

use cedar_policy::{
    ActionConstraint, Entity, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint,
    ResourceConstraint,
};

use super::error::{Error, Result};
use super::gate::{ThingKind, action_entities};
use super::verb::Verb;

/// Who asks, by the schema's word; what is done; to what kind of thing.
type Question = (&'static str, Verb, &'static str);

/// The slices of one set of policies, each cut when it is first asked for.
#[derive(Default)]
pub(super) struct Slices(RwLock<BTreeMap<Question, Arc<PolicySet>>>);

impl Slices {
    /// The slice of `all` for a question.
    ///
    /// # Errors
    /// A fault of ours.
    pub(super) fn of(
        &self,
        all: &PolicySet,
        actor: &'static str,
        verb: Verb,
        kind: ThingKind,
    ) -> Result<Arc<PolicySet>> {
        let question = (actor, verb, kind.type_name());
        if let Some(slice) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return Ok(slice.clone());
        }
        let actions: BTreeSet<EntityUid> = action_entities(verb)?.iter().map(Entity::uid).collect();
        let mut slice = PolicySet::new();
        for policy in all.policies().filter(|policy| speaks(policy, actor, &actions, kind)) {
            slice.add(policy.clone()).map_err(|e| Error::Internal(format!("policies: slice: {e}")))?;
        }
        let slice = Arc::new(slice);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(question, slice.clone());
        Ok(slice)
    }
}

/// Whether a policy's scope fits. In doubt it does: then it is only one more policy to ask.
pub(super) fn speaks(policy: &Policy, actor: &str, actions: &BTreeSet<EntityUid>, kind: ThingKind) -> bool {
    let is = |name: &EntityTypeName, word: &str| EntityTypeName::from_str(word).is_ok_and(|w| w == *name);
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::Is(name) | PrincipalConstraint::IsIn(name, _) => is(&name, actor),
        _ => true,
    };
    let action = match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::In(those) => those.iter().any(|a| actions.contains(a)),
        ActionConstraint::Eq(one) => actions.contains(&one),
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::Is(name) | ResourceConstraint::IsIn(name, _) => is(&name, kind.type_name()),
        _ => true,
    };
    principal && action && resource
}
