//! Staff: the directory, one person, and for administrators accounts and roles with a second person.

mod api;
mod approvals;
mod pages;
mod person;

pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/staff", pages::list)
        .post("/staff", pages::invite)
        .get("/staff/{id}", person::show)
        .post("/staff/{id}/role", person::role)
        .post("/staff/{id}/groups", person::groups)
        .post("/staff/{id}/invite", person::link)
        .post("/staff/{id}/reset", person::reset)
        .post("/staff/{id}/suspend", person::suspend)
        .post("/staff/{id}/restore", person::restore)
        .get("/approvals", approvals::list)
        .post("/approvals/{id}", approvals::decide)
        .post("/approvals/{id}/withdraw", approvals::withdraw)
}
