//! Taking on and renaming clients.

use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::kernel::directory::{ClientName, Known};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::ClientFacts;
use crate::kernel::id::ClientId;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Name, Reference};
use crate::kernel::vault::{Column, KeyOf, Numbered};
use crate::kernel::verb::Verb;

use super::store;

/// Takes on a client.
pub struct CreateClient {
    /// Its name.
    pub name: Name,
    /// The firm's reference.
    pub reference: Reference,
}

impl Operation for CreateClient {
    const VERB: Verb = Verb::ClientCreate;
    const TURN: Turn = Turn::Beside;
    const NUMBERS: Option<Numbered> = Some(Numbered::Client);
    type Output = ClientId;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<ClientId>> {
        let id: ClientId = tx.new_id();
        let number = tx.vault().next_number(Numbered::Client)?;
        let mut client = ClientFacts {
            id,
            number,
            sealed_name: Vec::new(),
            sealed_reference: Vec::new(),
            created_at: tx.now(),
            row_version: 1,
            created_by: Some(tx.ctx().me()?.to_string()),
            walls: Vec::new(),
        };
        seal_names(tx, &mut client, &self.name, &self.reference)?;
        let values = store::values(&client, tx.vault())?;
        tx.exec_one(&store::CLIENT_INSERT, &values).await?;
        tx.learn(Known::Client(id, known(&self.name, &self.reference)));
        let mut facts =
            Facts::about([id.any()]).told(id.any(), KeyOf::Client(number), "name", self.name.as_str());
        facts.client = Some(id.any());
        Ok(Done::recording(id, facts))
    }
}

/// Changes a client's name and reference.
pub struct RenameClient {
    /// The client.
    pub client: ClientId,
    /// Its new name; unchanged where none is given.
    pub name: Option<Name>,
    /// The new reference; unchanged where none is given.
    pub reference: Option<Reference>,
    /// The version that the caller read.
    pub version: Option<i64>,
}

impl Operation for RenameClient {
    const VERB: Verb = Verb::ClientRename;
    const TURN: Turn = Turn::Beside;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Client(self.client)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let old = on.need_client()?;
        if self.version.is_some_and(|v| v != old.row_version) {
            return Err(Error::Stale);
        }
        let before = tx.ctx().room().directory().client(tx.permit(), old.id).ok_or(Error::NotFound)?;
        if self.name.is_none() && self.reference.is_none() {
            return Err(Error::invalid("name", "Say what is to change: name or reference."));
        }
        let name = self.name.map_or_else(|| Name::parse(&before.name), Ok)?;
        let reference = self.reference.map_or_else(|| Reference::parse(&before.reference), Ok)?;
        if (name.as_str(), reference.as_str()) == (before.name.as_str(), before.reference.as_str()) {
            return Err(Error::conflict("client.same", "The client is called so already."));
        }
        let mut client = old.clone();
        client.row_version += 1;
        seal_names(tx, &mut client, &name, &reference)?;
        let values = params![
            client.sealed_name.clone(),
            client.sealed_reference.clone(),
            client.row_version,
            client.bind().mac(tx.vault())?,
            client.id.to_string(),
            old.row_version
        ];
        tx.exec_one(&store::CLIENT_UPDATE, &values).await?;
        tx.learn(Known::Client(client.id, known(&name, &reference)));
        let key = KeyOf::Client(client.number);
        let facts = Facts::default().told(client.id.any(), key, "name", name.as_str()).told(
            client.id.any(),
            key,
            "name_before",
            before.name,
        );
        Ok(Done::recording(client.row_version, facts))
    }
}

fn known(name: &Name, reference: &Reference) -> ClientName {
    ClientName { name: name.as_str().to_owned(), reference: reference.as_str().to_owned() }
}

fn seal_names(tx: &WriteTx<'_>, client: &mut ClientFacts, name: &Name, reference: &Reference) -> Result<()> {
    let key = tx.key(&client.id.any(), KeyOf::Client(client.number))?;
    let row = client.id.to_string();
    let at = |column| Column { table: "client", row: &row, column, version: client.row_version };
    client.sealed_name = tx.seal(&key, at("name"), name.as_str());
    client.sealed_reference = tx.seal(&key, at("reference"), reference.as_str());
    Ok(())
}
