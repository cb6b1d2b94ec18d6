//! Which passwords are good enough (NIST SP 800-63B, 3.1.1): long enough, not one that everyone tries first, not
//! one that the firm or the person gives away. No rules about kinds of characters, no forced changes. Whatever a
//! keyboard makes of the same characters, it is one password: RFC 8265, `OpaqueString`.

use strongroom_seal::password as argon;
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::kernel::error::{Error, Result};
use crate::kernel::strongroom::Strongroom;

mod blocklist;

/// The least length, in characters.
const SHORTEST: usize = 8;
/// The greatest.
const LONGEST: usize = 256;

/// How many passwords are computed at once: each takes 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Of those, how many for devices that never signed in to the account: guessers must not take both.
static STRANGE: Semaphore = Semaphore::const_new(1);
/// How many of those wait at most; further ones are told to come again.
static WAITING: Semaphore = Semaphore::const_new(24);
/// When, in seconds.
const COME_AGAIN: u64 = 5;

/// The rules in one sentence.
#[must_use]
pub const fn password_rules() -> &'static str {
    "At least 8 characters, any of them, spaces too: a few words that do not belong together are best. \
     Not a common password, not your name, your address or the firm's name."
}

/// In the one form in which a password is counted, computed and compared: spaces of every kind are the plain one,
/// and the rest is NFC. A form longer than any password is cut, so that nobody makes us compute it.
fn prepared(password: &str) -> Zeroizing<String> {
    let space = |c: char| c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    let plain = password.chars().take(LONGEST * 4).map(|c| if space(c) { ' ' } else { c });
    // room for all of it at once: a text that grows leaves copies behind
    let mut text = Zeroizing::new(String::with_capacity(LONGEST * 16));
    text.extend(plain.nfc().take(LONGEST + 1));
    text
}

fn stretched(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'l',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Without the digits and signs that people put at the ends.
fn core(lower: &str) -> String {
    lower.trim_matches(|c: char| !c.is_alphabetic()).to_owned()
}

fn is_run(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let step = |by: i64| {
        chars.windows(2).all(|pair| match pair {
            [a, b] => i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == by,
            _ => false,
        })
    };
    chars.len() > 1 && (step(0) || step(1) || step(-1))
}

/// One short piece over and over: `abcabcabc`, `12121212`.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4.min(chars.len() / 2)).any(|size| {
        let piece: Vec<char> = chars.iter().copied().take(size).collect();
        chars.iter().zip(piece.iter().cycle()).all(|(a, b)| a == b)
    })
}

/// Along the rows of a keyboard, either way, perhaps several pieces of at least three keys.
fn walks_the_keyboard(lower: &str) -> bool {
    let mut rest: &str = lower;
    let mut pieces = 0;
    while !rest.is_empty() {
        let longest = rest
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .filter(|end| {
                rest.get(..*end).is_some_and(|piece| piece.len() >= 3 && blocklist::on_a_row(piece))
            })
            .max();
        let Some(end) = longest else { return false };
        rest = rest.get(end..).unwrap_or_default();
        pieces += 1;
    }
    (1..=4).contains(&pieces)
}

fn too_common(lower: &str) -> bool {
    let core = core(lower);
    let plain: String = core.chars().map(stretched).collect();
    let whole: String = lower.chars().map(stretched).collect();
    let known = |text: &str| blocklist::PASSWORDS.contains(&text);
    let digits = lower.chars().all(|c| c.is_ascii_digit());
    known(lower)
        || known(&whole)
        || known(&core)
        || known(&plain)
        || is_run(lower)
        || is_repeated(lower)
        || walks_the_keyboard(lower)
        || (!core.is_empty()
            && core.chars().count() > 2
            && core.chars().count() + 4 >= lower.chars().count()
            && walks_the_keyboard(&core))
        || (digits && lower.len() <= 12)
}

/// Words of the firm's and the person's own, of at least four letters.
fn own_words<'a>(own: &[&'a str]) -> Vec<String> {
    own.iter()
        .flat_map(|text: &&'a str| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 4)
        .map(str::to_lowercase)
        .collect()
}

/// Refuses a password that is too short, too long, common, or made of `own` names and addresses.
pub(crate) fn check(field: &'static str, password: &str, own: &[&str]) -> Result<()> {
    let password = prepared(password);
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Error::invalid(
            field,
            "At least 8 characters. A few words that do not belong together are best.",
        ));
    }
    if length > LONGEST {
        return Err(Error::invalid(field, "At most 256 characters."));
    }
    let lower = Zeroizing::new(password.to_lowercase());
    if too_common(&lower) {
        return Err(Error::invalid(field, "This is among the first that anyone would try. Take another."));
    }
    // what is left beside the own words must itself be long enough
    let mut left = lower.to_string();
    for word in own_words(own) {
        left = left.replace(&word, "");
    }
    let left = left.chars().filter(|c| c.is_alphanumeric()).count();
    if left < SHORTEST && left < lower.chars().filter(|c| c.is_alphanumeric()).count() {
        return Err(Error::invalid(
            field,
            "It is made of your name, your address or the firm's name. Take another.",
        ));
    }
    Ok(())
}

/// Runs Argon2 beside the requests, at most two at once. The places are given back when it has ended, not when
/// whoever asked has hung up: it goes on without them.
async fn beside<T: Send + 'static>(turn: Turn, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let gone = |e: String| Error::Internal(format!("password: {e}"));
    let place = AT_ONCE.acquire().await.map_err(|e| gone(e.to_string()))?;
    let held = move || {
        let done = work();
        drop((place, turn));
        done
    };
    tokio::task::spawn_blocking(held).await.map_err(|e| gone(e.to_string()))
}

/// The PHC string of a new password.
pub(crate) async fn hash(room: &Strongroom, password: &str) -> Result<Zeroizing<String>> {
    let cost = room.settings.password_cost;
    let entropy = room.entropy.clone();
    let password = prepared(password);
    let hash = beside(Turn(None), move || argon::hash(&password, cost, entropy.as_ref())).await?;
    hash.map_err(|e| Error::Internal(e.to_string()))
}

/// A turn to have a password looked at.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] Option<SemaphorePermit<'static>>);

/// Waits for a turn. Taken before the attempt is counted: whoever is sent away has not guessed. A device that is known
/// has a way of its own, so that a crowd of strangers keeps nobody out who has been here.
///
/// # Errors
/// Throttled: too many strangers wait already.
pub(crate) async fn turn(known: bool) -> Result<Turn> {
    if known {
        return Ok(Turn(None));
    }
    let _waits = WAITING.try_acquire().map_err(|_| Error::Throttled { retry_after: COME_AGAIN })?;
    let turn = STRANGE.acquire().await.map_err(|e| Error::Internal(format!("password: {e}")))?;
    Ok(Turn(Some(turn)))
}

/// Whether it is the password of the PHC string; without one, the same time passes and the answer is no.
pub(crate) async fn verify(
    room: &Strongroom,
    turn: Turn,
    password: &str,
    phc: Option<Zeroizing<String>>,
) -> Result<bool> {
    let cost = room.settings.password_cost;
    let password = prepared(password);
    beside(turn, move || match phc {
        Some(phc) => argon::verify(&password, &phc),
        None => {
            argon::pretend(&password, cost);
            false
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, STRANGE, beside, turn};

    /// Or whoever hangs up at once could have as many computed beside one another as they like.
    #[tokio::test]
    async fn who_hangs_up_gives_no_place_back_before_the_work_has_ended() {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let working = tokio::spawn(beside(turn(false).await.unwrap(), move || wait.recv()));
        while AT_ONCE.available_permits() == 2 {
            tokio::task::yield_now().await;
        }
        working.abort();
        assert!(working.await.is_err());
        assert_eq!((STRANGE.available_permits(), AT_ONCE.available_permits()), (0, 1));
        go.send(()).unwrap();
        drop((STRANGE.acquire().await.unwrap(), AT_ONCE.acquire_many(2).await.unwrap()));
    }
}
