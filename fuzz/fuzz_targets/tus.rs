//! The headers of tus, names of files and folders.
#![no_main]

use axum::http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use strongroom_domain::kernel::text::{file_name, folder_path};
use strongroom_web::http::tus;

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        for name in ["upload-metadata", "upload-checksum", "upload-length"] {
            headers.insert(name, value.clone());
        }
    }
    if let Ok(found) = tus::metadata(&headers) {
        found.values().for_each(|value| named(value));
    }
    let _ = tus::checksum(&headers);
    let _ = tus::number(&headers, "upload-length");
    named(&String::from_utf8_lossy(bytes));
});

fn named(given: &str) {
    let name = file_name(given);
    assert!(!name.is_empty() && name.len() <= 255 && !name.contains(['/', '\\', '\0']), "{name:?}");
    let _ = folder_path(given);
}
