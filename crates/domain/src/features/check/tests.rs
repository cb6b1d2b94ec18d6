//! The tables of bound rows against the schema, and the names of sets.

use std::collections::BTreeSet;

use super::tables::TABLES;
use crate::kernel::id::{ClientId, GroupId, MatterId, StaffId, WallId};
use crate::kernel::schema::MIGRATIONS;
use crate::kernel::sets::Set;

/// The columns of each table that has a column `mac`, in the order of the migrations, `mac` left out.
fn bound_tables() -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for migration in MIGRATIONS {
        for statement in migration.text.split(";\n") {
            if let Some((name, column)) =
                statement.split("ALTER TABLE ").nth(1).and_then(|s| s.split_once(" ADD COLUMN "))
            {
                // a table that is not here has rows that are not bound
                if let Some(table) = tables.iter_mut().find(|(n, _)| n == name) {
                    table.1.push(column.split(' ').next().unwrap().to_owned());
                }
            }
            let Some(rest) = statement.split("CREATE TABLE ").nth(1) else { continue };
            let (name, body) = rest.split_once(" (\n").unwrap();
            let columns: Vec<String> = body
                .lines()
                .filter_map(|line| line.strip_prefix("  "))
                .filter_map(|line| line.split(' ').next())
                .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
                .map(str::to_owned)
                .collect();
            if columns.iter().any(|c| c == "mac") {
                tables.push((name.to_owned(), columns.into_iter().filter(|c| c != "mac").collect()));
            }
        }
    }
    tables
}

#[test]
fn every_bound_table_is_checked_column_by_column() {
    let schema = bound_tables();
    assert!(schema.len() > 15, "the migrations were not read: {schema:?}");
    for (name, columns) in &schema {
        let table = TABLES.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("{name} is not checked"));
        let checked: Vec<&str> = table.columns.iter().map(|(c, _)| *c).collect();
        assert_eq!(&checked, columns, "{name}");
        let sealed: BTreeSet<&str> =
            columns.iter().map(String::as_str).filter(|c| c.starts_with("sealed_")).collect();
        assert_eq!(table.sealed.iter().map(|(c, _)| *c).collect::<BTreeSet<_>>(), sealed, "{name}");
    }
    assert_eq!(TABLES.len(), schema.len());
}

#[test]
fn the_name_of_every_kind_of_set_is_read() {
    let (matter, client) = (MatterId::new(0, [1; 10]), ClientId::new(0, [2; 10]));
    let sets = [
        Set::Seats(matter),
        Set::WallsOfMatter(matter),
        Set::WallsOfClient(client),
        Set::Wall(WallId::new(0, [3; 10])),
        Set::Members(GroupId::new(0, [4; 10])),
        Set::Person(StaffId::new(0, [5; 10])),
    ];
    for set in sets {
        assert_eq!(Set::parse(&set.id()), Some(set));
    }
    for wrong in ["", "seats", "seats:", "seats:cli_00000000000000000000000000", "other:x"] {
        assert_eq!(Set::parse(wrong), None, "{wrong}");
    }
}
