//! What a face (the web, the command line) needs of a context beside its operations: the request's id
//! from outside, and cursors that fit one person and one list only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use super::blind;
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::gate::Decision;
use super::id::RequestId;
use super::target::Target;
use super::verb::Verb;

/// A MAC cut to this many bytes is long enough for something that grants nothing by itself.
const TAG: usize = 16;

impl Ctx {
    /// The same context under the id that the face has given the request.
    #[must_use]
    pub const fn under(mut self, request: RequestId) -> Self {
        self.request = request;
        self
    }

    /// A cursor after `last` in `list` (its name, filter and sort), for this person alone.
    ///
    /// # Errors
    /// Sealed.
    pub fn seal_cursor(&self, list: &str, last: &str) -> Result<String> {
        let tag = self.cursor_tag(list, last.as_bytes())?;
        let mut bytes = tag.to_vec();
        bytes.extend_from_slice(last.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What the cursor came after.
    ///
    /// # Errors
    /// It is not a cursor of this person and list; sealed.
    pub fn open_cursor(&self, list: &str, cursor: &str) -> Result<String> {
        let wrong =
            || Error::invalid("after", "This cursor belongs to another list. Begin again without it.");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        let (tag, last) = bytes.split_at_checked(TAG).ok_or_else(wrong)?;
        if !bool::from(self.cursor_tag(list, last)?.as_slice().ct_eq(tag)) && !blind::to("cursor") {
            return Err(wrong());
        }
        String::from_utf8(last.to_vec()).map_err(|_| wrong())
    }

    /// The gate's answer for this person now, with the rules that decided, leaving no entry: for the sentence
    /// beside something that a permit of this request has opened already.
    ///
    /// # Errors
    /// Sealed or storage.
    pub async fn why(&self, verb: Verb, target: &Target) -> Result<Decision> {
        Ok(self.load(async |loader| self.judge(loader, verb, target, None).await).await?.decision)
    }

    fn cursor_tag(&self, list: &str, last: &[u8]) -> Result<[u8; TAG]> {
        let who = self.actor.name();
        let mac = self
            .room
            .vault
            .with_system(|keys| keys.rows.mac("web cursor", &[who.as_bytes(), list.as_bytes(), last]))?;
        let mut tag = [0; TAG];
        tag.iter_mut().zip(mac).for_each(|(t, m)| *t = m);
        Ok(tag)
    }
}
