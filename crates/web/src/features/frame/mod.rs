//! What is around every page: the first address, colours, presentation mode, the palette; and what
//! monitors and programmers ask for: liveness, the API's document, what a problem means.

mod around;
mod open;
mod palette;

pub(crate) use open::{open, problem_page};

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/", around::first)
        .post("/theme", around::theme)
        .post("/present", around::present)
        .post("/present/stop", around::stop)
        .post("/palette", palette::find)
}
