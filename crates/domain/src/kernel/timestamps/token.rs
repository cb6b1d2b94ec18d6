//! The few structures of RFC 3161 and RFC 5652 that are written and read: the question, and of the answer what shows that
//! it is one to it.

use der::asn1::GeneralizedTime;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tagged as _};

use crate::kernel::clock::Micros;

/// `TimeStampReq`: version 1, SHA-256 of the checkpoint, a nonce, and the wish for the authority's certificate.
pub(super) fn query(digest: &[u8; 32], nonce: [u8; 8]) -> Vec<u8> {
    const SHA_256: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
    let part = |tag: u8, content: &[u8]| -> Vec<u8> {
        // nothing here is longer than 127 bytes
        let len = u8::try_from(content.len()).unwrap_or(u8::MAX);
        [&[tag, len], content].concat()
    };
    let imprint = part(0x30, &[SHA_256, &part(0x04, digest)].concat());
    part(0x30, &[part(0x02, &[1]), imprint, part(0x02, &positive(nonce)), part(0x01, &[0xff])].concat())
}

/// An integer of eight bytes that is neither negative nor has a byte too many.
fn positive(nonce: [u8; 8]) -> [u8; 8] {
    let [first, rest @ ..] = nonce;
    let mut out = [first & 0x7f | 0x40; 8];
    for (to, from) in out.iter_mut().skip(1).zip(rest) {
        *to = from;
    }
    out
}

fn children(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut all = Vec::new();
    while !reader.is_finished() {
        all.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(all)
}

fn child<'a>(of: &AnyRef<'a>, at: usize) -> Option<AnyRef<'a>> {
    children(of.value())?.get(at).copied()
}

/// `TSTInfo`, in the signed data of a `TimeStampResp` that grants.
fn info(answer: &[u8]) -> Result<AnyRef<'_>, &'static str> {
    let whole = AnyRef::from_der(answer).map_err(|_| "it is not DER")?;
    let status = child(&whole, 0).and_then(|status| child(&status, 0)).ok_or("it has no status")?;
    if !matches!(status.value(), [0 | 1]) {
        return Err("it is refused");
    }
    let read = || {
        let signed_data = child(&child(&whole, 1)?, 1).and_then(|wrapped| child(&wrapped, 0))?;
        let content = child(&child(&signed_data, 2)?, 1)?;
        let octets = child(&content, 0)?;
        AnyRef::from_der(octets.value()).ok()
    };
    read().ok_or("it carries no timestamp")
}

/// When, if the answer is a timestamp of this digest for this nonce.
pub(super) fn said(answer: &[u8], digest: &[u8; 32], nonce: [u8; 8]) -> Result<Micros, &'static str> {
    let info = info(answer)?;
    let parts = children(info.value()).ok_or("it carries no timestamp")?;
    let imprint = parts.get(2).and_then(|imprint| child(imprint, 1)).ok_or("it has no imprint")?;
    if imprint.value() != digest {
        return Err("it is of something else");
    }
    let mut after = parts.iter().skip(4);
    let time = after.next().ok_or("it has no time")?;
    // behind the time: accuracy and ordering, each of another type, then the nonce
    if !after.any(|part| part.tag() == der::Tag::Integer && part.value() == positive(nonce)) {
        return Err("it answers another question");
    }
    let time = time.decode_as::<GeneralizedTime>().map_err(|_| "its time cannot be read")?;
    i64::try_from(time.to_unix_duration().as_micros()).map_err(|_| "its time cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_what_the_standard_says() {
        let asked = query(&[0xab; 32], [0x80; 8]);
        let whole = AnyRef::from_der(&asked).unwrap();
        let parts = children(whole.value()).unwrap();
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[2].value(), [0x40, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]);
        assert_eq!(child(&parts[1], 1).unwrap().value(), [0xab; 32]);
    }

    #[test]
    fn no_bytes_are_taken_for_a_timestamp() {
        for bytes in [&[][..], &[0x30, 0x00], &[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02], &[0xff; 40]] {
            assert!(said(bytes, &[0; 32], [0; 8]).is_err());
        }
    }
}
