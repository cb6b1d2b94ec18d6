//! `export`: a matter as a BagIt bag, or the ledger as tlog-tiles, as the person whose token it is. What was
//! written is read back and held against its digests before "done" is said.

use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde_json::json;
use strongroom_tlog::bundle::BundlePath;
use strongroom_tlog::{TileMap, TilePath, TileSource as _, leaf_hash, tile};

use crate::http::{Connection, bounded, full, succeeded};
use crate::progress::Progress;
use crate::say::{note, usage};

/// The longest file of a ledger: 256 entries of 32 KiB, with room.
const LONGEST: usize = 32 << 20;

/// A new or empty folder that only its owner sees.
pub fn empty(to: &Path) -> anyhow::Result<PathBuf> {
    if to.exists() && std::fs::read_dir(to).with_context(|| to.display().to_string())?.next().is_some() {
        return Err(usage(format!("--to {}: the folder must be new or empty", to.display())));
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)
        .with_context(|| to.display().to_string())?;
    Ok(std::path::absolute(to)?)
}

/// Writes a matter as a bag into an empty folder.
pub async fn matter(
    server: &mut Connection,
    id: &str,
    reason: Option<&str>,
    to: &Path,
) -> anyhow::Result<()> {
    let path = format!("/api/v1/matters/{id}/export");
    let request = Request::builder().method(Method::POST).uri(path).header(CONTENT_TYPE, "application/json");
    let response =
        succeeded(server.send(request, full(json!({ "reason": reason }).to_string())).await?).await?;
    // the archive has no name from the start: however this ends, nothing of it stays
    let part = to.join(".archive.part");
    let mut archive = std::fs::File::options().read(true).write(true).create_new(true).open(&part)?;
    std::fs::remove_file(&part)?;
    let progress = Progress::bytes(0);
    progress.doing("receiving");
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.context("the server broke off: the bag is not whole")?.into_data() {
            archive.write_all(&data)?;
            progress.add(data.len() as u64);
        }
    }
    progress.doing("writing");
    let to = to.to_owned();
    let bag = tokio::task::spawn_blocking(move || {
        crate::bag::unpack(archive, &to)?;
        crate::bag::verify(&to)
    });
    let verified = bag.await.context("writing was cut off")??;
    progress.end();
    note(format_args!(
        "{} files, {} bytes: written, read back, and as the manifest says",
        verified.files, verified.bytes
    ));
    Ok(())
}

/// Writes the ledger into an empty folder.
pub async fn ledger(server: &mut Connection, to: &Path) -> anyhow::Result<()> {
    let checkpoint = fetch(server, "checkpoint").await?;
    let text = std::str::from_utf8(&checkpoint).context("the checkpoint is no text")?;
    let mut lines = text.lines();
    let size = lines.nth(1).and_then(|line| line.parse::<u64>().ok());
    let (Some(size), Some(root)) = (size, lines.next()) else { bail!("the checkpoint is none") };
    let bundles: Vec<BundlePath> =
        (0..size).step_by(usize::from(tile::FULL)).filter_map(|i| BundlePath::of_entry(i, size)).collect();
    let tiles: Vec<TilePath> = tile::all_tiles(size).collect();
    let progress = Progress::things((bundles.len() + tiles.len()) as u64);
    let mut map = TileMap::new();
    for path in tiles {
        let bytes = fetch(server, &path.to_string()).await?;
        write(to, &path.to_string(), &bytes)?;
        map.insert(path, bytes)?;
        progress.add(1);
    }
    for path in bundles {
        let bytes = fetch(server, &path.to_string()).await.context("entries need an auditor's token")?;
        let hashes = hashes(&bytes).context("a bundle is cut")?;
        let tile = path.tile();
        if map.tile(tile.level, tile.index, tile.width).as_deref() != Some(hashes.concat().as_slice()) {
            bail!("{path} and its tile do not agree: the server gave something else than it signed");
        }
        write(to, &path.to_string(), &bytes)?;
        progress.add(1);
    }
    if STANDARD.encode(tile::root(size, &map)?) != root {
        bail!("the tiles do not lead to the root that was signed");
    }
    write(to, "vkey", &fetch(server, "vkey").await?)?;
    write(to, "checkpoint", &checkpoint)?;
    progress.end();
    note(format_args!(
        "{size} entries. Verify it without us: strongroom-verify log {} --vkey FILE (the key from the paper; \
         a copy is in vkey)",
        to.display()
    ));
    Ok(())
}

/// The hashes of a bundle's entries.
fn hashes(bundle: &[u8]) -> Option<Vec<[u8; 32]>> {
    let (mut rest, mut all) = (bundle, Vec::new());
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        all.push(leaf_hash(entry));
        rest = after;
    }
    Some(all)
}

async fn fetch(server: &mut Connection, path: &str) -> anyhow::Result<Vec<u8>> {
    bounded(server.get(&format!("/ledger/{path}")).await?, LONGEST).await
}

fn write(to: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let file = to.join(path);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&file, bytes).with_context(|| file.display().to_string())
}
