//! Making and checking what a person signs in with: the password's digest, the authenticator's secret,
//! recovery codes, enrolment links.

use strongroom_seal::totp::{self, TotpSecret};
use strongroom_seal::{Entropy, Secret};
use strongroom_storage::params;
use strongroom_storage::sql::{Db, Tx};

use crate::kernel::clock::{Micros, SECOND};
use crate::kernel::error::Result;
use crate::kernel::id::{CredentialId, StaffId};
use crate::kernel::operation::WriteTx;
use crate::kernel::vault::Vault;

use super::model::Credential;
use super::{recovery, store};

/// How many steps of thirty seconds a clock may be off.
const WINDOW: u64 = 1;

/// A credential that is not yet stored.
pub(crate) struct New<'a> {
    pub(crate) staff: StaffId,
    pub(crate) kind: &'static str,
    pub(crate) secret: &'a [u8],
    pub(crate) lookup: Option<[u8; 32]>,
    pub(crate) expires_at: Option<Micros>,
    pub(crate) used: i64,
}

/// The row of a new credential and the values that insert it.
pub(crate) fn row(
    vault: &Vault,
    entropy: &dyn Entropy,
    id: CredentialId,
    now: Micros,
    new: &New<'_>,
) -> Result<[strongroom_storage::sql::Param; 9]> {
    let text = id.to_string();
    let credential = Credential {
        id,
        staff: new.staff,
        kind: new.kind.to_owned(),
        sealed_secret: vault.seal_system(Credential::column(&text), entropy, new.secret)?,
        lookup: new.lookup.map(|l| l.to_vec()),
        created_at: now,
        expires_at: new.expires_at,
        used: new.used,
        ended_at: None,
    };
    Ok(params![
        text,
        new.staff.to_string(),
        new.kind,
        credential.sealed_secret.clone(),
        credential.lookup.clone(),
        now,
        credential.expires_at,
        credential.used,
        credential.bind().mac(vault)?
    ])
}

/// Stores a credential. Whoever calls it touches the person's set.
pub(crate) async fn insert(tx: &mut WriteTx<'_>, new: New<'_>) -> Result<()> {
    let id: CredentialId = tx.new_id();
    let values = row(tx.vault(), tx.ctx().room.entropy.as_ref(), id, tx.now(), &new)?;
    tx.exec_one(&store::CREDENTIAL_INSERT, &values).await
}

/// As [`insert`], at `init`, where there is no operation yet.
pub(crate) async fn insert_first(
    tx: &mut Tx,
    vault: &Vault,
    entropy: &dyn Entropy,
    id: CredentialId,
    now: Micros,
    new: New<'_>,
) -> Result<()> {
    let values = row(vault, entropy, id, now, &new)?;
    Ok(tx.exec_one(&store::CREDENTIAL_INSERT, &values).await?)
}

/// Stores ten new recovery codes; the old ones must have been ended. Their texts, shown once.
pub(crate) async fn insert_recovery(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Vec<recovery::Code>> {
    let mut codes = Vec::with_capacity(recovery::HOW_MANY);
    for _ in 0..recovery::HOW_MANY {
        let code = recovery::generate(tx.ctx().room().random());
        let lookup = recovery::lookup(tx.vault(), staff, &code)?;
        insert(
            tx,
            New { staff, kind: "recovery", secret: b"", lookup: Some(lookup), expires_at: None, used: 0 },
        )
        .await?;
        codes.push(code);
    }
    Ok(codes)
}

/// The person's live credentials, beside any transaction.
pub(crate) async fn live(db: &Db, vault: &Vault, staff: StaffId) -> Result<Vec<Credential>> {
    let rows = db.all(&store::CREDENTIALS_OF, &params![staff.to_string()]).await?;
    rows.iter().map(|row| Credential::read(row, vault)).collect()
}

/// The person's live credentials, inside the transaction.
pub(crate) async fn live_in(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Vec<Credential>> {
    super::live::credentials(tx, staff).await
}

/// The credential that a secret finds, live or not.
pub(crate) async fn by_lookup(db: &Db, vault: &Vault, lookup: [u8; 32]) -> Result<Option<Credential>> {
    let row = db.optional(&store::CREDENTIAL_BY_LOOKUP, &params![lookup]).await?;
    row.map(|row| Credential::read(&row, vault)).transpose()
}

/// The step whose code was given, of an authenticator whose secret is known.
pub(crate) fn step_of(secret: &TotpSecret, code: &str, now: Micros) -> Option<i64> {
    let seconds = u64::try_from(now / SECOND).unwrap_or(0);
    totp::verify(secret, code, seconds, WINDOW).and_then(|step| i64::try_from(step).ok())
}

/// The step whose code was given, where it is newer than the last that was used.
pub(crate) fn fresh_step(
    vault: &Vault,
    credential: &Credential,
    code: &str,
    now: Micros,
) -> Result<Option<i64>> {
    let clear =
        vault.open_system(Credential::column(&credential.id.to_string()), &credential.sealed_secret)?;
    let secret: TotpSecret = Secret::new(clear.as_slice().to_vec());
    Ok(step_of(&secret, code, now).filter(|step| *step > credential.used))
}

/// What was typed as a code, without spaces and hyphens.
pub(crate) fn tidy_code(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}
