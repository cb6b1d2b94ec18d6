//! A bucket whose store answers 500, slowly, too little, or not at all.

use std::time::Duration;

use s3::{Mood, Store};

use super::*;

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 31 + i / 257) % 251) as u8).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_blob_goes_in_parts_and_is_read_from_one_long_answer() {
    let store = Store::start().await;
    let blobs = bucket(&store).await.unwrap();
    let bytes = noise(19_000_000);
    assert_eq!(put(&blobs, &name(1), &bytes).await.unwrap(), 19_000_000);
    assert!(matches!(put(&blobs, &name(1), &bytes).await, Err(BlobError::Exists)), "nothing is put over it");
    let before = store.asked();
    let reader = blobs.open(&name(1)).await.unwrap();
    let (mut read, mut at) = (Vec::new(), 0);
    while at < reader.len() {
        let piece = reader.read(at, 1_000_000.min((reader.len() - at) as usize)).await.unwrap();
        at += piece.len() as u64;
        read.extend_from_slice(&piece);
    }
    assert!(read == bytes);
    assert!(store.asked() - before <= 4, "{} requests", store.asked() - before);
    // out of order too
    assert_eq!(reader.read(5, 7).await.unwrap(), bytes[5..12]);
    assert_eq!(reader.read(18_999_990, 10).await.unwrap(), bytes[18_999_990..]);
    assert!(matches!(reader.read(18_999_990, 11).await, Err(BlobError::Short)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_a_little_is_asked_again_and_one_that_fails_is_unavailable() {
    let store = Store::start().await;
    let blobs = bucket(&store).await.unwrap();
    store.set(Mood::FirstFail(2));
    put(&blobs, &name(1), b"once more").await.unwrap();
    store.set(Mood::FirstFail(2));
    assert_eq!(blobs.read(&name(1), 0, 9).await.unwrap(), b"once more");
    store.set(Mood::Slow(Duration::from_millis(300)));
    assert_eq!(blobs.read(&name(1), 0, 9).await.unwrap(), b"once more");
    for mood in [Mood::Status(500), Mood::Status(503), Mood::Status(403)] {
        store.set(mood);
        assert!(matches!(blobs.read(&name(1), 0, 9).await, Err(BlobError::Unavailable(_))), "{mood:?}");
        assert!(matches!(put(&blobs, &name(2), b"lost").await, Err(BlobError::Unavailable(_))), "{mood:?}");
        assert!(matches!(blobs.ping().await, Err(BlobError::Unavailable(_))), "{mood:?}");
    }
    // nobody concludes that a blob is gone from a store that cannot be asked for its mark
    store.set(Mood::Status(404));
    assert!(matches!(blobs.read(&name(1), 0, 9).await, Err(BlobError::Unavailable(_))));
    store.set(Mood::Well);
    assert!(matches!(blobs.len(&name(2)).await, Err(BlobError::Missing)), "nothing half is there");
    assert_eq!(blobs.read(&name(1), 0, 9).await.unwrap(), b"once more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_ends_early_is_never_a_shorter_blob() {
    let store = Store::start().await;
    let blobs = bucket(&store).await.unwrap();
    let bytes = noise(3_000_000);
    put(&blobs, &name(1), &bytes).await.unwrap();
    let reader = blobs.open(&name(1)).await.unwrap();
    assert_eq!(reader.read(0, 1_000_000).await.unwrap(), bytes[..1_000_000]);
    store.set(Mood::Short(70_000));
    assert!(matches!(reader.read(1_000_000, 1_000_000).await, Err(BlobError::Unavailable(_))));
    assert!(matches!(blobs.read(&name(1), 0, 100_000).await, Err(BlobError::Unavailable(_))));
    store.set(Mood::Well);
    assert_eq!(reader.read(1_000_000, 1_000_000).await.unwrap(), bytes[1_000_000..2_000_000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prefix_with_other_things_and_a_wrong_key_are_refused() {
    let store = Store::start().await;
    std::fs::create_dir(store.objects().join("strongroom")).unwrap();
    std::fs::write(store.objects().join("strongroom/holiday.jpg"), b"not ours").unwrap();
    assert!(matches!(bucket(&store).await, Err(BlobError::Unavailable(_))));
    let elsewhere = Bucket { prefix: String::from("a/b"), ..at(&store) };
    let blobs = Blobs::bucket(&elsewhere).await.unwrap();
    put(&blobs, &name(3), b"ours").await.unwrap();
    assert_eq!(list(&blobs).await.len(), 1);
    let wrong = Bucket { secret_key: String::from("guessed"), ..elsewhere };
    assert!(matches!(Blobs::bucket(&wrong).await, Err(BlobError::Unavailable(_))));
    let nowhere = Bucket { endpoint: String::from("http://127.0.0.1:9"), ..at(&store) };
    assert!(matches!(Blobs::bucket(&nowhere).await, Err(BlobError::Unavailable(_))));
    let told = format!("{:?}", at(&store));
    assert!(!told.contains(s3::SECRET_KEY), "{told}");
}
