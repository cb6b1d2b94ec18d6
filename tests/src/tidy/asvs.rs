//! OWASP ASVS 5.0.0 as a table that runs: `security/asvs.toml` forgets no requirement, and names only tests that are there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{files, read, refuse, root};

/// How many requirements each section of the standard has; 345 in all.
const SECTIONS: &[(&str, usize)] = &[
    ("V1.1", 2),
    ("V1.2", 10),
    ("V1.3", 12),
    ("V1.4", 3),
    ("V1.5", 3),
    ("V2.1", 3),
    ("V2.2", 3),
    ("V2.3", 5),
    ("V2.4", 2),
    ("V3.1", 1),
    ("V3.2", 3),
    ("V3.3", 5),
    ("V3.4", 8),
    ("V3.5", 8),
    ("V3.6", 1),
    ("V3.7", 5),
    ("V4.1", 5),
    ("V4.2", 5),
    ("V4.3", 2),
    ("V4.4", 4),
    ("V5.1", 1),
    ("V5.2", 6),
    ("V5.3", 3),
    ("V5.4", 3),
    ("V6.1", 3),
    ("V6.2", 12),
    ("V6.3", 8),
    ("V6.4", 6),
    ("V6.5", 8),
    ("V6.6", 4),
    ("V6.7", 2),
    ("V6.8", 4),
    ("V7.1", 3),
    ("V7.2", 4),
    ("V7.3", 2),
    ("V7.4", 5),
    ("V7.5", 3),
    ("V7.6", 2),
    ("V8.1", 4),
    ("V8.2", 4),
    ("V8.3", 3),
    ("V8.4", 2),
    ("V9.1", 3),
    ("V9.2", 4),
    ("V10.1", 2),
    ("V10.2", 3),
    ("V10.3", 5),
    ("V10.4", 16),
    ("V10.5", 5),
    ("V10.6", 2),
    ("V10.7", 3),
    ("V11.1", 4),
    ("V11.2", 5),
    ("V11.3", 5),
    ("V11.4", 4),
    ("V11.5", 2),
    ("V11.6", 2),
    ("V11.7", 2),
    ("V12.1", 5),
    ("V12.2", 2),
    ("V12.3", 5),
    ("V13.1", 4),
    ("V13.2", 6),
    ("V13.3", 4),
    ("V13.4", 7),
    ("V14.1", 2),
    ("V14.2", 8),
    ("V14.3", 3),
    ("V15.1", 5),
    ("V15.2", 5),
    ("V15.3", 7),
    ("V15.4", 4),
    ("V16.1", 1),
    ("V16.2", 5),
    ("V16.3", 4),
    ("V16.4", 3),
    ("V16.5", 4),
    ("V17.1", 2),
    ("V17.2", 8),
    ("V17.3", 2),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    status: Status,
    why: String,
    tests: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
enum Status {
    #[serde(rename = "met")]
    Met,
    #[serde(rename = "partly")]
    Partly,
    #[serde(rename = "not")]
    Not,
    #[serde(rename = "n/a")]
    DoesNotApply,
}

/// Every test by its name: functions under a test attribute, and titles of journeys.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(&["rs"]) {
        let (text, mut marked) = (read(&root().join(&path)), false);
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            } else if marked && let Some((before, after)) = line.split_once("fn ") {
                if before.is_empty() || before.ends_with("async ") {
                    names.extend(after.split(['(', '<']).next().map(ToOwned::to_owned));
                }
                marked = false;
            }
        }
    }
    for path in files(&["mjs"]).iter().filter(|path| path.starts_with("tests/browser/")) {
        for line in read(&root().join(path)).lines() {
            let title = line.trim().strip_prefix("test(\"").and_then(|rest| rest.split_once("\","));
            names.extend(title.map(|(title, _)| title.to_owned()));
        }
    }
    names
}

#[test]
fn every_requirement_of_asvs_has_its_line_and_every_named_test_exists() {
    let text = read(&root().join("security/asvs.toml"));
    let table: BTreeMap<String, Requirement> = toml::from_str(&text).expect("security/asvs.toml is a table");
    let names = tests();
    assert!(names.len() > 500, "only {} tests were found: how are they written now?", names.len());
    let mut wrong = Vec::new();
    let mut left: BTreeSet<&str> = table.keys().map(String::as_str).collect();
    for (section, count) in SECTIONS {
        for n in 1..=*count {
            let id = format!("{section}.{n}");
            let Some(line) = table.get(&id) else {
                wrong.push(format!("{id} is forgotten"));
                continue;
            };
            left.remove(id.as_str());
            if line.why.trim().len() < 10 {
                wrong.push(format!("{id} says no why"));
            }
            if line.status == Status::Met && line.tests.is_empty() {
                wrong.push(format!("{id} is met, and no test shows it"));
            }
            if matches!(line.status, Status::Not | Status::DoesNotApply) && !line.tests.is_empty() {
                wrong.push(format!("{id} is not met, and names tests"));
            }
            let unknown = line.tests.iter().filter(|test| *test != "config" && !names.contains(*test));
            wrong.extend(unknown.map(|test| format!("{id} names {test:?}, which is no test")));
        }
    }
    wrong.extend(left.iter().map(|id| format!("{id} is no requirement of ASVS 5.0.0")));
    refuse(&wrong, "mend security/asvs.toml; a test that was renamed is renamed there too");
}
