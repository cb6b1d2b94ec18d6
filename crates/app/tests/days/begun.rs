//! A firm made by the program itself: `init`, `serve`, `check`, each as it is typed.

use std::process::{Command, Output};

use crate::served::{Served, program};

fn run(words: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = Command::new(program()).args(words).output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firm_is_set_up_served_and_checked_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let database = strongroom_testkit::database(folder.path());
    let (data, key, kit) = (place("firm"), place("seal.key"), place("kit.txt"));
    let by_file = format!("keyfile:{key}");
    let init = [
        "init",
        "--data",
        &data,
        "--database",
        &database,
        "--seal",
        &by_file,
        "--kit-out",
        &kit,
        "--firm",
        "Marsh Lyle",
    ];
    let (code, said) = run(&init);
    assert_eq!(code, Some(0), "{said}");
    let link = said.lines().find_map(|l| l.trim().strip_prefix("http://localhost:8080")).unwrap().to_owned();
    assert!(std::fs::read_to_string(&kit).unwrap().contains("ROOT KEY"));
    let (code, again) = run(&init);
    assert_eq!(code, Some(2), "a second time nothing is overwritten: {again}");

    let file = folder.path().join("firm/strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
    let (code, said) = run(&["config", "check", "--data", &data]);
    assert_eq!(code, Some(0), "{said}");
    let served = Served::of(&folder.path().join("firm"));
    let mut talk = served.as_stranger();
    talk.get("/readyz").await.expect(200);
    let page = talk.get(&link).await.expect(200).text();
    assert!(page.contains("totp-secret"), "{page}");
    // checked while it runs, and when it has stopped
    let (code, said) = run(&["check", "--deep", "--data", &data]);
    assert_eq!(code, Some(0), "{said}");
    let log = served.stop();
    assert!(!log.contains(&link), "the link stands in the log");
    let (code, said) = run(&["check", "--deep", "--data", &data]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn edited_policies_are_held_against_the_release_before_anyone_proposes_them() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("policies").display().to_string();
    let (code, said) = run(&["policies", "--to", &to, "--built-in"]);
    assert_eq!(code, Some(0), "{said}");
    let check = || run(&["policies", "--check", &to]);
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("are the rules of this release"), "{said}");

    // another sentence is another rule; what it says is said
    let file = folder.path().join("policies").join("10-always.cedar");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("bars you from this.", "keeps you out of this.")).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("changed  wall-bars") && said.contains("one rule is not as in this release"),
        "{said}"
    );

    // no policy may do without walls
    let wall = text.split("@id(\"wall-bars\")").nth(1).unwrap();
    let rule = &wall[..=wall.find(';').unwrap()];
    std::fs::write(&file, text.replace(&format!("@id(\"wall-bars\"){rule}"), "")).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(1), "{said}");

    std::fs::write(&file, "permit (").unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(1), "{said}");
    std::fs::remove_dir_all(folder.path().join("policies")).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(3), "{said}");
}
