//! Situations in plain words: who, how things stand, and what they do.

use crate::kernel::actor::Role;
use crate::kernel::facts::WallAnswer;
use crate::kernel::gate::{Principal, ThingKind};
use crate::kernel::situations::Case;
use crate::kernel::verb::Verb;

/// "reading a record", for a verb whose phrase says only "reading it".
pub(super) fn act(verb: Verb, kind: ThingKind) -> String {
    let thing = match kind {
        ThingKind::Firm => "an entry",
        ThingKind::Client => "a client",
        ThingKind::Matter => "a matter",
        ThingKind::Record => "a record",
        ThingKind::Wall => "a wall",
        ThingKind::Staff => "a person",
        ThingKind::Group => "a group",
    };
    let said: Vec<String> = verb
        .doing()
        .split(' ')
        .map(|word| match word {
            "it" => thing.to_owned(),
            "its" => format!("{thing}'s"),
            other => other.to_owned(),
        })
        .collect();
    let said = said.join(" ");
    // asking why is asked of several kinds of thing, and the phrase names none of them
    if verb.word().starts_with("explain") {
        format!("{said} ({})", kind.type_name().to_lowercase())
    } else {
        said
    }
}

/// "A partner", "An administrator".
pub(super) fn a_role(role: Role) -> String {
    let says = role.says().to_lowercase();
    let article = if says.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {says}")
}

/// "without a seat", "who leads".
pub(super) fn a_seat(seat: &str) -> &'static str {
    match seat {
        "lead" => "who leads the matter",
        "member" => "with a member's seat",
        "reader" => "with a reader's seat",
        _ => "without a seat",
    }
}

/// What is unusual about a case, in words; nothing of role and seat.
pub(super) fn unusual(case: &Case) -> Vec<&'static str> {
    let how = &case.how;
    let mut all = Vec::new();
    let mut add = |here: bool, says: &'static str| {
        if here {
            all.push(says);
        }
    };
    add(!case.active, "suspended or not yet enrolled");
    add(how.wall == WallAnswer::Barred, "barred by a wall");
    add(how.wall == WallAnswer::NotAdmitted, "not admitted by a wall");
    add(how.leads, "who leads a matter that the wall covers");
    add(how.own, "about themselves or what is their own");
    add(!how.open, "in a closed matter");
    add(!how.stepped_up, "without a fresh code");
    add(!how.scoped, "by a token without the scope");
    add(how.aside, "while another client is presented");
    all
}

/// One person's case whole.
pub(super) fn person(case: &Case, seat_matters: bool) -> String {
    let mut says = a_role(case.role);
    if seat_matters {
        says.push(' ');
        says.push_str(a_seat(case.how.seat));
    }
    for more in unusual(case) {
        says.push_str(", ");
        says.push_str(more);
    }
    says
}

/// Whoever is no person.
pub(super) fn work(who: &Principal) -> String {
    match who {
        Principal::System(role) => format!("The system's {role}"),
        Principal::Operator => String::from("The operator of the machine"),
        Principal::Anonymous => String::from("A stranger"),
        Principal::Person { role, .. } => a_role(*role),
    }
}
