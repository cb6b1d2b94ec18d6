//! Personal access tokens: made in the browser, shown once, each with scopes and an end.

use strongroom_seal::token;
use strongroom_storage::params;
use zeroize::Zeroizing;

use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{StaffId, TokenId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Name;
use crate::kernel::verb::{Scope, Verb};

use super::model::Token;
use super::{live, ops, store};

/// The longest life of a token without a strong scope.
const LONGEST: Micros = 366 * DAY;

/// A token that was made; its text is shown once.
pub struct MadeToken {
    /// Its id.
    pub id: TokenId,
    /// `sr_pat_…`.
    pub text: Zeroizing<String>,
}

/// A token as its owner sees it.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Micros,
    /// When it ends by itself.
    pub expires_at: Micros,
    /// When a program last used it, to the hour.
    pub seen_at: Option<Micros>,
    /// When it was ended.
    pub ended_at: Option<Micros>,
}

struct MakeToken {
    staff: StaffId,
    name: Name,
    scopes: String,
    expires_at: Micros,
    hash: [u8; 32],
}

/// A token's text is shown once.
struct NewToken(TokenId);

impl Answer for NewToken {
    fn made(&self) -> String {
        self.0.to_string()
    }

    fn again(_: &str) -> Option<Self> {
        None
    }
}

impl Operation for MakeToken {
    const VERB: Verb = Verb::TokenMake;
    type Output = NewToken;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<NewToken>> {
        tx.touch(Set::Person(self.staff)).await?;
        let id: TokenId = tx.new_id();
        let text = id.to_string();
        let entropy = tx.ctx().room.entropy.clone();
        let sealed_name =
            tx.vault().seal_system(Token::column(&text), entropy.as_ref(), self.name.as_str().as_bytes())?;
        let token = Token {
            id,
            staff: self.staff,
            secret_hash: self.hash.to_vec(),
            scopes: self.scopes,
            created_at: tx.now(),
            expires_at: self.expires_at,
            seen_at: None,
            ended_at: None,
            sealed_name,
        };
        let values = params![
            text,
            self.staff.to_string(),
            token.secret_hash.clone(),
            token.scopes.clone(),
            token.created_at,
            token.expires_at,
            token.sealed_name.clone(),
            token.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::TOKEN_INSERT, &values).await?;
        let facts = Facts::about([id.any()])
            .clear("scopes", token.scopes.clone())
            .clear("expires_at", token.expires_at);
        Ok(Done::recording(NewToken(id), facts))
    }
}

/// Makes a token. Strong scopes need a fresh code and end within the firm's limit, the others within a year.
///
/// # Errors
/// No scope; too long a life; no fresh code; not by a browser; sealed; storage.
pub async fn make_token(ctx: &Ctx, name: Name, scopes: Vec<Scope>, expires_at: Micros) -> Result<MadeToken> {
    ops::browser(ctx)?;
    let mut scopes = scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::invalid("scopes", "Say what the token may be used for."));
    }
    let now = ctx.now();
    if expires_at <= now {
        return Err(Error::invalid("expires_at", "The end must lie in the future."));
    }
    let strong = scopes.iter().any(|s| s.is_strong());
    if strong {
        ops::need_step_up(ctx)?;
    }
    let limit = if strong { ctx.room.settings.strong_token } else { LONGEST };
    if expires_at > now.saturating_add(limit) {
        let hours = limit / crate::kernel::clock::HOUR;
        let says = if strong {
            format!("A token over walls, roles or export ends within {hours} hours.")
        } else {
            String::from("A token ends within a year.")
        };
        return Err(Error::invalid("expires_at", says));
    }
    let text = token::generate(ctx.room.entropy.as_ref());
    let hash = token::parse(&text).map_err(|e| Error::Internal(e.to_string()))?.hash();
    let words: Vec<&str> = scopes.iter().map(|s| s.word()).collect();
    let NewToken(id) =
        ctx.perform(MakeToken { staff: ctx.me()?, name, scopes: words.join(" "), expires_at, hash }).await?;
    Ok(MadeToken { id, text })
}

/// Ends one of the actor's own tokens.
pub struct EndToken {
    /// The actor.
    pub staff: StaffId,
    /// The token.
    pub token: TokenId,
}

impl Operation for EndToken {
    const VERB: Verb = Verb::TokenEnd;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        tx.touch(Set::Person(self.staff)).await?;
        if live::end_tokens(tx, self.staff, |t| t.id == self.token).await? == 0 {
            return Err(Error::NotFound);
        }
        Ok(Done::recording((), Facts::about([self.token.any()])))
    }
}

/// The actor's own tokens, newest first, at most two hundred.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn tokens(ctx: &Ctx) -> Result<Vec<TokenView>> {
    let me = ctx.me()?;
    ctx.permit_with(Verb::SessionList, &Target::Staff(me), Facts::default().clear("of", "tokens")).await?;
    let rows = ctx.room.db.all(&store::TOKENS_OF, &params![me.to_string()]).await?;
    rows.iter()
        .map(|row| {
            let token = Token::read(row, &ctx.room.vault)?;
            let at = token.id.to_string();
            Ok(TokenView {
                id: token.id,
                name: ctx.room.vault.open_system_text(Token::column(&at), &token.sealed_name)?,
                scopes: token.scopes(),
                created_at: token.created_at,
                expires_at: token.expires_at,
                seen_at: token.seen_at,
                ended_at: token.ended_at,
            })
        })
        .collect()
}
