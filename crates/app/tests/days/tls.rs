//! TLS as the program serves it: with certificate files, which are read anew on SIGHUP, to a client that trusts their
//! authority and no other; and never plain HTTP beyond the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::served::{Firm, Served, program};

/// An authority of its own, and by it a certificate for localhost; the authority's file.
fn certificate(folder: &Path, name: &str) -> PathBuf {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server =
        CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let roots = folder.join(format!("{name}.pem"));
    std::fs::write(&roots, authority.pem()).unwrap();
    std::fs::write(folder.join("server.pem"), server.pem()).unwrap();
    std::fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    roots
}

/// Whether the program itself, as Ann's client, can speak to the server when it trusts these roots.
fn reaches(firm: &Firm, served: &Served, roots: &Path) -> (Option<i32>, String) {
    let desk = tempfile::tempdir().unwrap();
    let token = desk.path().join("token");
    std::fs::write(&token, &firm.ann.token).unwrap();
    let only_us = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, only_us).unwrap();
    std::fs::create_dir(desk.path().join("files")).unwrap();
    std::fs::write(desk.path().join("files/letter.txt"), "a letter").unwrap();
    let url = format!("https://localhost:{}", served.port());
    let told = Command::new(program())
        .args(["import", "--dry-run", "--matter", &firm.matter.to_string(), "--url", &url, "--token-file"])
        .args([&token, &desk.path().join("files")])
        .env("SSL_CERT_FILE", roots)
        .output()
        .unwrap();
    (told.status.code(), String::from_utf8_lossy(&told.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_shows_its_certificate_and_the_next_one_when_told() {
    let firm = Firm::new().await;
    let first = certificate(&firm.data(), "first");
    let files = "tls_certificate = \"server.pem\"\ntls_key_file = \"server.key\"\n";
    let text = std::fs::read_to_string(firm.data().join("strongroom.toml")).unwrap();
    let text = text.replace("[server]\n", &format!("[server]\n{files}"));
    std::fs::write(firm.data().join("strongroom.toml"), text).unwrap();
    let served = Served::start(&firm);
    let (code, said) = reaches(&firm, &served, &first);
    assert_eq!(code, Some(0), "{said}");

    // whoever trusts another authority sends no token
    let other = certificate(&firm.data(), "second");
    let (code, said) = reaches(&firm, &served, &other);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("no TLS with the server"), "{said}");

    // the files are the second authority's now
    let told = Command::new("kill").args(["-HUP", &served.id().to_string()]).status().unwrap();
    assert!(told.success());
    served.says("the TLS certificate was read anew");
    let (code, said) = reaches(&firm, &served, &other);
    assert_eq!(code, Some(0), "{said}");

    // a key that does not fit changes nothing
    std::fs::write(firm.data().join("server.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let told = Command::new("kill").args(["-HUP", &served.id().to_string()]).status().unwrap();
    assert!(told.success());
    served.says("the TLS certificate stays the old one");
    let (code, said) = reaches(&firm, &served, &other);
    assert_eq!(code, Some(0), "{said}");
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_http_stays_on_the_machine() {
    let firm = Firm::new().await;
    let text = std::fs::read_to_string(firm.data().join("strongroom.toml")).unwrap();
    let text = text.replace("127.0.0.1:0", "0.0.0.0:0");
    std::fs::write(firm.data().join("strongroom.toml"), text).unwrap();
    let told = firm.run(&["serve"]);
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(2), "{said}");
    assert!(said.contains("would be plain HTTP beyond this machine"), "{said}");
}
