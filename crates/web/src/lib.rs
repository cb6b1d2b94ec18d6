//! The face of Strongroom in a browser and to programs: pages, forms, the API, and the assets they need.
//!
//! `layout` holds what every page shares, `view` one plain struct per page, `http` what lies between HTTP
//! and the features, `features` one folder for each thing a firm does, under the same name as in `domain`.
//! What must hold: every handler reaches the firm through a [`strongroom_domain::Ctx`] that sign-in has made;
//! there is no other way in. This crate knows no SQL, no keys and no policies.

pub mod assets;
pub mod features;
pub mod http;
pub mod layout;
mod openapi;
pub mod routes;
pub mod server;
pub mod state;
pub mod view;

pub use http::request::Acquainted;
pub use routes::routes;
pub use server::{app, metrics};
pub use state::{Progress, SealMethod, SealStatus, Settings, Unsealer, WebState};

// So that the gallery's samples can be read by the tests of this crate under its own name.
#[cfg(test)]
extern crate self as strongroom_web;
