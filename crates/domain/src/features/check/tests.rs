//! The tables of bound rows against the schema, and names of sets.
