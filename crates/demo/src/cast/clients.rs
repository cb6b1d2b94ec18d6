//! The fourteen clients.

/// Names a client of the cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey(pub u16);

/// What kind of client it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// A company.
    Company,
    /// One person.
    Individual,
    /// A family.
    Family,
    /// A charity.
    Charity,
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Key.
    pub key: ClientKey,
    /// The client's code, as in `NW-2026-014`.
    pub code: &'static str,
    /// Name as the firm says it.
    pub name: &'static str,
    /// Name as a court or a contract says it.
    pub formal: &'static str,
    /// Kind.
    pub kind: ClientKind,
    /// Address for letters.
    pub address: &'static str,
    /// The person the firm writes to.
    pub contact: &'static str,
    /// That person's address.
    pub email: &'static str,
}

pub(super) const NORTHWIND: ClientKey = ClientKey(0);

pub(super) fn clients() -> Vec<Client> {
    use ClientKind::{Charity, Company, Family, Individual};
    let rows = [
        (
            "NW",
            "Northwind Holdings",
            "Northwind Holdings Limited",
            Company,
            "8 Lanyard Street, London E14 9ZX",
            "Sunita Nair",
            "sunita.nair@northwind.example",
        ),
        (
            "HB",
            "Halden Bioscience",
            "Halden Bioscience plc",
            Company,
            "Building 4, Babraham Fields, Cambridge CB22 3ZZ",
            "Dr Marcus Hale",
            "m.hale@haldenbio.example",
        ),
        (
            "KT",
            "Kestrel Tooling",
            "Kestrel Tooling Limited",
            Company,
            "Unit 6, Forge Lane, Sheffield S9 2XX",
            "Anne Rudge",
            "anne.rudge@kestreltooling.example",
        ),
        (
            "OR",
            "Orchard Row Developments",
            "Orchard Row Developments LLP",
            Company,
            "22 Orchard Row, Bath BA1 5ZX",
            "Giles Merriman",
            "giles@orchardrow.example",
        ),
        (
            "BM",
            "Blackwater Marine Insurance",
            "Blackwater Marine Insurance Company Limited",
            Company,
            "51 Saltmeadow Lane, London EC3A 7ZZ",
            "Rosalind Achterberg",
            "r.achterberg@blackwatermarine.example",
        ),
        (
            "MC",
            "Meridian Coffee Roasters",
            "Meridian Coffee Roasters Limited",
            Company,
            "Arch 19, Temple Yard, Bristol BS1 6ZX",
            "Joe Tarrant",
            "joe@meridiancoffee.example",
        ),
        (
            "SA",
            "St Aldate's Hospice",
            "The Trustees of St Aldate's Hospice",
            Charity,
            "Hill House, Clevedon Road, Bristol BS8 3ZZ",
            "Canon Ruth Ellery",
            "r.ellery@staldates.example",
        ),
        (
            "AF",
            "The Ashdown family",
            "The Ashdown Family Settlement",
            Family,
            "Ashdown Court, Wiltshire SN8 4ZX",
            "Sir Edmund Ashdown",
            "edmund@ashdowncourt.example",
        ),
        (
            "VT",
            "Vireo Telecom",
            "Vireo Telecom plc",
            Company,
            "One Spinnaker Place, Reading RG1 8ZZ",
            "Hannah Oduya",
            "hannah.oduya@vireo.example",
        ),
        (
            "LG",
            "Lena Grahame",
            "Lena Grahame",
            Individual,
            "Flat 3, 40 Calloway Square, London N1 2ZX",
            "Lena Grahame",
            "lena.grahame@post.example",
        ),
        (
            "RP",
            "Rajan Patel",
            "Rajan Patel",
            Individual,
            "17 Westbury Hill, Bristol BS9 3ZZ",
            "Rajan Patel",
            "rajan.patel@post.example",
        ),
        (
            "CW",
            "Corvid Works",
            "Corvid Works Limited",
            Company,
            "2 Tannery Mews, London SE1 3ZX",
            "Mattie Crowe",
            "mattie@corvidworks.example",
        ),
        (
            "TE",
            "Thornbury Estates",
            "Thornbury Estates Limited",
            Company,
            "Estate Office, Thornbury BS35 1ZZ",
            "Lionel Thorne",
            "l.thorne@thornburyestates.example",
        ),
        (
            "DK",
            "Dr Dorothea Klein",
            "Dr Dorothea Klein",
            Individual,
            "9 Park Crescent Mews, London W1B 1ZX",
            "Dorothea Klein",
            "d.klein@post.example",
        ),
    ];
    rows.into_iter()
        .zip(0u16..)
        .map(|((code, name, formal, kind, address, contact, email), n)| Client {
            key: ClientKey(n),
            code,
            name,
            formal,
            kind,
            address,
            contact,
            email,
        })
        .collect()
}
