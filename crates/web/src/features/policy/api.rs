//! Policies to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::policy::{
    self, Breach, Candidate, Change, Difference, Offer, ProposalView, RuleChange, Source,
};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::gate::Rule;
use strongroom_domain::kernel::text::Reason;
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Json, One, json, nothing};
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(look))
        .routes(routes!(propose))
        .routes(routes!(read, decide))
        .routes(routes!(withdraw))
}

/// One rule.
#[derive(Serialize, ToSchema)]
struct RuleJson {
    id: String,
    file: String,
    says: String,
    /// `permit` or `forbid`.
    effect: &'static str,
    /// Its text in Cedar.
    text: String,
}

impl From<Rule> for RuleJson {
    fn from(rule: Rule) -> Self {
        let effect = if rule.forbids { "forbid" } else { "permit" };
        Self { id: rule.id, file: rule.file, says: rule.says, effect, text: rule.text }
    }
}

/// A source of other policies and what it offers.
#[derive(Serialize, ToSchema)]
struct CandidateJson {
    /// `release` or `folder`.
    source: &'static str,
    /// `same`, `other` or `unusable`.
    offer: &'static str,
    /// SHA-256 over the other texts.
    digest: Option<String>,
    /// Why they cannot be used.
    problem: Option<String>,
}

impl From<Candidate> for CandidateJson {
    fn from(c: Candidate) -> Self {
        let source = c.source.word();
        match c.offer {
            Offer::Same => Self { source, offer: "same", digest: None, problem: None },
            Offer::Other { digest, .. } => {
                Self { source, offer: "other", digest: Some(digest), problem: None }
            }
            Offer::Unusable(why) => Self { source, offer: "unusable", digest: None, problem: Some(why) },
        }
    }
}

/// The policies in force, and what could come instead.
#[derive(Serialize, ToSchema)]
struct PoliciesJson {
    /// SHA-256 over names and texts of the files in force.
    digest: String,
    rules: Vec<RuleJson>,
    candidates: Vec<CandidateJson>,
    /// The newest first.
    proposals: Vec<ProposalJson>,
}

/// What was proposed.
#[derive(Serialize, ToSchema)]
struct ProposalJson {
    id: String,
    source: &'static str,
    digest: String,
    /// The digest of those in whose place they come.
    instead_of: String,
    proposed_by: String,
    proposed_at: String,
    /// `waiting`, `approved`, `rejected` or `withdrawn`.
    state: String,
    decided_at: Option<String>,
    reason: String,
    /// What they would change, or changed; absent where they lost their ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangesJson>,
}

impl From<ProposalView> for ProposalJson {
    fn from(p: ProposalView) -> Self {
        Self {
            id: p.id.to_string(),
            source: p.source.word(),
            digest: p.digest,
            instead_of: p.instead_of,
            proposed_by: p.proposed_by.to_string(),
            proposed_at: rfc3339(p.proposed_at),
            state: p.state,
            decided_at: p.decided_at.map(rfc3339),
            reason: p.reason,
            changes: None,
        }
    }
}

/// One rule that is not the same.
#[derive(Serialize, ToSchema)]
struct RuleChangeJson {
    id: String,
    /// `added`, `removed`, `changed` or `moved`.
    change: &'static str,
    before: Option<RuleJson>,
    after: Option<RuleJson>,
}

impl From<RuleChange> for RuleChangeJson {
    fn from(c: RuleChange) -> Self {
        Self { change: c.word(), id: c.id, before: c.before.map(Into::into), after: c.after.map(Into::into) }
    }
}

/// People and acts for which the answer would be another.
#[derive(Serialize, ToSchema)]
struct PracticeJson {
    who: String,
    acts: Vec<String>,
    /// True where it is refused today and would be allowed.
    opens: bool,
}

/// What other policies would change.
#[derive(Serialize, ToSchema)]
struct ChangesJson {
    rules: Vec<RuleChangeJson>,
    practice: Vec<PracticeJson>,
    /// How many more lines of practice there are.
    more: usize,
}

impl From<Difference> for ChangesJson {
    fn from(d: Difference) -> Self {
        let practice = |c: Change| PracticeJson { who: c.who, acts: c.acts, opens: c.opens };
        Self {
            rules: d.rules.into_iter().map(Into::into).collect(),
            practice: d.practice.into_iter().map(practice).collect(),
            more: d.more,
        }
    }
}

/// What no policy may do, and these would.
#[derive(Serialize, ToSchema)]
struct BreachJson {
    bound: &'static str,
    rules: Vec<String>,
    says: String,
}

impl From<Breach> for BreachJson {
    fn from(b: Breach) -> Self {
        Self { bound: b.bound, rules: b.rules, says: b.says }
    }
}

/// Other policies, looked at.
#[derive(Serialize, ToSchema)]
struct LookJson {
    source: &'static str,
    digest: String,
    changes: ChangesJson,
    /// Why they cannot be proposed; empty where they can.
    breaches: Vec<BreachJson>,
}

async fn source(api: &Api, word: &str) -> Result<Source, Problem> {
    match Source::parse(word) {
        Some(source) => Ok(source),
        None => Ok(api.unknown(Verb::PolicyList).await?),
    }
}

/// The policies in force and what could come instead.
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies", responses((status = 200, body = PoliciesJson)))]
async fn list(api: Api) -> Answer {
    let all = policy::overview(&api).await?;
    let body = PoliciesJson {
        digest: all.digest,
        rules: all.rules.into_iter().map(Into::into).collect(),
        candidates: all.candidates.into_iter().map(Into::into).collect(),
        proposals: all.proposals.into_iter().map(Into::into).collect(),
    };
    Ok(json(StatusCode::OK, &body))
}

/// What a source offers (`release` or `folder`), rule by rule and in practice.
#[utoipa::path(get, path = "/api/v1/policies/candidates/{source}", tag = "policies", params(("source" = String, Path)), responses((status = 200, body = LookJson)))]
async fn look(One(word): One, api: Api) -> Answer {
    let source = source(&api, &word).await?;
    let look = policy::look(&api, source).await?;
    let body = LookJson {
        source: look.source.word(),
        digest: look.digest,
        changes: look.difference.into(),
        breaches: look.breaches.into_iter().map(Into::into).collect(),
    };
    Ok(json(StatusCode::OK, &body))
}

/// What is proposed: the digest is that of the texts that were looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Propose {
    /// `release` or `folder`.
    source: String,
    digest: String,
    reason: String,
}

/// What was proposed, and whether it holds already.
#[derive(Serialize, ToSchema)]
struct ProposedJson {
    id: String,
    done: bool,
}

/// Proposes other policies. A second person decides.
#[utoipa::path(post, path = "/api/v1/policies/proposals", tag = "policies", request_body = Propose, responses((status = 202, body = ProposedJson)))]
async fn propose(api: Api, Json(new): Json<Propose>) -> Answer {
    let source = source(&api, &new.source).await?;
    let made = policy::propose(&api, source, &new.digest, Reason::parse(&new.reason)).await?;
    Ok(json(StatusCode::ACCEPTED, &ProposedJson { id: made.id.to_string(), done: made.done }))
}

/// One proposal, and what it would change while it waits.
#[utoipa::path(get, path = "/api/v1/policies/proposals/{id}", tag = "policies", params(("id" = String, Path)), responses((status = 200, body = ProposalJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::PolicyList, &id).await?;
    let (view, difference) = policy::proposal(&api, id).await?;
    let body = ProposalJson { changes: difference.map(Into::into), ..ProposalJson::from(view) };
    Ok(json(StatusCode::OK, &body))
}

/// Yes or no.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Verdict {
    approve: bool,
}

/// Decides as the second person.
#[utoipa::path(post, path = "/api/v1/policies/proposals/{id}", tag = "policies", params(("id" = String, Path)), request_body = Verdict, responses((status = 204)))]
async fn decide(One(id): One, api: Api, Json(verdict): Json<Verdict>) -> Answer {
    let id = api.id(Verb::PolicyDecide, &id).await?;
    policy::decide(&api, id, verdict.approve).await?;
    Ok(nothing())
}

/// Withdraws what one has proposed.
#[utoipa::path(post, path = "/api/v1/policies/proposals/{id}/withdraw", tag = "policies", params(("id" = String, Path)), responses((status = 204)))]
async fn withdraw(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::PolicyWithdraw, &id).await?;
    policy::withdraw(&api, id).await?;
    Ok(nothing())
}
