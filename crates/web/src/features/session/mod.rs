//! Signing in and out, the fresh code, enrolment, unsealing; one's own sessions, tokens and password.

mod account;
mod api;
mod door;
mod enrol;
mod step_up;

pub(crate) use account::{KNOWN, device};
pub(crate) use api::api;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths
        .get("/sign-in", door::show)
        .post("/sign-in", door::password)
        .post("/sign-in/code", door::code)
        .post("/sign-out", door::out)
        .post("/unseal", door::unseal)
        .post("/unseal/restart", door::restart)
        .get("/enrol/{token}", enrol::show)
        .post("/enrol/{token}", enrol::send)
        .get("/step-up", step_up::show)
        .post("/step-up", step_up::send)
        .post("/session/keep", step_up::keep)
        .get("/account", account::show)
        .post("/account/sessions/{id}/end", account::end)
        .post("/account/sessions/end-others", account::end_others)
        .post("/account/tokens", account::make_token)
        .post("/account/tokens/{id}/revoke", account::end_token)
        .post("/account/password", account::password)
        .post("/account/recovery-codes", account::recovery_codes)
        .post("/sign-ins/{id}/confirm", account::confirm)
        .post("/sign-ins/{id}/deny", account::deny)
}
