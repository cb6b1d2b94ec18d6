//! The machine is lost: a backup that was taken while people worked, a replica of the ledger and the keyring are all
//! that is left.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use strongroom_domain::kernel::id::MatterId;

use crate::bodies;
use crate::served::{Firm, Served, Talk, program};

fn run(words: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        Command::new(program()).args(words).stdin(Stdio::null()).output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

async fn adds(api: &mut Talk, matter: MatterId, name: &str, bytes: &[u8]) -> String {
    let path = format!("/api/v1/matters/{matter}/records");
    let added = api.files(&path, &[(name.as_bytes(), bytes)]).await.unwrap().expect(201);
    added.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A configuration in another folder, for the same firm: its keyring and its ledger's replica are where they were.
fn elsewhere(firm: &Firm, replica: &Path) -> PathBuf {
    let data = firm.data().join("elsewhere");
    std::fs::create_dir_all(&data).unwrap();
    let of = |name: &str| firm.data().join(name).display().to_string();
    let text = format!(
        "[server]\nlisten = [\"127.0.0.1:0\"]\n[storage]\ndatabase = {:?}\nkeyring = [{:?}, {:?}]\n\
        [unseal]\nkey_file = {:?}\n[ledger]\nreplicas = [{:?}]\n[log]\nformat = \"json\"\n",
        strongroom_testkit::database(&data),
        of("keyring"),
        of("keyring-2"),
        of("seal.key"),
        replica.display().to_string(),
    );
    std::fs::write(data.join("strongroom.toml"), text).unwrap();
    data
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firm_comes_back_from_its_backup_its_keyring_and_the_replica_of_its_ledger() {
    let firm = Firm::new().await;
    let (replica, backups) = (firm.data().join("replica"), firm.data().join("backups"));
    firm.configure(&format!("[ledger]\nreplicas = [{replica:?}]\n"));
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let papers = [bodies::piece(1, 1).to_vec(), bodies::piece(2, 1)[..40_000].to_vec(), Vec::new()];
    let mut kept = Vec::new();
    for (n, bytes) in papers.iter().enumerate() {
        kept.push(adds(&mut api, firm.matter, &format!("paper {n}.bin"), bytes).await);
    }
    // people go on working while it is taken
    let (mut busy, matter) = (served.as_person(&firm.ann), firm.matter);
    let work = tokio::spawn(async move {
        for n in 0..10_u8 {
            adds(&mut busy, matter, &format!("meanwhile {n}.bin"), &vec![n; 5_000]).await;
        }
    });
    let to = backups.display().to_string();
    let data = firm.data().display().to_string();
    let (code, said) = tokio::task::spawn_blocking({
        let words =
            [String::from("backup"), String::from("--to"), to.clone(), String::from("--data"), data.clone()];
        move || run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    })
    .await
    .unwrap();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Not in it: the keyring"), "{said}");
    work.await.unwrap();
    // taken again it adds only what is new
    let (code, said) = run(&["backup", "--to", &to, "--data", &data]);
    assert_eq!(code, Some(0), "{said}");
    let late = adds(&mut api, firm.matter, "late.bin", b"after the backup").await;
    served.stop();
    // the drill tries the snapshot, whatever keyring and replicas have learned since
    let (code, said) = run(&["backup", "verify", "--from", &to, "--data", &data]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("everything agreed"), "{said}");

    let place = elsewhere(&firm, &replica);
    let new = place.display().to_string();
    let (code, said) = run(&["restore", "--from", &to, "--data", &new]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 clients, 0 matters, 1 records"), "{said}");
    let (code, said) = run(&["restore", "--from", &to, "--data", &new]);
    assert_eq!(code, Some(3), "nothing is put over anything: {said}");
    assert!(said.contains("empty place"), "{said}");

    let served = Served::of(&place);
    let mut api = served.as_person(&firm.ann);
    for (id, bytes) in kept.iter().zip(&papers) {
        let content = api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
        assert!(content.body == *bytes, "{id} came back as other bytes");
    }
    api.get(&format!("/api/v1/records/{late}")).await.expect(404);
    let more = adds(&mut api, firm.matter, "more.bin", b"it goes on").await;
    assert_eq!(api.get(&format!("/api/v1/records/{more}/content")).await.expect(200).body, b"it goes on");
    served.stop();
    let (code, said) = run(&["check", "--deep", "--data", &new]);
    assert_eq!(code, Some(0), "{said}");
    // the old machine, found again, is behind its keyring and stays sealed
    let (code, said) = run(&["check", "--data", &data]);
    assert_ne!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_would_not_come_back_says_so_when_it_is_taken() {
    let firm = Firm::new().await;
    std::fs::remove_dir_all(firm.data().join("keyring-2")).unwrap();
    let one = firm.data().join("keyring").display().to_string();
    firm.configure("[ledger]\nreplicas = []\n");
    let file = firm.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("[storage]\n", &format!("[storage]\nkeyring = [{one:?}]\n"))).unwrap();
    let (to, data) = (firm.data().join("backups").display().to_string(), firm.data().display().to_string());
    let (code, said) = run(&["backup", "--to", &to, "--data", &data]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 replica of the keyring"), "{said}");
    assert!(said.contains("no replica of the ledger reads back whole"), "{said}");
    // it is there all the same
    assert!(said.contains("snapshot 2"), "{said}");
}
