//! Words that stand in several crates, because none of these may see the other: they are the same.

use std::collections::BTreeSet;

use strongroom_demo::Firm;
use strongroom_domain::kernel::actor::Role;

#[test]
fn roles_are_called_the_same_everywhere() {
    let kernel: Vec<(&str, &str)> = Role::ALL.iter().map(|r| (r.word(), r.says())).collect();
    let shown: Vec<(&str, &str)> =
        strongroom_web::layout::Role::ALL.iter().map(|r| (r.word(), r.label())).collect();
    assert_eq!(shown, kernel, "domain/kernel/actor.rs and web/layout/nav.rs name the roles differently");
    // the demo has someone of each, and seats only those whom the kernel seats
    let cast: BTreeSet<(&str, bool)> =
        Firm::new(20_000).people.iter().map(|p| (p.role.word(), p.role.may_sit())).collect();
    let roles: BTreeSet<(&str, bool)> = Role::ALL.iter().map(|r| (r.word(), r.can_hold_seat())).collect();
    assert_eq!(cast, roles, "domain/kernel/actor.rs and demo/cast/people.rs name the roles differently");
}
