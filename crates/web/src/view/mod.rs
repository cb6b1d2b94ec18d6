//! One plain struct per page: what is on it, in owned data. No domain types, no decisions.

#[macro_use]
pub mod parts;
pub mod field;

pub mod account;
pub mod activity;
pub mod admin;
pub mod chart;
pub mod clients;
pub mod door;
pub mod explain;
pub mod ledger;
pub mod matters;
pub mod policies;
pub mod portal;
pub mod qr;
pub mod records;
pub mod team;
pub mod today;
pub mod trouble;
pub mod walls;

#[cfg(test)]
mod tests;
