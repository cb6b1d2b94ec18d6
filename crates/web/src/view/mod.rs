//! One plain struct per page: what is on it, in owned data. No domain types, no decisions.

#[macro_use]
pub mod parts;
pub mod field;

pub mod door;
pub mod qr;

#[cfg(test)]
mod tests;
