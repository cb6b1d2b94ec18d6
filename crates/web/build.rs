//! Builds the assets where they are missing or older than their sources, and lists them for `assets.rs`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let assets =
        PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("no manifest folder")?).join("assets");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no output folder")?);
    for watched in ["src", "build.mjs", "package.json", "package-lock.json", "dist"] {
        println!("cargo::rerun-if-changed={}", assets.join(watched).display());
    }
    if stale(&assets)? {
        build(&assets)?;
    }
    fs::write(out.join("assets.rs"), listing(&assets.join("dist"))?)?;
    Ok(())
}

/// Whether anything of the sources is newer than what was built of it.
fn stale(assets: &Path) -> Result<bool> {
    let built = assets.join("dist/app.js");
    let Ok(made) = fs::metadata(&built).and_then(|m| m.modified()) else { return Ok(true) };
    let mut newest = SystemTime::UNIX_EPOCH;
    for file in ["build.mjs", "package-lock.json"] {
        newest = newest.max(fs::metadata(assets.join(file))?.modified()?);
    }
    for (_, file) in files(&assets.join("src"))? {
        newest = newest.max(fs::metadata(file)?.modified()?);
    }
    Ok(newest > made)
}

fn build(assets: &Path) -> Result<()> {
    if !assets.join("node_modules/esbuild").exists() {
        npm(assets, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(assets, &["run", "build"])
}

fn npm(assets: &Path, arguments: &[&str]) -> Result<()> {
    let ran = Command::new("npm").args(arguments).current_dir(assets).output();
    let output = ran.map_err(|cause| {
        format!("the pages' assets must be built, and `npm` could not be run ({cause}). Install Node.js 20 or later, or put the built files into crates/web/assets/dist.")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`npm {}` failed in {}:\n{said}", arguments.join(" "), assets.display()).into())
}

/// Every file below `dir`: its path there, and its path.
fn files(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir)?.to_string_lossy().replace('\\', "/");
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn listing(dist: &Path) -> Result<String> {
    let mut list = String::from("const ASSETS: &[Asset] = &[\n");
    let mut all = DefaultHasher::new();
    for (name, path) in files(dist)? {
        let bytes = fs::read(&path)?;
        let mut one = DefaultHasher::new();
        bytes.hash(&mut one);
        (name.as_str(), &bytes).hash(&mut all);
        let kind = match name.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("woff2") => "font/woff2",
            _ => "application/octet-stream",
        };
        let etag = format!("\\\"{:016x}\\\"", one.finish());
        writeln!(
            list,
            "    Asset {{ path: {name:?}, kind: {kind:?}, etag: \"{etag}\", bytes: include_bytes!({:?}) }},",
            path.display().to_string()
        )?;
    }
    writeln!(
        list,
        "];\n/// Changes with any of them.\npub const VERSION: &str = \"{:016x}\";",
        all.finish()
    )?;
    Ok(list)
}
