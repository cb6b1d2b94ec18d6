//! Groups of staff: who is in them, and for administrators changing that. Walls may name groups.

mod api;
mod pages;

pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/groups", pages::list)
        .post("/groups", pages::make)
        .get("/groups/{id}", pages::show)
        .post("/groups/{id}/edit", pages::rename)
        .post("/groups/{id}/members", pages::add)
        .post("/groups/{id}/members/{staff}/remove", pages::remove)
}
