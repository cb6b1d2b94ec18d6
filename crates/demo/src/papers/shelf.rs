//! What lies in a matter: titles, kinds, folders and labels.

use super::{Format, Genre};
use crate::cast::{Area, Matter};
use crate::rng::Rng;

/// How secret a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// May leave the firm freely.
    Public,
    /// For the firm.
    Internal,
    /// For the team.
    Confidential,
    /// For the team, with more care.
    HighlyConfidential,
}

/// A mark beside the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Legal professional privilege.
    Privileged,
    /// Health, belief, union membership and the like.
    SpecialCategory,
}

/// The labels of a record: one level, any marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Level.
    pub level: Level,
    /// Marks.
    pub marks: Vec<Mark>,
}

impl Labels {
    /// The words of the contract, the level first.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        let level = match self.level {
            Level::Public => "public",
            Level::Internal => "internal",
            Level::Confidential => "confidential",
            Level::HighlyConfidential => "highly_confidential",
        };
        let marks = self.marks.iter().map(|m| match m {
            Mark::Privileged => "privileged",
            Mark::SpecialCategory => "special_category",
        });
        std::iter::once(level).chain(marks).collect()
    }
}

/// A place on the shelf: a record to be.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Title.
    pub title: String,
    /// Kind.
    pub genre: Genre,
    /// Format.
    pub format: Format,
    /// Folder of the matter.
    pub folder: &'static str,
    /// Labels.
    pub labels: Labels,
}

type Row = (&'static str, Genre, Format, usize, &'static str);

use Format::{Csv, Docx, Eml, Pdf, Png, Txt};
use Genre as G;

// Title, kind, format, folder (by number), labels: p public, i internal, c confidential, h highly
// confidential, then P privileged, S special category.
#[rustfmt::skip]
const LITIGATION: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Complaint as filed", G::Pleading, Pdf, 1, "c"),
    ("Settlement position, draft 4", G::Position, Docx, 4, "hP"), ("Re: witness availability", G::Mail, Eml, 3, "cP"),
    ("Expert report on valuation", G::Expert, Pdf, 2, "c"), ("Board minutes 1998, scan", G::Scan, Pdf, 2, "h"),
    ("Loss schedule", G::Figures, Csv, 2, "c"), ("Letter before claim", G::Letter, Pdf, 3, "c"),
    ("Defence of the defendant", G::Pleading, Pdf, 1, "c"), ("Merits advice, first view", G::Memo, Docx, 4, "hP"),
    ("Order for directions", G::Order, Pdf, 1, "p"), ("Witness statement, first draft", G::Witness, Docx, 2, "cP"),
    ("Turnover by quarter, chart", G::Chart, Png, 2, "c"), ("Reply to defence, draft", G::Pleading, Docx, 1, "cP"),
    ("Courier receipt", G::Receipt, Png, 0, "i"), ("Skeleton argument", G::Pleading, Pdf, 1, "c"),
    ("Settlement agreement, draft", G::Agreement, Docx, 4, "hP"),
];
#[rustfmt::skip]
const CORPORATE: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Share purchase agreement, draft", G::Agreement, Docx, 1, "h"),
    ("Due diligence report", G::Diligence, Pdf, 2, "hP"), ("Board minutes approving terms", G::Minutes, Docx, 1, "c"),
    ("Disclosure letter", G::Letter, Pdf, 1, "c"), ("Re: data room access", G::Mail, Eml, 3, "c"),
    ("Steps memorandum", G::Memo, Docx, 4, "hP"), ("Revenue by quarter, chart", G::Chart, Png, 2, "h"),
    ("Completion statement", G::Figures, Csv, 1, "c"), ("Confidentiality agreement, signed", G::Agreement, Pdf, 1, "c"),
    ("Certificate of incorporation and minutes 1987, scan", G::Scan, Pdf, 2, "p"),
];
#[rustfmt::skip]
const EMPLOYMENT: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Contract of employment", G::Agreement, Pdf, 1, "c"),
    ("Grounds of claim", G::Pleading, Pdf, 2, "c"), ("Occupational health report", G::Medical, Pdf, 2, "hS"),
    ("Witness statement, line manager", G::Witness, Docx, 2, "cP"), ("Re: without prejudice conversation", G::Mail, Eml, 3, "cP"),
    ("Risk assessment for the client", G::Memo, Docx, 4, "hP"), ("Pay and pension loss", G::Figures, Csv, 2, "c"),
    ("Settlement agreement, draft", G::Agreement, Docx, 4, "hP"), ("Selection pool, chart", G::Chart, Png, 2, "c"),
];
#[rustfmt::skip]
const PRIVATE: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Deed of variation, draft", G::Agreement, Docx, 1, "h"),
    ("Capacity report", G::Medical, Pdf, 2, "hS"), ("Minutes of trustees 1974, scan", G::Scan, Pdf, 1, "c"),
    ("Schedule of assets", G::Figures, Csv, 2, "h"), ("Advice on tax and succession", G::Memo, Docx, 4, "hP"),
    ("Re: signing arrangements", G::Mail, Eml, 3, "c"), ("Minutes of trustees", G::Minutes, Docx, 1, "c"),
    ("Report to the family", G::Report, Pdf, 3, "c"),
];
#[rustfmt::skip]
const PROPERTY: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Site plan, land edged red", G::Plan, Png, 4, "p"),
    ("Contract, draft", G::Agreement, Docx, 2, "c"), ("Report on title", G::Diligence, Pdf, 1, "cP"),
    ("Re: replies to enquiries", G::Mail, Eml, 3, "i"), ("Letter to the other side's solicitors", G::Letter, Pdf, 3, "c"),
    ("Agreement as signed", G::Agreement, Pdf, 2, "c"), ("Conveyance and minutes 1924, scan", G::Scan, Pdf, 1, "p"),
    ("Survey receipt", G::Receipt, Png, 0, "i"), ("Completion figures", G::Figures, Csv, 2, "c"),
];
#[rustfmt::skip]
const COMMERCIAL: &[Row] = &[
    ("Engagement letter, signed", G::Engagement, Pdf, 0, "i"), ("Principal agreement, draft", G::Agreement, Docx, 1, "c"),
    ("Advice on the regulatory position", G::Memo, Docx, 4, "hP"), ("Re: comments on the draft", G::Mail, Eml, 3, "c"),
    ("Response to the regulator", G::Letter, Pdf, 3, "c"), ("Volumes by quarter, chart", G::Chart, Png, 2, "c"),
    ("Agreement as signed", G::Agreement, Pdf, 1, "c"), ("Report to the board", G::Report, Pdf, 3, "hP"),
    ("Breakdown of figures", G::Figures, Csv, 2, "c"),
];
#[rustfmt::skip]
const MORE: &[Row] = &[
    ("Call with the client on next steps", G::Note, Txt, 5, "cP"), ("Re: next steps and budget", G::Mail, Eml, 3, "c"),
    ("Report to client", G::Report, Pdf, 3, "cP"), ("Meeting with counsel", G::Note, Txt, 5, "hP"),
    ("Re: documents from the archive", G::Mail, Eml, 3, "i"), ("Letter on outstanding points", G::Letter, Pdf, 3, "c"),
    ("Fwd: draft for comment", G::Mail, Eml, 3, "cP"), ("Call from the other side's solicitors", G::Note, Txt, 5, "cP"),
    ("Note of first meeting", G::Note, Txt, 5, "cP"), ("Re: their proposal", G::Mail, Eml, 3, "hP"),
    ("Research on limitation and notice", G::Memo, Docx, 4, "cP"), ("Re: dates in the new term", G::Mail, Eml, 3, "i"),
    ("Letter enclosing documents", G::Letter, Pdf, 3, "c"), ("Re: your invoice", G::Mail, Eml, 0, "i"),
    ("Board minutes on the matter", G::Minutes, Docx, 2, "c"), ("Call on figures", G::Note, Txt, 5, "cP"),
    ("Re: two short questions", G::Mail, Eml, 3, "cP"), ("Second letter to the client", G::Report, Pdf, 3, "cP"),
    ("Re: who keeps the originals", G::Mail, Eml, 3, "c"), ("Conference note, prospects", G::Memo, Docx, 4, "hP"),
    ("Fwd: message found in the search", G::Mail, Eml, 2, "c"), ("Letter refusing the extension", G::Letter, Pdf, 3, "c"),
    ("Re: agreed bundle, index", G::Mail, Eml, 3, "i"), ("Statement of the second witness", G::Witness, Pdf, 2, "c"),
    ("Call with the expert", G::Note, Txt, 5, "hP"), ("Re: insurance position", G::Mail, Eml, 3, "h"),
    ("Copying receipt", G::Receipt, Png, 0, "i"), ("Update after the hearing", G::Report, Pdf, 3, "cP"),
    ("Re: press enquiry", G::Mail, Eml, 3, "h"), ("Note for the file, documents seen", G::Note, Txt, 5, "c"),
];

/// The records of a matter, the ones every such matter has first.
#[must_use]
pub fn shelf(matter: &Matter) -> Vec<Slot> {
    let own = match matter.area {
        Area::Litigation => LITIGATION,
        Area::Corporate => CORPORATE,
        Area::Employment => EMPLOYMENT,
        Area::Private => PRIVATE,
        Area::Property => PROPERTY,
        Area::Commercial => COMMERCIAL,
    };
    let mut rng = Rng::new(0x5348_454C_4600 + u64::from(matter.key.0));
    let mut more: Vec<&Row> = MORE.iter().collect();
    if matter.records < own.len() + more.len() {
        rng.shuffle(&mut more);
    }
    // A third of a small matter is notes and mail, so that no two matters hold the same list.
    let keep = own.len().min((matter.records * 2).div_ceil(3));
    let rows = own.iter().take(keep).chain(more).take(matter.records);
    rows.map(|(title, genre, format, folder, labels)| Slot {
        title: (*title).to_owned(),
        genre: *genre,
        format: *format,
        folder: matter.folders.get(*folder).or_else(|| matter.folders.first()).copied().unwrap_or("Client"),
        labels: read(labels),
    })
    .collect()
}

fn read(code: &str) -> Labels {
    let level = match code.chars().next() {
        Some('p') => Level::Public,
        Some('i') => Level::Internal,
        Some('h') => Level::HighlyConfidential,
        _ => Level::Confidential,
    };
    let marks = code.chars().skip(1).map(|c| if c == 'S' { Mark::SpecialCategory } else { Mark::Privileged });
    Labels { level, marks: marks.collect() }
}
