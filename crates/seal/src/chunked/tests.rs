//! Tests of `chunked`.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::OsEntropy;
use crate::mac::sha256;

fn key(byte: u8) -> Key {
    Key::from_bytes([byte; 32])
}

/// The message of the vectors: SHA-256 of a counter, end to end.
fn message(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut count = 0_u32;
    while out.len() < length {
        out.extend_from_slice(&sha256(&count.to_be_bytes()));
        count += 1;
    }
    out.truncate(length);
    out
}

fn sealed_with(key: &Key, context: &[u8], salt: [u8; SALT], plain: &[u8], step: usize) -> Vec<u8> {
    let (mut encryptor, header) = Encryptor::begin(key, context, salt);
    let mut out = header.to_vec();
    plain.chunks(step).for_each(|piece| encryptor.push(piece, &mut out));
    encryptor.finish(&mut out);
    out
}

fn streamed(key: &Key, context: &[u8], sealed: &[u8], step: usize) -> Result<Vec<u8>, OpenError> {
    let mut decryptor = Decryptor::new(key, context);
    let mut out = Vec::new();
    for piece in sealed.chunks(step) {
        decryptor.push(piece, &mut out)?;
    }
    decryptor.finish(&mut out)?;
    Ok(out)
}

fn bytes_of(value: &Value, field: &str) -> Vec<u8> {
    hex::decode(value[field].as_str().unwrap()).unwrap()
}

fn check_vectors(json: &str) -> usize {
    let file: Value = serde_json::from_str(json).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let key = Key::from_bytes(bytes_of(vector, "key").try_into().unwrap());
        let salt: [u8; SALT] = bytes_of(vector, "salt").try_into().unwrap();
        let context = bytes_of(vector, "context");
        let plain = message(vector["message_len"].as_u64().unwrap().try_into().unwrap());
        assert_eq!(sha256(&plain).to_vec(), bytes_of(vector, "message_sha256"));
        let sealed = sealed_with(&key, &context, salt, &plain, 5000);
        assert_eq!(sealed.len() as u64, vector["ciphertext_len"].as_u64().unwrap());
        assert!(sealed.starts_with(&bytes_of(vector, "ciphertext_head")));
        assert!(sealed.ends_with(&bytes_of(vector, "ciphertext_tail")));
        assert_eq!(sha256(&sealed).to_vec(), bytes_of(vector, "ciphertext_sha256"));
        assert_eq!(open(&key, &context, &sealed).unwrap().as_slice(), plain);
        must_not_open(&key, &context, &sealed);
    }
    vectors.len()
}

/// What each vector must *not* open as: cut, longer, changed anywhere, under another context.
fn must_not_open(key: &Key, context: &[u8], sealed: &[u8]) {
    assert!(open(key, &[context, b"x"].concat(), sealed).is_err());
    assert!(open(key, context, &[sealed, &[0]].concat()).is_err());
    for place in [0, SALT, HEADER - 1, HEADER, sealed.len() / 2, sealed.len() - 1] {
        let mut changed = sealed.to_vec();
        changed[place] ^= 0x80;
        assert!(open(key, context, &changed).is_err(), "changed at {place}");
        assert!(open(key, context, &sealed[..place]).is_err(), "cut at {place}");
    }
}

#[test]
fn own_vectors_hold() {
    assert!(check_vectors(include_str!("../../tests/vectors/chunked.json")) >= 8);
}

#[test]
fn shared_vectors_hold_where_they_are_present() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/cobblestone256.json");
    if let Ok(json) = std::fs::read_to_string(path) {
        assert!(check_vectors(&json) > 0);
    }
}

#[test]
fn lengths_agree_with_sealing() {
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 40_000] {
        let sealed = seal(&key(1), b"c", &OsEntropy, &message(length));
        assert_eq!(ciphertext_len(length as u64), sealed.len() as u64);
        assert_eq!(plaintext_len(sealed.len() as u64), Ok(length as u64));
    }
    for impossible in [0, 55, 56, 71, (HEADER + CHUNK + TAG) as u64, (HEADER + CHUNK + TAG + 15) as u64] {
        assert_eq!(plaintext_len(impossible), Err(OpenError::Truncated), "{impossible}");
    }
    assert_eq!(plaintext_len(u64::MAX), Err(OpenError::TooLong));
}

#[test]
fn another_key_context_or_salt_does_not_open() {
    let sealed = seal(&key(1), b"row 7", &OsEntropy, b"name");
    assert_eq!(open(&key(2), b"row 7", &sealed).err(), Some(OpenError::WrongKey));
    assert_eq!(open(&key(1), b"row 8", &sealed).err(), Some(OpenError::WrongKey));
    assert_ne!(sealed, seal(&key(1), b"row 7", &OsEntropy, b"name"), "a salt is never used twice");
}

#[test]
fn every_flipped_bit_is_noticed() {
    let sealed = seal(&key(1), b"", &OsEntropy, b"a few words");
    for bit in 0..sealed.len() * 8 {
        let mut bad = sealed.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let expected = if bit / 8 < HEADER { OpenError::WrongKey } else { OpenError::Damaged(0) };
        assert_eq!(open(&key(1), b"", &bad).err(), Some(expected), "bit {bit}");
        assert_eq!(streamed(&key(1), b"", &bad, 7).err(), Some(expected), "bit {bit}");
    }
}

#[test]
fn cutting_and_rearranging_is_noticed() {
    let chunk = CHUNK + TAG;
    let sealed = seal(&key(1), b"", &OsEntropy, &message(3 * CHUNK + 100));
    for cut in [0, 1, HEADER - 1, HEADER, HEADER + TAG, HEADER + chunk, HEADER + 2 * chunk, sealed.len() - 1]
    {
        assert!(open(&key(1), b"", &sealed[..cut]).is_err(), "cut at {cut}");
        assert!(streamed(&key(1), b"", &sealed[..cut], 999).is_err(), "cut at {cut}");
    }
    let mut swapped = sealed.clone();
    let (front, back) = swapped[HEADER..].split_at_mut(chunk);
    front.swap_with_slice(&mut back[..chunk]);
    assert_eq!(open(&key(1), b"", &swapped).err(), Some(OpenError::Damaged(0)));
    let mut longer = sealed.clone();
    longer.push(0);
    assert_eq!(open(&key(1), b"", &longer).err(), Some(OpenError::Damaged(3)));
    // A full chunk is never the last one, even if it is genuine.
    let opener = Opener::new(&key(1), b"", &sealed[..HEADER]).unwrap();
    let mut first = sealed[HEADER..HEADER + chunk].to_vec();
    assert_eq!(opener.open_chunk(0, true, &mut first), Err(OpenError::Truncated));
    assert_eq!(opener.open_chunk(0, false, &mut first), Ok(()));
    assert_eq!(first, message(CHUNK));
    assert_eq!(opener.open_chunk(1 << 38, false, &mut vec![0; chunk]), Err(OpenError::TooLong));
}

#[test]
fn a_failed_chunk_leaves_nothing_behind() {
    let sealed = seal(&key(1), b"", &OsEntropy, &message(100));
    let opener = Opener::new(&key(1), b"", &sealed[..HEADER]).unwrap();
    let mut bad = sealed[HEADER..].to_vec();
    *bad.last_mut().unwrap() ^= 1;
    let mut out = b"before".to_vec();
    assert_eq!(opener.open_chunk_into(0, true, &bad, &mut out), Err(OpenError::Damaged(0)));
    assert_eq!(out, b"before");
    assert_eq!(opener.open_chunk(0, true, &mut bad), Err(OpenError::Damaged(0)));
    assert!(bad.is_empty());
}

#[test]
fn a_decryptor_that_failed_stays_failed() {
    let mut sealed = seal(&key(1), b"", &OsEntropy, &message(2 * CHUNK));
    sealed[HEADER] ^= 1;
    let mut decryptor = Decryptor::new(&key(1), b"");
    let mut out = Vec::new();
    assert_eq!(decryptor.push(&sealed, &mut out), Err(OpenError::Damaged(0)));
    assert_eq!(decryptor.push(b"more", &mut out), Err(OpenError::Damaged(0)));
    assert_eq!(decryptor.finish(&mut out), Err(OpenError::Damaged(0)));
    assert!(out.is_empty());
}

#[test]
fn damage_in_a_chunk_leaves_those_before_it_readable() {
    let mut sealed = seal(&key(1), b"", &OsEntropy, &message(3 * CHUNK + 1));
    sealed[HEADER + 2 * (CHUNK + TAG) + 9] ^= 4;
    let mut decryptor = Decryptor::new(&key(1), b"");
    let mut out = Vec::new();
    assert_eq!(decryptor.push(&sealed, &mut out), Err(OpenError::Damaged(2)));
    assert_eq!(out, message(2 * CHUNK));
}

/// Reads a range as a blob store would.
fn range(sealed: &[u8], start: u64, length: u64, total: u64) -> Vec<u8> {
    let span = Span::of(start, length, total);
    let opener = Opener::new(&key(3), b"blob", &sealed[..HEADER]).unwrap();
    let read = &sealed[span.ciphertext.start as usize..span.ciphertext.end as usize];
    let mut out = Vec::new();
    let mut count = 0;
    for (index, piece) in (span.first_chunk..).zip(read.chunks(CHUNK + TAG)) {
        opener.open_chunk_into(index, span.is_last(index), piece, &mut out).unwrap();
        count += 1;
    }
    assert_eq!(count, span.chunks);
    out.drain(..span.skip);
    out.truncate(span.take as usize);
    out
}

#[test]
fn ranges_at_the_edges() {
    for total in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let plain = message(total);
        let sealed = sealed_with(&key(3), b"blob", [1; SALT], &plain, 100_000);
        for start in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, total] {
            for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK] {
                let (from, to) = (start.min(total), (start + length).min(total));
                let read = range(&sealed, start as u64, length as u64, total as u64);
                assert_eq!(read, plain[from..to], "{start}+{length} of {total}");
            }
        }
    }
    assert_eq!(Span::of(u64::MAX, u64::MAX, 5).take, 0);
    assert_eq!(Span::of(2, u64::MAX, 5).take, 3);
}

/// A way to spoil a sealed message; places are taken modulo what there is.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Flip(usize, u8),
    Insert(usize, u8),
    Swap(usize, usize),
    Drop(usize),
    Repeat(usize),
    /// A genuine chunk of the same place in another message under the same key.
    Foreign(usize),
    /// The chunks in another order.
    Turn(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<usize>;
    prop_oneof![
        place().prop_map(Damage::Cut),
        (place(), 0..8_u8).prop_map(|(place, bit)| Damage::Flip(place, 1 << bit)),
        (place(), any::<u8>()).prop_map(|(place, byte)| Damage::Insert(place, byte)),
        (place(), place()).prop_map(|(one, two)| Damage::Swap(one, two)),
        place().prop_map(Damage::Drop),
        place().prop_map(Damage::Repeat),
        place().prop_map(Damage::Foreign),
        place().prop_map(Damage::Turn),
    ]
}

impl Damage {
    fn done_to(&self, sealed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = sealed.to_vec();
        let (header, body) = sealed.split_at(HEADER.min(sealed.len()));
        let mut chunks: Vec<&[u8]> = body.chunks(CHUNK + TAG).collect();
        let count = chunks.len().max(1);
        match *self {
            Self::Cut(place) => bytes.truncate(place % (bytes.len() + 1)),
            Self::Flip(place, bit) if !bytes.is_empty() => {
                let place = place % bytes.len();
                bytes[place] ^= bit;
            }
            Self::Insert(place, byte) => bytes.insert(place % (bytes.len() + 1), byte),
            _ if chunks.is_empty() => {}
            Self::Swap(one, two) => chunks.swap(one % count, two % count),
            Self::Drop(place) => drop(chunks.remove(place % count)),
            Self::Repeat(place) => chunks.insert(place % count, chunks[place % count]),
            Self::Foreign(place) => {
                let theirs: Vec<&[u8]> = other[HEADER..].chunks(CHUNK + TAG).collect();
                chunks[place % count] = theirs[place % count % theirs.len()];
            }
            Self::Turn(by) => chunks.rotate_left(by % count),
            Self::Flip(..) => {}
        }
        match self {
            Self::Cut(_) | Self::Flip(..) | Self::Insert(..) => bytes,
            _ => [header, &chunks.concat()].concat(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Cuts, flips, insertions, and chunks exchanged, dropped, repeated, turned or taken from elsewhere, up to three
    /// at once: nothing but the very bytes opens, and a stream gives out nothing but whole true chunks from the front.
    #[test]
    fn any_damage_is_noticed(length in 0_usize..90_000, done in prop::collection::vec(damage(), 1..4), piece in 1_usize..40_000) {
        let plain = message(length);
        let sealed = sealed_with(&key(3), b"blob", [9; SALT], &plain, 100_000);
        let other = sealed_with(&key(3), b"blob", [8; SALT], &message(90_000), 100_000);
        let bad = done.iter().fold(sealed.clone(), |bytes, damage| damage.done_to(&bytes, &other));
        if bad == sealed {
            return Ok(());
        }
        prop_assert!(open(&key(3), b"blob", &bad).is_err(), "{done:?}");
        let mut decryptor = Decryptor::new(&key(3), b"blob");
        let mut out = Vec::new();
        let pushed = bad.chunks(piece).try_for_each(|piece| decryptor.push(piece, &mut out));
        prop_assert!(pushed.and_then(|()| decryptor.finish(&mut out)).is_err(), "{done:?}");
        prop_assert!(plain.starts_with(&out) && out.len() % CHUNK == 0, "{} bytes given out", out.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_pieces_give_the_same_message(length in 0_usize..70_000, one in 1_usize..40_000, two in 1_usize..40_000) {
        let plain = message(length);
        let sealed = sealed_with(&key(3), b"blob", [9; SALT], &plain, one);
        prop_assert_eq!(&sealed, &sealed_with(&key(3), b"blob", [9; SALT], &plain, length.max(1)));
        prop_assert_eq!(streamed(&key(3), b"blob", &sealed, two).unwrap(), plain.clone());
        prop_assert_eq!(open(&key(3), b"blob", &sealed).unwrap().into_vec().to_vec(), plain);
    }

    #[test]
    fn any_range_is_the_slice(length in 0_u64..70_000, start in 0_u64..80_000, count in 0_u64..80_000) {
        let plain = message(length as usize);
        let sealed = sealed_with(&key(3), b"blob", [9; SALT], &plain, 100_000);
        let (from, to) = (start.min(length) as usize, (start + count).min(length) as usize);
        prop_assert_eq!(range(&sealed, start, count, length), &plain[from..to.max(from)]);
    }
}

/// Writes tests/vectors/chunked.json anew: run it only after the shared vectors held.
#[test]
#[ignore = "writes a file of the source tree"]
fn write_own_vectors() {
    let lengths = [0, 1, 27, 16_383, 16_384, 16_385, 32_768, 40_000, 81_920];
    let vectors: Vec<Value> = (0_u8..)
        .zip(lengths)
        .map(|(number, length)| {
            let key = sha256(&[b'k', number]);
            let salt: [u8; SALT] = sha256(&[b's', number])[..SALT].try_into().unwrap();
            let context = crate::context(&[b"vector", &[number]]);
            let plain = message(length);
            let sealed = sealed_with(&Key::from_bytes(key), &context, salt, &plain, 7777);
            serde_json::json!({
                "key": hex::encode(key),
                "salt": hex::encode(salt),
                "context": hex::encode(&context),
                "message_len": length,
                "message_sha256": hex::encode(sha256(&plain)),
                "ciphertext_len": sealed.len(),
                "ciphertext_head": hex::encode(&sealed[..sealed.len().min(96)]),
                "ciphertext_tail": hex::encode(&sealed[sealed.len() - 32..]),
                "ciphertext_sha256": hex::encode(sha256(&sealed)),
            })
        })
        .collect();
    let file = serde_json::json!({
        "format": "c2sp.org/chunked-encryption, Cobblestone-256",
        "message": "the first message_len bytes of SHA-256(be32(0)) || SHA-256(be32(1)) || ...",
        "vectors": vectors,
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/chunked.json");
    std::fs::write(path, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
}
