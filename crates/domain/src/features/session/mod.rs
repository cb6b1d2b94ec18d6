//! Signing in: password and a code of the authenticator, sessions of browsers, personal access tokens.
//!
//! What must hold: a code and a recovery code are good once; guessing is slowed by account and network and
//! never locks an account, and a device that has signed in before has a pace of its own; secrets are kept as
//! digests or sealed; a row that was added, edited or put back behind the program's back signs nobody in.

mod authenticate;
pub(crate) mod credential;
mod live;
pub(crate) mod model;
mod ops;
pub(crate) mod password;
mod queries;
mod recovery;
mod sign_in;
pub(crate) mod store;
mod throttle;
mod ticket;
mod tokens;

pub use authenticate::{authenticate_session, authenticate_token};
pub use ops::{EndAllSessions, EndSession, SignOut, change_password, new_recovery_codes, sign_out, step_up};
pub use password::password_rules;
pub use queries::{Me, SessionView, me, recovery_left, sessions, who};
pub use sign_in::{SignedIn, sign_in_code, sign_in_password};
pub use tokens::{EndToken, MadeToken, TokenView, make_token, tokens};

pub(crate) use authenticate::still_in;
pub(crate) use live::{end_carriers, end_credentials};
pub(crate) use queries::last_seen;
pub(crate) use ticket::{open_ticket, seal_ticket};

#[cfg(test)]
mod tests;
