//! The policies: what is in force, what could come instead, and the second person's decision.

mod api;
mod look;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::waiting_row;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/policies", pages::list)
        .get("/policies/candidates/{source}", look::candidate)
        .post("/policies/candidates/{source}", look::propose)
        .get("/policies/proposals/{id}", look::proposal)
        .post("/policies/proposals/{id}", look::decide)
        .post("/policies/proposals/{id}/withdraw", look::withdraw)
}
