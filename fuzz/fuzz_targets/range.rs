//! `Range` and its companions: a part lies within the content, whatever was asked for.
#![no_main]

use axum::http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use strongroom_web::http::range::{Asked, asked};

fuzz_target!(|input: (u64, &[u8], &[u8])| {
    let (size, range, if_range) = input;
    let mut headers = HeaderMap::new();
    for (name, value) in [("range", range), ("if-range", if_range)] {
        if let Ok(value) = HeaderValue::from_bytes(value)
            && !value.is_empty()
        {
            headers.insert(name, value);
        }
    }
    match asked(&headers, size, "\"v1\"") {
        Asked::Part(first, last) => assert!(first <= last && last < size),
        Asked::Whole | Asked::Beyond => {}
    }
});
