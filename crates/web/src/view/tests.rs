//! Every template renders its samples.
