//! The face of Strongroom in a browser: pages, forms and the assets they need.
//!
//! `layout` holds what every page shares, `view` one plain struct per page. A handler fills a view and
//! renders it; nothing in here opens anything.

pub mod layout;
pub mod view;

// So that the gallery's samples can be read by the tests of this crate under its own name.
#[cfg(test)]
extern crate self as strongroom_web;
