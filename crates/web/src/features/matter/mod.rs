//! Matters: the list, a new one, the head of the workspace, its team, closing and reopening.

mod api;
mod api_team;
mod head;
mod pages;
mod team;

pub(crate) use head::{crumbs, head};

use utoipa_axum::router::OpenApiRouter;

use crate::routes::Paths;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    api::api().merge(api_team::api())
}

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/matters", pages::list)
        .post("/matters", pages::create)
        .get("/matters/new", pages::new)
        .post("/matters/search", pages::search)
        .get("/matters/{id}/team", team::show)
        .post("/matters/{id}/team", team::give)
        .post("/matters/{id}/team/{staff}", team::change)
        .post("/matters/{id}/team/{staff}/end", team::end)
        .post("/matters/{id}/edit", team::edit)
        .post("/matters/{id}/close", team::close)
        .post("/matters/{id}/reopen", team::reopen)
}
