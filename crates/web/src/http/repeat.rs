//! Requests that are sent again: `Idempotency-Key` of programs, and the mark in each of our forms, by which a
//! double click makes one thing. What is remembered, and for how long, the domain decides.

use axum::http::Method;
use axum::http::request::Parts;
use strongroom_domain::Ctx;
use strongroom_domain::kernel::repeat::Known;

use super::form::Fields;
use super::problem::Problem;
use super::request::Rq;

/// The header by which a program says that a request is the same as one before.
pub const HEADER: &str = "idempotency-key";
/// The hidden field of a form.
pub const FIELD: &str = "once";

/// Takes the key of an API request.
///
/// # Errors
/// A key that is none.
pub(super) fn by_key(ctx: &Ctx, parts: &Parts, rq: &Rq) -> Result<(), Problem> {
    let Some(key) = parts.headers.get(HEADER) else { return Ok(()) };
    let key = key.to_str().ok().filter(|k| (1..=255).contains(&k.len()));
    let key = key.ok_or_else(|| Problem::malformed("Idempotency-Key is 1 to 255 printable characters."))?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        ctx.repeatable(Known::Key(key), parts.method.as_str().as_bytes());
        ctx.asks(rq.here.as_bytes());
    }
    Ok(())
}

/// Takes the mark of a form, and what was typed into it.
pub(super) fn by_form(ctx: &Ctx, here: &str, fields: &Fields) {
    let mark = fields.get(FIELD);
    if mark.is_empty() || mark.len() > 64 {
        return;
    }
    ctx.repeatable(Known::Form(mark), here.as_bytes());
    for (name, value) in fields.0.iter().filter(|(name, _)| name != FIELD && name != "csrf") {
        ctx.asks(name.as_bytes());
        ctx.asks(value.as_bytes());
    }
}
