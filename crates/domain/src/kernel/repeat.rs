//! A request that is sent again. A face tells by which key it is known; [`Ctx::perform`](super::operation) claims the
//! key in the transaction of the act and remembers what was made, so that the same ask under the same key is
//! answered and not done twice, also where two arrive at once.
//!
//! What must hold: the gate is asked again each time; only what was done is remembered, never a refusal; the row
//! holds MACs, ids and numbers, nothing that a client told. A secret that is shown once is not shown again.

use strongroom_seal::mac::Sha256;
use strongroom_storage::sql::Tx;
use strongroom_storage::{params, statements};
use zeroize::Zeroizing;

use super::clock::{DAY, Micros};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::id::{EntryId, Id, Kind};
use super::strongroom::Strongroom;
use super::target::Target;
use super::verb::Verb;

/// How long an answer is remembered.
pub const REMEMBERED: Micros = DAY;

statements! {
    CLAIM = "INSERT INTO remembered_answer (actor_id, key_hash, ask_hash, entry_id, made_id, at) VALUES ($1, $2, $3, $4, '', $5) \
        ON CONFLICT (actor_id, key_hash) DO UPDATE SET ask_hash = $3, entry_id = $4, made_id = '', at = $5 WHERE remembered_answer.at <= $6";
    CLAIMED = "SELECT ask_hash, entry_id, made_id, at FROM remembered_answer WHERE actor_id = $1 AND key_hash = $2";
    REMEMBER = "UPDATE remembered_answer SET made_id = $1 WHERE actor_id = $2 AND key_hash = $3";
    FORGET = "DELETE FROM remembered_answer WHERE at <= $1";
}

/// What an operation gives back, as a remembered answer knows it.
pub trait Answer: Send + Sized {
    /// What is remembered: ids and numbers, never a text.
    fn made(&self) -> String;

    /// The answer again; none where it held a secret that is shown once.
    fn again(made: &str) -> Option<Self>;
}

impl Answer for () {
    fn made(&self) -> String {
        String::new()
    }

    fn again(_: &str) -> Option<Self> {
        Some(())
    }
}

impl<T: Kind> Answer for Id<T> {
    fn made(&self) -> String {
        self.to_string()
    }

    fn again(made: &str) -> Option<Self> {
        Self::parse(made)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Answer for $number {
            fn made(&self) -> String {
                self.to_string()
            }

            fn again(made: &str) -> Option<Self> {
                made.parse().ok()
            }
        }
    )*};
}

numbers!(i64, usize);

/// Codes that are shown once.
impl Answer for Vec<Zeroizing<String>> {
    fn made(&self) -> String {
        String::new()
    }

    fn again(_: &str) -> Option<Self> {
        None
    }
}

/// By what a request is known when it comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// A key that the sender chose: under it nothing else may be asked.
    Key(&'a str),
    /// The mark of a form that we drew: a double click sends it twice with the same words, and what is typed
    /// anew is another ask.
    Form(&'a str),
}

/// What a face has told of the request.
pub(super) struct Asked {
    key: String,
    form: bool,
    ask: Sha256,
    /// A request may do several things, one after the other: each is known by its place.
    acts: u32,
}

/// One act of the request: the key it is known by, and what it asks.
struct Act {
    key: [u8; 32],
    ask: [u8; 32],
    form: bool,
}

/// A claimed key, of which the answer is still to come.
pub(super) struct Claim {
    actor: String,
    key: [u8; 32],
}

/// What stands under a key.
pub(super) enum Claimed<T> {
    /// Nothing: do it, and remember it where the request may come again.
    Ours(Option<Claim>),
    /// It was done, by this entry and at this moment, and this is its answer.
    Done(EntryId, Micros, T),
}

impl Ctx {
    /// The request is known by a key, and asks this: method, address.
    pub fn repeatable(&self, known: Known<'_>, ask: &[u8]) {
        let (key, form) = match known {
            Known::Key(key) => (key, false),
            Known::Form(key) => (key, true),
        };
        let asked = Asked { key: key.to_owned(), form, ask: Sha256::new(), acts: 0 };
        if let Ok(mut slot) = self.asked.lock() {
            *slot = Some(asked);
        }
        self.asks(ask);
    }

    /// Further parts of what is asked: the body.
    pub fn asks(&self, part: &[u8]) {
        if let Ok(mut slot) = self.asked.lock()
            && let Some(asked) = slot.as_mut()
        {
            asked.ask.update(&(part.len() as u64).to_be_bytes());
            asked.ask.update(part);
        }
    }

    /// True where the request may be one that was answered before.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.asked.lock().is_ok_and(|slot| slot.is_some())
    }

    fn next_act(&self, verb: Verb, target: &Target, content: &[u8]) -> Result<Option<Act>> {
        let (key, ask, form, nth) = {
            let Ok(mut slot) = self.asked.lock() else { return Ok(None) };
            let Some(asked) = slot.as_mut() else { return Ok(None) };
            let nth = asked.acts.to_be_bytes();
            asked.acts += 1;
            (asked.key.clone(), asked.ask.clone().finish(), asked.form, nth)
        };
        let who = self.actor.name();
        let target = target.id().map_or_else(String::new, |id| id.to_string());
        self.room.vault.with_system(|keys| {
            let parts = [verb.word().as_bytes(), target.as_bytes(), &ask, content];
            let ask = keys.blind.mac("repeated ask", &parts);
            // words typed anew into a form are another act, so they are part of its key
            let told: &[u8] = if form { &ask } else { &[] };
            let key = keys.blind.mac("repeated key", &[who.as_bytes(), key.as_bytes(), &nth, told]);
            Some(Act { key, ask, form })
        })
    }

    /// What was made is told again to those only who may know of it now: a wall may stand before it since.
    pub(super) async fn still_known(&self, verb: Verb, made: &str) -> Result<()> {
        let Some(target) = Target::of_made(made).filter(|_| !super::blind::to("repeated-known")) else {
            return Ok(());
        };
        let Some(see) = target.known_by() else { return Ok(()) };
        let judged = self.load(async |loader| self.judge(loader, see, &target, None).await).await?;
        if judged.known { Ok(()) } else { self.unknown(verb).await }
    }

    /// Claims the key of the request's next act in its transaction. Whoever else sends the same waits here for
    /// the end of that transaction.
    pub(super) async fn claim<T: Answer>(
        &self,
        tx: &mut Tx,
        (verb, target, content): (Verb, &Target, Vec<u8>),
        entry: EntryId,
        now: Micros,
    ) -> Result<Claimed<T>> {
        let Some(act) = self.next_act(verb, target, &content)? else { return Ok(Claimed::Ours(None)) };
        let actor = self.actor.name();
        let values = params![actor.clone(), act.key, act.ask, entry.to_string(), now, now - REMEMBERED];
        if tx.exec(&CLAIM, &values).await? == 1 {
            return Ok(Claimed::Ours(Some(Claim { actor, key: act.key })));
        }
        let row = tx.one(&CLAIMED, &params![actor, act.key]).await?;
        if row.get::<Vec<u8>>("ask_hash")? != act.ask {
            let says = "This key was sent with another request. Choose a fresh one for each.";
            return Err(Error::invalid("Idempotency-Key", says));
        }
        let entry = EntryId::parse(&row.get::<String>("entry_id")?);
        let entry = entry.ok_or_else(|| Error::Internal(String::from("a remembered answer of no entry")))?;
        match T::again(&row.get::<String>("made_id")?) {
            Some(answer) => Ok(Claimed::Done(entry, row.get("at")?, answer)),
            // a browser shows the last answer only, so the secret in it must be the one that holds
            None if act.form => Ok(Claimed::Ours(None)),
            None => {
                let says = "This was done, and its secret was shown once. Make another under a fresh key.";
                Err(Error::conflict("repeat.shown_once", says))
            }
        }
    }
}

impl Claim {
    /// Remembers what was made, before the commit.
    pub(super) async fn remember(self, tx: &mut Tx, made: String) -> Result<()> {
        Ok(tx.exec_one(&REMEMBER, &params![made, self.actor, self.key]).await?)
    }
}

/// Forgets the answers whose day is over; how many.
///
/// # Errors
/// Storage.
pub async fn forget(room: &Strongroom) -> Result<u64> {
    let mut tx = room.db.begin().await?;
    let forgotten = tx.exec(&FORGET, &params![room.now() - REMEMBERED]).await?;
    tx.commit().await?;
    Ok(forgotten)
}
