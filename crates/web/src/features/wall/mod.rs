//! Ethical walls: the list, one wall, making, changing, reviewing and ending one.

mod api;
mod edit;
mod history;
mod pages;

pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/walls", pages::list)
        .post("/walls", edit::make)
        .get("/walls/new", edit::new)
        .get("/walls/{id}", pages::show)
        .get("/walls/{id}/edit", edit::change_form)
        .post("/walls/{id}/edit", edit::change)
        .post("/walls/{id}/review", pages::review)
        .post("/walls/{id}/end", pages::end)
}

pub(crate) use pages::kind_chip;
