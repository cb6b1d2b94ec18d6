//! Two requests that come to one upload at once.

use bytes::Bytes;

use super::{NewUpload, append, create, mine, ops};
use crate::features::ledger::stories::Story;

#[tokio::test]
async fn whoever_comes_second_to_a_whole_upload_finds_it_filed_and_nothing_damaged() {
    let s = Story::new().await;
    let new = NewUpload {
        matter: s.matter,
        filename: String::from("letter.txt"),
        folder: None,
        labels: None,
        length: 6,
        version_of: None,
        sha256: None,
        keep_duplicate: false,
        sample: None,
    };
    let begun = create(&s.lead, new).await.unwrap();
    // as the second one saw it: whole, and not filed
    let mut seen = ops::own(&s.lead, begun.id).await.unwrap();
    seen.received = seen.length;
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"A note"))]);
    let filed = append(&s.lead, begun.id, 0, body, None).await.unwrap();
    let second = super::append::complete(&s.lead, seen).await.unwrap();
    assert_eq!(second.record, filed.record);
    assert!(filed.record.is_some());
    assert!(mine(&s.lead).await.unwrap().is_empty());
}
