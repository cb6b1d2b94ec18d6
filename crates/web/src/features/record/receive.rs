//! Files that arrive as a form: streamed part by part into the domain, never held whole. What files are to
//! be labelled with, and where they go, stands before them.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use strongroom_domain::features::record::{self, Labels, NewRecord, RecordView};
use strongroom_domain::kernel::id::{MatterId, RecordId};
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Ctx, Error};

use super::list::{self, Typed};
use super::one::{self, Part};
use crate::http::api::{One, id_of};
use crate::http::form::Fields;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::http::reply::{Answer, added};
use crate::http::trouble::Trouble;
use crate::state::WebState;

/// The longest that a field beside the files may be.
const FIELD: usize = 16 * 1024;

/// Where the files of a form go.
#[derive(Clone, Copy)]
pub(super) enum Into {
    /// Each is a new record of the matter.
    Matter(MatterId),
    /// The one is a new version, made from this state of the record.
    Version(RecordId, Option<i64>),
}

/// What became of a form with files.
pub(super) struct Filed {
    /// What was added, in the form's order.
    pub(super) records: Vec<RecordView>,
    /// The fields before the files.
    pub(super) fields: Fields,
    /// Why it ended early; what stands in `records` stays.
    pub(super) failed: Option<Problem>,
}

fn cut(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new("too-large", "A part of the form is too large."),
        _ => Problem::malformed("The form is not whole multipart/form-data."),
    }
}

/// Takes the form in. `check` sees the fields before the first file is touched.
pub(super) async fn take(
    ctx: &Ctx,
    state: &WebState,
    request: Request,
    into: Into,
    check: &(dyn Fn(&Fields) -> Result<(), Problem> + Sync),
) -> Filed {
    let mut filed = Filed { records: Vec::new(), fields: Fields::default(), failed: None };
    filed.failed = walk(ctx, state, request, into, check, &mut filed.records, &mut filed.fields).await.err();
    filed
}

async fn walk(
    ctx: &Ctx,
    state: &WebState,
    request: Request,
    into: Into,
    check: &(dyn Fn(&Fields) -> Result<(), Problem> + Sync),
    records: &mut Vec<RecordView>,
    fields: &mut Fields,
) -> Result<(), Problem> {
    let mut request = request;
    // files have no limit here: the domain's own holds, and nothing is kept in memory
    DefaultBodyLimit::disable().apply(&mut request);
    let form = Multipart::from_request(request, state).await;
    let mut form = form.map_err(|_| Problem::new("media-type", "Send the files as multipart/form-data."))?;
    let mut files = 0;
    while let Some(mut part) = form.next_field().await.map_err(|e| cut(&e))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != "file" {
            if files > 0 {
                return Err(Problem::malformed(
                    "Send the other fields (folder, labels) before the first file.",
                ));
            }
            fields.0.push((name, text(&mut part).await?));
            continue;
        }
        if files == 0 {
            check(fields)?;
        }
        files += 1;
        if files > 1 && matches!(into, Into::Version(..)) {
            return Err(Problem::malformed("A new version is one file."));
        }
        records.push(file(ctx, state, &mut part, into, fields).await?);
    }
    check(fields)?;
    if files == 0 {
        return Err(Error::invalid("file", "Choose at least one file.").into());
    }
    Ok(())
}

async fn text(part: &mut Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(bytes) = part.chunk().await.map_err(|e| cut(&e))? {
        if text.len() + bytes.len() > FIELD {
            return Err(Problem::new("too-large", "A field of the form is too large."));
        }
        text.extend_from_slice(&bytes);
    }
    String::from_utf8(text).map_err(|_| Problem::malformed("A field of the form is not UTF-8."))
}

async fn file(
    ctx: &Ctx,
    state: &WebState,
    part: &mut Field<'_>,
    into: Into,
    fields: &Fields,
) -> Result<RecordView, Problem> {
    let filename = part.file_name().unwrap_or_default().to_owned();
    let mut incoming = match into {
        Into::Matter(matter) => {
            let new = NewRecord {
                matter: Some(matter),
                filename,
                title: fields.some("title").map(str::to_owned),
                folder: fields.some("folder").map(str::to_owned),
                labels: said_labels(fields)?,
                keep_duplicate: fields.get("duplicate") == "keep",
            };
            record::incoming(ctx, new).await?
        }
        Into::Version(record, etag) => {
            record::incoming_version(ctx, record, filename, etag.or(fields.etag())).await?
        }
    };
    while let Some(bytes) = part.chunk().await.map_err(|e| cut(&e))? {
        state.metrics().uploaded(u64::try_from(bytes.len()).unwrap_or(0));
        incoming.write(bytes).await?;
    }
    Ok(incoming.finish().await?)
}

/// Labels as a form or program says them: `labels` (repeated, or with commas, or a JSON list), or `level`
/// and `marks`.
pub(super) fn said_labels(fields: &Fields) -> Result<Option<Labels>, Error> {
    let mut words: Vec<String> = Vec::new();
    for value in ["labels", "level", "marks"].into_iter().flat_map(|name| fields.all(name)) {
        match serde_json::from_str::<Vec<String>>(value) {
            Ok(list) => words.extend(list),
            Err(_) => words.extend(value.split(',').map(|w| w.trim().to_owned()).filter(|w| !w.is_empty())),
        }
    }
    if words.is_empty() { Ok(None) } else { Labels::parse(&words).map(Some) }
}

/// The token of the form stands in front of its files.
fn token(page: &Page, fields: &Fields) -> Result<(), Problem> {
    if page.form_fits(fields) { Ok(()) } else { Err(Problem::csrf()) }
}

/// What of a problem belongs on the form.
fn on_form(problem: Problem) -> Result<(StatusCode, String), Trouble> {
    match problem.status().as_u16() {
        409 | 413 | 422 => Ok((problem.status(), problem.detail().to_owned())),
        _ => Err(problem.into()),
    }
}

/// Adds files to a matter, by the form of its page.
pub(super) async fn add(State(state): State<WebState>, One(id): One, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let page = Page::before_files(&parts, &state).await?;
    let matter = id_of(&page.ctx, Verb::RecordAdd, &id).await?;
    let request = Request::from_parts(parts, body);
    let Filed { fields, failed, records } =
        take(&page.ctx, &state, request, Into::Matter(matter), &|f| token(&page, f)).await;
    let Some(problem) = failed else {
        let folder =
            records.first().and_then(|r| r.folder).map(|f| format!("?folder={f}")).unwrap_or_default();
        return Ok(added(&format!("/matters/{matter}{folder}"), page.ctx.last_entry(), &records));
    };
    let (status, says) = on_form(problem)?;
    let before = match records.len() {
        0 => String::new(),
        n => format!(
            " {} before it.",
            crate::http::when::many(u64::try_from(n).unwrap_or(0), "file was added", "files were added")
        ),
    };
    list::draw(
        &page,
        matter,
        &Fields::default(),
        Typed { fields, error: Some(format!("{says}{before}")), status },
    )
    .await
}

/// Adds a version, by the form of the record's page.
pub(super) async fn version(State(state): State<WebState>, One(id): One, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let page = Page::before_files(&parts, &state).await?;
    let record = id_of(&page.ctx, Verb::RecordVersion, &id).await?;
    let request = Request::from_parts(parts, body);
    let Filed { fields, failed, records } =
        take(&page.ctx, &state, request, Into::Version(record, None), &|f| token(&page, f)).await;
    let Some(problem) = failed else {
        return Ok(added(&format!("/records/{record}"), page.ctx.last_entry(), &records));
    };
    let (_, says) = on_form(problem)?;
    one::draw(&page, record, None, one::Typed { part: Part::Version, fields, wrong: Some(("", says)) }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> Option<Vec<&'static str>> {
        let fields = Fields(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        said_labels(&fields).expect("labels").map(Labels::words)
    }

    #[test]
    fn labels_are_read_in_every_spelling() {
        let both = Some(vec!["internal", "privileged"]);
        assert_eq!(said(&[("labels", "internal,privileged")]), both);
        assert_eq!(said(&[("labels", "internal"), ("labels", "privileged")]), both);
        assert_eq!(said(&[("labels", "[\"internal\",\"privileged\"]")]), both);
        assert_eq!(said(&[("level", "internal"), ("marks", "privileged")]), both);
        assert_eq!(said(&[("labels", "")]), None);
    }
}
