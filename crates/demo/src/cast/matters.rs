//! The thirty-one matters and who sits on them.

use super::facts::FACTS;
use super::people::who::*;
use super::{ClientKey, PersonKey};
use crate::calendar;

/// Names a matter of the cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatterKey(pub u16);

/// The kind of work, which decides the folders and the papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// A claim in court or arbitration.
    Litigation,
    /// A purchase, sale, merger or investment.
    Corporate,
    /// An employer or an employee.
    Employment,
    /// Wills, trusts, estates, families.
    Private,
    /// Land and buildings.
    Property,
    /// Trading contracts, intellectual property, regulators.
    Commercial,
}

/// What a seat lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatKind {
    /// Leads the matter.
    Lead,
    /// Works on it.
    Member,
    /// Reads it.
    Reader,
}

impl SeatKind {
    /// The word of the contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Member => "member",
            Self::Reader => "reader",
        }
    }
}

/// A place on a matter's team.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Who.
    pub person: PersonKey,
    /// As what.
    pub kind: SeatKind,
    /// From this day on (offset from today; never before the firm began, ninety days ago).
    pub from: i64,
    /// Ended by the lead on this day, in the past.
    pub ended: Option<i64>,
    /// Given until this day, still to come.
    pub until: Option<i64>,
}

/// A matter.
#[derive(Clone, Debug)]
pub struct Matter {
    /// Key.
    pub key: MatterKey,
    /// The client.
    pub client: ClientKey,
    /// Name.
    pub name: &'static str,
    /// Reference, `NW-2026-014`.
    pub reference: String,
    /// Kind of work.
    pub area: Area,
    /// When the work began (offset; may lie before the firm began to use the system).
    pub opened: i64,
    /// When it was closed, if it was (offset).
    pub closed: Option<i64>,
    /// Who leads.
    pub lead: PersonKey,
    /// All seats, the lead's first.
    pub seats: Vec<Seat>,
    /// The folders of its records.
    pub folders: &'static [&'static str],
    /// The other party.
    pub other_side: &'static str,
    /// "the purchase of 40% of the shares in ...".
    pub subject: &'static str,
    /// The sum at stake, in pounds.
    pub sum: i64,
    /// What happened, in sentences that papers quote.
    pub facts: &'static [&'static str],
    /// About how many records it holds.
    pub records: usize,
}

impl Matter {
    /// The day the matter was opened in the system (not before the firm began to use it).
    #[must_use]
    pub fn entered(&self, today: i64) -> i64 {
        super::working(today, self.opened.max(-90))
    }
}

impl Area {
    /// The folders of such a matter.
    #[must_use]
    pub fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Litigation => {
                &["Client", "Pleadings", "Evidence", "Correspondence", "Strategy", "Attendance notes"]
            }
            Self::Corporate => &[
                "Client",
                "Transaction documents",
                "Due diligence",
                "Correspondence",
                "Advice",
                "Attendance notes",
            ],
            Self::Employment => &[
                "Client",
                "Contracts and policies",
                "Evidence",
                "Correspondence",
                "Advice",
                "Attendance notes",
            ],
            Self::Private => &["Client", "Deeds", "Assets", "Correspondence", "Advice", "Attendance notes"],
            Self::Property => &[
                "Client",
                "Title and searches",
                "Lease and contract",
                "Correspondence",
                "Plans",
                "Attendance notes",
            ],
            Self::Commercial => {
                &["Client", "Agreements", "Evidence", "Correspondence", "Advice", "Attendance notes"]
            }
        }
    }
}

type Row = (
    u16,
    u16,
    &'static str,
    Area,
    i64,
    i64,
    &'static [PersonKey],
    &'static [PersonKey],
    &'static str,
    &'static str,
    i64,
    usize,
);

#[rustfmt::skip]
static ROWS: [Row; 31] = {
    use Area::{Commercial as Com, Corporate as Cor, Employment as Emp, Litigation as Lit, Private as Pri, Property as Pro};
    // client, number, name, area, opened, closed (0: open), lead and members, readers, other side, subject, sum, records
    [
        (0, 14, "Share purchase dispute", Lit, -212, 0, &[MARSH, OKAFOR, FENWICK, REYES], &[LYLE], "Cobalt Ridge Partners LLP", "the sale of forty per cent of the shares in Aldermoor Freight Limited", 6_200_000, 42),
        (0, 9, "Acquisition of Pell Logistics", Cor, -260, -34, &[LYLE, WHITLOCK, BRANDT], &[], "the shareholders of Pell Logistics Limited", "the purchase of the entire issued share capital of Pell Logistics Limited", 11_750_000, 16),
        (0, 17, "Group data protection review", Com, -72, 0, &[ADEYEMI, BYRNE], &[OKAFOR], "the Information Commissioner", "the transfer of employee records to a payroll processor in Singapore", 180_000, 10),
        (1, 3, "Project Larkspur", Cor, -118, 0, &[LYLE, SOLBERG, BRANDT, WHITLOCK], &[ADEYEMI], "Tessellate Therapeutics plc", "the recommended all-share merger with Tessellate Therapeutics plc", 412_000_000, 24),
        (1, 5, "Licence to Ostrava University", Com, -96, 0, &[SOLBERG, BRANDT], &[LYLE], "Ostrava University Innovations s.r.o.", "an exclusive licence of the HB-117 assay patents", 950_000, 11),
        (2, 2, "Defective castings claim", Lit, -175, 0, &[MARSH, REYES, TAN], &[], "Fairholm Foundry Limited", "the supply of 4,200 gear housings found to be porous", 1_340_000, 19),
        (2, 4, "Redundancy programme", Emp, -64, 0, &[ADEYEMI, BYRNE, TAN], &[], "the employee representatives", "the closure of the Forge Lane night shift and 38 proposed redundancies", 720_000, 14),
        (3, 11, "Purchase of Walcot Mill", Pro, -140, 0, &[PEMBERTON, HARGREAVES, DEMIR], &[], "Avonmead Properties Limited", "the freehold of Walcot Mill and its yard", 3_850_000, 17),
        (3, 8, "Section 106 agreement, Lower Weston", Pro, -201, -71, &[PEMBERTON, DEMIR], &[], "the local planning authority", "a planning obligation for 46 dwellings at Lower Weston", 610_000, 8),
        (3, 12, "Boundary dispute with Canal Trust", Lit, -58, 0, &[PEMBERTON, HARGREAVES, TAN], &[MARSH], "the Somer Canal Trust", "a strip of land four metres wide along the towpath", 95_000, 11),
        (4, 21, "Loss of MV Halcyon Dawn", Lit, -188, 0, &[MARSH, OKAFOR, TAN], &[], "Pelagos Shipping S.A.", "a hull and machinery claim after the grounding of the MV Halcyon Dawn", 8_900_000, 22),
        (4, 24, "Reinsurance recovery 2025", Lit, -83, 0, &[OKAFOR, FENWICK], &[MARSH], "Grosvenor Treaty Re SE", "the recovery of 60% of the Calder Wharf fire loss", 5_150_000, 13),
        (5, 1, "Lease of Arch 22", Pro, -104, -19, &[HARGREAVES, DEMIR], &[], "Viaduct Estates Limited", "a ten-year lease of Arch 22, Temple Yard", 42_000, 9),
        (5, 3, "Supply terms with Fincas del Sol", Com, -77, 0, &[SOLBERG, BRANDT], &[WHITLOCK], "Fincas del Sol S.A.", "the supply of 120 tonnes of green coffee a year", 640_000, 10),
        (5, 4, "Series A investment", Cor, -31, 0, &[LYLE, WHITLOCK, BRANDT], &[], "Harbourside Growth Fund II LP", "a subscription for preferred shares", 2_500_000, 12),
        (6, 6, "Legacy of the late Mrs Ivy Penhallow", Pri, -160, -55, &[RAMAN, MALIK, PRICE], &[], "the executors of Ivy Penhallow", "a residuary legacy contested by a nephew", 385_000, 11),
        (6, 7, "Care quality inspection", Com, -46, 0, &[ADEYEMI, PRICE], &[RAMAN], "the care regulator", "the draft inspection report of the inpatient unit", 60_000, 10),
        (6, 8, "Hospice shop leases", Pro, -27, 0, &[HARGREAVES, DEMIR], &[PEMBERTON], "Clifton Parade Holdings Limited", "the renewal of three shop leases", 74_000, 8),
        (7, 2, "Ashdown settlement, variation", Pri, -133, 0, &[RAMAN, MALIK, PRICE], &[], "the minor and unborn beneficiaries", "the variation of the 1961 settlement", 14_300_000, 18),
        (7, 3, "Sale of Home Farm", Pro, -90, 0, &[PEMBERTON, HARGREAVES, DEMIR], &[RAMAN], "Kennet Vale Organics Limited", "the sale of Home Farm, 212 hectares", 4_600_000, 13),
        (7, 4, "Lady Ashdown, will and powers of attorney", Pri, -39, 0, &[RAMAN, PRICE], &[], "the Office of the Public Guardian", "a new will and lasting powers of attorney", 3_200_000, 9),
        (8, 31, "Mast site arbitration", Lit, -122, 0, &[MARSH, OKAFOR, FENWICK], &[], "Uplands Wayleave Limited", "the rent of 61 mast sites under the 2017 agreement", 2_750_000, 17),
        (8, 33, "Number porting inquiry", Com, -69, -7, &[ADEYEMI, BYRNE], &[], "the communications regulator", "delays in number porting between March and May", 450_000, 10),
        (8, 34, "Sale of the rural fibre business", Cor, -17, 0, &[SOLBERG, WHITLOCK, BRANDT], &[LYLE], "Moorland Networks Limited", "the sale of the rural fibre business as a going concern", 27_400_000, 14),
        (9, 1, "Unfair dismissal claim", Emp, -149, 0, &[BYRNE, TAN], &[ADEYEMI], "Pinnacle Gallery Limited", "a dismissal after a protected disclosure about provenance", 118_000, 15),
        (10, 1, "Estate of Kamala Patel", Pri, -110, -29, &[MALIK, PRICE], &[RAMAN], "the other beneficiaries", "the administration of an estate with land in Gujarat", 870_000, 10),
        (10, 2, "Clinical negligence claim", Lit, -53, 0, &[MARSH, TAN, FENWICK], &[OKAFOR], "Severnside Hospitals Trust", "a delayed diagnosis of a spinal abscess", 540_000, 13),
        (11, 1, "Design right infringement", Lit, -86, 0, &[OKAFOR, REYES, FENWICK], &[], "Bramble & Oak Retail plc", "the copying of the Heron lamp", 310_000, 12),
        (11, 2, "Founder exit and buy-back", Cor, -9, 0, &[LYLE, SOLBERG], &[BRANDT], "Felix Crane", "the purchase of the company's own shares from a founder", 480_000, 7),
        (12, 5, "Quarry access and minerals lease", Pro, -99, 0, &[PEMBERTON, HARGREAVES, DEMIR], &[], "Mendip Aggregates Limited", "a minerals lease of 31 hectares with a right of way", 1_900_000, 12),
        (13, 1, "Partnership dispute", Lit, -4, 0, &[MARSH, REYES, FENWICK], &[], "Dr Alan Mercer", "the dissolution of the Park Crescent medical partnership", 1_250_000, 7),
    ]
};

pub(super) fn matters(today: i64) -> Vec<Matter> {
    let codes = super::clients::clients();
    let mut list = Vec::new();
    for ((row, facts), n) in ROWS.iter().zip(FACTS.iter()).zip(0u16..) {
        let (client, number, name, area, opened, closed, team, readers, other_side, subject, sum, records) =
            *row;
        let from = super::working(today, opened.max(-90));
        let seat = |person: PersonKey, kind| Seat { person, kind, from, ended: None, until: None };
        let lead = team.first().copied().unwrap_or(MARSH);
        let mut seats: Vec<Seat> = team.iter().map(|p| seat(*p, SeatKind::Member)).collect();
        if let Some(first) = seats.first_mut() {
            first.kind = SeatKind::Lead;
        }
        seats.extend(readers.iter().map(|p| seat(*p, SeatKind::Reader)));
        let key = MatterKey(n);
        adjust(today, key, &mut seats);
        let code = codes.get(usize::from(client)).map_or("", |c| c.code);
        list.push(Matter {
            key,
            client: ClientKey(client),
            name,
            reference: format!("{code}-{}-{number:03}", calendar::date(today + opened).year),
            area,
            opened,
            closed: (closed < 0).then(|| super::working(today, closed)),
            lead,
            seats,
            folders: area.folders(),
            other_side,
            subject,
            sum,
            facts,
            records,
        });
    }
    list
}

/// The seats that do not simply run from the beginning.
fn adjust(today: i64, matter: MatterKey, seats: &mut Vec<Seat>) {
    let day = |offset| super::working(today, offset);
    let mut add = |person, kind, from, ended: Option<i64>, until| {
        seats.push(Seat { person, kind, from: day(from), ended: ended.map(day), until });
    };
    match matter.0 {
        // Grace Tan came to help with disclosure; Simon from Corporate helped in the first weeks and left.
        0 => add(TAN, SeatKind::Member, -47, None, None),
        // An ended seat: the associate moved to another case.
        5 => add(OKAFOR, SeatKind::Member, -80, Some(-24), None),
        // A seat that ends in nine days: cover for a leave.
        10 => add(FENWICK, SeatKind::Member, -20, None, Some(9)),
        7 => add(PRICE, SeatKind::Reader, -36, None, Some(41)),
        18 => add(HARGREAVES, SeatKind::Reader, -30, None, None),
        21 => add(REYES, SeatKind::Reader, -44, None, None),
        _ => {}
    }
}
