//! The ledger: lists, one entry with its proof, receipts, activity; and the log's public files.

mod activity;
mod api;
mod files;
mod one;
mod search;

pub(crate) use api::api;
pub(crate) use files::open;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/ledger", search::list)
        .post("/ledger", search::find)
        .get("/ledger/{id}", one::show)
        .get("/ledger/{id}/receipt", one::receipt)
        .get("/matters/{id}/activity", activity::matter)
        .get("/records/{id}/activity", activity::record)
}
