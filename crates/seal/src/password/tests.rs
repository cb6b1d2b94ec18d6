//! Tests of `password`.

use super::*;
use crate::OsEntropy;

#[test]
fn a_password_verifies_and_another_does_not() {
    let phc = hash("correct horse", Cost::TEST, &OsEntropy).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{}", phc.as_str());
    assert!(verify("correct horse", &phc));
    assert!(!verify("correct horsf", &phc));
    assert!(!verify("", &phc));
    assert_ne!(phc, hash("correct horse", Cost::TEST, &OsEntropy).unwrap(), "each has a salt of its own");
    assert!(!is_stale(&phc, Cost::TEST));
    assert!(is_stale(&phc, Cost::PASSWORD));
}

#[test]
fn what_was_not_made_here_is_nobodys_password() {
    let phc = hash("x", Cost::TEST, &OsEntropy).unwrap();
    let huge = phc.replace("m=8,", "m=4294967295,");
    for bad in ["", "x", "$argon2id$", &phc.replace("argon2id", "argon2i"), &huge] {
        assert!(!verify("x", bad), "{bad}");
        assert!(is_stale(bad, Cost::TEST));
    }
    assert_eq!(hash("x", Cost { m_kib: 1, t: 1, p: 1 }, &OsEntropy).err(), Some(BadCost));
    assert_eq!(hash("x", Cost { m_kib: u32::MAX, t: 1, p: 1 }, &OsEntropy).err(), Some(BadCost));
    pretend("x", Cost::TEST);
}

#[test]
fn production_costs_are_not_weakened() {
    // OWASP's least, and the second recommendation of RFC 9106.
    const { assert!(Cost::PASSWORD.m_kib >= 19 * 1024 && Cost::PASSWORD.t >= 2) };
    const { assert!(Cost::UNSEAL.m_kib >= 64 * 1024 && Cost::UNSEAL.t >= 3) };
}

#[test]
fn argon2id_as_rfc_9106_computes_it() {
    // A fact that libargon2's own test prints: argon2id, v=19, t=2, m=2^16, p=1, "password", "somesalt".
    let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(verify("password", phc));
}
