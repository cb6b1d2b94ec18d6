//! The configuration's file.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = strongroom_app::is_configuration(text);
});
