//! Small changes of a record: title, folder, labels; and a new folder.

use strongroom_domain::Error;
use strongroom_domain::features::record::{
    Labels, LowerLabel, MakeFolder, MoveRecord, RaiseLabel, RenameRecord,
};
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::text::{Reason, Title};
use strongroom_domain::kernel::verb::Verb;

use super::forms::labels;
use super::list;
use super::one::{Part, Typed, draw};
use crate::features::words::on_form;
use crate::http::api::{One, id_of};
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done};

async fn answer(
    page: &Page,
    id: RecordId,
    fields: Fields,
    part: Part,
    code: &str,
    result: Result<i64, Error>,
) -> Answer {
    match result {
        Ok(_) => Ok(done(&format!("/records/{id}"), code, page.ctx.last_entry())),
        Err(error) => draw(page, id, None, Typed { part, wrong: Some(on_form(error)?), fields }).await,
    }
}

/// Its title.
pub(super) async fn title(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let record = id_of(&page.ctx, Verb::RecordRename, &id).await?;
    let result = match Title::parse(fields.get("title")) {
        Ok(title) => page.ctx.perform(RenameRecord { record, title, etag: fields.etag() }).await,
        Err(error) => Err(error),
    };
    answer(&page, record, fields, Part::Title, "saved", result).await
}

/// Another folder.
pub(super) async fn shift(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let record = id_of(&page.ctx, Verb::RecordMove, &id).await?;
    let folder = fields.some("folder").map(str::to_owned);
    let result = page.ctx.perform(MoveRecord { record, folder, etag: fields.etag() }).await;
    answer(&page, record, fields, Part::Folder, "saved", result).await
}

fn chosen(fields: &Fields) -> Result<Labels, Error> {
    labels(fields)?.ok_or_else(|| Error::invalid("labels", "Choose a label."))
}

/// A higher label.
pub(super) async fn raise(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let record = id_of(&page.ctx, Verb::LabelRaise, &id).await?;
    let result = match chosen(&fields) {
        Ok(labels) => page.ctx.perform(RaiseLabel { record, labels, etag: fields.etag() }).await,
        Err(error) => Err(error),
    };
    answer(&page, record, fields, Part::Raise, "label-raised", result).await
}

/// A lower label, with its reason.
pub(super) async fn lower(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let record = id_of(&page.ctx, Verb::LabelLower, &id).await?;
    let asked = chosen(&fields).and_then(|labels| Ok((labels, Reason::parse(fields.get("reason"))?)));
    let result = match asked {
        Ok((labels, reason)) => {
            page.ctx.perform(LowerLabel { record, labels, reason, etag: fields.etag() }).await
        }
        Err(error) => Err(error),
    };
    answer(&page, record, fields, Part::Lower, "label-lowered", result).await
}

/// A new folder of a matter.
pub(super) async fn folder(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let matter = id_of(&page.ctx, Verb::FolderMake, &id).await?;
    let path = fields.some("new_folder").or(fields.some("name")).unwrap_or_default().to_owned();
    match page.ctx.perform(MakeFolder { matter, path, labels: None }).await {
        Ok(folder) => {
            Ok(done(&format!("/matters/{matter}?folder={folder}"), "folder-made", page.ctx.last_entry()))
        }
        Err(error) => {
            let (_, says) = on_form(error)?;
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            let typed = list::Typed { fields: Fields::default(), error: Some(says), status };
            list::draw(&page, matter, &Fields::default(), typed).await
        }
    }
}
