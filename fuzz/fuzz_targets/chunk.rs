//! The chunked format: nothing that was not sealed opens; what was sealed and changed by one bit does not either.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_seal::{Key, OsEntropy, chunked};

fuzz_target!(|input: (&[u8], u16)| {
    let (bytes, flip) = input;
    let key = Key::from_bytes([7; 32]);
    assert!(chunked::open(&key, b"fuzz", bytes).is_err());
    let _ = chunked::plaintext_len(bytes.len() as u64);
    let mut sealed = chunked::seal(&key, b"fuzz", &OsEntropy, bytes);
    assert_eq!(sealed.len() as u64, chunked::ciphertext_len(bytes.len() as u64));
    assert!(chunked::open(&key, b"fuzz", &sealed).is_ok_and(|clear| clear.as_slice() == bytes));
    let at = usize::from(flip) % (sealed.len() * 8);
    sealed[at / 8] ^= 1 << (at % 8);
    assert!(chunked::open(&key, b"fuzz", &sealed).is_err());
});
