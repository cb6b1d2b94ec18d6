//! Ending what lets a person in: for suspension, reset and sign-out. Whoever calls it touches the person's set.

use strongroom_storage::params;

use crate::kernel::clock::Micros;
use crate::kernel::error::Result;
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::operation::WriteTx;
use crate::kernel::strongroom::Settings;

use super::model::{Credential, Session, Token};
use super::store;

/// The person's live credentials, checked.
pub(crate) async fn credentials(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Vec<Credential>> {
    let rows = tx.all(&store::CREDENTIALS_OF, &params![staff.to_string()]).await?;
    rows.iter().map(|row| Credential::read(row, tx.vault())).collect()
}

/// The person's live sessions, checked.
pub(super) async fn sessions(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Vec<Session>> {
    let rows = tx.all(&store::SESSIONS_OF, &params![staff.to_string()]).await?;
    rows.iter().map(|row| Session::read(row, tx.vault())).collect()
}

/// Writes the row's `used` and `ended_at` as the credential now has them; stale where it changed meanwhile.
pub(crate) async fn change(tx: &mut WriteTx<'_>, credential: &Credential, used_before: i64) -> Result<()> {
    let values = params![
        credential.used,
        credential.ended_at,
        credential.bind().mac(tx.vault())?,
        credential.id.to_string(),
        used_before
    ];
    tx.exec_one(&store::CREDENTIAL_CHANGE, &values).await
}

/// Ends the credentials that `which` names; how many.
pub(crate) async fn end_credentials(
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    which: impl Fn(&str) -> bool,
) -> Result<usize> {
    let now = tx.now();
    let mut ended = 0;
    for mut credential in credentials(tx, staff).await?.into_iter().filter(|c| which(&c.kind)) {
        credential.ended_at = Some(now);
        let used = credential.used;
        change(tx, &credential, used).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Writes the session's row as it now is.
pub(super) async fn write(tx: &mut WriteTx<'_>, session: &Session) -> Result<()> {
    let values = params![
        session.seen_at,
        session.stepped_up_at,
        session.ended_at,
        session.bind().mac(tx.vault())?,
        session.id.to_string()
    ];
    tx.exec_one(&store::SESSION_CHANGE, &values).await
}

/// Ends the sessions that `which` names; how many.
pub(super) async fn end_sessions(
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    which: impl Fn(&Session) -> bool,
) -> Result<usize> {
    let now = tx.now();
    let mut ended = 0;
    for mut session in sessions(tx, staff).await?.into_iter().filter(|s| which(s)) {
        session.ended_at = Some(now);
        write(tx, &session).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Ends the sessions that have run out, so that the set stays small.
pub(super) async fn end_expired(tx: &mut WriteTx<'_>, staff: StaffId, settings: &Settings) -> Result<()> {
    let now = tx.now();
    end_sessions(tx, staff, |s| !s.holds(now, settings)).await?;
    end_tokens(tx, staff, |t| t.expires_at <= now).await?;
    Ok(())
}

/// Ends the tokens that `which` names; how many.
pub(super) async fn end_tokens(
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    which: impl Fn(&Token) -> bool,
) -> Result<usize> {
    let now: Micros = tx.now();
    let rows = tx.all(&store::LIVE_TOKENS_OF, &params![staff.to_string()]).await?;
    let mut ended = 0;
    for row in &rows {
        let mut token = Token::read(row, tx.vault())?;
        if which(&token) {
            token.ended_at = Some(now);
            let values = params![token.seen_at, now, token.bind().mac(tx.vault())?, token.id.to_string()];
            tx.exec_one(&store::TOKEN_END, &values).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends every session but one, and every token where `tokens` says so: the person is out at once.
pub(crate) async fn end_carriers(
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    keep: Option<SessionId>,
    tokens: bool,
) -> Result<usize> {
    let mut ended = end_sessions(tx, staff, |s| Some(s.id) != keep).await?;
    if tokens {
        ended += end_tokens(tx, staff, |_| true).await?;
    }
    Ok(ended)
}
