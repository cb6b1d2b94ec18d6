//! Runs every file below a folder through the real child process and prints what came of it.
//!
//! `corpus FOLDER [OUT]`: a table of kind, result, milliseconds and peak memory; with `OUT`, the images,
//! texts and pages are written there to look at. Each file is measured in a process of its own.
#![allow(clippy::print_stdout, clippy::allow_attributes)]

use bytes::Bytes;
use std::{
    io::Error,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};
use strongroom_preview::{
    Preview, Previewer, Request, Want, child,
    html::{Frame, Theme, document},
    sniff,
};

fn main() -> Result<ExitCode, Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["preview-child"] => Ok(child::main(std::io::stdin(), std::io::stdout())),
        ["one", file, out @ ..] => {
            one(Path::new(file), out.first().map(PathBuf::from)).map(|()| ExitCode::SUCCESS)
        }
        [folder, out @ ..] => {
            let mut files = Vec::new();
            collect(Path::new(folder), &mut files)?;
            files.sort();
            for file in files {
                Command::new(std::env::current_exe()?).arg("one").arg(file).args(out).status()?;
            }
            Ok(ExitCode::SUCCESS)
        }
        [] => Ok(ExitCode::from(2)),
    }
}

fn collect(at: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in std::fs::read_dir(at)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn one(file: &Path, out: Option<PathBuf>) -> Result<(), Error> {
    let bytes = std::fs::read(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let media = sniff(bytes.get(..8192).unwrap_or(&bytes), &name);
    let previewer = Previewer::new(std::env::current_exe()?, vec!["preview-child".into()], 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let chunks: Vec<Result<Bytes, Error>> =
        bytes.chunks(65536).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    let start = Instant::now();
    let request = Request { kind: media.kind, want: Want::SUMMARY };
    let result = runtime.block_on(previewer.run(request, futures_util::stream::iter(chunks)));
    let time = start.elapsed().as_millis();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
    let peak = usage.max_rss() / 1024;
    let said = match &result {
        Err(refusal) => format!("REFUSED {refusal:?}"),
        Ok(Preview::Pages { count, width, height, png, .. }) => {
            format!("pages {count} {width}x{height} {} KB", png.len() / 1024)
        }
        Ok(Preview::Image { width, height, png }) => {
            format!("image {width}x{height} {} KB", png.len() / 1024)
        }
        Ok(Preview::Text { text, truncated }) => format!("text {} {truncated}", text.len()),
        Ok(Preview::Email { body_text, attachments, .. }) => {
            format!("email body {} attachments {}", body_text.len(), attachments.len())
        }
        Ok(Preview::Listing { total, .. }) => format!("listing {total}"),
    };
    println!("{:?}\t{said}\t{time} ms\t{peak} MB\t{}\t{name}", media.kind, media.mime);
    if let (Some(out), Ok(preview)) = (out, &result) {
        std::fs::create_dir_all(&out)?;
        if let Some(png) = preview.png() {
            std::fs::write(out.join(format!("{name}.png")), png)?;
        }
        let frame = Frame {
            theme: Theme::Auto,
            title: &name,
            first: 1,
            page_url: &|n| format!("page/{n}"),
            window_url: &|n| format!("?from={n}"),
        };
        std::fs::write(out.join(format!("{name}.html")), document(preview, &frame))?;
    }
    Ok(())
}
