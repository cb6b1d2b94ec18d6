//! Several nodes of one firm, over one database and one store: what each sees of the others.
//!
//! Decisions are read from the database with every request, so they need nothing of this. What a node keeps in memory
//! does: the keys (a firm that is sealed is sealed everywhere), the policies in force, the directory of names, the newest
//! checkpoint, and the running streams that compare the version of authority. Every node looks four times a second.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use strongroom_storage::sql::{Engine, Row};
use strongroom_storage::{params, statements};

#[cfg(test)]
mod tests;

use super::actor::SystemRole;
use super::clock::{HOUR, Micros, SECOND};
use super::counters::Counter;
use super::directory::Known;
use super::error::{Error, Result};
use super::ledger::signed;
use super::permit::Permit;
use super::sets::Set;
use super::strongroom::Strongroom;
use super::target::Target;
use super::unsealing::{ALL_GROUPS, ALL_STAFF};
use super::verb::Verb;

statements! {
    pub LOOK = "SELECT a.version AS authority, h.size AS size, (SELECT s.version FROM authority_set s WHERE s.set_id = $1) AS firm, \
        c.value AS value, c.mac AS mac FROM authority a CROSS JOIN ledger_head h LEFT JOIN counter c ON c.name = $2 \
        WHERE a.one = 'x' AND h.one = 'x'", scan_ok;
    pub NEWS = "SELECT entry_id, verb, outcome, client_id, matter_id FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    pub ONE_CLIENT = "SELECT client_id, number, sealed_name, sealed_reference, row_version FROM client WHERE client_id = $1";
    pub ONE_MATTER = "SELECT matter_id, client_id, number, sealed_name, sealed_reference, row_version FROM matter WHERE matter_id = $1";
    pub NODE_PUT = "INSERT INTO node (node_id, host, release, started_at, seen_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at";
    pub NODE_GONE = "DELETE FROM node WHERE node_id = $1 OR seen_at < $2", scan_ok;
    pub NODES = "SELECT n.node_id AS node_id, n.host AS host, n.release AS release, n.started_at AS started_at, n.seen_at AS seen_at, \
        h.holder AS holder FROM node n, ledger_head h WHERE h.one = 'x' ORDER BY n.started_at, n.node_id", scan_ok;
}

/// How often a node looks.
const LOOKS: Duration = Duration::from_millis(250);
/// What was seen so long ago is looked at anew before anyone is answered.
const HOLDS: Micros = 750_000;
/// How often it says that it lives.
const LIVES: Micros = 5 * SECOND;
/// So many entries are read at once.
const AT_ONCE: u64 = 1000;

/// What this node has seen of the others.
#[derive(Default)]
pub(super) struct Followed {
    authority: i64,
    firm: Option<i64>,
    seals: u64,
    size: u64,
    said_at: Micros,
    /// Names that changed elsewhere and are not read yet.
    names: Names,
}

/// A node, as people see it.
#[derive(Clone, Debug)]
pub struct Node {
    /// The machine's name.
    pub host: String,
    /// What it runs.
    pub release: String,
    /// Since when.
    pub started_at: Micros,
    /// When it last said so.
    pub seen_at: Micros,
    /// It numbers and signs the ledger.
    pub signs: bool,
    /// It is the one that answers.
    pub here: bool,
}

/// Of what names changed since.
#[derive(Default)]
struct Names {
    clients: BTreeSet<String>,
    matters: BTreeSet<String>,
    people: bool,
}

impl Strongroom {
    /// Where this node begins to look from. A keyring that is older than what another node has opened is refused: it
    /// would bring back what was destroyed.
    pub(super) async fn begin_to_follow(&self) -> Result<()> {
        let own = self.vault.generation()?;
        let newest = self.counter(Counter::Keyring).await?;
        if own < newest {
            tracing::error!(own, newest, "the keyring is older than the firm's");
            return Err(Error::conflict(
                "keyring.older",
                "This keyring is older than the one that the firm works with. Copy the newest keyring and keyring.key from \
                 another node's replica here, and unseal again.",
            ));
        }
        if own > newest && !self.only_examines() {
            self.count(Counter::Keyring, |known| Ok(known.max(own))).await?;
        }
        let row = self.look_row().await?;
        let seals = self.counted(Counter::Seals, Some(&row))?;
        let (authority, firm, size) = (row.get("authority")?, row.get("firm")?, row.get("size")?);
        *self.followed.lock().await = Followed { authority, firm, seals, size, ..Followed::default() };
        self.looked_at.store(self.now(), Ordering::SeqCst);
        Ok(())
    }

    async fn look_row(&self) -> Result<Row> {
        let (firm, seals) = (Set::Firm(self.firm.id).id(), Counter::Seals.name());
        Ok(self.db.one(&LOOK, &params![firm, seals]).await?)
    }

    /// What is kept in memory is as new as it must be for an answer: looked at within [`HOLDS`]. Where it is not, it is
    /// looked at now.
    ///
    /// # Errors
    /// Sealed; what the others did cannot be seen.
    pub(super) async fn fresh(self: &Arc<Self>) -> Result<()> {
        if !self.watching.load(Ordering::SeqCst) {
            return Ok(());
        }
        if !self.is_awake() {
            return Err(Error::Sealed);
        }
        let stale = || (self.now() - self.looked_at.load(Ordering::SeqCst)).abs() > HOLDS;
        if self.db.engine() == Engine::Sqlite || !stale() {
            return Ok(());
        }
        let mut followed = self.followed.lock().await;
        // another request may have looked while this one waited
        if stale() { self.look_in(&mut followed).await } else { Ok(()) }
    }

    /// True in a process that looks what others do: there are none beside a firm in one file.
    pub(super) fn hears_of_others(&self) -> bool {
        self.watching.load(Ordering::SeqCst) && self.db.engine() == Engine::Postgres
    }

    /// Looks what the other nodes have done, and does here what follows from it.
    ///
    /// # Errors
    /// Storage; [`Error::Tampered`] where policies or an entry of ours are not as they were left.
    pub async fn look(self: &Arc<Self>) -> Result<()> {
        let mut followed = self.followed.lock().await;
        self.look_in(&mut followed).await
    }

    async fn look_in(self: &Arc<Self>, followed: &mut Followed) -> Result<()> {
        if !self.is_awake() || self.only_examines() {
            return Ok(());
        }
        let row = self.look_row().await?;
        if self.counted(Counter::Seals, Some(&row))? != followed.seals {
            if self.signs() {
                // whoever comes next finds the ledger signed
                self.sequence_all().await.ok();
                self.save_checkpoint().await.ok();
            }
            self.drop_keys();
            tracing::warn!("sealed: the firm was sealed on another node");
            return Err(Error::Sealed);
        }
        let (authority, firm): (i64, Option<i64>) = (row.get("authority")?, row.get("firm")?);
        if authority != followed.authority {
            followed.authority = authority;
            self.authority.fetch_add(1, Ordering::SeqCst);
        }
        if firm != followed.firm {
            self.follow_policies().await?;
            followed.firm = firm;
        }
        let size: u64 = row.get("size")?;
        while followed.size < size {
            let to = size.min(followed.size + AT_ONCE);
            let rows = self.db.all(&NEWS, &params![signed(followed.size)?, signed(to)?]).await?;
            self.hear(&rows, &mut followed.names)?;
            followed.size = to;
        }
        self.looked_at.store(self.now(), Ordering::SeqCst);
        self.learn_names(&mut followed.names).await?;
        self.say_alive(followed).await
    }

    /// Two people approved other policies: from here on they decide, or this node decides nothing.
    async fn follow_policies(&self) -> Result<()> {
        let held = crate::features::firm::hold_firm(self).await;
        if let Err(error @ (Error::Conflict { .. } | Error::Tampered { .. })) = &held {
            tracing::error!(cause = %error, "the policies that were approved on another node cannot decide here");
            self.drop_keys();
        }
        held
    }

    fn hear(&self, rows: &[Row], names: &mut Names) -> Result<()> {
        let mut numbered = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, verb, outcome): (String, String, String) =
                (row.get("entry_id")?, row.get("verb")?, row.get("outcome")?);
            let own = self.named_here.lock().is_ok_and(|mut own| own.remove(&id));
            numbered.push(id);
            if own || outcome != "allowed" {
                continue;
            }
            let of = |column| row.get::<Option<String>>(column);
            match Verb::parse(&verb) {
                Some(Verb::ClientCreate | Verb::ClientRename) => names.clients.extend(of("client_id")?),
                Some(Verb::MatterCreate | Verb::MatterRename) => names.matters.extend(of("matter_id")?),
                Some(Verb::StaffInvite | Verb::GroupChange) => names.people = true,
                _ => {}
            }
        }
        self.pending.numbered(&numbered);
        Ok(())
    }

    /// Reads the names that changed on other nodes. The entry stands before a name opens.
    async fn learn_names(self: &Arc<Self>, names: &mut Names) -> Result<()> {
        if names.clients.is_empty() && names.matters.is_empty() && !names.people {
            return Ok(());
        }
        let (permit, _) =
            self.system(SystemRole::Directory).permit(Verb::DirectoryBuild, &Target::Firm).await?;
        let permit = Permit::names(Verb::DirectoryBuild, permit.entry());
        let mut known: Vec<Known> = Vec::new();
        for client in &names.clients {
            if let Some(row) = self.db.optional(&ONE_CLIENT, &params![client.clone()]).await? {
                known.extend(self.heard(self.read_client(&permit, &row)));
            }
        }
        for matter in &names.matters {
            if let Some(row) = self.db.optional(&ONE_MATTER, &params![matter.clone()]).await? {
                known.extend(self.heard(self.read_matter(&permit, &row)));
            }
        }
        if names.people {
            for row in self.db.all(&ALL_STAFF, &[]).await? {
                known.extend(self.heard(self.read_staff(&row)));
            }
            for row in self.db.all(&ALL_GROUPS, &[]).await? {
                known.extend(self.heard(self.read_group(&row)));
            }
        }
        tracing::info!(names = known.len(), "names that changed on another node were read");
        self.directory().learn(known);
        *names = Names::default();
        Ok(())
    }

    /// Says that this node lives; and now and then looks for its own entries, which another node numbers.
    async fn say_alive(&self, followed: &mut Followed) -> Result<()> {
        let now = self.now();
        if now - followed.said_at < LIVES {
            return Ok(());
        }
        followed.said_at = now;
        let mut tx = self.db.begin().await?;
        let (node, host) = (self.node.clone(), self.settings.host.clone());
        let values = params![node, host, env!("CARGO_PKG_VERSION"), self.started_at, now];
        tx.exec_one(&NODE_PUT, &values).await?;
        tx.exec(&NODE_GONE, &params![String::new(), now - HOUR]).await?;
        tx.commit().await?;
        if !self.signs() {
            let expected = self.pending.expected();
            let pending = self.db.all(&super::sequencer::PENDING, &[]).await?;
            self.hold_pending(expected, &pending).await?;
        }
        Ok(())
    }

    /// The nodes that have said within the hour that they live.
    ///
    /// # Errors
    /// Storage.
    pub async fn nodes(&self) -> Result<Vec<Node>> {
        let rows = self.db.all(&NODES, &[]).await?;
        let node = |row: &Row| {
            let id: String = row.get("node_id")?;
            Ok(Node {
                host: row.get("host")?,
                release: row.get("release")?,
                started_at: row.get("started_at")?,
                seen_at: row.get("seen_at")?,
                signs: row.get::<String>("holder")? == id,
                here: id == self.node,
            })
        };
        rows.iter().map(node).collect()
    }

    /// The other nodes seal themselves as soon as they look.
    ///
    /// # Errors
    /// The database could not be told: they do not.
    pub(super) async fn seal_others(&self) -> Result<()> {
        let mut followed = self.followed.lock().await;
        followed.seals = self.count(Counter::Seals, |seals| Ok(seals + 1)).await?;
        Ok(())
    }

    /// The last thing that a node says: another may take the lease at once.
    ///
    /// # Errors
    /// Storage.
    pub async fn say_goodbye(&self) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.exec(&NODE_GONE, &params![self.node.clone(), 0_i64]).await?;
        tx.commit().await?;
        self.give_up_lease().await
    }

    /// Looks four times a second. Ends never; drop the task to stop it. A firm in one file has one node.
    pub async fn run_looks(self: Arc<Self>) {
        self.watching.store(true, Ordering::SeqCst);
        if self.db.engine() == Engine::Sqlite {
            return;
        }
        let mut tick = tokio::time::interval(LOOKS);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            match self.look().await {
                Ok(()) | Err(Error::Sealed) => {}
                Err(error) => {
                    tracing::error!(cause = %error, "this node could not look what the others do");
                    if matches!(error, Error::Tampered { .. }) {
                        self.stop_over_tampering();
                    }
                }
            }
        }
    }
}
