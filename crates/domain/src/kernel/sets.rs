//! Sets of bound rows whose shrinking, or return to an older state, would widen access.
//!
//! Each set has a version and a digest in a bound row of its owner; the ledger entry of each change
//! names set, version and digest. A decision holds the three against each other: rows, digest,
//! ledger. So yesterday's seats put back *with* their digests are detected by the ledger, and the
//! ledger cannot be edited under a signed checkpoint.

use std::collections::BTreeMap;
use std::sync::Mutex;

use strongroom_seal::mac;
use strongroom_storage::sql::{Param, Row};
use strongroom_storage::{params, statements};

use super::bound::Bind;
use super::error::{Error, Result};
use super::id::{ClientId, FirmId, GroupId, Id, MatterId, StaffId, WallId};
use super::reader::Reader;
use super::vault::Vault;

statements! {
    pub SET_STATE = "SELECT a.version AS version, a.digest AS digest, a.mac AS mac, \
        (SELECT MAX(m.version) FROM ledger_set m WHERE m.set_id = s.set_id) AS logged, \
        (SELECT l.digest FROM ledger_set l WHERE l.set_id = s.set_id AND l.version = a.version) AS logged_digest \
        FROM (SELECT CAST($1 AS TEXT) AS set_id) s LEFT JOIN authority_set a ON a.set_id = s.set_id";
    pub SET_STATES = "SELECT s.nth AS nth, a.version AS version, a.digest AS digest, a.mac AS mac, \
        (SELECT MAX(m.version) FROM ledger_set m WHERE m.set_id = s.set_id) AS logged, \
        (SELECT l.digest FROM ledger_set l WHERE l.set_id = s.set_id AND l.version = a.version) AS logged_digest \
        FROM (SELECT 0 AS nth, CAST($1 AS TEXT) AS set_id UNION ALL SELECT 1, $2 UNION ALL SELECT 2, $3) s \
        LEFT JOIN authority_set a ON a.set_id = s.set_id ORDER BY s.nth";
    pub SET_PUT = "INSERT INTO authority_set (set_id, version, digest, mac) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (set_id) DO UPDATE SET version = excluded.version, digest = excluded.digest, mac = excluded.mac";
    pub SET_LOG = "INSERT INTO ledger_set (set_id, version, digest, entry_id) VALUES ($1, $2, $3, $4)";
    pub SEATS_OF = "SELECT seat_id AS k, mac AS v FROM seat WHERE matter_id = $1 \
        UNION ALL SELECT matter_id AS k, mac AS v FROM matter WHERE matter_id = $1";
    pub COVERS_OF = "SELECT wall_id AS k, mac AS v FROM wall_part WHERE thing_id = $1";
    pub WALL_ROWS = "SELECT thing_id AS k, mac AS v FROM wall_part WHERE wall_id = $1 \
        UNION ALL SELECT wall_id AS k, mac AS v FROM wall WHERE wall_id = $1";
    pub MEMBERS_OF = "SELECT staff_id AS k, mac AS v FROM group_member WHERE group_id = $1 \
        UNION ALL SELECT group_id AS k, mac AS v FROM staff_group WHERE group_id = $1";
    pub PERSON_ROWS = "SELECT staff_id AS k, mac AS v FROM staff WHERE staff_id = $1 \
        UNION ALL SELECT staff_id AS k, mac AS v FROM standing WHERE staff_id = $1 \
        UNION ALL SELECT credential_id AS k, mac AS v FROM credential WHERE staff_id = $1 AND ended_at IS NULL \
        UNION ALL SELECT token_id AS k, secret_hash AS v FROM token WHERE staff_id = $1 AND ended_at IS NULL \
        UNION ALL SELECT session_id AS k, secret_hash AS v FROM session WHERE staff_id = $1 AND ended_at IS NULL";
    pub FIRM_ROWS = "SELECT firm_id AS k, mac AS v FROM firm WHERE firm_id = $1 \
        UNION ALL SELECT name AS k, mac AS v FROM policy_file", scan_ok;
}

/// A set of authority rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// A matter's own row (its state) and its seats, ended ones too.
    Seats(MatterId),
    /// The walls that name a matter.
    WallsOfMatter(MatterId),
    /// The walls that name a client.
    WallsOfClient(ClientId),
    /// A wall: its kind and state, and all it names.
    Wall(WallId),
    /// A group and its members.
    Members(GroupId),
    /// A person: standing, credentials, live tokens and sessions.
    Person(StaffId),
    /// The firm's own row, and the texts of the approved policies.
    Firm(FirmId),
}

impl Set {
    /// As it stands in rows and entries.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Seats(id) => format!("seats:{id}"),
            Self::WallsOfMatter(id) => format!("walls:{id}"),
            Self::WallsOfClient(id) => format!("walls:{id}"),
            Self::Wall(id) => format!("wall:{id}"),
            Self::Members(id) => format!("members:{id}"),
            Self::Person(id) => format!("person:{id}"),
            Self::Firm(id) => format!("firm:{id}"),
        }
    }

    /// The set of a name, as [`Set::id`] writes it.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let (kind, owner) = id.split_once(':')?;
        match kind {
            "seats" => Id::parse(owner).map(Self::Seats),
            "walls" => Id::parse(owner)
                .map(Self::WallsOfMatter)
                .or_else(|| Id::parse(owner).map(Self::WallsOfClient)),
            "wall" => Id::parse(owner).map(Self::Wall),
            "members" => Id::parse(owner).map(Self::Members),
            "person" => Id::parse(owner).map(Self::Person),
            "firm" => Id::parse(owner).map(Self::Firm),
            _ => None,
        }
    }

    fn rows(self) -> (&'static strongroom_storage::sql::Sql, String) {
        match self {
            Self::Seats(id) => (&SEATS_OF, id.to_string()),
            Self::WallsOfMatter(id) => (&COVERS_OF, id.to_string()),
            Self::WallsOfClient(id) => (&COVERS_OF, id.to_string()),
            Self::Wall(id) => (&WALL_ROWS, id.to_string()),
            Self::Members(id) => (&MEMBERS_OF, id.to_string()),
            Self::Person(id) => (&PERSON_ROWS, id.to_string()),
            Self::Firm(id) => (&FIRM_ROWS, id.to_string()),
        }
    }
}

/// A set's new state, as the ledger entry of the change names it.
#[derive(Clone, Debug)]
pub struct SetChange {
    /// The set.
    pub set: String,
    /// Its version, from 1.
    pub version: i64,
    /// The digest over its rows.
    pub digest: [u8; 32],
    /// The version and digest that it had before, if it had one.
    pub before: Option<(i64, Vec<u8>)>,
}

/// A set's highest version, and the how-manieth raising of a mark that was.
type Mark = (i64, u64);

/// The highest version of each set that this process has seen: a set that falls behind was rolled back.
#[derive(Default)]
pub struct SetMarks(Mutex<(u64, BTreeMap<String, Mark>)>);

/// The marks as they bind whoever began to read at a moment: a set that someone raised since is not behind.
#[derive(Clone, Copy)]
pub struct MarksAt<'a> {
    marks: &'a SetMarks,
    moment: u64,
    /// What is read is committed: in a write transaction it may be another's that is not, and never will be.
    committed: bool,
}

impl SetMarks {
    /// Raises the mark of `set` to `version`.
    pub fn raise(&self, set: &str, version: i64) {
        if let Ok(mut marks) = self.0.lock() {
            let (raised, marks) = &mut *marks;
            let mark = marks.entry(set.to_owned()).or_insert((0, 0));
            if version > mark.0 {
                *raised += 1;
                *mark = (version, *raised);
            }
        }
    }

    /// Now. Taken *before* a transaction begins to read.
    #[must_use]
    pub fn moment(&self) -> u64 {
        self.0.lock().map_or(0, |marks| marks.0)
    }

    /// The marks as they were at a moment.
    #[must_use]
    pub const fn as_of(&self, moment: u64) -> MarksAt<'_> {
        MarksAt { marks: self, moment, committed: true }
    }

    /// The same for whoever reads in a write transaction.
    #[must_use]
    pub const fn in_write(&self, moment: u64) -> MarksAt<'_> {
        MarksAt { marks: self, moment, committed: false }
    }
}

impl MarksAt<'_> {
    /// The version that a set must have reached.
    fn at(&self, set: &str) -> i64 {
        let mark = self.marks.0.lock().ok().and_then(|marks| marks.1.get(set).copied());
        mark.filter(|(_, raised)| *raised <= self.moment).map_or(0, |(version, _)| version)
    }
}

/// A row of a set by its key, and its MAC.
pub type Pair = (String, Vec<u8>);

/// The pairs of rows that have them as `k` and `v`.
pub fn pairs(rows: &[Row]) -> Result<Vec<Pair>> {
    rows.iter().map(|row| Ok((row.get("k")?, row.get("v")?))).collect()
}

fn digest_of(mut pairs: Vec<Pair>) -> [u8; 32] {
    pairs.sort();
    let parts: Vec<&[u8]> = pairs.iter().flat_map(|(k, v)| [k.as_bytes(), v.as_slice()]).collect();
    mac::sha256(&strongroom_seal::context(&parts))
}

/// The canonical form of the row that keeps a set's state.
#[must_use]
pub fn bind(set: &str, version: i64, digest: &[u8]) -> Bind {
    Bind::table("authority_set").text(set).int(version).bytes(digest)
}

/// Holds the set's rows, its digest and the ledger against each other.
///
/// # Errors
/// [`Error::Tampered`] where they do not agree.
pub async fn check(reader: &mut Reader<'_>, vault: &Vault, marks: MarksAt<'_>, set: Set) -> Result<()> {
    let (statement, owner) = set.rows();
    let rows = pairs(&reader.all(statement, &params![owner]).await?)?;
    let state = reader.one(&SET_STATE, &params![set.id()]).await?;
    hold(vault, marks, set, rows, &state)
}

/// As [`check`], of three sets whose rows were read already: those that a decision uses are those that were held.
///
/// # Errors
/// As [`check`].
pub async fn check_three(
    reader: &mut Reader<'_>,
    vault: &Vault,
    marks: MarksAt<'_>,
    held: [(Set, Option<Vec<Pair>>); 3],
) -> Result<()> {
    let [one, two, three] = held.each_ref().map(|(set, _)| set.id());
    let states = reader.all(&SET_STATES, &params![one, two, three]).await?;
    if states.len() != held.len() {
        return Err(Error::Tampered { table: "authority_set", id: held.map(|(set, _)| set.id()).join(" ") });
    }
    for ((set, rows), state) in held.into_iter().zip(&states) {
        if let Some(rows) = rows {
            hold(vault, marks, set, rows, state)?;
        }
    }
    Ok(())
}

fn hold(vault: &Vault, marks: MarksAt<'_>, set: Set, rows: Vec<Pair>, state: &Row) -> Result<()> {
    let id = set.id();
    let tampered = |why: &str| {
        tracing::error!(set = %id, why, "an authority set does not agree with its digest or the ledger");
        Error::Tampered { table: "authority_set", id: id.clone() }
    };
    let logged: Option<i64> = state.get("logged")?;
    let Some(version) = state.get::<Option<i64>>("version")? else {
        if rows.is_empty() && logged.is_none() && marks.at(&id) == 0 {
            return Ok(());
        }
        return Err(tampered("its digest is gone"));
    };
    let digest: Vec<u8> = state.get("digest")?;
    bind(&id, version, &digest).check(vault, &state.get::<Vec<u8>>("mac")?, &id)?;
    if digest_of(rows).as_slice() != digest.as_slice() {
        return Err(tampered("its rows were added, removed or put back"));
    }
    let logged_digest: Option<Vec<u8>> = state.get("logged_digest")?;
    if logged != Some(version) || logged_digest.as_deref() != Some(digest.as_slice()) {
        return Err(tampered("the ledger names another state"));
    }
    if marks.at(&id) > version {
        return Err(tampered("it was rolled back"));
    }
    if marks.committed {
        marks.marks.raise(&id, version);
    }
    Ok(())
}

/// Writes the set's new version and digest after its rows have changed. Whoever changes them has held them against
/// the old digest before ([`check`]), so that a change never seals what was put there behind the program's back.
///
/// # Errors
/// Storage, or the strongroom is sealed; [`Error::Tampered`] where the old digest is not ours.
pub async fn renew(reader: &mut Reader<'_>, vault: &Vault, set: Set) -> Result<SetChange> {
    let id = set.id();
    let (statement, owner) = set.rows();
    let rows = reader.all(statement, &params![owner]).await?;
    let digest = digest_of(pairs(&rows)?);
    let state = reader.one(&SET_STATE, &params![id.clone()]).await?;
    let before = match state.get::<Option<i64>>("version")? {
        None => None,
        Some(version) => {
            let digest: Vec<u8> = state.get("digest")?;
            bind(&id, version, &digest).check(vault, &state.get::<Vec<u8>>("mac")?, &id)?;
            Some((version, digest))
        }
    };
    let version = before.as_ref().map_or(0, |(version, _)| *version) + 1;
    let mac = bind(&id, version, &digest).mac(vault)?;
    let values: [Param; 4] = params![id.clone(), version, digest, mac];
    reader.exec(&SET_PUT, &values).await?;
    Ok(SetChange { set: id, version, digest, before })
}
