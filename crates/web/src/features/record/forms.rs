//! The pieces that the list and the record's own page share: labels from a form, previews, trails, why.

use strongroom_domain::Error;
use strongroom_domain::features::ledger;
use strongroom_domain::features::record::{Labels, RecordView};
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use crate::features::words;
use crate::http::form::Fields;
use crate::http::page::Page;
use crate::view::parts::{Trail, Why};
use crate::view::records::Preview;

/// Level and marks as a form has them; none where it says nothing.
///
/// # Errors
/// A word that is no label.
pub(super) fn labels(fields: &Fields) -> Result<Option<Labels>, Error> {
    let mut said: Vec<&str> = fields.some("level").into_iter().collect();
    said.extend(fields.all("marks"));
    if said.is_empty() { Ok(None) } else { Labels::parse(&said).map(Some) }
}

/// Kinds that our readers show; the rest say at once that there is nothing to see.
pub(super) fn preview(record: &RecordView, version: u32) -> Preview {
    Preview::Frame { src: format!("/records/{}/preview/{version}", record.id) }
}

/// Verbs that a short trail shows: who opened or changed it, not who asked about that.
const OPENED: [&str; 8] = [
    "record.read",
    "record.preview",
    "record.download",
    "record.version",
    "record.add",
    "label.raise",
    "label.lower",
    "record.rename",
];

/// The last few who opened it.
///
/// # Errors
/// Sealed, storage.
pub(super) async fn trail(page: &Page, id: RecordId) -> Result<Trail, Error> {
    let seen = match ledger::record_activity(&page.ctx, id, None, 50).await {
        Ok(seen) => seen.items,
        Err(Error::Refused(_) | Error::NotFound) => Vec::new(),
        Err(error) => return Err(error),
    };
    let opened = seen.iter().filter(|e| OPENED.contains(&e.verb.as_str()));
    let mut lines = words::trails(page, opened);
    lines.truncate(6);
    Ok(Trail { lines })
}

/// Why this person can open it: the rules' own sentences.
///
/// # Errors
/// Sealed, storage.
pub(super) async fn why(page: &Page, id: RecordId) -> Result<Why, Error> {
    let decision = page.ctx.why(Verb::RecordRead, &Target::Record(id)).await?;
    Ok(Why {
        allowed: decision.allowed,
        lead: String::from(if decision.allowed { "You can open this." } else { "You cannot open this." }),
        sentences: decision.because.into_iter().map(|b| b.says).collect(),
        ask: None,
    })
}
