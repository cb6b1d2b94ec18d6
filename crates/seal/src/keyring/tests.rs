//! Tests of `keyring`.

use super::*;
use crate::OsEntropy;
use crate::tree::Leaf;

fn keyring() -> Keyring {
    Keyring::generate([7; 16], &OsEntropy)
}

#[test]
fn reads_back_to_the_same_bytes() {
    let mut keyring = keyring();
    keyring.matters_mut().destroy(Leaf { branch: 3, leaf: 9 });
    keyring.clients_mut().destroy_branch(2);
    keyring.reserve(Kind::Records, 100).unwrap();
    keyring.note_checkpoint(12, [8; 32]).unwrap();
    keyring.advance();
    let encoded = keyring.encode();
    let again = Keyring::decode(&encoded).unwrap();
    assert_eq!(again.encode(), encoded);
    assert_eq!((again.firm(), again.generation(), again.checkpoint()), ([7; 16], 2, (12, [8; 32])));
    assert!(again.matters().is_destroyed(Leaf { branch: 3, leaf: 9 }));
    assert!(again.clients().branch(2).is_none());
    assert_eq!(again.system("mac").expose(), keyring.system("mac").expose());
    assert_eq!(again.ledger_key().public(), keyring.ledger_key().public());
    assert_eq!(again.next(Kind::Records), 101);
    assert!(encoded.capacity() <= encoded.len() + 256, "it was not moved while it grew");
}

#[test]
fn every_other_form_is_refused() {
    let encoded = keyring().encode();
    for cut in 0..encoded.len() {
        assert!(Keyring::decode(&encoded[..cut]).is_err(), "cut at {cut}");
    }
    let longer = [encoded.as_slice(), b"\0"].concat();
    assert_eq!(Keyring::decode(&longer).err(), Some(NotAKeyring));
    let mut version = encoded.clone();
    version[4] = 2;
    assert_eq!(Keyring::decode(&version).err(), Some(NotAKeyring));
}

#[test]
fn numbers_only_rise() {
    let mut keyring = keyring();
    assert_eq!(keyring.reserve(Kind::Matters, 64), Ok(1..65));
    assert_eq!(keyring.reserve(Kind::Matters, 1), Ok(65..66));
    assert_eq!(keyring.reserve(Kind::Clients, 1), Ok(1..2), "each kind has its own");
    keyring.skip_to(Kind::Matters, 10);
    assert_eq!(keyring.next(Kind::Matters), 66, "never back");
    keyring.skip_to(Kind::Matters, 1000);
    assert_eq!(keyring.reserve(Kind::Matters, 2), Ok(1000..1002));
    keyring.skip_to(Kind::StaffFiles, u64::MAX);
    assert_eq!(keyring.reserve(Kind::StaffFiles, 1), Err(Exhausted));
    keyring.skip_to(Kind::Concerns, (1 << 32) - 1);
    assert_eq!(keyring.reserve(Kind::Concerns, 2), Err(Exhausted));
    assert_eq!(keyring.reserve(Kind::Concerns, 1), Ok((1 << 32) - 1..1 << 32));
}

#[test]
fn the_checkpoint_only_grows() {
    let mut keyring = keyring();
    keyring.note_checkpoint(5, [1; 32]).unwrap();
    keyring.note_checkpoint(5, [1; 32]).unwrap();
    assert_eq!(keyring.note_checkpoint(5, [2; 32]), Err(TurnedBack));
    assert_eq!(keyring.note_checkpoint(4, [1; 32]), Err(TurnedBack));
    assert_eq!(keyring.checkpoint(), (5, [1; 32]));
}

#[test]
fn the_ledger_key_is_replaced() {
    let mut keyring = keyring();
    let old = keyring.ledger_key().public();
    assert_ne!(keyring.replace_ledger_key(&OsEntropy).public(), old);
    assert_ne!(keyring.ledger_key().public(), old);
}
