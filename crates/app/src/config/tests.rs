//! What is accepted, what is refused, and that every option is documented.

use super::{Config, host, read};
use std::path::Path;

fn refused(text: &str) -> String {
    format!("{:#}", read(text, Path::new("/srv")).expect_err("it must be refused"))
}

#[test]
fn paths_are_meant_from_the_files_folder() {
    let config = read("[storage]\nkeyring = [\"/mnt/a\", \"b\"]\n", Path::new("/srv/firm")).unwrap();
    assert_eq!(config.data(), Path::new("/srv/firm"));
    assert_eq!(config.keyring(), [Path::new("/mnt/a"), Path::new("/srv/firm/b")]);
    assert_eq!(config.database().unwrap(), "/srv/firm/strongroom.db");
}

#[test]
fn a_misspelt_option_is_refused() {
    assert!(refused("[server]\nlisten_on = []\n").contains("listen_on"));
    assert!(refused("[sever]\n").contains("sever"));
}

#[test]
fn plain_http_stays_on_this_machine() {
    assert!(refused("[server]\nlisten = [\"0.0.0.0:80\"]\n").contains("plain HTTP"));
    let behind = "[server]\nlisten = [\"0.0.0.0:80\"]\ntrusted_proxies = [\"10.0.0.2\"]\n";
    assert!(read(behind, Path::new("/")).is_ok());
}

#[test]
fn a_bucket_is_reached_by_tls_and_stands_instead_of_a_folder() {
    let s3 = |endpoint: &str, bucket: &str| {
        format!(
            "[s3]\nendpoint = \"{endpoint}\"\nbucket = \"{bucket}\"\naccess_key = \"k\"\nsecret_key_file = \"s3.key\"\n"
        )
    };
    let good = read(&s3("https://s3.example", "firm"), Path::new("/srv/firm")).unwrap();
    let s3_of = good.s3.unwrap();
    assert_eq!(
        (s3_of.region.as_str(), s3_of.secret_key_file.as_path()),
        ("us-east-1", Path::new("/srv/firm/s3.key"))
    );
    for here in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "http://localhost"] {
        assert!(read(&s3(here, "firm"), Path::new("/")).is_ok(), "{here}");
    }
    assert!(refused(&s3("http://s3.example", "firm")).contains("plain HTTP"));
    assert!(refused(&s3("http://127.0.0.1.example", "firm")).contains("plain HTTP"));
    assert!(refused(&s3("https://s3.example/firm", "firm")).contains("endpoint"));
    assert!(refused(&s3("https://s3.example", "firm/a")).contains("s3.prefix"));
    let both = format!("[storage]\nblobs = \"b\"\n{}", s3("https://s3.example", "firm"));
    assert!(refused(&both).contains("keep one"));
}

#[test]
fn a_public_url_has_a_host_and_no_path() {
    assert_eq!(host("https://records.firm.example/").unwrap(), "records.firm.example");
    assert_eq!(host("http://localhost:8080").unwrap(), "localhost:8080");
    for wrong in ["records.firm.example", "https://", "https://a/b", "ftp://a", "https://user@a"] {
        assert!(host(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_option_is_documented() {
    let guide = include_str!("../../../../docs/configuration.md");
    let mut all = Config::default();
    // options without a default are in no serialised form unless set
    let path = Some(std::path::PathBuf::from("x"));
    all.server.tls_certificate = path.clone();
    all.server.tls_key_file = path.clone();
    all.storage.data = path.clone();
    all.storage.database_file = path.clone();
    all.storage.blobs = path.clone();
    all.unseal.key_file = path.clone();
    all.gate.policies = path.clone();
    all.ledger.policy = path;
    all.ledger.timestamps = Some(String::new());
    all.s3 = Some(super::S3 {
        endpoint: String::new(),
        bucket: String::new(),
        prefix: String::new(),
        region: String::new(),
        access_key: String::new(),
        secret_key_file: std::path::PathBuf::from("x"),
        virtual_host: false,
    });
    all.metrics.listen = Some(([127, 0, 0, 1], 1).into());
    let table: toml::Table = toml::from_str(&toml::to_string(&all).unwrap()).unwrap();
    let mut count = 0;
    for (section, options) in &table {
        assert!(
            guide.contains(&format!("## `[{section}]`")),
            "docs/configuration.md has no section {section}"
        );
        for option in options.as_table().unwrap().keys().map(String::as_str).chain(["database"]) {
            let here = section != "storage" && option == "database";
            assert!(
                here || guide.contains(&format!("| `{option}` |")),
                "docs/configuration.md lacks {section}.{option}"
            );
            count += 1;
        }
    }
    assert!(count > 20);
}

/// The example that is installed: every option stands in it, as it would be written.
#[test]
fn the_example_holds_every_option_and_is_a_configuration() {
    let example = include_str!("../../../../packaging/strongroom.toml");
    assert!(read(example, Path::new("/srv")).is_ok(), "as it is installed, nothing is set");
    let set: Vec<&str> = example
        .lines()
        .map(|line| {
            line.strip_prefix("# ").filter(|l| l.contains(" = ") || l.starts_with("[")).unwrap_or(line)
        })
        .collect();
    let one_of_two = |line: &&str| !line.starts_with("database_file") && !line.starts_with("blobs");
    let text = set.into_iter().filter(one_of_two).collect::<Vec<_>>().join("\n");
    let config = read(&text, Path::new("/srv")).unwrap();
    assert_eq!(config.s3.unwrap().bucket, "firm-records");
    let defaults = Config::default();
    assert_eq!(config.records.max_bytes, defaults.records.max_bytes);
    assert_eq!(config.server.stall_timeout_seconds, defaults.server.stall_timeout_seconds);
    assert_eq!(config.sessions.idle_minutes, defaults.sessions.idle_minutes);
    let guide = include_str!("../../../../docs/configuration.md");
    let named = guide.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next());
    for option in named.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '3')))
    {
        assert!(example.contains(&format!("{option} = ")), "packaging/strongroom.toml lacks {option}");
    }
}
