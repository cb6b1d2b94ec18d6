//! strongroom-verify
fn main() {}
