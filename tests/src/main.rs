//! Stories over the outside contract.
