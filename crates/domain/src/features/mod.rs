//! What a firm does, one folder each, under the same name in `web` and in the tests.
//!
//! A feature imports the kernel and other features' models, never another feature's `store`.

pub mod backup;
pub mod check;
pub mod client;
pub mod explain;
pub mod firm;
pub mod group;
pub mod ledger;
pub mod matter;
pub mod policy;
pub mod record;
pub mod session;
pub mod staff;
pub mod today;
pub mod upload;
pub mod wall;
