//! Export of a matter: a BagIt bag (RFC 8493) of its records in every version, what is known of them, and a
//! receipt of each of the ledger's entries about them, which `strongroom-verify` checks. Streamed file by file; nothing of it touches a disk of the server.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use strongroom_seal::mac;
use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::features::ledger;
use crate::kernel::clock::rfc3339;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, RecordFacts};
use crate::kernel::id::MatterId;
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::text::Reason;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::guard::Guard;
use super::store::{self, FolderRow};
use super::{content, model::RecordView};

/// One file of the bag.
pub struct ExportFile {
    /// Its path in the bag, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// A bag on its way out.
pub struct Export {
    /// What the folder is best called: the matter's reference.
    pub bag_name: String,
    /// Its files; the manifests come last.
    pub files: BoxStream<'static, Result<ExportFile>>,
}

/// What the walk over a matter's records remembers for the manifests.
struct Bag {
    ctx: Ctx,
    guard: Guard,
    permit: Permit,
    matter: MatterFacts,
    folders: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    after: Option<(i64, String)>,
    /// Records, each before its older versions.
    queue: VecDeque<(RecordFacts, Option<u32>)>,
    /// Entries, and the place after which the next ones follow.
    entries: VecDeque<Row>,
    entries_after: Option<(i64, String)>,
    manifest: BTreeMap<String, String>,
    /// The bag's own files, with their digests.
    tags: BTreeMap<String, String>,
    known: Vec<serde_json::Value>,
    octets: u64,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Records,
    Known,
    Entries,
    Declaration,
    Info,
    Manifest,
    Tags,
    Done,
}

/// Exports a matter. The lead does, stepped up; the ledger has it before the first byte leaves.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn export(ctx: &Ctx, matter: MatterId, reason: Option<Reason>) -> Result<Export> {
    let target = Target::Matter(matter);
    let guard = Guard::new(ctx, Verb::MatterExport, target.clone());
    let allowed = ctx.ask(Verb::MatterExport, &target).await?;
    let key_of = KeyOf::Matter(allowed.on().need_matter()?.number);
    let facts = reason
        .iter()
        .fold(Facts::default(), |facts, reason| facts.told(matter.any(), key_of, "reason", reason.as_str()));
    let (permit, subject) = allowed.permit_whole(facts).await?;
    let facts = subject.need_matter()?.clone();
    let name = ctx.room.directory.matter(&permit, matter).ok_or(Error::NotFound)?;
    let key = ctx.room.vault.key(&permit, &matter.any(), key_of)?;
    let mut folders = BTreeMap::new();
    for row in ctx.room.db.all(&store::FOLDERS, &params![matter.to_string()]).await? {
        let folder = FolderRow::read(&row, &ctx.room.vault)?;
        let text = folder.id.to_string();
        let at = Column { table: "folder", row: &text, column: "name", version: folder.row_version };
        folders.insert(text.clone(), ctx.room.vault.open_text(&key, at, &folder.sealed_name)?);
    }
    let bag = Bag {
        ctx: ctx.going_on(),
        guard,
        permit,
        matter: facts,
        folders,
        taken: BTreeSet::new(),
        after: None,
        queue: VecDeque::new(),
        entries: VecDeque::new(),
        entries_after: Some((0, String::new())),
        manifest: BTreeMap::new(),
        tags: BTreeMap::new(),
        known: Vec::new(),
        octets: 0,
        stage: Stage::Records,
    };
    let files =
        stream::try_unfold(bag, |mut bag| async move { Ok(bag.next().await?.map(|file| (file, bag))) });
    Ok(Export { bag_name: safe(&name.reference), files: files.boxed() })
}

impl Bag {
    async fn next(&mut self) -> Result<Option<ExportFile>> {
        self.guard.holds().await?;
        loop {
            match self.stage {
                Stage::Records => match self.next_record().await? {
                    Some(file) => return Ok(Some(file)),
                    None => self.stage = Stage::Known,
                },
                Stage::Known => {
                    self.stage = Stage::Entries;
                    let known = serde_json::to_vec_pretty(&self.known).unwrap_or_default();
                    return Ok(Some(self.payload(String::from("data/records.json"), known)));
                }
                Stage::Entries => match self.next_entry().await? {
                    Some(file) => return Ok(Some(file)),
                    None => self.stage = Stage::Declaration,
                },
                Stage::Declaration => {
                    self.stage = Stage::Info;
                    let text = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
                    return Ok(Some(self.tag("bagit.txt", text.as_bytes().to_vec())));
                }
                Stage::Info => {
                    self.stage = Stage::Manifest;
                    let info = self.info().into_bytes();
                    return Ok(Some(self.tag("bag-info.txt", info)));
                }
                Stage::Manifest => {
                    self.stage = Stage::Tags;
                    let lines = lines(&self.manifest);
                    return Ok(Some(self.tag("manifest-sha256.txt", lines)));
                }
                Stage::Tags => {
                    self.stage = Stage::Done;
                    return Ok(Some(plain("tagmanifest-sha256.txt", lines(&self.tags))));
                }
                Stage::Done => return Ok(None),
            }
        }
    }

    /// The next of the ledger's entries about the matter, as its receipt.
    async fn next_entry(&mut self) -> Result<Option<ExportFile>> {
        loop {
            if self.entries.is_empty() {
                let Some((at, id)) = self.entries_after.take() else { return Ok(None) };
                let values = params![self.matter.id.to_string(), at, id, 100_i64];
                self.entries = self.ctx.room.db.all(&store::MATTER_ENTRIES, &values).await?.into();
                if let Some(last) = self.entries.back() {
                    self.entries_after = Some((last.get("at")?, last.get("entry_id")?));
                }
            }
            let Some(row) = self.entries.pop_front() else { return Ok(None) };
            if let Some((name, bytes)) = ledger::leaving(&self.ctx, &self.matter, &row).await? {
                return Ok(Some(self.payload(format!("data/ledger/{name}"), bytes)));
            }
        }
    }

    fn info(&self) -> String {
        let date: String = rfc3339(self.ctx.now()).chars().take(10).collect();
        format!(
            "Bagging-Date: {date}\nPayload-Oxum: {}.{}\nExternal-Identifier: {}\nInternal-Sender-Identifier: {}\n",
            self.octets,
            self.manifest.len(),
            self.matter.id,
            self.permit.entry(),
        )
    }

    async fn next_record(&mut self) -> Result<Option<ExportFile>> {
        if self.queue.is_empty() {
            let (at, id) = self.after.clone().map_or((None, None), |(at, id)| (Some(at), Some(id)));
            let values = params![self.matter.id.to_string(), at, id, 100_i64];
            for row in self.ctx.room.db.all(&store::PAGE, &values).await? {
                let record = RecordFacts::read(&row, &self.ctx.room.vault)?;
                self.after = Some((record.changed_at, record.id.to_string()));
                let newest = u32::try_from(record.version).unwrap_or(1);
                self.queue.push_back((record.clone(), None));
                self.queue.extend((1..newest).rev().map(|older| (record.clone(), Some(older))));
            }
        }
        let Some((record, older)) = self.queue.pop_front() else { return Ok(None) };
        let (view, bytes) =
            content::whole(&self.ctx, &self.permit, &self.matter, &record, older, self.guard.clone()).await?;
        let path = match older {
            None => self.path_of(&view),
            Some(version) => format!("data/versions/{}/{version}/{}", view.id, safe(&view.filename)),
        };
        self.manifest.insert(path.clone(), view.sha256.clone());
        self.octets += view.size;
        self.known.push(json!({
            "id": view.id, "path": path, "title": view.title, "filename": view.filename, "media_type": view.media_type,
            "size": view.size, "sha256": view.sha256, "version": view.version, "newest": older.is_none(), "labels": view.labels,
            "created_at": rfc3339(view.created_at), "created_by": view.created_by, "changed_at": rfc3339(view.changed_at),
        }));
        Ok(Some(ExportFile { path, size: view.size, bytes: bytes.into_stream().boxed() }))
    }

    fn path_of(&mut self, view: &RecordView) -> String {
        let folder = view.folder.and_then(|f| self.folders.get(&f.to_string())).cloned().unwrap_or_default();
        let folder: String =
            folder.split('/').filter(|p| !p.is_empty()).map(|p| format!("{}/", safe(p))).collect();
        let (stem, ending) = view
            .filename
            .rsplit_once('.')
            .map_or((view.filename.as_str(), String::new()), |(s, e)| (s, format!(".{e}")));
        let (stem, ending) = (safe(stem), safe(&ending));
        let mut path = format!("data/records/{folder}{stem}{ending}");
        let mut copy = 2;
        while !self.taken.insert(path.to_lowercase()) {
            path = format!("data/records/{folder}{stem} ({copy}){ending}");
            copy += 1;
        }
        path
    }

    fn tag(&mut self, path: &str, bytes: Vec<u8>) -> ExportFile {
        self.tags.insert(path.to_owned(), hex::encode(mac::sha256(&bytes)));
        plain(path, bytes)
    }

    fn payload(&mut self, path: String, bytes: Vec<u8>) -> ExportFile {
        self.manifest.insert(path.clone(), hex::encode(mac::sha256(&bytes)));
        self.octets += bytes.len() as u64;
        plain(&path, bytes)
    }
}

/// The lines of a manifest.
fn lines(digests: &BTreeMap<String, String>) -> Vec<u8> {
    let lines = digests.iter().map(|(path, hash)| format!("{hash}  {}\n", escape(path)));
    lines.collect::<String>().into_bytes()
}

fn plain(path: &str, bytes: Vec<u8>) -> ExportFile {
    let size = bytes.len() as u64;
    let bytes = stream::once(async move { Ok(Bytes::from(bytes)) }).boxed();
    ExportFile { path: path.to_owned(), size, bytes }
}

/// A name that every file system takes.
fn safe(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect();
    match kept.as_str() {
        "." | ".." => String::from("_"),
        _ => kept,
    }
}

/// RFC 8493 section 2.1.3: line ends and percent signs of a path are escaped in a manifest.
fn escape(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}
