//! Whom the policy files name, rule by rule.

use crate::kernel::asking::Keeper;
use crate::kernel::gate::{Gate, built_in};

#[test]
fn every_refusal_that_someone_can_lift_says_whom_to_ask() {
    let gate = Gate::new(&built_in()).unwrap();
    // a fresh code and a scope are one's own to get, and who presents stops; a client contact is told whom to call
    let alone = ["step-up", "token-scope", "presenting", "client-contacts-wait"];
    for (name, text) in built_in() {
        for policy in text.split("@id(\"").skip(1) {
            let id = policy.split('"').next().unwrap();
            let asks = policy.contains("forbid (") && !alone.contains(&id);
            assert_eq!(gate.keeper(id).is_some(), asks, "{name}: {id}");
        }
    }
    assert_eq!(gate.keeper("only-leads-export"), Some(Keeper::Lead));
    assert!(gate.keeper("nobody-said-so").is_some());
    let nobody = r#"@id("x") @says("No.") @ask("the king") forbid (principal, action, resource);"#;
    assert!(
        Gate::new(&[(String::from("x.cedar"), String::from(nobody))]).is_err(),
        "nobody knows that keeper"
    );
}
