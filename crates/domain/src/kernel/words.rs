//! Tests of the words: typed ids, and text that is checked once.

use super::id::{AnyId, MatterId, PREFIXES, RecordId};
use super::text::{Email, Name, file_name, folder_path};

#[test]
fn identifiers_name_their_type_and_sort_by_time() {
    let early = MatterId::new(1_000_000_000, [255; 10]);
    let late = MatterId::new(2_000_000_000, [0; 10]);
    assert!(early < late && early.to_string() < late.to_string());
    assert_eq!(MatterId::parse(&early.to_string()), Some(early));
    assert_eq!(RecordId::parse(&early.to_string()), None);
    for wrong in [
        "",
        "mat_",
        "mat_0",
        "rec_00000000000000000000000000",
        "mat_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "mat_0000000000000000000000000l",
    ] {
        assert_eq!(MatterId::parse(wrong), None, "{wrong}");
    }
    assert!(AnyId::parse(&early.to_string()).is_some());
    let mut prefixes = PREFIXES.to_vec();
    prefixes.dedup();
    assert_eq!(prefixes.len(), PREFIXES.len());
}

#[test]
fn names_of_files_lose_what_deceives_and_nothing_else() {
    for (given, kept) in [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\deed.docx", "deed.docx"),
        ("invoice\u{202E}fdp.exe", "invoice\u{FFFD}fdp.exe"),
        ("a\nb.txt", "a\u{FFFD}b.txt"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("///", "unnamed"),
        ("日本語の契約書.pdf", "日本語の契約書.pdf"),
    ] {
        assert_eq!(file_name(given), kept, "{given:?}");
    }
    let long = format!("{}.pdf", "é".repeat(200));
    let cut = file_name(&long);
    assert!(cut.len() <= 255 && cut.ends_with(".pdf"));
}

#[test]
fn text_is_checked_at_the_edge() {
    assert!(Name::parse("  ").is_err());
    assert!(Name::parse("Doe v. Acme").is_ok());
    assert!(Name::parse("a\u{202E}b").is_err());
    assert!(Name::parse(&"x".repeat(201)).is_err());
    assert!(Email::parse("E.Marsh@Firm.Example").is_ok_and(|e| e.as_str() == "e.marsh@firm.example"));
    for wrong in ["", "a", "a@b", "@b.c", "a b@c.de", "a@b@c.de"] {
        assert!(Email::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(folder_path("Pleadings//2026/").map(|p| p.len()).ok(), Some(2));
    assert!(folder_path("../x").is_err());
    assert!(folder_path(&"a/".repeat(17)).is_err());
}

#[tokio::test]
async fn every_statement_prepares_and_none_scans_unless_it_says_so() {
    let f = crate::features::firm::fixture::Fixture::new().await;
    let problems = strongroom_storage::sql::check_statements(&f.room.db, &super::schema::statements()).await;
    assert!(problems.is_empty(), "{problems:#?}");
}
