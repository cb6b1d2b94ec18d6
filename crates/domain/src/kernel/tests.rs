//! Tests of the spine.
