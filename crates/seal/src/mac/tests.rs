//! Tests of `mac`.

use super::*;

#[test]
fn sha256_in_pieces_and_at_once() {
    // FIPS 180-4 example "abc".
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex::encode(sha256(b"abc")), expected);
    let mut hasher = Sha256::default();
    hasher.update(b"a");
    hasher.update(b"bc");
    assert_eq!(hex::encode(hasher.finish()), expected);
}

#[test]
fn a_mac_is_hmac_over_prefixed_parts() {
    let key = Key::from_bytes([1; 32]);
    let plain = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]),
        b"strongroom/mac/1\0\0\0\0\x04seat\0\0\0\x01a\0\0\0\x02bc",
    );
    assert_eq!(mac(&key, "seat", &[b"a", b"bc"]), plain.as_ref());
}

#[test]
fn parts_labels_and_uses_are_kept_apart() {
    let key = Key::from_bytes([1; 32]);
    let tag = mac(&key, "seat", &[b"a", b"bc"]);
    assert!(verify(&key, "seat", &[b"a", b"bc"], &tag));
    assert!(!verify(&key, "seat", &[b"ab", b"c"], &tag));
    assert!(!verify(&key, "wall", &[b"a", b"bc"], &tag));
    assert!(!verify(&key, "seat", &[b"a", b"bc"], &tag[..31]));
    assert!(!verify(&Key::from_bytes([2; 32]), "seat", &[b"a", b"bc"], &tag));
    assert_ne!(blind_index(&key, "seat", "a"), mac(&key, "seat", &[b"a"])[..16]);
    assert_eq!(blind_index(&key, "email", "a@b"), blind_index(&key, "email", "a@b"));
    assert_ne!(blind_index(&key, "email", "a@b"), blind_index(&key, "phone", "a@b"));
}
