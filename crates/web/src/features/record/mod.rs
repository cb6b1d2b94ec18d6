//! Records: the matter's first page, one record in full, adding, content, previews, export.

mod acts;
mod api;
mod api_files;
mod content;
mod export;
mod forms;
mod list;
mod one;
mod preview;
mod receive;

use utoipa_axum::router::OpenApiRouter;

use crate::routes::Paths;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    api::api().merge(api_files::api())
}

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/matters/{id}", list::show)
        .post("/matters/{id}/records", receive::add)
        .post("/matters/{id}/folders", acts::folder)
        .post("/matters/{id}/export", export::page)
        .get("/records/{id}", one::show)
        .get("/records/{id}/content", content::page)
        .get("/records/{id}/preview/{version}", preview::document)
        .get("/records/{id}/preview/{version}/page/{page}", preview::picture)
        .post("/records/{id}/title", acts::title)
        .post("/records/{id}/folder", acts::shift)
        .post("/records/{id}/labels/raise", acts::raise)
        .post("/records/{id}/labels/lower", acts::lower)
        .post("/records/{id}/versions", receive::version)
}
