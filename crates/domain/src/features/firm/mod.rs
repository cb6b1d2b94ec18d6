//! firm.
