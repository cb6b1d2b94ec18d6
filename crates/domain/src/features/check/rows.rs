//! Bound rows against their seals, sealed columns against their keys, sets against digest and ledger, and
//! what the ledger says was made against what is there.

use std::ops::Range;

use serde_json::Value;
use strongroom_seal::Key;
use strongroom_storage::params;
use strongroom_storage::sql::{Param, Row};

use crate::kernel::clock::Micros;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::Loader;
use crate::kernel::id::AnyId;
use crate::kernel::permit::Permit;
use crate::kernel::reader::Reader;
use crate::kernel::sets::{self, Set};
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::tables::{TABLES, Table, Under, Version};
use super::{Checker, store};

/// Rows of one page.
pub(super) const PAGE: i64 = 200;

const PUT_BACK: &str =
    "Put the row back from the newest backup. Until then whatever depends on it is refused.";

/// True for what tells of the data; anything else is a fault of storage and ends the check.
pub(super) const fn is_about_data(error: &Error) -> bool {
    matches!(error, Error::Tampered { .. } | Error::Damaged(_) | Error::NotFound | Error::Internal(_))
}

/// Every bound row of every table.
pub(super) async fn bound_rows(checker: &mut Checker<'_>) -> Result<()> {
    for table in TABLES {
        checker.begin(table.name);
        let mut cursor = table.start();
        loop {
            let mut values = cursor.clone();
            values.push(Param::Int(Some(PAGE)));
            let rows = checker.room.db.all(table.page, &values).await?;
            let Some(last) = rows.last() else { break };
            cursor = table.at(last)?;
            let permit = permit_over(checker, table, &rows).await?;
            for row in &rows {
                look_at(checker, table, permit.as_ref(), row)?;
            }
            checker.looked_at(rows.len());
        }
    }
    Ok(())
}

/// One permit names a page of things of clients; what lies under the system key needs none.
async fn permit_over(checker: &Checker<'_>, table: &Table, rows: &[Row]) -> Result<Option<Permit>> {
    if table.sealed.is_empty() || table.under == Under::System {
        return Ok(None);
    }
    let mut things: Vec<AnyId> = rows.iter().filter_map(|row| thing(table, row)).collect();
    things.dedup();
    checker.permit(things).await.map(Some)
}

/// The thing under whose key a row is sealed: the first part of its key.
fn thing(table: &Table, row: &Row) -> Option<AnyId> {
    let id = table.id(row).ok()?;
    AnyId::parse(id.split('/').next().unwrap_or_default())
}

fn look_at(checker: &mut Checker<'_>, table: &Table, permit: Option<&Permit>, row: &Row) -> Result<()> {
    let id = table.id(row)?;
    let vault = &checker.room.vault;
    let held = table.bind(row).and_then(|bind| bind.check(vault, &row.get::<Vec<u8>>("mac")?, &id));
    if let Err(error) = held {
        if !is_about_data(&error) {
            return Err(error);
        }
        let what = format!(
            "a row of {} does not carry our seal: it was changed or added behind the program's back",
            table.name
        );
        checker.damage(what, id, PUT_BACK);
        return Ok(());
    }
    for (column, name) in table.sealed {
        let opened = key_of(checker, table, permit, row).and_then(|key| {
            let version = match table.version {
                Version::One => 1,
                Version::Of(column) => row.get(column)?,
            };
            let at = Column { table: table.name, row: &id, column: name, version };
            let sealed: Vec<u8> = row.get(column)?;
            match &key {
                Some(key) => checker.room.vault.open_column(key, at, &sealed),
                None => checker.room.vault.open_system(at, &sealed),
            }
        });
        match opened {
            Ok(_) => {}
            Err(Error::NotFound) => {
                let what =
                    format!("the key of a row of {} is destroyed, and the row is still there", table.name);
                checker.damage(what, id.clone(), "Finish the destruction: delete the row.");
            }
            Err(error) if is_about_data(&error) => {
                checker.damage(
                    format!("the sealed {name} of a row of {} does not open", table.name),
                    id.clone(),
                    PUT_BACK,
                );
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The key of a row that tells of a client's affairs; none where it lies under the system key.
fn key_of(checker: &Checker<'_>, table: &Table, permit: Option<&Permit>, row: &Row) -> Result<Option<Key>> {
    let Some(permit) = permit else { return Ok(None) };
    let number = |column: &str| -> Result<u32> {
        let n: Option<i64> = row.get(column)?;
        n.and_then(|n| u32::try_from(n).ok())
            .ok_or_else(|| Error::Internal(String::from("the row has lost its owner")))
    };
    let of = match table.under {
        Under::System => return Ok(None),
        Under::Client => KeyOf::Client(number("branch")?),
        Under::Matter => KeyOf::Matter(number("branch")?),
        Under::Record | Under::Upload => KeyOf::Record { matter: number("branch")?, record: number("leaf")? },
    };
    let thing = thing(table, row).ok_or_else(|| Error::Internal(String::from("the row's key is no id")))?;
    let key = checker.room.vault.key(permit, &thing, of)?;
    Ok(Some(if table.under == Under::Upload { key.derive("upload") } else { key }))
}

/// Every set that the ledger or a digest names: rows, digest and ledger against each other.
pub(super) async fn authority_sets(checker: &mut Checker<'_>) -> Result<()> {
    checker.begin("authority sets");
    let head = checker.room.ledger_head().await?;
    match checker.room.hold_authority(&head).await {
        Err(error) if is_about_data(&error) => {
            let what =
                "authority is not what the newest entry of the ledger states: sets were put back together";
            let repair = "Put the tables of authority back from the newest backup; the entries named here say which sets. \
                The server stays sealed until they agree.";
            checker.damage(what, "authority", repair);
        }
        held => held?,
    }
    for page in [&store::SETS_LOGGED, &store::P_AUTHORITY_SET] {
        let mut after = String::new();
        loop {
            let rows = checker.room.db.all(page, &params![after.clone(), PAGE]).await?;
            let Some(last) = rows.last() else { break };
            after = last.get("set_id")?;
            for row in &rows {
                hold_set(checker, row.get("set_id")?).await?;
            }
            checker.looked_at(rows.len());
        }
    }
    Ok(())
}

async fn hold_set(checker: &mut Checker<'_>, id: String) -> Result<()> {
    let Some(set) = Set::parse(&id) else {
        checker.damage("an authority set has a name that this program does not know", id, PUT_BACK);
        return Ok(());
    };
    if id.split_once(':').is_some_and(|(_, owner)| checker.lost.contains(owner)) {
        return Ok(());
    }
    let held = {
        let mut reader = Reader::Db(&checker.room.db);
        let Loader { reader, vault, marks } = checker.room.loader(&mut reader);
        sets::check(reader, vault, marks, set).await
    };
    match held {
        Ok(()) => Ok(()),
        Err(error) if is_about_data(&error) => {
            let what = "an authority set does not agree with its digest or the ledger: rows were added, removed or put back";
            let repair = "Put the set's rows and digest back from the newest backup. Until then everyone is refused what it decides.";
            checker.damage(what, id, repair);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// What the ledger says was made must be there, and each record with all its versions.
pub(super) async fn promised(checker: &mut Checker<'_>) -> Result<()> {
    checker.begin("what the ledger says was made");
    let mut gone = lost_by_restores(checker).await?;
    for verb in [Verb::ClientCreate, Verb::MatterCreate, Verb::RecordAdd] {
        let (mut at, mut after) = (Micros::MIN, String::new());
        loop {
            let rows =
                checker.room.db.all(&store::PROMISED, &params![verb.word(), at, after.clone(), PAGE]).await?;
            let Some(last) = rows.last() else { break };
            (at, after) = (last.get("at")?, last.get("entry_id")?);
            for row in &rows {
                missing(checker, verb, row, &mut gone)?;
            }
            checker.looked_at(rows.len());
        }
    }
    let mut after = String::new();
    loop {
        let rows = checker.room.db.all(&store::VERSIONS_SHORT, &params![after.clone(), PAGE]).await?;
        let Some(last) = rows.last() else { break };
        after = last.get("record_id")?;
        for row in &rows {
            let (version, found): (i64, i64) = (row.get("version")?, row.get("found")?);
            if version != found {
                let what = format!("a record has {found} of its {version} versions");
                checker.damage(
                    what,
                    row.get::<String>("record_id")?,
                    "Put the rows of its versions back from the newest backup.",
                );
            }
        }
    }
    Ok(())
}

/// What a restore said is lost: the entries between which it came in, and how much.
struct Gone {
    range: Range<i64>,
    /// How many more may be missing: clients, matters, records.
    left: [i64; 3],
}

/// What restores have said, from entries that have a number.
async fn lost_by_restores(checker: &Checker<'_>) -> Result<Vec<Gone>> {
    let rows = checker.room.db.all(&store::RESTORES, &[]).await?;
    let gone = |row: &Row| -> Result<Option<Gone>> {
        let json: Value = serde_json::from_slice(&row.get::<Vec<u8>>("bytes")?).unwrap_or_default();
        let fact = |name: &str| json.get("facts").and_then(|facts| facts.get(name));
        let lost = |name: &str| fact("lost").and_then(|lost| lost.get(name)?.as_i64()).unwrap_or(0);
        let left = [lost("clients"), lost("matters"), lost("records")];
        let number = |name: &str| fact(name).and_then(Value::as_i64);
        Ok(number("from").zip(number("to")).map(|(from, to)| Gone { range: from..to, left }))
    };
    rows.iter().filter_map(|row| gone(row).transpose()).collect()
}

fn missing(checker: &mut Checker<'_>, verb: Verb, row: &Row, gone: &mut [Gone]) -> Result<()> {
    let (named, found, what) = match verb {
        Verb::ClientCreate => {
            ("client_id", "client", "a client that the ledger says was taken on is not there")
        }
        Verb::MatterCreate => {
            ("matter_id", "matter", "a matter that the ledger says was opened is not there")
        }
        _ => ("record_id", "record", "a record that the ledger says was added is not there"),
    };
    let named: Option<String> = row.get(named)?;
    let found: Option<String> = row.get(found)?;
    let index: Option<i64> = row.get("idx")?;
    if let (Some(named), None) = (named, found) {
        let kind = match verb {
            Verb::ClientCreate => 0,
            Verb::MatterCreate => 1,
            _ => 2,
        };
        // no more may be missing than the restore has counted
        let said = gone.iter_mut().find_map(|gone| {
            let left = gone.left.get_mut(kind).filter(|left| **left > 0)?;
            index.is_some_and(|index| gone.range.contains(&index)).then_some(left)
        });
        if let Some(left) = said {
            *left -= 1;
            checker.lost.insert(named);
            return Ok(());
        }
        checker.damage(what, named, "Put its rows back from the newest backup.");
    }
    Ok(())
}
