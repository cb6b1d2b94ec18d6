//! Tests of `token`.

use super::*;
use crate::OsEntropy;

#[test]
fn a_token_reads_back_in_one_spelling() {
    let text = generate(&OsEntropy);
    assert!(text.starts_with(PREFIX));
    assert_eq!(text.len(), PREFIX.len() + 58);
    assert_eq!(parse(&text).unwrap().hash(), parse(&text).unwrap().hash());
    assert_ne!(parse(&text).unwrap().hash(), parse(&generate(&OsEntropy)).unwrap().hash());
    let upper = text.replace(PREFIX, "").to_uppercase();
    for wrong in
        [text.to_uppercase(), format!("{PREFIX}{upper}"), format!("{}-", text.as_str()), String::new()]
    {
        assert_eq!(parse(&wrong).err(), Some(NotAToken), "{wrong}");
    }
}

#[test]
fn every_wrong_letter_is_noticed() {
    let text = generate(&OsEntropy);
    for at in PREFIX.len()..text.len() {
        let mut wrong = text.to_string();
        wrong.replace_range(at..=at, if &text[at..=at] == "7" { "8" } else { "7" });
        assert!(parse(&wrong).is_err(), "letter {at}");
    }
    assert!(parse(&text[..text.len() - 1]).is_err());
}
