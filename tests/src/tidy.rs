//! Tidy: rules about the tree itself, as ordinary tests. Each failure says what to do.
//!
//! What clippy, rustfmt and cargo-deny can hold is held there; here is the rest: the arrows between our crates, the
//! length of files, what templates may not say, and what lockfiles may not name. Nothing here builds anything.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, where a panic is the failure"
)]

mod asvs;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Who may use whom: arrows only downward, none sideways. Development dependencies are free to point at `testkit`.
const ARROWS: &[(&str, &[&str])] = &[
    ("seal", &[]),
    ("tlog", &[]),
    ("storage", &[]),
    ("preview", &[]),
    ("domain", &["seal", "tlog", "storage", "preview"]),
    ("web", &["domain", "preview", "tlog"]),
    ("demo", &["domain", "seal", "preview"]),
    ("client", &["tlog"]),
    ("app", &["web", "client", "demo", "domain", "storage", "seal", "tlog", "preview"]),
    ("verify", &[]),
    ("testkit", &["web", "domain", "storage", "seal", "tlog", "preview", "demo"]),
];

/// Crates of others that a layer must never name itself. `deny.toml` holds who alone may name sqlx, cedar and axum.
const NEVER: &[(&str, &[&str])] = &[
    ("seal", &["tokio", "serde_json", "jiff", "tracing"]),
    ("tlog", &["tokio", "serde_json", "jiff", "tracing"]),
    ("storage", &["hyper", "rustls"]),
    ("domain", &["hyper", "tower", "clap"]),
    // it checks Ed25519 and SHA-256 by another library than the server's; ML-DSA has no second one yet that is as well kept
    ("verify", &["tokio"]),
];

/// Crates in Cargo.lock, ours and those for other systems included. Raise it in the commit that adds a dependency,
/// after reading what came with it. Eighteen came with rcgen, which makes the certificates of tests; thirteen of them
/// stand in the lock for a feature of it that nothing here turns on.
/// Forty-two came with buckets: object_store and its HTTP client, and for tests a real S3 server (s3s-fs); three with man
/// pages and completions; three with rusqlite and the bench, less what sqlx had for SQLite.
const CRATES_AT_MOST: usize = 550;

/// A file may not be longer than this; from `LONG` on it is listed in `tests/ratchet/long-files.txt`.
const TOO_LONG: usize = 800;
const LONG: usize = 400;

#[test]
fn crates_depend_downward_only() {
    let mut wrong = Vec::new();
    for (name, dependencies) in workspace_dependencies() {
        let Some(layer) = name.strip_prefix("strongroom-") else { continue };
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == layer) else {
            wrong.push(format!("{name} has no line in ARROWS: say which layers it may use"));
            continue;
        };
        for dependency in dependencies {
            if let Some(to) = dependency.strip_prefix("strongroom-")
                && !allowed.contains(&to)
            {
                wrong.push(format!("{layer} → {to} is not an arrow that the architecture has"));
            }
            if NEVER.iter().any(|(from, never)| *from == layer && never.contains(&dependency.as_str())) {
                wrong.push(format!("{layer} must never use {dependency}"));
            }
        }
    }
    refuse(&wrong, "move the code to the layer that may (ARCHITECTURE.md, the tree)");
}

#[test]
fn files_stay_short() {
    let list = root().join("tests/ratchet/long-files.txt");
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for line in read(&list).lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (path, lines) = line.split_once(' ').expect("a line is a path, a space and a number");
        listed.insert(path.into(), lines.trim().parse().expect("a number of lines"));
    }
    let mut wrong = Vec::new();
    for path in files(&["rs", "ts", "mjs", "css", "html"]) {
        let lines = read(&root().join(&path)).lines().count();
        let was = listed.remove(&path);
        if lines > TOO_LONG {
            wrong.push(format!("{path} has {lines} lines, more than {TOO_LONG}"));
        } else if lines > LONG {
            match was {
                None => {
                    wrong.push(format!("{path} has {lines} lines: list it only if splitting makes it worse"))
                }
                Some(was) if lines > was => wrong.push(format!("{path} grew from {was} to {lines} lines")),
                Some(_) => {}
            }
        } else if was.is_some() {
            wrong.push(format!("{path} has {lines} lines now: take its line out of the list"));
        }
    }
    wrong.extend(listed.keys().map(|path| format!("{path} is gone: take its line out of the list")));
    refuse(&wrong, "split the file by what a reader looks for; tests/ratchet/long-files.txt may only shrink");
}

#[test]
fn templates_never_bypass_escaping() {
    let mut wrong = Vec::new();
    for path in files(&["html"]) {
        for (number, line) in read(&root().join(&path)).lines().enumerate() {
            let squeezed: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
            if ["|safe", "|escape(\"none\"", "|e(\"none\"", "autoescapefalse"]
                .iter()
                .any(|way| squeezed.contains(way))
            {
                wrong.push(format!("{path}:{} {}", number + 1, line.trim()));
            }
        }
    }
    refuse(
        &wrong,
        "make the fragment a template of its own and nest it: its output is escaped once, by askama",
    );
}

#[test]
fn nothing_is_left_to_do() {
    // Put together here, so that this file does not find itself.
    let marks = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("db", "g!(")];
    let mut wrong = Vec::new();
    for path in files(&["rs"]) {
        for (number, line) in read(&root().join(&path)).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if marks.iter().any(|mark| code.contains(mark)) {
                wrong.push(format!("{path}:{} {}", number + 1, line.trim()));
            }
        }
    }
    refuse(&wrong, "finish it, or make it an issue");
}

/// What the crash harness does not see, it cannot break.
#[test]
fn files_are_touched_through_a_disk() {
    // the real disk; the database engine's own file, asked after; policies, which a person edits in a folder
    let exempt =
        ["storage/src/disk/real.rs", "storage/src/sql/sqlite.rs", "domain/src/features/policy/texts.rs"];
    let tests = ["tests.rs", "/tests/", "fixture.rs", "stories.rs"];
    let mut wrong = Vec::new();
    for path in files(&["rs"]) {
        let ours = path.starts_with("crates/storage/src/") || path.starts_with("crates/domain/src/");
        if !ours || exempt.iter().chain(&tests).any(|end| path.contains(end)) {
            continue;
        }
        for (number, line) in read(&root().join(&path)).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if ["std::fs", "tokio::fs", "rustix::fs", "File::", "OpenOptions"]
                .iter()
                .any(|way| code.contains(way))
            {
                wrong.push(format!("{path}:{} {}", number + 1, line.trim()));
            }
        }
    }
    refuse(&wrong, "go through strongroom_storage::disk::Disk, where the crash harness can make it fail");
}

/// Checks can be taken out for a mutation run (`kernel/blind.rs`); nothing that a firm runs can do so.
#[test]
fn no_program_can_be_made_blind() {
    let blind = read(&root().join("crates/domain/src/kernel/blind.rs"));
    let mut wrong = Vec::new();
    for way in ["static TAKEN_OUT", "pub fn take_out", "pub fn without", "fn to(check"] {
        let (before, _) = blind.split_once(way).unwrap_or_else(|| panic!("blind.rs has no {way}"));
        let above: Vec<&str> = before.lines().rev().take(4).collect();
        if !above.iter().any(|line| line.trim() == "#[cfg(debug_assertions)]") {
            wrong.push(format!("{way} is not behind cfg(debug_assertions)"));
        }
    }
    if !blind
        .contains("#[cfg(not(debug_assertions))]\npub(crate) const fn to(_: &str) -> bool {\n    false\n}")
    {
        wrong.push(String::from("in a release build `to` is not the constant false"));
    }
    if read(&root().join("Cargo.toml")).contains("debug-assertions") {
        wrong
            .push(String::from("Cargo.toml sets debug-assertions: no profile that is shipped may have them"));
    }
    let makes = concat!("blind::take", "_out(");
    for path in files(&["rs"]) {
        let tests = ["crates/testkit/", "crates/domain/src/features/firm/fixture.rs"];
        if read(&root().join(&path)).contains(makes) && !tests.iter().any(|t| path.starts_with(t)) {
            wrong.push(format!("{path} takes a check out"));
        }
    }
    // each name stands in the code, and each place has a name
    let listed: BTreeSet<&str> = blind
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .filter(|name| !name.contains(':'))
        .collect();
    let mut placed = BTreeSet::new();
    let sources: Vec<String> = files(&["rs"])
        .into_iter()
        .filter(|p| p.starts_with("crates/domain/src/"))
        .map(|p| read(&root().join(p)))
        .collect();
    for text in &sources {
        for (place, _) in text.match_indices("to(\"") {
            let before = text[..place].chars().next_back().unwrap_or(' ');
            let name = text[place + 4..].split('"').next().unwrap_or_default();
            if before == ':' || (text == &blind && !before.is_alphanumeric() && before != '_') {
                placed.insert(name);
            }
        }
    }
    wrong.extend(
        listed.symmetric_difference(&placed).map(|name| format!("{name} is not both listed and placed")),
    );
    refuse(
        &wrong,
        "a check that can be taken out must stand in CHECKS once, and only a debug build may lose it",
    );
}

/// What hangs on a browser's session (presenting a client) is put into the context there, and forgotten nowhere.
#[test]
fn a_sessions_cookie_becomes_a_context_in_one_place() {
    let web = files(&["rs"]).into_iter().filter(|f| f.starts_with("crates/web/src/"));
    let there: Vec<String> =
        web.filter(|f| read(&root().join(f)).contains("session::authenticate_session(")).collect();
    assert_eq!(there, ["crates/web/src/http/browser.rs"], "take the context from http/browser.rs");
}

#[test]
fn modules_say_what_they_are_for() {
    let wrong: Vec<_> = files(&["rs"])
        .into_iter()
        .filter(|path| !read(&root().join(path)).trim_start_matches('\u{feff}').starts_with("//!"))
        .collect();
    refuse(&wrong, "open the file with `//!`: what it is for, what must hold, what is deliberately absent");
}

#[test]
fn nothing_installed_is_tracked() {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git runs");
    let wrong: Vec<_> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|path| Path::new(path).iter().any(|part| part == "node_modules" || part == "target"))
        .map(ToOwned::to_owned)
        .collect();
    refuse(&wrong, "put its folder into a .gitignore, then `git rm -r --cached` it");
}

#[test]
fn files_are_named_after_what_is_in_them() {
    let wrong: Vec<_> = files(&["rs", "ts", "mjs"])
        .into_iter()
        .filter(|path| {
            Path::new(path).iter().any(|part| {
                let name = part.to_str().unwrap_or_default();
                let stem = name.split('.').next().unwrap_or_default();
                ["util", "utils", "helper", "helpers", "common", "misc", "manager"].contains(&stem)
            })
        })
        .collect();
    refuse(&wrong, "name the file after the thing, in the law's words");
}

#[test]
fn lockfiles_name_no_host() {
    let mut wrong = Vec::new();
    for path in files(&["lock", "json"]) {
        let file = Path::new(&path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = match file {
            "package-lock.json" | "Cargo.lock" => read(&root().join(&path)),
            _ => continue,
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            let foreign = match file {
                "package-lock.json" => line.starts_with("\"resolved\""),
                // The one name that cargo has for crates.io, whatever serves it.
                _ => {
                    line.starts_with("source = ")
                        && line != "source = \"registry+https://github.com/rust-lang/crates.io-index\""
                }
            };
            if foreign {
                wrong.push(format!("{path}:{} {line}", number + 1));
            }
        }
    }
    refuse(
        &wrong,
        "npm: `omit-lockfile-registry-resolved=true` in .npmrc, then lock again; cargo: crates.io only",
    );
}

#[test]
fn the_dependency_tree_stays_small() {
    let crates = read(&root().join("Cargo.lock")).matches("[[package]]").count();
    assert!(
        crates <= CRATES_AT_MOST,
        "Cargo.lock has {crates} crates, {CRATES_AT_MOST} were agreed. Look for what brought them (cargo tree -i), \
         turn default features off, and raise CRATES_AT_MOST only with the reason in the same commit.",
    );
}

/// The workspace's crates and what each needs to build and run, its development dependencies left out.
fn workspace_dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let dependencies = list(&package["dependencies"]);
            let needed = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
            (text(&package["name"]), needed.map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}

/// Every file of these kinds that git tracks or would track, from the root, in order.
fn files(kinds: &[&str]) -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let mut files: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|path| kinds.iter().any(|kind| path.rsplit_once('.').is_some_and(|(_, end)| end == *kind)))
        .filter(|path| root().join(path).is_file())
        .map(ToOwned::to_owned)
        .collect();
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_path_buf()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn refuse(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "\n  {}\nWhat to do: {advice}.\n", wrong.join("\n  "));
}
