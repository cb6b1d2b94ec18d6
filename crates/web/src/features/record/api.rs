//! Records to programs: lists, one record, its changes.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::record::{
    self, FolderView, Labels, LowerLabel, MakeFolder, MoveRecord, RaiseLabel, RecordView, RenameRecord,
    VersionView,
};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::text::{Reason, Title};
use strongroom_domain::kernel::verb::Verb;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Query, Window, changed, json, named, tagged};
use crate::http::etag::IfMatch;
use crate::http::problem::Problem;
use crate::state::WebState;

pub(super) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(folders, make_folder))
        .routes(routes!(read, change))
}

/// A record.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordJson {
    id: String,
    matter_id: String,
    folder_id: Option<String>,
    /// `Pleadings/2026`, or empty.
    folder: String,
    title: String,
    filename: String,
    media_type: String,
    size: u64,
    sha256: String,
    version: u32,
    /// One level, any marks.
    labels: Vec<&'static str>,
    created_at: String,
    created_by: String,
    changed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Vec<VersionJson>>,
}

/// A version of a record.
#[derive(Serialize, ToSchema)]
struct VersionJson {
    version: u32,
    filename: String,
    media_type: String,
    size: u64,
    sha256: String,
    created_at: String,
    created_by: String,
}

impl From<VersionView> for VersionJson {
    fn from(v: VersionView) -> Self {
        Self {
            version: v.version,
            filename: v.filename,
            media_type: v.media_type,
            size: v.size,
            sha256: v.sha256,
            created_at: rfc3339(v.created_at),
            created_by: v.created_by,
        }
    }
}

impl From<RecordView> for RecordJson {
    fn from(r: RecordView) -> Self {
        Self {
            id: r.id.to_string(),
            matter_id: r.matter.to_string(),
            folder_id: r.folder.map(|f| f.to_string()),
            folder: r.folder_path,
            title: r.title,
            filename: r.filename,
            media_type: r.media_type,
            size: r.size,
            sha256: r.sha256,
            version: r.version,
            labels: r.labels.words(),
            created_at: rfc3339(r.created_at),
            created_by: r.created_by,
            changed_at: rfc3339(r.changed_at),
            versions: None,
        }
    }
}

/// Which records.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// In this folder only: its id.
    folder: Option<String>,
    limit: Option<u32>,
    after: Option<String>,
}

/// The records of a matter, newest change first.
#[utoipa::path(get, path = "/api/v1/matters/{id}/records", tag = "records", params(("id" = String, Path), Which), responses((status = 200, body = Items<RecordJson>)))]
async fn list(One(id): One, api: Api, Query(which): Query<Which>) -> Answer {
    let matter = api.id(Verb::RecordList, &id).await?;
    let folder = named(&api, Verb::RecordList, which.folder.as_deref()).await?;
    let name = format!("records {matter} {}", which.folder.as_deref().unwrap_or_default());
    let window = Window { limit: which.limit, after: which.after };
    let after: Option<RecordId> = window.after_id(&api, &name)?;
    let page = record::list(&api, matter, folder, after, window.limit()?).await?;
    Items::page(
        &api,
        &name,
        page.items.into_iter().map(RecordJson::from).collect(),
        page.next.map(|r| r.any()),
    )
}

/// A folder of a matter.
#[derive(Serialize, ToSchema)]
struct FolderJson {
    id: String,
    path: String,
    /// What new records in it are labelled with, at least.
    labels: Vec<&'static str>,
    /// How many records lie in it itself.
    records: u64,
}

impl From<FolderView> for FolderJson {
    fn from(f: FolderView) -> Self {
        Self { id: f.id.to_string(), path: f.path, labels: f.labels.words(), records: f.records }
    }
}

/// The folders of a matter, by path.
#[utoipa::path(get, path = "/api/v1/matters/{id}/folders", tag = "records", params(("id" = String, Path)), responses((status = 200, body = Items<FolderJson>)))]
async fn folders(One(id): One, api: Api) -> Answer {
    let matter = api.id(Verb::RecordList, &id).await?;
    let page = record::list(&api, matter, None, None, 1).await?;
    Ok(Items::whole(page.folders.into_iter().map(FolderJson::from).collect()))
}

/// A folder to be made, with those above it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FolderNew {
    path: String,
    labels: Option<Vec<String>>,
}

/// Makes a folder; one that is there already is answered as it is.
#[utoipa::path(post, path = "/api/v1/matters/{id}/folders", tag = "records", params(("id" = String, Path)), request_body = FolderNew, responses((status = 201, body = FolderMade)))]
async fn make_folder(One(id): One, api: Api, Json(new): Json<FolderNew>) -> Answer {
    let matter = api.id(Verb::FolderMake, &id).await?;
    let labels = new.labels.as_deref().map(Labels::parse).transpose()?;
    let folder = api.perform(MakeFolder { matter, path: new.path.clone(), labels }).await?;
    Ok(json(StatusCode::CREATED, &FolderMade { id: folder.to_string(), path: new.path }))
}

/// A folder just made.
#[derive(Serialize, ToSchema)]
struct FolderMade {
    id: String,
    path: String,
}

/// One record, with its versions.
#[utoipa::path(get, path = "/api/v1/records/{id}", tag = "records", params(("id" = String, Path)), responses((status = 200, body = RecordJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::RecordRead, &id).await?;
    let seen = record::read(&api, id).await?;
    let etag = seen.record.etag;
    let mut body = RecordJson::from(seen.record);
    body.versions = Some(seen.versions.into_iter().map(VersionJson::from).collect());
    Ok(tagged(StatusCode::OK, etag, &body))
}

/// A change: one of title, folder and labels at a time. What is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordChange {
    title: Option<String>,
    /// A path, made on demand; empty for none.
    folder: Option<String>,
    /// One level, any marks.
    labels: Option<Vec<String>>,
    /// Why a label is lowered.
    reason: Option<String>,
}

/// Changes a record's title, folder or labels.
#[utoipa::path(patch, path = "/api/v1/records/{id}", tag = "records", params(("id" = String, Path)), request_body = RecordChange, responses((status = 200, body = RecordJson)))]
async fn change(One(id): One, api: Api, IfMatch(etag): IfMatch, Json(change): Json<RecordChange>) -> Answer {
    let etag = match (change.title, change.folder, change.labels) {
        (Some(title), None, None) => {
            let record = api.id(Verb::RecordRename, &id).await?;
            api.perform(RenameRecord { record, title: Title::parse(&title)?, etag }).await?
        }
        (None, Some(folder), None) => {
            let record = api.id(Verb::RecordMove, &id).await?;
            api.perform(MoveRecord { record, folder: Some(folder).filter(|f| !f.is_empty()), etag }).await?
        }
        (None, None, Some(labels)) => {
            label(&api, &id, Labels::parse(&labels)?, change.reason.as_deref(), etag).await?
        }
        (None, None, None) => {
            return Err(Error::invalid("title", "Say what is to change: title, folder or labels.").into());
        }
        _ => return Err(Problem::malformed("Change title, folder and labels one after the other.")),
    };
    let id = api.id(Verb::RecordRead, &id).await?;
    Ok(changed(etag, record::read(&api, id).await.map(|seen| RecordJson::from(seen.record))))
}

/// Up without a reason; where the domain says that it is not up, down with one.
async fn label(
    api: &Api,
    id: &str,
    labels: Labels,
    reason: Option<&str>,
    etag: Option<i64>,
) -> Result<i64, Problem> {
    let lowers = reason.map(Reason::parse).transpose()?;
    match lowers {
        Some(reason) => {
            let record = api.id(Verb::LabelLower, id).await?;
            Ok(api.perform(LowerLabel { record, labels, reason, etag }).await?)
        }
        None => {
            let record = api.id(Verb::LabelRaise, id).await?;
            Ok(api.perform(RaiseLabel { record, labels, etag }).await?)
        }
    }
}
