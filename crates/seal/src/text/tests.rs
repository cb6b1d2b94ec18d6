//! Tests of `text`.

use super::*;

#[test]
fn rfc_4648_section_10() {
    for (plain, text) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(rfc_4648(plain.as_bytes()).as_str(), text);
        assert_eq!(read_rfc_4648(text).unwrap().as_slice(), plain.as_bytes());
    }
    assert_eq!(read_rfc_4648("mzxw 6ytb-oi======").unwrap().as_slice(), b"foobar");
    assert!(read_rfc_4648("MZ1").is_none());
    assert!(read_rfc_4648("MZ").is_none(), "left-over bits");
    assert!(read_rfc_4648("MZXW6Y").is_none(), "a letter too many");
}

#[test]
fn checked_text_survives_handwriting_and_notices_slips() {
    let bytes: Vec<u8> = (0..40).collect();
    let text = grouped("test", &bytes);
    assert_eq!(read_checked("test", &text).unwrap().as_slice(), bytes);
    let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    assert_eq!(read_checked("test", &sloppy).unwrap().as_slice(), bytes);
    assert_eq!(read_checked("other", &text).err(), Some(Slip::Checksum));
    for at in 0..text.len() {
        let mut wrong: Vec<char> = text.chars().collect();
        if wrong[at] != '-' {
            wrong[at] = if wrong[at] == '7' { '8' } else { '7' };
            assert!(read_checked("test", &wrong.iter().collect::<String>()).is_err(), "letter {at}");
        }
    }
    assert_eq!(read_checked("test", "").err(), Some(Slip::Letters));
    assert_eq!(read_checked("test", "U").err(), Some(Slip::Letters));
    assert_eq!(firm_mark(&[1; 16]).len(), 7);
    assert_ne!(firm_mark(&[1; 16]), firm_mark(&[2; 16]));
}
