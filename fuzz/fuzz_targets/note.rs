//! Signed notes, checkpoints, verifier keys, lines of signature: what is read is written again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_tlog::note::NoteSignature;
use strongroom_tlog::{Checkpoint, Note, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert_eq!(checkpoint.to_string(), note.text());
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert!(Note::parse(bytes).map_or(true, |note| note.verify(&[key]).is_err()));
    }
    if let Ok(signature) = NoteSignature::parse(text) {
        assert_eq!(signature.to_string(), text.strip_suffix('\n').unwrap_or(text));
    }
});
