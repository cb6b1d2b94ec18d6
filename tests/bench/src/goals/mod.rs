//! The goals by their numbers (`G7` is search, which is not built; `G16` is a peer that cannot be installed here).

mod attack;
mod cost;
mod grown;
mod log;
mod nodes;
mod rates;
mod stall;
mod transfer;

use std::pin::Pin;

use crate::Size;
use crate::report::Line;

type Goal = fn(Size) -> Pin<Box<dyn Future<Output = Vec<Line>>>>;

/// Each goal and how it is measured.
pub const ALL: &[(&str, Goal)] = &[
    ("G1", |size| Box::pin(transfer::uploads(size))),
    ("G2", |size| Box::pin(transfer::downloads(size))),
    ("G3", |size| Box::pin(transfer::small_uploads(size))),
    ("G4", |size| Box::pin(transfer::small_downloads(size))),
    ("G5", |size| Box::pin(rates::logged_reads(size))),
    ("G6", |size| Box::pin(log::verify(size))),
    ("G8", |size| Box::pin(grown::lists(size))),
    ("G9", |size| Box::pin(grown::start(size))),
    ("G10", |size| Box::pin(rates::memory(size))),
    ("G11", |size| Box::pin(cost::decision(size))),
    ("G12", |size| Box::pin(cost::format(size))),
    ("G13", |size| Box::pin(cost::overhead(size))),
    ("G14", |size| Box::pin(nodes::reads(size))),
    ("G15", |size| Box::pin(nodes::uploads(size))),
    ("G17", |size| Box::pin(stall::stalled(size))),
    ("attack", |size| Box::pin(attack::others(size))),
];
