//! Forms that were sent when a fresh code was needed: kept in memory for a quarter of an hour, for the
//! session that sent them, so that nothing typed is lost. Never written.

use std::collections::BTreeMap;
use std::sync::Mutex;

use strongroom_domain::kernel::clock::{MINUTE, Micros};
use zeroize::Zeroize as _;

use super::form::Fields;

const LASTS: Micros = 15 * MINUTE;
const AT_MOST: usize = 1000;

/// See the module.
#[derive(Default)]
pub struct Drafts(Mutex<BTreeMap<(String, String), Draft>>);

struct Draft {
    fields: Fields,
    at: Micros,
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.fields.wipe();
    }
}

impl Drafts {
    /// Keeps what was typed for the page at `path`.
    pub fn keep(&self, session: &str, path: &str, fields: Fields, now: Micros) {
        let Ok(mut drafts) = self.0.lock() else { return };
        drafts.retain(|_, draft| now - draft.at < LASTS);
        if drafts.len() < AT_MOST {
            drafts.insert((session.to_owned(), path.to_owned()), Draft { fields, at: now });
        }
    }

    /// What was typed for the page at `path`, once.
    pub fn take(&self, session: &str, path: &str, now: Micros) -> Option<Fields> {
        let mut drafts = self.0.lock().ok()?;
        let mut draft = drafts.remove(&(session.to_owned(), path.to_owned()))?;
        (now - draft.at < LASTS).then(|| std::mem::take(&mut draft.fields))
    }

    /// Forgets everything: on sealing.
    pub fn forget(&self) {
        if let Ok(mut drafts) = self.0.lock() {
            drafts.clear();
        }
    }
}

impl Fields {
    fn wipe(&mut self) {
        for (name, value) in &mut self.0 {
            name.zeroize();
            value.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_for_one_session_one_page_one_time() {
        let drafts = Drafts::default();
        let fields = || Fields(vec![("name".into(), "Wall".into())]);
        drafts.keep("ses_a", "/walls/new", fields(), 0);
        assert!(drafts.take("ses_b", "/walls/new", 1).is_none());
        assert!(drafts.take("ses_a", "/walls", 1).is_none());
        assert_eq!(drafts.take("ses_a", "/walls/new", 1).map(|f| f.0), Some(fields().0));
        assert!(drafts.take("ses_a", "/walls/new", 1).is_none());
        drafts.keep("ses_a", "/walls/new", fields(), 0);
        assert!(drafts.take("ses_a", "/walls/new", LASTS).is_none(), "a draft must end");
    }
}
