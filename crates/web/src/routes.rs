//! placeholder
use axum::http::Method;
/// placeholder
#[must_use]
pub fn routes() -> Vec<(Method, &'static str)> { Vec::new() }
