//! From a sealed keyring to a working strongroom: the ledger is held against what the keyring remembers,
//! the marks of authority sets are read, the directory of names is built, the sequencer takes its term.

use std::sync::Arc;

use strongroom_seal::Key;
use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::RootKey;
use strongroom_storage::sql::Row;
use strongroom_storage::{params, statements};
use strongroom_tlog::tile::{needed_tiles_for_root, root};

use super::actor::{Actor, Channel, SystemRole};
use super::ctx::{Ctx, Place};
use super::directory::{ClientName, Known, MatterName, StaffName};
use super::entry::Facts;
use super::error::{Error, Result};
use super::facts::{id_of, number};
use super::id::{ClientId, GroupId, MatterId, StaffId};
use super::ledger::{Head, signed};
use super::permit::Permit;
use super::strongroom::Strongroom;
use super::target::Target;
use super::vault::{Column, KeyOf};
use super::verb::Verb;

statements! {
    pub ALL_CLIENTS = "SELECT client_id, number, sealed_name, sealed_reference, row_version FROM client", scan_ok;
    pub ALL_MATTERS = "SELECT matter_id, client_id, number, sealed_name, sealed_reference, row_version FROM matter", scan_ok;
    pub ALL_STAFF = "SELECT staff_id, sealed_name, sealed_email, row_version FROM staff", scan_ok;
    pub ALL_GROUPS = "SELECT group_id, sealed_name, row_version FROM staff_group", scan_ok;
}

/// So many entries are counted at once: a statement must not take long.
const COUNTED: usize = 1_000_000;

impl Strongroom {
    /// Takes the keys in and starts to work. `how` is the unseal method, for the ledger.
    ///
    /// # Errors
    /// Another firm's keyring; a ledger that is older than the keyring remembers; storage. Stays sealed then.
    pub async fn unseal(
        self: &Arc<Self>,
        keyring: Keyring,
        root: RootKey,
        keyring_key: Key,
        how: &'static str,
        operator: &str,
    ) -> Result<()> {
        self.vault.unseal(keyring, root, keyring_key)?;
        match self.wake_up(how, operator).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.drop_keys();
                Err(error)
            }
        }
    }

    async fn wake_up(self: &Arc<Self>, how: &'static str, operator: &str) -> Result<()> {
        let head = match self.hold().await {
            // whoever examines a firm that does not agree must come in to say what does not
            Err(error) if self.only_examines() => {
                tracing::error!(cause = %error, "the firm is examined and would not be opened");
                self.ledger_head().await?
            }
            held => held?,
        };
        if !self.only_examines() {
            self.vault.even_out();
        }
        self.begin_at(&head).await?;
        let ctx =
            Ctx::new(self.clone(), Actor::Operator(operator.to_owned()), Channel::Cli, Place::default());
        ctx.permit_with(Verb::SystemUnseal, &Target::Firm, Facts::default().clear("method", how)).await?;
        self.build_directory().await?;
        self.sequence_all().await?;
        tracing::info!(method = how, "unsealed");
        Ok(())
    }

    /// Takes the sequencer's term, and knows the newest checkpoint.
    async fn begin_at(&self, head: &Head) -> Result<()> {
        if !self.only_examines() {
            self.take_lease().await?;
        }
        self.signed.send_replace((head.signed_size, Arc::from(head.checkpoint.as_str())));
        self.awakes();
        Ok(())
    }

    /// The beginning of a firm that was just put back, whose ledger and authority the restore has held.
    pub(crate) async fn begin_restored(&self) -> Result<()> {
        crate::features::firm::hold_firm(self).await?;
        self.begin_at(&self.ledger_head().await?).await
    }

    /// Ledger, firm and authority must be those that were left. Other nodes may work meanwhile: what lies under a head
    /// stays as it is, and authority is held in a turn of its own.
    async fn hold(&self) -> Result<Head> {
        self.begin_to_follow().await?;
        let head = self.hold_ledger().await?;
        crate::features::firm::hold_firm(self).await?;
        self.hold_replicas(&head).await?;
        if !self.only_examines() {
            Box::pin(self.hold_witnesses(&head)).await?;
        }
        let alone = self.db.hold_turn().await?;
        let held = self.hold_authority(&head).await;
        if let Some(alone) = alone {
            alone.rollback().await.ok();
        }
        held.map(|()| head)
    }

    /// The ledger of the database must contain the checkpoint that the keyring remembers, whole.
    async fn hold_ledger(&self) -> Result<Head> {
        let (kept_size, kept_root) = self.vault.kept_checkpoint()?;
        let head = self.ledger_head().await?;
        let rolled_back = |what: &str| {
            tracing::error!(kept = kept_size, found = head.size, "the ledger {what}");
            Error::Tampered { table: "ledger_head", id: head.size.to_string() }
        };
        if head.size < kept_size {
            return Err(rolled_back("is older than the keyring remembers: it was rolled back"));
        }
        let tiles = self.tiles(&needed_tiles_for_root(kept_size)).await?;
        let found = root(kept_size, &tiles).map_err(|_| rolled_back("has lost tiles"))?;
        if found != kept_root {
            return Err(rolled_back("is another than the keyring remembers: it was forked"));
        }
        for from in (0..head.size).step_by(COUNTED) {
            let to = head.size.min(from + COUNTED as u64);
            let counted: u64 =
                self.db.one(&super::ledger::COUNT, &params![signed(from)?, signed(to)?]).await?.get("n")?;
            if counted != to - from {
                return Err(rolled_back("has lost entries"));
            }
        }
        let tiles = self.tiles(&needed_tiles_for_root(head.size)).await?;
        if root(head.size, &tiles).ok() != Some(head.root) {
            return Err(rolled_back("has tiles that do not lead to its root"));
        }
        Ok(head)
    }

    async fn build_directory(self: &Arc<Self>) -> Result<()> {
        let ctx = self.system(SystemRole::Directory);
        // the gate answers for the system role as for a person, and the entry stands before a name opens
        let (permit, _) = ctx.permit(Verb::DirectoryBuild, &Target::Firm).await?;
        let permit = Permit::names(Verb::DirectoryBuild, permit.entry());
        let mut known = Vec::new();
        for row in self.db.all(&ALL_CLIENTS, &[]).await? {
            known.extend(self.heard(self.read_client(&permit, &row)));
        }
        for row in self.db.all(&ALL_MATTERS, &[]).await? {
            known.extend(self.heard(self.read_matter(&permit, &row)));
        }
        for row in self.db.all(&ALL_STAFF, &[]).await? {
            known.extend(self.heard(self.read_staff(&row)));
        }
        for row in self.db.all(&ALL_GROUPS, &[]).await? {
            known.extend(self.heard(self.read_group(&row)));
        }
        self.directory.learn(known);
        Ok(())
    }

    /// One name that does not open must not keep the firm out: it is logged, and `check` names it.
    pub(super) fn heard(&self, known: Result<Known>) -> Option<Known> {
        known.inspect_err(|error| tracing::error!(cause = %error, "a name does not open")).ok()
    }

    pub(super) fn read_client(&self, permit: &Permit, row: &Row) -> Result<Known> {
        let id: ClientId = id_of(row, "client_id")?;
        let key = self.vault.key(permit, &id.any(), KeyOf::Client(number(row)?))?;
        let text = id.to_string();
        let version: i64 = row.get("row_version")?;
        let open = |column: &'static str, sealed: Vec<u8>| {
            self.vault.open_text(&key, Column { table: "client", row: &text, column, version }, &sealed)
        };
        let name = open("name", row.get("sealed_name")?)?;
        let reference = open("reference", row.get("sealed_reference")?)?;
        Ok(Known::Client(id, ClientName { name, reference }))
    }

    pub(super) fn read_matter(&self, permit: &Permit, row: &Row) -> Result<Known> {
        let id: MatterId = id_of(row, "matter_id")?;
        let key = self.vault.key(permit, &id.any(), KeyOf::Matter(number(row)?))?;
        let text = id.to_string();
        let version: i64 = row.get("row_version")?;
        let open = |column: &'static str, sealed: Vec<u8>| {
            self.vault.open_text(&key, Column { table: "matter", row: &text, column, version }, &sealed)
        };
        let name = open("name", row.get("sealed_name")?)?;
        let reference = open("reference", row.get("sealed_reference")?)?;
        Ok(Known::Matter(id, MatterName { client: id_of(row, "client_id")?, name, reference }))
    }

    pub(super) fn read_staff(&self, row: &Row) -> Result<Known> {
        let id: StaffId = id_of(row, "staff_id")?;
        let text = id.to_string();
        let version: i64 = row.get("row_version")?;
        let open = |column: &'static str, sealed: Vec<u8>| {
            self.vault.open_system_text(Column { table: "staff", row: &text, column, version }, &sealed)
        };
        let name = open("name", row.get("sealed_name")?)?;
        let email = open("email", row.get("sealed_email")?)?;
        Ok(Known::Staff(id, StaffName { name, email }))
    }

    pub(super) fn read_group(&self, row: &Row) -> Result<Known> {
        let id: GroupId = id_of(row, "group_id")?;
        let text = id.to_string();
        let at =
            Column { table: "staff_group", row: &text, column: "name", version: row.get("row_version")? };
        Ok(Known::Group(id, self.vault.open_system_text(at, &row.get::<Vec<u8>>("sealed_name")?)?))
    }
}
