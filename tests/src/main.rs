//! Stories over the outside contract.

mod tidy;
