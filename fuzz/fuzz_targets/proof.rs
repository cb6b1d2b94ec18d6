//! Receipts and the proofs in them: what is read is written again as it was, and nobody's key verifies it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_tlog::proof::Proof;
use strongroom_tlog::receipt::Receipt;
use strongroom_tlog::{KeyKind, VerifierKey};

fuzz_target!(|text: &str| {
    // the base point of the curve: nobody has its private half
    let mut point = [0x66; 32];
    point[0] = 0x58;
    let key = VerifierKey::new("demo.strongroom.invalid/ledger", KeyKind::Ed25519, point).unwrap();
    if let Ok(receipt) = Receipt::parse(text) {
        assert_eq!(receipt.to_string(), text);
        assert!(receipt.proof.verify(&[key]).is_err());
        for part in &receipt.opened {
            let (_, _) = (part.commitment(), part.part());
        }
    }
    if let Ok(proof) = Proof::parse(text) {
        assert_eq!(proof.to_string(), text);
    }
});
