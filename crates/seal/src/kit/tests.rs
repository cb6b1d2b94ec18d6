//! Tests of `kit`.

use super::*;
use crate::OsEntropy;
use crate::keyring::Keyring;
use crate::unseal::{Method, SealedKeyring, ShareCollector};

const FIRM: [u8; 16] = [7; 16];

fn kit(method: MethodKind) -> Kit<'static> {
    Kit { firm: FIRM, date: "22 November 2026", method, vkey: "ledger.ashe.example+1234abcd+AAAA" }
}

#[test]
fn the_root_key_reads_back_from_the_page() {
    let root = RootKey(Key::generate(&OsEntropy));
    let sheet = kit(MethodKind::Passphrase).sheet(&root);
    for text in [sheet.to_string(), sheet.to_lowercase(), root_text(&FIRM, &root).replace(['-', '\n'], " ")] {
        assert_eq!(parse(&FIRM, &text).ok().unwrap().0.expose(), root.0.expose());
    }
    for part in ["22 November 2026", "a passphrase", "ledger.ashe.example+1234abcd+AAAA", &firm_mark(&FIRM)] {
        assert!(sheet.contains(part), "{part} is missing from:\n{}", sheet.as_str());
    }
    assert!(sheet.lines().all(|line| line.len() <= 100));
    assert!(sheet.capacity() >= 4096, "it was not moved while it grew");
}

#[test]
fn slips_and_other_firms_are_named() {
    let root = RootKey(Key::generate(&OsEntropy));
    let text = root_text(&FIRM, &root);
    assert_eq!(parse(&[8; 16], &text).err(), Some(KitError::OtherFirm));
    assert_eq!(parse(&FIRM, "a page about something else").err(), Some(KitError::NoRootKey));
    assert_eq!(parse(&FIRM, &text[..text.len() - 1]).err(), Some(KitError::NoRootKey));
    let last = if text.ends_with('7') { '8' } else { '7' };
    let wrong = format!("{}{last}", &text[..text.len() - 1]);
    assert_eq!(parse(&FIRM, &wrong).err(), Some(KitError::Mistyped));
}

#[test]
fn each_holder_has_a_sheet_that_unseals() {
    let keyring_key = Key::generate(&OsEntropy);
    let method = Method::Shares { needed: 2, of: 3 };
    let keyring = Keyring::generate(FIRM, &OsEntropy);
    let created = SealedKeyring::create(&keyring, method, &keyring_key, &OsEntropy).ok().unwrap();
    let sheets = kit(MethodKind::Shares { needed: 2, of: 3 }).sheets(&created.shares);
    assert_eq!(sheets.len(), 3);
    let mut collector = ShareCollector::new(&created.sealed).ok().unwrap();
    for sheet in sheets.iter().skip(1) {
        assert!(!sheet.contains(PREFIX), "no root key on a share's sheet");
        let lines: Vec<&str> = sheet.lines().skip_while(|line| !line.starts_with("SRS1-")).collect();
        let share: Vec<&str> = lines.split(|line| line.is_empty()).next().unwrap().to_vec();
        collector.add(&share.join("\n")).unwrap();
    }
    assert!(created.sealed.open_with_shares(&collector, &keyring_key).is_ok());
}
