//! The migrations in their order, and every statement of this crate for the checks.

use strongroom_storage::sql::{Migration, Sql};

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        /// In the order in which they are applied. Applied ones are never edited.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../../migrations/", $name, ".sql")),
            pg: None,
        }),*];
    };
}

migrations! {
    1 "0001_kernel",
    2 "0002_people",
    3 "0003_matters",
    4 "0004_records",
    5 "0005_taken_on",
    6 "0006_policy_replaced",
    7 "0007_nodes",
    8 "0008_witnessed",
    9 "0009_timestamps",
    10 "0010_pending",
}

/// Every statement that this crate sends.
#[must_use]
pub fn statements() -> Vec<&'static Sql> {
    [
        super::sets::ALL,
        super::anchor::ALL,
        super::authority_copy::ALL,
        super::loader::ALL,
        super::asking::ALL,
        super::counters::ALL,
        super::ledger::ALL,
        super::list::ALL,
        super::nodes::ALL,
        super::sequencer::ALL,
        super::repeat::ALL,
        super::timestamps::ALL,
        super::unsealing::ALL,
        super::witnesses::ALL,
        crate::features::backup::store::ALL,
        crate::features::client::store::ALL,
        crate::features::firm::store::ALL,
        crate::features::group::store::ALL,
        crate::features::ledger::store::ALL,
        crate::features::matter::store::ALL,
        crate::features::policy::store::ALL,
        crate::features::record::store::ALL,
        crate::features::session::store::ALL,
        crate::features::staff::store::ALL,
        crate::features::today::store::ALL,
        crate::features::upload::store::ALL,
        crate::features::wall::store::ALL,
        crate::features::check::store::ALL,
    ]
    .concat()
}
