//! Resumable uploads, tus 1.0: what arrived stays, sealed, until the file is whole.

mod api;

pub(crate) use api::api;

use strongroom_domain::features::upload;
use strongroom_domain::kernel::verb::Verb;

use crate::http::api::{One, id_of};
use crate::http::page::Posted;
use crate::http::reply::{Answer, done};
use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths.post("/uploads/{id}/discard", discard)
}

/// Gives up an upload, from the page of the day.
async fn discard(One(id): One, posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    let id = id_of(ctx, Verb::UploadEnd, &id).await?;
    upload::end(ctx, id).await?;
    Ok(done("/today", "upload-ended", ctx.last_entry()))
}
