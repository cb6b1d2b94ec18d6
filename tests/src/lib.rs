//! Empty: the stories are in main.rs.
