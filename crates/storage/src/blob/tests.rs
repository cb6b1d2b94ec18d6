//! Both stores, and what only a disk can do.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use s3::Store;

use super::{BlobError, BlobName, Blobs, Bucket, Entry};
use crate::disk::Disk;

mod buckets;

static NEXT: AtomicU64 = AtomicU64::new(0);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("strongroom_blobs_{}_{next}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    async fn blobs(&self) -> Blobs {
        Blobs::folder(&Disk::default(), &self.0.join("blobs")).await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The store of a server, below a prefix.
async fn bucket(store: &Store) -> Result<Blobs, BlobError> {
    Blobs::bucket(&at(store)).await
}

fn at(store: &Store) -> Bucket {
    Bucket {
        endpoint: store.endpoint(),
        bucket: String::from(s3::BUCKET),
        prefix: String::from("strongroom"),
        region: String::from("eu-central-1"),
        access_key: String::from(s3::ACCESS_KEY),
        secret_key: String::from(s3::SECRET_KEY),
        virtual_host: false,
        allow_http: true,
    }
}

fn name(n: u64) -> BlobName {
    let mut bytes = [0x5a; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    bytes[0] = n as u8;
    BlobName::from_random(bytes)
}

async fn put(blobs: &Blobs, name: &BlobName, bytes: &[u8]) -> Result<u64, BlobError> {
    let mut writer = blobs.create(name);
    for piece in bytes.chunks(100_000) {
        writer.write(piece.to_vec()).await?;
    }
    writer.commit().await
}

async fn list(blobs: &Blobs) -> Vec<Entry> {
    let (mut listing, mut all) = (blobs.list(), Vec::new());
    while let Some(page) = listing.next().await.unwrap() {
        all.extend(page);
    }
    all
}

#[tokio::test]
async fn a_blob_is_written_read_listed_and_deleted() {
    let folder = Folder::new();
    let store = Store::start().await;
    for (blobs, stays_open) in
        [(Blobs::memory(), true), (folder.blobs().await, true), (bucket(&store).await.unwrap(), false)]
    {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        assert_eq!(put(&blobs, &name(1), &bytes).await.unwrap(), 3_000_000);
        assert_eq!(put(&blobs, &name(2), &[]).await.unwrap(), 0);
        assert!(matches!(put(&blobs, &name(1), b"other").await, Err(BlobError::Exists)));

        assert_eq!(blobs.len(&name(1)).await.unwrap(), 3_000_000);
        assert_eq!(blobs.read(&name(1), 0, 3_000_000).await.unwrap(), bytes);
        assert_eq!(blobs.read(&name(1), 2_999_990, 10).await.unwrap(), bytes[2_999_990..]);
        assert!(blobs.read(&name(1), 3_000_000, 0).await.unwrap().is_empty());
        for (offset, len) in [(2_999_990, 11), (u64::MAX, 1), (0, 4_000_000), (3_000_001, 0)] {
            assert!(
                matches!(blobs.read(&name(1), offset, len).await, Err(BlobError::Short)),
                "{offset} {len}"
            );
        }
        assert!(matches!(blobs.read(&name(3), 0, 1).await, Err(BlobError::Missing)));
        assert!(matches!(blobs.len(&name(3)).await, Err(BlobError::Missing)));
        assert!(matches!(blobs.open(&name(3)).await, Err(BlobError::Missing)));
        assert!(matches!(blobs.delete(&name(3)).await, Err(BlobError::Missing)));

        let reader = blobs.open(&name(1)).await.unwrap();
        let listed = list(&blobs).await;
        assert_eq!(
            listed.iter().map(|e| (e.name.clone(), e.len)).collect::<Vec<_>>(),
            [(name(1), 3_000_000), (name(2), 0)]
        );
        assert!(listed.iter().all(|e| e.modified > 1_000_000_000_000_000), "microseconds: {listed:?}");
        blobs.delete(&name(1)).await.unwrap();
        assert_eq!(reader.len(), 3_000_000);
        if stays_open {
            assert_eq!(reader.read(5, 7).await.unwrap(), bytes[5..12], "an open blob stays readable");
        } else {
            assert!(matches!(reader.read(5, 7).await, Err(BlobError::Missing)));
        }
        assert!(matches!(reader.read(2_999_999, 2).await, Err(BlobError::Short)));
        assert_eq!(list(&blobs).await.len(), 1);
        blobs.ping().await.unwrap();
    }
}

#[test]
fn names_are_validated() {
    let good = "ab/cdef0123456789abcdef0123456789";
    assert_eq!(BlobName::parse(good).unwrap().as_str(), good);
    assert_eq!(BlobName::parse(name(7).as_str()).unwrap(), name(7));
    assert!(BlobName::parse(&format!("ab/{}", "0".repeat(62))).is_ok());
    let bad = [
        "",
        "ab",
        "abcdef0123456789abcdef0123456789",
        "AB/cdef0123456789abcdef0123456789",
        "ab/cdef0123456789abcdef01234567",
        "ab/../../etc/passwd/0123456789abcdef",
        "../abcdef0123456789abcdef012345678",
        "/ab/cdef0123456789abcdef0123456789",
        "ab/cdef0123456789abcdef0123456789/",
        "ab/cdef0123456789abcdef012345678\0",
        "ab/cdef0123456789abcdef01234567é",
    ];
    for text in bad {
        assert!(BlobName::parse(text).is_err(), "{text:?}");
    }
    assert!(BlobName::parse(&format!("ab/{}", "0".repeat(63))).is_err());
}

#[tokio::test]
async fn leftovers_are_swept_and_living_writers_are_not() {
    let folder = Folder::new();
    let blobs = folder.blobs().await;
    let temp = folder.0.join("blobs/temp");
    // As a crash leaves them: empty, half, and one with a name this process would use next.
    std::fs::write(temp.join("99999-0"), b"").unwrap();
    std::fs::write(temp.join("99999-1"), b"half a blob").unwrap();
    std::fs::write(temp.join(format!("{}-0", std::process::id())), b"from an earlier life").unwrap();
    let mut living = blobs.create(&name(1));
    living.write(vec![1; 600_000]).await.unwrap();
    // waits for the first, which has its file by then
    living.write(vec![2; 600_000]).await.unwrap();
    assert_eq!(blobs.sweep_temps().await.unwrap(), 3);
    assert_eq!(folder.blobs().await.sweep_temps().await.unwrap(), 0, "another process spares it too");
    assert_eq!(living.written(), 1_200_000);
    assert_eq!(living.commit().await.unwrap(), 1_200_000);
    assert_eq!(blobs.len(&name(1)).await.unwrap(), 1_200_000);

    let mut dropped = blobs.create(&name(2));
    dropped.write(vec![1; 10]).await.unwrap();
    drop(dropped);
    assert_eq!(std::fs::read_dir(&temp).unwrap().count(), 0, "a dropped writer leaves nothing");
    assert!(put(&blobs, &name(1), b"again").await.is_err());
    assert_eq!(std::fs::read_dir(&temp).unwrap().count(), 0, "a refused one neither");
}

#[tokio::test]
async fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let blobs = folder.blobs().await;
    put(&blobs, &name(1), b"sealed").await.unwrap();
    for (path, mode) in [("blobs", 0o700), ("blobs/01", 0o700), (&format!("blobs/{}", name(1)), 0o600)] {
        let metadata = std::fs::metadata(folder.0.join(path)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{path}");
    }
}

#[tokio::test]
async fn a_folder_that_went_away_is_not_missing_blobs() {
    let folder = Folder::new();
    let blobs = folder.blobs().await;
    put(&blobs, &name(1), b"sealed").await.unwrap();
    // As after an unmount: the place is there, and empty.
    std::fs::rename(folder.0.join("blobs"), folder.0.join("elsewhere")).unwrap();
    std::fs::create_dir(folder.0.join("blobs")).unwrap();
    assert!(matches!(blobs.read(&name(1), 0, 1).await, Err(BlobError::Unavailable(_))));
    assert!(matches!(blobs.delete(&name(1)).await, Err(BlobError::Unavailable(_))));
    assert!(matches!(put(&blobs, &name(2), b"more").await, Err(BlobError::Unavailable(_))));
    assert!(matches!(blobs.list().next().await, Err(BlobError::Unavailable(_))));
    assert!(matches!(blobs.ping().await, Err(BlobError::Unavailable(_))));
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused_and_an_interrupted_start_is_finished() {
    let folder = Folder::new();
    assert!(Blobs::folder(&Disk::default(), &folder.0).await.is_ok());
    let other = Folder::new();
    std::fs::write(other.0.join("letter.txt"), b"Dear").unwrap();
    assert!(matches!(Blobs::folder(&Disk::default(), &other.0).await, Err(BlobError::Unavailable(_))));
    let half = Folder::new();
    std::fs::create_dir(half.0.join("temp")).unwrap();
    let blobs = Blobs::folder(&Disk::default(), &half.0).await.unwrap();
    put(&blobs, &name(1), b"sealed").await.unwrap();
}

#[tokio::test]
async fn a_full_disk_says_so_and_recovers() {
    let folder = Folder::new();
    let mount = folder.0.join("small");
    std::fs::create_dir(&mount).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
        .arg(&mount)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        eprintln!("SKIPPED a_full_disk_says_so_and_recovers: cannot mount a tmpfs here");
        return;
    }
    let outcome = async {
        let blobs = Blobs::folder(&Disk::default(), &mount).await?;
        put(&blobs, &name(1), &[1; 500_000]).await?;
        let full = put(&blobs, &name(2), &vec![2; 4_000_000]).await;
        let left = std::fs::read_dir(mount.join("temp")).map_err(BlobError::Unavailable)?.count();
        // What was written gives its place back.
        put(&blobs, &name(3), &vec![3; 1_000_000]).await?;
        Ok::<_, BlobError>((full, left, list(&blobs).await.len()))
    }
    .await;
    std::process::Command::new("umount").arg(&mount).status().unwrap();
    let (full, left, blobs) = outcome.unwrap();
    assert!(matches!(full, Err(BlobError::Full(_))), "{full:?}");
    assert_eq!((left, blobs), (0, 2));
}

/// `cargo test --release -p strongroom-storage -- --ignored --nocapture measure`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measure() {
    let folder = Folder::new();
    let blobs = folder.blobs().await;
    let piece = bytes::Bytes::from(vec![7; 64 * 1024]);
    let start = std::time::Instant::now();
    let mut writer = blobs.create(&name(0));
    for _ in 0..4096 {
        writer.write(piece.clone()).await.unwrap();
    }
    let handed = start.elapsed();
    writer.commit().await.unwrap();
    println!("256 MiB in 64 KiB pieces: handed over in {handed:?}, durable in {:?}", start.elapsed());
    let start = std::time::Instant::now();
    let reader = blobs.open(&name(0)).await.unwrap();
    for at in 0..256 {
        reader.read(at << 20, 1 << 20).await.unwrap();
    }
    println!("read back in 1 MiB pieces: {:?}", start.elapsed());
    for tasks in [1u64, 16] {
        let start = std::time::Instant::now();
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let blobs = blobs.clone();
                tokio::spawn(async move {
                    for n in 0..50 {
                        put(&blobs, &name(1000 * tasks + 100 * task + n), &[7; 20_000]).await.unwrap();
                    }
                })
            })
            .collect();
        for task in running {
            task.await.unwrap();
        }
        println!(
            "{tasks} writers of 20 kB blobs: {:.0}/s",
            (tasks * 50) as f64 / start.elapsed().as_secs_f64()
        );
    }
}
