//! Clients: the list, one client with its matters, a new one.

use askama::Template;

use super::field::Field;
use super::parts::{Csrf, Pager, State, When};
use crate::layout::{Shell, Theme, Tone};

pub struct ClientRow {
    pub id: String,
    pub name: String,
    pub reference: String,
    /// "3 open, 1 closed": of those this person may see.
    pub matters: String,
    pub changed: Option<When>,
}

#[derive(Template)]
#[template(path = "clients.html")]
pub struct Clients {
    pub shell: Shell,
    pub says: String,
    pub rows: Vec<ClientRow>,
    pub pager: Pager,
    pub may_create: bool,
}

pub struct ClientMatter {
    pub id: String,
    pub name: String,
    pub reference: String,
    pub led_by: Option<String>,
    pub state: State,
    pub changed: Option<When>,
}

/// Name and reference of the client.
pub struct ClientForm {
    pub open: bool,
    pub etag: String,
    pub name: Field,
    pub reference: Field,
}

#[derive(Template)]
#[template(path = "client.html")]
pub struct Client {
    pub shell: Shell,
    pub csrf: Csrf,
    pub id: String,
    pub name: String,
    pub reference: String,
    pub since: When,
    pub matters: Vec<ClientMatter>,
    pub may_create_matter: bool,
    pub edit: Option<ClientForm>,
    /// "Wall: 3 people barred", for those who may know.
    pub wall: Option<String>,
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "client_new.html")]
pub struct ClientNew {
    pub shell: Shell,
    pub csrf: Csrf,
    pub name: Field,
    pub reference: Field,
    pub error: Option<String>,
}
