//! placeholder
use crate::state::WebState;
/// placeholder
#[must_use]
pub fn app(state: WebState) -> axum::Router { axum::Router::new().route("/assets/{*path}", axum::routing::get(crate::assets::serve)).layer(axum::middleware::from_fn_with_state(state.clone(), crate::http::trouble::draw)).layer(axum::middleware::from_fn_with_state(state.clone(), crate::http::request::observe)).with_state(state) }
/// placeholder
#[must_use]
pub fn metrics(state: &WebState) -> String { state.metrics().render(state.is_sealed(), state.room().checkpoint().0) }
