//! Tests of `unseal`.

use super::*;
use crate::tree::Leaf;
use crate::{Entropy, OsEntropy};

const FIRM: [u8; 16] = [7; 16];
const GONE: Leaf = Leaf { branch: 4, leaf: 2 };

fn keyring() -> Keyring {
    Keyring::generate(FIRM, &OsEntropy)
}

fn key() -> Key {
    Key::generate(&OsEntropy)
}

fn by_passphrase(keyring: &Keyring, keyring_key: &Key) -> Created {
    let method = Method::Passphrase { passphrase: "open sesame", cost: Cost::TEST };
    SealedKeyring::create(keyring, method, keyring_key, &OsEntropy).ok().unwrap()
}

fn by_shares(keyring_key: &Key, needed: u8, of: u8) -> Created {
    let method = Method::Shares { needed, of };
    SealedKeyring::create(&keyring(), method, keyring_key, &OsEntropy).ok().unwrap()
}

#[test]
fn a_passphrase_opens() {
    let (keyring, keyring_key) = (keyring(), key());
    let created = by_passphrase(&keyring, &keyring_key);
    let sealed = SealedKeyring::from_bytes(&created.sealed.to_bytes()).unwrap();
    let opened = sealed.open_with_passphrase("open sesame", &keyring_key).ok().unwrap();
    assert_eq!(opened.keyring.encode(), keyring.encode());
    assert_eq!(opened.root.0.expose(), created.root.0.expose());
    assert_eq!(sealed.open_with_passphrase("open sesam", &keyring_key).err(), Some(UnsealError::WrongSecret));
    assert_eq!(sealed.open_with_passphrase("open sesame", &key()).err(), Some(UnsealError::WrongKeyringKey));
    assert_eq!(sealed.open_with_keyfile(&key(), &keyring_key).err(), Some(UnsealError::NoSuchMethod));
    assert_eq!(sealed.methods(), [MethodKind::Passphrase]);
    assert_eq!(sealed.digest(), created.sealed.digest());
}

#[test]
fn a_key_file_and_the_root_key_open() {
    let (file, keyring_key) = (key(), key());
    let created =
        SealedKeyring::create(&keyring(), Method::KeyFile(&file), &keyring_key, &OsEntropy).ok().unwrap();
    assert!(created.shares.is_empty());
    assert!(created.sealed.open_with_keyfile(&file, &keyring_key).is_ok());
    assert_eq!(created.sealed.open_with_keyfile(&key(), &keyring_key).err(), Some(UnsealError::WrongSecret));
    assert!(created.sealed.open_with_root(created.root.duplicate(), &keyring_key).is_ok());
    assert_eq!(
        created.sealed.open_with_root(RootKey(key()), &keyring_key).err(),
        Some(UnsealError::WrongSecret)
    );
    assert!(ShareCollector::new(&created.sealed).is_err());
}

#[test]
fn any_k_shares_open_and_fewer_do_not() {
    let keyring_key = key();
    let created = by_shares(&keyring_key, 3, 5);
    let texts: Vec<_> = created.shares.iter().map(Share::text).collect();
    for chosen in 0_u8..32 {
        let mut collector = ShareCollector::new(&created.sealed).ok().unwrap();
        for at in (0..5).filter(|at| chosen >> at & 1 == 1) {
            collector.add(&texts[at]).unwrap();
        }
        let opened = created.sealed.open_with_shares(&collector, &keyring_key).err();
        let have = chosen.count_ones() as u8;
        let expected = (have < 3).then_some(UnsealError::MoreShares { have, needed: 3 });
        assert_eq!(opened, expected, "{chosen:05b}");
        assert_eq!(collector.is_complete(), have >= 3);
    }
}

#[test]
fn shares_are_named_when_something_is_wrong() {
    let keyring_key = key();
    let created = by_shares(&keyring_key, 2, 3);
    let mut collector = ShareCollector::new(&created.sealed).ok().unwrap();
    let text = created.shares[1].text();
    assert!(text.starts_with("SRS1-2-"), "{}", text.as_str());
    let progress = collector.add(&text.to_lowercase()).unwrap();
    assert_eq!(progress, Progress { have: 1, needed: 2, numbers: vec![2] });
    assert_eq!(collector.add(&text), Err(ShareError::Duplicate(2)));
    assert_eq!(collector.add(&text.replacen("-2-", "-3-", 1)), Err(ShareError::Mistyped));
    assert_eq!(collector.add(&text[..30]), Err(ShareError::NotAShare));
    assert_eq!(collector.add("hello"), Err(ShareError::NotAShare));
    let last = if text.ends_with('7') { "8" } else { "7" };
    let mistyped = format!("{}{last}", &text[..text.len() - 1]);
    assert_eq!(collector.add(&mistyped), Err(ShareError::Mistyped));
    assert!(Share::parse(&text.replace('-', " ")).is_ok());
    assert_eq!(collector.add(&by_shares(&keyring_key, 2, 3).shares[0].text()), Err(ShareError::OtherSet(1)));
    let other_firm = Keyring::generate([8; 16], &OsEntropy);
    let other = SealedKeyring::create(&other_firm, Method::Shares { needed: 2, of: 2 }, &key(), &OsEntropy);
    assert_eq!(collector.add(&other.ok().unwrap().shares[0].text()), Err(ShareError::OtherFirm(1)));
    // A share of the right set, with a valid checksum, that was never dealt.
    let (Ok(mut forged), Ok(real)) = (Share::parse(&text), Share::parse(&created.shares[0].text())) else {
        panic!("shares parse")
    };
    forged.number_for_test(1);
    assert_eq!(collector.add(&forged.text()), Err(ShareError::Wrong(1)));
    assert_eq!(collector.progress().numbers, [2]);
    assert!(collector.add(&real.text()).is_ok());
}

#[test]
fn impossible_methods_are_refused() {
    for (needed, of) in [(0, 0), (1, 1), (1, 3), (4, 3), (2, 0)] {
        let created = SealedKeyring::create(&keyring(), Method::Shares { needed, of }, &key(), &OsEntropy);
        assert_eq!(created.err(), Some(UnsealError::BadMethod), "{needed} of {of}");
    }
    assert_eq!(by_shares(&key(), 2, 255).shares.len(), 255);
    let cost = Cost { m_kib: 1, t: 1, p: 1 };
    let method = Method::Passphrase { passphrase: "x", cost };
    let created = SealedKeyring::create(&keyring(), method, &key(), &OsEntropy);
    assert_eq!(created.err(), Some(UnsealError::BadMethod));
}

#[test]
fn one_share_is_evenly_spread_whatever_the_secret() {
    // Chi-square over 256 values; 4,000 shares of an all-zero key, each byte once: 128,000 bytes. The 99.9999 %
    // point at 255 degrees of freedom is about 378.
    let mut counts = [0_u32; 256];
    for _ in 0..2000 {
        let (_, shares) = super::shares::deal(&FIRM, &Key::from_bytes([0; 32]), 2, 2, &OsEntropy).unwrap();
        for share in &shares {
            share.value_for_test().iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        }
    }
    let expected = f64::from(counts.iter().sum::<u32>()) / 256.0;
    let chi: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    assert!(chi < 420.0, "share bytes are not evenly spread: chi-square {chi}");
}

#[test]
fn a_rotated_keyring_key_makes_old_copies_worthless() {
    let (mut keyring, old_key, new_key) = (keyring(), key(), key());
    let created = by_passphrase(&keyring, &old_key);
    keyring.matters_mut().destroy(GONE);
    keyring.advance();
    let later = created.sealed.reseal(&created.root, &keyring, &new_key, &OsEntropy).ok().unwrap();
    assert_eq!((created.sealed.generation(), later.generation()), (1, 2));
    let opened = later.open_with_passphrase("open sesame", &new_key).ok().unwrap();
    assert!(opened.keyring.matters().is_destroyed(GONE));
    let stale = created.sealed.open_with_passphrase("open sesame", &new_key);
    assert_eq!(stale.err(), Some(UnsealError::WrongKeyringKey));
    // Back is not a way, nor is a root key that the methods would not recover, nor another firm's keyring.
    let older = Keyring::decode(
        &created.sealed.open_with_root(created.root.duplicate(), &old_key).ok().unwrap().keyring.encode(),
    )
    .unwrap();
    assert_eq!(later.reseal(&created.root, &older, &new_key, &OsEntropy).err(), Some(UnsealError::Older));
    assert_eq!(
        later.reseal(&RootKey(key()), &keyring, &new_key, &OsEntropy).err(),
        Some(UnsealError::WrongSecret)
    );
    let other = Keyring::generate([8; 16], &OsEntropy);
    assert_eq!(
        created.sealed.reseal(&created.root, &other, &new_key, &OsEntropy).err(),
        Some(UnsealError::Older)
    );
}

#[test]
fn methods_come_and_go() {
    let (keyring, keyring_key, file) = (keyring(), key(), key());
    let created = by_passphrase(&keyring, &keyring_key);
    let root = &created.root;
    let with_file =
        created.sealed.add_method(root, &keyring, Method::KeyFile(&file), &keyring_key, &OsEntropy);
    let (both, _) = with_file.ok().unwrap();
    let both = SealedKeyring::from_bytes(&both.to_bytes()).unwrap();
    assert_eq!(both.methods(), [MethodKind::Passphrase, MethodKind::KeyFile]);
    assert!(both.open_with_passphrase("open sesame", &keyring_key).is_ok());
    assert!(both.open_with_keyfile(&file, &keyring_key).is_ok());
    let changed = Method::Passphrase { passphrase: "another", cost: Cost::TEST };
    let (both, _) = both.add_method(root, &keyring, changed, &keyring_key, &OsEntropy).ok().unwrap();
    assert_eq!(both.open_with_passphrase("open sesame", &keyring_key).err(), Some(UnsealError::WrongSecret));
    let only =
        both.remove_method(root, &keyring, MethodKind::KeyFile, &keyring_key, &OsEntropy).ok().unwrap();
    assert!(only.open_with_passphrase("another", &keyring_key).is_ok());
    let none = only.remove_method(root, &keyring, MethodKind::Passphrase, &keyring_key, &OsEntropy);
    assert_eq!(none.err(), Some(UnsealError::BadMethod));
    let absent =
        both.remove_method(root, &keyring, MethodKind::Shares { needed: 2, of: 3 }, &keyring_key, &OsEntropy);
    assert_eq!(absent.err(), Some(UnsealError::NoSuchMethod));
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let keyring_key = key();
    let created = by_passphrase(&keyring(), &keyring_key);
    let bytes = created.sealed.to_bytes();
    for cut in 0..bytes.len() {
        assert_eq!(
            SealedKeyring::from_bytes(&bytes[..cut]).err(),
            Some(UnsealError::NotAKeyringFile),
            "{cut}"
        );
    }
    assert!(SealedKeyring::from_bytes(&[bytes.as_slice(), b"\0"].concat()).is_err());
    // Not the bytes of the cost (62..74): a forged one is refused or fails, but may take long to.
    for at in (0..bytes.len()).filter(|at| !(62..74).contains(at)) {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let opened = SealedKeyring::from_bytes(&bad)
            .and_then(|sealed| sealed.open_with_passphrase("open sesame", &keyring_key));
        assert!(opened.is_err(), "byte {at} of {}", bytes.len());
    }
}

#[test]
fn nothing_of_the_keyring_or_root_key_is_in_the_file() {
    let (keyring, keyring_key) = (keyring(), key());
    let created = by_passphrase(&keyring, &keyring_key);
    let bytes = created.sealed.to_bytes();
    let encoded = keyring.encode();
    for secret in
        encoded.windows(32).skip(24).chain([created.root.0.expose().as_slice(), keyring_key.expose()])
    {
        if secret.iter().filter(|byte| **byte == 0).count() < 8 {
            assert!(!bytes.windows(32).any(|window| window == secret));
        }
    }
}

/// Always the same bytes: shows that chance comes from [`Entropy`] alone.
struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.iter_mut().zip(1_u8..).for_each(|(byte, count)| *byte = count);
    }
}

#[test]
fn chance_is_an_argument() {
    let make = || {
        let method = Method::Shares { needed: 2, of: 3 };
        let created = SealedKeyring::create(&Keyring::generate(FIRM, &Fixed), method, &key(), &Fixed);
        created.ok().unwrap().shares.iter().map(|share| share.text().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(make(), make());
}
