//! One plain struct per page: what is on it, in owned data. No domain types, no decisions.

#[macro_use]
pub mod parts;
pub mod field;

pub mod door;
pub mod activity;
pub mod chart;
pub mod clients;
pub mod today;
pub mod matters;
pub mod qr;
pub mod records;
pub mod team;

#[cfg(test)]
mod tests;
