//! The keyring's file, its contents, recovery kits, shares and tokens.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::{SealedKeyring, Share};
use strongroom_seal::{Key, kit, token};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sealed) = SealedKeyring::from_bytes(bytes) {
        let opened = sealed.open_with_keyfile(&Key::from_bytes([7; 32]), &Key::from_bytes([7; 32]));
        assert!(opened.is_err());
    }
    if let Ok(keyring) = Keyring::decode(bytes) {
        assert_eq!(&*keyring.encode(), bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = kit::parse(&[7; 16], text);
    let _ = Share::parse(text);
    let _ = token::parse(text);
});
