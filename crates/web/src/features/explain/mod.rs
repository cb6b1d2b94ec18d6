//! Why: who may do what with a thing, by which rules, now or as of a past instant.

mod api;
mod pages;

pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths.get("/explain", pages::form).post("/explain", pages::ask)
}

use strongroom_domain::kernel::id::AnyId;
use strongroom_domain::kernel::target::Target;

/// The thing that an id names, whatever its type.
fn thing(text: &str) -> Target {
    let Some(id) = AnyId::parse(text) else { return Target::Unknown };
    id.typed()
        .map(Target::Matter)
        .or_else(|| id.typed().map(Target::Record))
        .or_else(|| id.typed().map(Target::Client))
        .or_else(|| id.typed().map(Target::Wall))
        .or_else(|| id.typed().map(Target::Staff))
        .or_else(|| id.typed().map(Target::Group))
        .unwrap_or(Target::Unknown)
}
