//! The disk fills under the server: 507, nothing half, reading or a plain word; and when there is room again, all
//! goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use hyper::Method;
use strongroom_client::http::full;

use crate::bodies;
use crate::served::{Firm, Served};

/// A small file system of our own, gone with this.
pub(crate) struct Small(PathBuf);

impl Small {
    /// None where this account may not mount.
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let place = tempfile::tempdir().unwrap().keep();
        let options = format!("size={size}");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&place).output();
        if done.is_ok_and(|done| done.status.success()) {
            return Some(Self(place));
        }
        std::fs::remove_dir(&place).unwrap();
        None
    }

    /// Takes the room until so much of it is left.
    pub(crate) fn fill(&self, leave: u64) {
        let _ = std::fs::remove_file(self.ballast());
        let room = Command::new("df").args(["--output=avail", "-B1"]).arg(&self.0).output().unwrap();
        let room = String::from_utf8_lossy(&room.stdout).into_owned();
        let room: u64 = room.lines().nth(1).unwrap().trim().parse().unwrap();
        let ballast = vec![0_u8; usize::try_from(room.saturating_sub(leave)).unwrap()];
        // the server may be faster and take the last of it
        let filled = std::fs::write(self.ballast(), ballast);
        assert!(
            filled.is_ok()
                || filled.is_err_and(|e| e.kind() == std::io::ErrorKind::StorageFull && leave == 0)
        );
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_leaves_nothing_half() {
    let Some(small) = Small::mount("48m") else {
        eprintln!("SKIPPED a_full_disk_is_said_and_leaves_nothing_half: cannot mount a tmpfs here");
        return;
    };
    let firm = Firm::below(small.path()).await;
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let large: Vec<u8> = (0..64).flat_map(|n| bodies::piece(6, n)).collect();
    let begun = api.begin(firm.matter, "by tus.bin", large.len()).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    api.part(&place, 0, &large[..100_000]).await.unwrap().expect(204);
    let first = api.files(&path, &[(b"first.bin", &large[..60_000])]).await.unwrap().expect(201).json();
    let first = first["items"][0]["id"].as_str().unwrap().to_owned();

    small.fill(1 << 20);
    let mut acknowledged = 100_000;
    for _ in 0..3 {
        let answer = api.files(&path, &[(b"second.bin", &large)]).await.unwrap().expect(507);
        assert_eq!(answer.json()["type"], "/problems/full", "{}", answer.text());
        let answer = api.part(&place, acknowledged, &large[acknowledged..]).await.unwrap().expect(507);
        assert_eq!(answer.json()["type"], "/problems/full", "{}", answer.text());
        let stands = api.offset(&place).await.unwrap();
        assert!(stands >= acknowledged);
        acknowledged = stands;
    }
    // room for the last part, none for the record that it completes: not done, and nothing is lost
    small.fill(6 << 20);
    let answer = api.part(&place, acknowledged, &large[acknowledged..]).await.unwrap().expect(507);
    assert_eq!(answer.json()["type"], "/problems/full", "{}", answer.text());
    let head = api.send(Method::HEAD, &place, &[("tus-resumable", "1.0.0")], full("")).await.unwrap();
    assert_eq!(head.status.as_u16(), 507, "an upload that is whole and no record must not look done");
    // nothing at all is left: reads cannot be written down, so nothing opens, and that is said
    small.fill(0);
    let content = format!("/api/v1/records/{first}/content");
    let mut refused = 0;
    for _ in 0..200 {
        let answer = api.get(&content).await;
        match answer.status.as_u16() {
            200 => assert_eq!(answer.body.len(), 60_000),
            507 => refused += 1,
            other => panic!("{other}: {}", answer.text()),
        }
    }
    eprintln!("of 200 reads on a full disk, {refused} were refused for want of room");
    let mut page = served.as_browser(&firm.ann);
    let html = page.get(&format!("/matters/{}", firm.matter)).await;
    assert!([200, 507].contains(&html.status.as_u16()), "{}", html.text());

    std::fs::remove_file(small.ballast()).unwrap();
    let list = api.get(&path).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "nothing half was filed");
    let head = api.send(Method::HEAD, &place, &[("tus-resumable", "1.0.0")], full("")).await.unwrap();
    let id = head.expect(200).header("x-record-id").to_owned();
    assert!(api.get(&format!("/api/v1/records/{id}/content")).await.expect(200).body == large);
    served.stop();
    firm.agrees();
}
