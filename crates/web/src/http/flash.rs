//! What was done, said on the page after it. The cookie carries a code of a fixed list and the entry's id;
//! words come from here, so that nobody can put words on our page.

use axum::http::HeaderMap;
use strongroom_domain::kernel::id::{EntryId, RecordId};

use super::cookies;
use crate::layout::{Flash, Tone};

/// Code, tone, words.
const SAYINGS: &[(&str, Tone, &str)] = &[
    ("client-made", Tone::Good, "The client is taken on."),
    ("saved", Tone::Good, "Saved."),
    ("matter-made", Tone::Good, "The matter is open. Give its team their seats."),
    ("matter-closed", Tone::Good, "The matter is closed and read-only."),
    ("matter-open", Tone::Good, "The matter is open again."),
    ("seat-given", Tone::Good, "The seat is given."),
    ("seat-ended", Tone::Good, "The seat has ended."),
    ("records-added", Tone::Good, "Added and sealed."),
    ("folder-made", Tone::Good, "The folder is made."),
    ("label-raised", Tone::Good, "The label is raised."),
    ("label-lowered", Tone::Warn, "The label is lowered."),
    ("wall-made", Tone::Good, "The wall stands. It holds within a second."),
    ("wall-changed", Tone::Good, "The wall is changed. It holds within a second."),
    ("wall-reviewed", Tone::Good, "The review is recorded."),
    ("wall-ended", Tone::Warn, "The wall has ended."),
    ("session-ended", Tone::Good, "The session has ended."),
    ("sessions-ended", Tone::Good, "Every other session has ended."),
    ("token-ended", Tone::Good, "The token no longer works."),
    ("password-changed", Tone::Good, "Your password is changed. Your other sessions have ended."),
    ("stepped-up", Tone::Good, "Confirmed. What you typed is still here; send it again."),
    ("asked", Tone::Note, "Asked. A second person, who is not an administrator, decides it under Approvals."),
    ("policies-asked", Tone::Note, "Proposed. A partner or a compliance officer decides."),
    ("policies-in-force", Tone::Good, "These policies decide from now on."),
    ("approved", Tone::Good, "Approved."),
    ("rejected", Tone::Good, "Rejected."),
    ("withdrawn", Tone::Note, "Withdrawn. Nothing changes; you can ask anew."),
    ("suspended", Tone::Warn, "Suspended, and signed out everywhere."),
    ("restored", Tone::Good, "Let back in."),
    ("done", Tone::Good, "Done."),
    ("upload-ended", Tone::Good, "What had arrived is discarded."),
    ("confirmed", Tone::Good, "Thank you. It is noted that this was you."),
    ("denied", Tone::Warn, "That session has ended. Change your password now, under Your sign-in."),
    (
        "recovery-used",
        Tone::Warn,
        "You used a recovery code; it does not work again. See how many are left under Your sign-in.",
    ),
];

/// The cookie of a saying.
#[must_use]
pub fn cookie(code: &str, entry: Option<EntryId>) -> String {
    let entry = entry.map(|e| e.to_string()).unwrap_or_default();
    cookies::set_for(cookies::FLASH, &format!("{code}~{entry}"), 60)
}

/// The cookie that tells of records added: how many, and the id of the first. What it is called is looked up
/// by the page that says it, for no name of a client's paper goes into a cookie.
#[must_use]
pub fn cookie_of_records(entry: Option<EntryId>, count: usize, first: Option<RecordId>) -> String {
    let entry = entry.map(|e| e.to_string()).unwrap_or_default();
    let first = first.map(|r| r.to_string()).unwrap_or_default();
    cookies::set_for(cookies::FLASH, &format!("records-added~{entry}~{count}~{first}"), 60)
}

/// What the browser brings of records just added: how many, and the first of them.
#[must_use]
pub fn added_records(headers: &HeaderMap) -> Option<(usize, RecordId)> {
    let (_, facts) =
        cookies::read(headers, cookies::FLASH)?.strip_prefix("records-added~")?.split_once('~')?;
    let (count, first) = facts.split_once('~')?;
    Some((count.parse().ok()?, RecordId::parse(first)?))
}

/// The saying that the browser brings.
#[must_use]
pub fn read(headers: &HeaderMap) -> Option<Flash> {
    let (code, rest) = cookies::read(headers, cookies::FLASH)?.split_once('~')?;
    let entry = rest.split('~').next().unwrap_or_default();
    let (_, tone, words) = SAYINGS.iter().find(|(name, ..)| *name == code)?;
    let entry_href = EntryId::parse(entry).map(|id| format!("/ledger/{id}"));
    Some(Flash { entry_href, ..Flash::new(*tone, *words) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

    fn said(value: &str) -> Option<Flash> {
        let mut map = HeaderMap::new();
        map.insert(COOKIE, HeaderValue::from_str(&format!("__Host-flash={value}")).expect("header"));
        read(&map)
    }

    #[test]
    fn words_come_from_the_list_only() {
        let flash = said("saved~ent_01ARZ3NDEKTSV4RRFFQ69G5FAV").expect("known");
        assert_eq!(flash.text, "Saved.");
        assert_eq!(flash.entry_href.as_deref(), Some("/ledger/ent_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        assert!(said("your account is closed~").is_none());
        assert!(said("saved~javascript:alert(1)").expect("known").entry_href.is_none());
    }
}
