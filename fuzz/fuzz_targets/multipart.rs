//! Forms with files, as they come in pieces of any size.
#![no_main]

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use futures_util::{FutureExt as _, stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let pieces: Vec<_> =
        bytes.chunks(usize::from(step) + 1).map(|p| Ok::<_, std::io::Error>(Bytes::copy_from_slice(p))).collect();
    let request = Request::builder()
        .header("content-type", "multipart/form-data; boundary=b0undary")
        .body(Body::from_stream(stream::iter(pieces)))
        .unwrap();
    let read = async {
        let Ok(mut form) = Multipart::from_request(request, &()).await else { return };
        while let Ok(Some(mut part)) = form.next_field().await {
            let _ = (part.name().map(str::len), part.file_name().map(strongroom_domain::kernel::text::file_name));
            while let Ok(Some(_)) = part.chunk().await {}
        }
    };
    assert!(read.now_or_never().is_some(), "it waits for nothing");
});
