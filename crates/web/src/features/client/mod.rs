//! Clients: the list, one with its matters, a new one, its name and reference.

mod api;
mod pages;

pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/clients", pages::list)
        .post("/clients", pages::create)
        .get("/clients/new", pages::new)
        .get("/clients/{id}", pages::show)
        .post("/clients/{id}/edit", pages::edit)
}
