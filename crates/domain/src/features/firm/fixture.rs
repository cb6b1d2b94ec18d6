//! A firm for tests.
