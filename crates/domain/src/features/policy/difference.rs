//! What other policies would change: rule by rule, and in practice.
//!
//! The second is what people decide on: each situation that the two answer differently, in words, those alike
//! taken together. Situations that cannot come about (a seat of someone who can hold none) are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::actor::Role;
use crate::kernel::error::Result;
use crate::kernel::facts::WallAnswer;
use crate::kernel::gate::{Gate, Rule, ThingKind};
use crate::kernel::situations::{Case, Facets, Region, Study, cases, kinds_of};
use crate::kernel::verb::Verb;

use super::words;

/// At most so many lines are told.
const LINES: usize = 60;

/// One rule that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// Its id.
    pub id: String,
    /// As it is in force; none where it is new.
    pub before: Option<Rule>,
    /// As it would be; none where it goes.
    pub after: Option<Rule>,
}

impl RuleChange {
    /// `added`, `removed`, `changed`, or `moved` from one file to another.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(b), Some(a)) if b.text == a.text => "moved",
            _ => "changed",
        }
    }
}

/// People and acts for which the answer would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// "A partner without a seat".
    pub who: String,
    /// "reading a record", …
    pub acts: Vec<String>,
    /// True where it is refused today and would be allowed.
    pub opens: bool,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Rules, in the order of the other policies, those that go at the end.
    pub rules: Vec<RuleChange>,
    /// What would be allowed or refused otherwise; what opens comes first.
    pub practice: Vec<Change>,
    /// How many more lines there are.
    pub more: usize,
}

impl Difference {
    /// The ids of the rules with this word.
    #[must_use]
    pub fn ids(&self, word: &str) -> Vec<String> {
        self.rules.iter().filter(|r| r.word() == word).map(|r| r.id.clone()).collect()
    }
}

/// What `after` would change.
///
/// # Errors
/// A fault of ours.
pub fn difference(before: &Gate, after: &Gate) -> Result<Difference> {
    let mut practice = practice(before, after)?;
    let more = practice.len().saturating_sub(LINES);
    practice.truncate(LINES);
    Ok(Difference { rules: rules(before, after), practice, more })
}

/// Rule by rule, without looking at what they do.
pub(super) fn rules(before: &Gate, after: &Gate) -> Vec<RuleChange> {
    let find = |gate: &Gate, id: &str| gate.texts().iter().find(|r| r.id == id).cloned();
    let mut all = Vec::new();
    for rule in after.texts() {
        let old = find(before, &rule.id);
        if old.as_ref() != Some(rule) {
            all.push(RuleChange { id: rule.id.clone(), before: old, after: Some(rule.clone()) });
        }
    }
    for rule in before.texts().iter().filter(|r| find(after, &r.id).is_none()) {
        all.push(RuleChange { id: rule.id.clone(), before: Some(rule.clone()), after: None });
    }
    all
}

/// Who is meant: the roles, their seats, and what is unusual.
type Who = (Vec<Role>, Vec<&'static str>, Vec<&'static str>);

fn practice(before: &Gate, after: &Gate) -> Result<Vec<Change>> {
    let (old, new) = (Study::of(before)?, Study::of(after)?);
    let mut grouped: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
    for verb in Verb::ALL {
        for kind in kinds_of(*verb)? {
            let (was, will) = (old.slice("Person", *verb, kind)?, new.slice("Person", *verb, kind)?);
            if was.likeness == will.likeness {
                continue;
            }
            let facets = was.facets.or(will.facets);
            let mut differing = Vec::new();
            for case in cases(facets, Region::default()).into_iter().filter(|c| can_be(c, kind)) {
                let (b, a) = (was.allows(&case.who(), &case.how)?, will.allows(&case.who(), &case.how)?);
                if a != b {
                    differing.push((case, a));
                }
            }
            for opens in [true, false] {
                let cases: Vec<Case> =
                    differing.iter().filter(|(_, a)| *a == opens).map(|(c, _)| *c).collect();
                for who in gathered(&plainest(&cases)) {
                    let says = people(&who, facets);
                    grouped.entry((!opens, says)).or_default().push(words::act(*verb, kind));
                }
            }
        }
    }
    Ok(grouped.into_iter().map(|((closes, who), acts)| Change { who, acts, opens: !closes }).collect())
}

/// Whether such a situation can come about.
fn can_be(case: &Case, kind: ThingKind) -> bool {
    let seated = case.how.seat != "none" || case.how.leads;
    let leads = case.how.seat == "lead" || case.how.leads;
    let of_a_matter = matches!(kind, ThingKind::Client | ThingKind::Matter | ThingKind::Record);
    (!seated || case.role.can_hold_seat())
        && !(leads && case.role == Role::Paralegal)
        && (case.how.seat == "none" || of_a_matter || kind == ThingKind::Firm)
        && (!case.how.leads || kind == ThingKind::Wall)
        && (case.how.wall == WallAnswer::None || of_a_matter || kind == ThingKind::Wall)
}

/// Of what differs for the same role and seat, the cases with the least that is unusual: the rest only adds to it.
fn plainest(cases: &[Case]) -> Vec<Case> {
    let unusual = |case: &Case| words::unusual(case).into_iter().collect::<BTreeSet<_>>();
    let same = |a: &Case, b: &Case| a.role == b.role && a.how.seat == b.how.seat;
    let dominated = |case: &Case| {
        let mine = unusual(case);
        cases.iter().any(|other| {
            let theirs = unusual(other);
            same(case, other) && theirs.len() < mine.len() && theirs.is_subset(&mine)
        })
    };
    cases.iter().filter(|case| !dominated(case)).copied().collect()
}

/// Roles with the same seats and the same that is unusual, together.
fn gathered(cases: &[Case]) -> Vec<Who> {
    let mut by_unusual: BTreeMap<Vec<&'static str>, BTreeMap<&'static str, Vec<&'static str>>> =
        BTreeMap::new();
    for case in cases {
        let seats = by_unusual.entry(words::unusual(case)).or_default().entry(case.role.word()).or_default();
        if !seats.contains(&case.how.seat) {
            seats.push(case.how.seat);
        }
    }
    let mut all = Vec::new();
    for (unusual, roles) in by_unusual {
        let mut by_seats: BTreeMap<Vec<&'static str>, Vec<Role>> = BTreeMap::new();
        for role in Role::ALL {
            if let Some(seats) = roles.get(role.word()) {
                by_seats.entry(seats.clone()).or_default().push(*role);
            }
        }
        all.extend(by_seats.into_iter().map(|(seats, roles)| (roles, seats, unusual.clone())));
    }
    all
}

/// "A partner or an associate without a seat, without a fresh code".
fn people((roles, seats, unusual): &Who, facets: Facets) -> String {
    let everyone = roles.len() == Role::ALL.len() || !facets.has(Facets::ROLE);
    let mut says = if everyone {
        String::from("Everyone")
    } else {
        let named: Vec<String> = roles.iter().map(|r| words::a_role(*r)).collect();
        let small = |text: &String| text.replacen('A', "a", 1);
        let rest: Vec<String> = named.iter().skip(1).map(small).collect();
        joined(named.first().into_iter().cloned().chain(rest).collect())
    };
    if facets.has(Facets::SEAT) && seats.len() < 4 {
        says.push(' ');
        says.push_str(&joined(seats.iter().map(|s| words::a_seat(s).to_owned()).collect()));
    }
    for more in unusual {
        says.push_str(", ");
        says.push_str(more);
    }
    says
}

fn joined(mut parts: Vec<String>) -> String {
    match (parts.pop(), parts.is_empty()) {
        (Some(last), false) => format!("{} or {last}", parts.join(", ")),
        (Some(only), true) => only,
        (None, _) => String::new(),
    }
}
