//! The confined child as it really runs: this test is also its own child process.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, clippy::allow_attributes)]

use bytes::Bytes;
use futures_util::stream;
use std::{io::Error, process::ExitCode, time::Duration};
use strongroom_preview::{Kind, Preview, Previewer, Refusal, Request, Want, child};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if args.iter().any(|a| a == "preview-child") {
        return child::main(std::io::stdin(), std::io::stdout());
    }
    if args.iter().any(|a| a == "--list") {
        println!("confined: test");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        cannot_break_out().await;
        renders_and_leaves_no_metadata().await;
        runs_out_of_memory_alone().await;
        runs_out_of_time_alone().await;
        is_bounded_in_input().await;
        a_bad_program_is_refused().await;
    });
    println!("confined: all passed");
    ExitCode::SUCCESS
}

fn previewer() -> Previewer {
    let program = std::env::current_exe().unwrap();
    Previewer::new(program, vec!["preview-child".into()], 2)
}

async fn run(previewer: &Previewer, kind: Kind, bytes: &[u8]) -> Result<Preview, Refusal> {
    let chunks: Vec<Result<Bytes, Error>> =
        bytes.chunks(10_000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    previewer.run(Request { kind, want: Want::SUMMARY }, stream::iter(chunks)).await
}

async fn cannot_break_out() {
    let previewer = previewer();
    assert_eq!(previewer.confinement(), None);
    let (confinement, probe) = previewer.check().await.unwrap();
    assert!(confinement.is_enough(), "{confinement:?}");
    assert!(probe.holds(), "{probe:?}");
    assert_eq!(previewer.confinement(), Some(confinement));
    println!("{confinement:?}\n{}", confinement.says());
}

async fn renders_and_leaves_no_metadata() {
    let mut png = Vec::new();
    let picture = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8, y as u8, 7]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    png.extend_from_slice(b"<script>polyglot</script> GPS 52.5 13.4");
    let Ok(Preview::Image { png, width: 40, height: 30 }) = run(&previewer(), Kind::Image, &png).await else {
        panic!("no picture")
    };
    assert!(!png.windows(8).any(|w| w == b"polyglot"));
    assert_eq!(image::load_from_memory(&png).unwrap().to_rgb8(), picture);
}

async fn runs_out_of_memory_alone() {
    let mut png = Vec::new();
    let large = image::GrayImage::new(9000, 9000);
    large.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let mut small = previewer();
    small.memory = 64 * 1024 * 1024;
    assert_eq!(run(&small, Kind::Image, &png).await, Err(Refusal::OutOfMemory));
    assert!(run(&previewer(), Kind::Image, &png).await.is_ok());
}

async fn runs_out_of_time_alone() {
    let mut hasty = previewer();
    hasty.timeout = Duration::from_millis(300);
    let never = stream::pending::<Result<Bytes, Error>>();
    let request = Request { kind: Kind::Text, want: Want::SUMMARY };
    assert_eq!(hasty.run(request, never).await, Err(Refusal::TimedOut));
    // its place is free again
    assert!(run(&hasty, Kind::Text, b"words").await.is_ok());
}

async fn is_bounded_in_input() {
    let mut narrow = previewer();
    narrow.max_input = 100;
    assert_eq!(run(&narrow, Kind::Pdf, &[b'a'; 200]).await, Err(Refusal::TooBig));
    let request = Request { kind: Kind::Text, want: Want::SUMMARY };
    // a long text is shown from its beginning
    let long = vec![b'a'; 40 * 1024 * 1024];
    assert!(matches!(run(&previewer(), Kind::Text, &long).await, Ok(Preview::Text { truncated: true, .. })));
    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err(Error::other("gone"))]);
    assert_eq!(narrow.run(request, broken).await, Err(Refusal::Unavailable));
}

async fn a_bad_program_is_refused() {
    for (program, refusal) in [
        ("/bin/false", Refusal::Unavailable),
        ("/no/such", Refusal::Unavailable),
        ("/bin/cat", Refusal::Damaged),
    ] {
        let previewer = Previewer::new(program.into(), Vec::new(), 1);
        assert_eq!(run(&previewer, Kind::Text, b"SRPA????").await, Err(refusal), "{program}");
    }
}
