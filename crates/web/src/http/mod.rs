//! What lies between HTTP and the features: who asks, what they may send, how answers look.

pub mod api;
pub mod body;
mod browser;
pub mod cookies;
pub mod csrf;
pub mod door;
pub mod drafts;
pub mod etag;
pub mod fair;
pub mod flash;
pub mod form;
mod kinds;
mod lingering;
pub mod metrics;
pub mod page;
pub mod problem;
pub mod range;
pub mod repeat;
pub mod reply;
pub mod request;
pub mod trouble;
pub mod tus;
pub mod when;
