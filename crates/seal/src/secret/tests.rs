//! Tests of `secret`.

use super::*;
use crate::{OsEntropy, context};

#[test]
fn labels_separate_and_repeat() {
    let key = Key::generate(&OsEntropy);
    assert_eq!(key.derive("a").expose(), key.derive("a").expose());
    assert_ne!(key.derive("a").expose(), key.derive("b").expose());
    assert_ne!(key.derive("").expose(), key.expose());
    assert_eq!(key.duplicate().expose(), key.expose());
}

#[test]
fn derivation_is_hkdf_expand_sha512() {
    // RFC 5869 with SHA-512: T(1) = HMAC(prk, info || 0x01); computed here from the definition with HMAC.
    let key = Key::from_bytes([7; 32]);
    let hmac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA512, key.expose());
    let expected = aws_lc_rs::hmac::sign(&hmac, b"strongroom/derive/1\0blob\x01");
    assert_eq!(key.derive("blob").expose(), &expected.as_ref()[..32]);
}

#[test]
fn combining_is_hkdf_sha512() {
    let (salt, secret) = (Key::from_bytes([7; 32]), Key::from_bytes([9; 32]));
    let prk =
        aws_lc_rs::hkdf::Salt::new(aws_lc_rs::hkdf::HKDF_SHA512, salt.expose()).extract(secret.expose());
    let mut expected = [0; 64];
    let okm = prk.expand(&[b"info"], aws_lc_rs::hkdf::HKDF_SHA512).unwrap();
    okm.fill(&mut expected).unwrap();
    assert_eq!(crate::kdf::combine(&salt, &secret, &[b"info"]).expose(), &expected[..32]);
}

#[test]
fn contexts_are_injective() {
    assert_ne!(context(&[b"ab", b"c"]), context(&[b"a", b"bc"]));
    assert_ne!(context(&[b"ab"]), context(&[b"ab", b""]));
    assert_ne!(context(&[]), context(&[b""]));
    assert_eq!(context(&[b"ab", b""]), b"\0\0\0\x02ab\0\0\0\0");
}

#[test]
fn clear_gives_text_only_if_it_is_text() {
    assert_eq!(Clear::new(b"title".to_vec()).into_string().unwrap().as_str(), "title");
    assert!(Clear::new(vec![0xff]).into_string().is_none());
    assert!(Clear::new(vec![]).is_empty());
    assert_eq!(Clear::new(vec![1, 2]).into_vec().as_slice(), [1, 2]);
}

#[test]
fn a_secret_is_read_by_name() {
    assert_eq!(Secret::new(String::from("pass")).expose(), "pass");
}
