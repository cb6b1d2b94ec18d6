//! Rows of clients.

use strongroom_storage::sql::Param;
use strongroom_storage::{params, statements};

use crate::kernel::error::Result;
use crate::kernel::facts::ClientFacts;
use crate::kernel::vault::Vault;

statements! {
    pub CLIENT_INSERT = "INSERT INTO client (client_id, number, sealed_name, sealed_reference, created_at, row_version, created_by, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub CLIENT_UPDATE = "UPDATE client SET sealed_name = $1, sealed_reference = $2, row_version = $3, mac = $4 \
        WHERE client_id = $5 AND row_version = $6";
    pub CLIENTS_OF_PERSON = "SELECT DISTINCT m.client_id AS client_id FROM seat s JOIN matter m ON m.matter_id = s.matter_id WHERE s.staff_id = $1 \
        UNION SELECT client_id FROM client WHERE created_by = $1";
    pub MATTERS_OF_CLIENT = "SELECT matter_id FROM matter WHERE client_id = $1 ORDER BY opened_at DESC, matter_id DESC";
}

/// A new client's row, bound.
///
/// # Errors
/// Sealed.
pub(crate) fn values(client: &ClientFacts, vault: &Vault) -> Result<Vec<Param>> {
    Ok(Vec::from(params![
        client.id.to_string(),
        i64::from(client.number),
        client.sealed_name.clone(),
        client.sealed_reference.clone(),
        client.created_at,
        client.row_version,
        client.created_by.clone(),
        client.bind().mac(vault)?
    ]))
}
