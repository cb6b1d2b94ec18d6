//! Turns a foreign document into something harmless to show, and finds its media type from its bytes.
//!
//! The parsers here meet whatever the world sends to a law firm, so they never run where a key, a socket or
//! a folder is within reach. The server hands the bytes to a child process through a pipe; the child gives
//! up everything but reading that pipe and writing its answer ([`confine`]), renders ([`render`]) and is
//! gone. What comes back are pixels that we drew, text that we escape and lists of names: nothing of the
//! original's code, links, scripts or metadata passes.
//!
//! * [`sniff`] — the media type, from the first bytes.
//! * [`child::main`] — the hidden subcommand of the server binary.
//! * [`parent::Previewer`] — starts the child, feeds it, bounds its time, memory and output.
//! * [`html::document`] — the page for the sandboxed frame.

pub mod child;
pub mod confine;
pub mod html;
mod html_style;
mod mail;
mod model;
mod msg;
mod office;
pub mod parent;
mod pdf;
mod pixels;
mod raster;
mod render;
mod rtf;
mod sniff;
mod sniff_zip;
mod text;
mod tiff_pages;
mod wire;
mod xml;
mod zipped;

pub use confine::{Confinement, Probe};
pub use html_style::PREVIEW_CSS;
pub use model::{Attachment, Entry, Kind, MediaType, Preview, Refusal, Want};
pub use parent::{Previewer, Request};
pub use render::{input_limit, render};
pub use sniff::sniff;

#[cfg(test)]
mod tests;
