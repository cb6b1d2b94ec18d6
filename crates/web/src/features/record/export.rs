//! A matter on its way out: a BagIt bag in one ZIP archive, stored, written as its files are read.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use strongroom_domain::features::record::{self, Export, ExportFile};
use strongroom_domain::kernel::id::MatterId;
use strongroom_domain::kernel::text::Reason;
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Ctx, Error};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::http::api::{One, id_of};
use crate::http::body::{attachment, outgoing};
use crate::http::page::Posted;
use crate::http::problem::Problem;
use crate::http::reply::Answer;
use crate::state::WebState;

/// Bytes that the archive has written and the answer has not yet taken.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Bytes {
        self.0.lock().map(|mut bytes| std::mem::take(&mut *bytes)).unwrap_or_default().into()
    }
}

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut waiting = self.0.lock().map_err(|_| std::io::Error::other("poisoned"))?;
        waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where the archive stands.
struct Archive {
    writer: Option<ZipWriter<StreamWriter<Pipe>>>,
    pipe: Pipe,
    folder: String,
    files: BoxStream<'static, Result<ExportFile, Error>>,
    open: Option<BoxStream<'static, Result<Bytes, Error>>>,
}

fn broken(cause: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the archive could not be written: {cause}"))
}

impl Archive {
    fn new(export: Export) -> Self {
        let pipe = Pipe::default();
        let writer = Some(ZipWriter::new_stream(pipe.clone()));
        Self { writer, pipe, folder: folder_name(&export.bag_name), files: export.files, open: None }
    }

    /// Goes one step; false at the end.
    async fn step(&mut self) -> Result<bool, Error> {
        let Some(writer) = &mut self.writer else { return Ok(false) };
        if let Some(file) = &mut self.open {
            match file.next().await {
                Some(bytes) => writer.write_all(&bytes?).map_err(broken)?,
                None => self.open = None,
            }
            return Ok(true);
        }
        match self.files.next().await {
            Some(file) => {
                let file = file?;
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Stored)
                    .last_modified_time(DateTime::default())
                    .large_file(file.size >= u64::from(u32::MAX));
                writer.start_file(format!("{}/{}", self.folder, file.path), options).map_err(broken)?;
                self.open = Some(file.bytes);
            }
            None => {
                let writer = self.writer.take().ok_or_else(|| broken("ended twice"))?;
                writer.finish().map_err(broken)?;
            }
        }
        Ok(true)
    }

    /// The next bytes of the archive.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while self.step().await? {
            let bytes = self.pipe.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

/// A folder's name that every system takes.
fn folder_name(given: &str) -> String {
    let name: String = given
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') { c } else { '-' })
        .collect();
    let name = name.trim_matches(['.', ' ', '-']).to_owned();
    if name.is_empty() { String::from("matter") } else { name }
}

fn archive(export: Export) -> impl Stream<Item = Result<Bytes, Error>> + Send {
    stream::try_unfold(Archive::new(export), |mut archive| async move {
        Ok(archive.next().await?.map(|bytes| (bytes, archive)))
    })
}

/// Answers with the archive.
///
/// # Errors
/// As the domain has them, before the first byte.
pub(super) async fn send(
    ctx: &Ctx,
    state: &WebState,
    matter: MatterId,
    reason: Option<Reason>,
) -> Result<Response, Problem> {
    let export = record::export(ctx, matter, reason).await?;
    let name = format!("{}.zip", folder_name(&export.bag_name));
    let mut response = outgoing(state, archive(export)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(value) = HeaderValue::from_str(&attachment(&name)) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// By the form of the matter's page.
pub(super) async fn page(State(state): State<WebState>, One(id): One, posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    let matter = id_of(ctx, Verb::MatterExport, &id).await?;
    let reason = posted.fields.some("reason").map(Reason::parse).transpose()?;
    Ok(send(ctx, &state, matter, reason).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(files: &[(&str, &'static [u8])]) -> Export {
        let files: Vec<_> = files
            .iter()
            .map(|(path, bytes)| {
                let bytes = Bytes::from_static(bytes);
                let size = u64::try_from(bytes.len()).expect("small");
                Ok(ExportFile { path: (*path).to_owned(), size, bytes: stream::iter([Ok(bytes)]).boxed() })
            })
            .collect();
        Export { bag_name: String::from("NW/2026:1"), files: stream::iter(files).boxed() }
    }

    #[tokio::test]
    async fn the_archive_holds_every_file() {
        let files: &[(&str, &'static [u8])] =
            &[("bagit.txt", b"BagIt"), ("data/a b.pdf", b"%PDF-"), ("data/empty", b"")];
        let parts: Vec<_> = archive(bag(files)).collect().await;
        let bytes: Vec<u8> = parts.into_iter().flat_map(|p| p.expect("written").to_vec()).collect();
        let mut read = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        assert_eq!(read.len(), files.len());
        for (path, content) in files {
            let mut file = read.by_name(&format!("NW-2026-1/{path}")).expect("there");
            let mut out = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut out).expect("whole");
            assert_eq!(&out, content);
        }
    }

    #[tokio::test]
    async fn a_fault_in_the_middle_ends_the_archive_unfinished() {
        let broken = stream::iter([Ok(Bytes::from_static(b"begun")), Err(Error::Sealed)]).boxed();
        let file = ExportFile { path: String::from("data/a"), size: 9, bytes: broken };
        let export = Export { bag_name: String::new(), files: stream::iter([Ok(file)]).boxed() };
        let parts: Vec<_> = archive(export).collect().await;
        assert!(parts.last().is_some_and(Result::is_err), "nobody may take the part for the whole");
    }
}
