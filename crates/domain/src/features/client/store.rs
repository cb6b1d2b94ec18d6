//! Rows of clients.

use strongroom_storage::statements;

statements! {
    pub CLIENT_INSERT = "INSERT INTO client (client_id, number, sealed_name, sealed_reference, created_at, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub CLIENT_UPDATE = "UPDATE client SET sealed_name = $1, sealed_reference = $2, row_version = $3, mac = $4 \
        WHERE client_id = $5 AND row_version = $6";
    pub CLIENTS_OF_PERSON = "SELECT DISTINCT m.client_id AS client_id FROM seat s JOIN matter m ON m.matter_id = s.matter_id WHERE s.staff_id = $1";
    pub MATTERS_OF_CLIENT = "SELECT matter_id FROM matter WHERE client_id = $1 ORDER BY opened_at DESC, matter_id DESC";
}
