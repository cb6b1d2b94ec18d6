//! Renders every page with the samples into a folder: `cargo run --example gallery -- DIR`.
//! `assets/gallery.mjs` then takes pictures of them and runs axe over them.

mod samples;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("gallery"), PathBuf::from);
    std::fs::create_dir_all(&dir)?;
    for (name, page) in samples::all()? {
        std::fs::write(dir.join(format!("{name}.html")), page)?;
    }
    Ok(())
}
