//! What a firm does, one folder each, under the same name as in `domain`; and `frame`, which is around all.

pub mod client;
pub mod explain;
pub mod frame;
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
pub(crate) mod words;
