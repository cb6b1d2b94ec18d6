//! The firm's papers: real files, made by code, that speak of the matter they belong to.

mod advice;
mod canvas;
mod court;
mod deals;
mod doc;
mod docx;
mod images;
mod layout;
mod letters;
mod mail;
mod metrics;
mod pdf;
mod shelf;
mod tables;

pub use shelf::{Labels, Level, Mark, Slot, shelf};

use crate::calendar;
use crate::cast::{Client, Firm, Matter, MatterKey, Person, PersonKey};
use crate::rng::Rng;
use doc::{Doc, Letterhead};

/// What kind of paper it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Genre {
    /// The firm's terms for the matter.
    Engagement,
    /// A statement of case: claim, defence, reply.
    Pleading,
    /// A witness statement.
    Witness,
    /// An expert's report.
    Expert,
    /// An order of the court.
    Order,
    /// A letter to the other side.
    Letter,
    /// A letter to the client.
    Report,
    /// A contract or a deed.
    Agreement,
    /// Advice to the client or a note to the team.
    Memo,
    /// The client's position in negotiation.
    Position,
    /// Minutes of a meeting of the board or of trustees.
    Minutes,
    /// Old minutes, scanned.
    Scan,
    /// What a search of the client's or target's papers found.
    Diligence,
    /// A doctor's letter.
    Medical,
    /// An attendance note.
    Note,
    /// A message.
    Mail,
    /// Figures.
    Figures,
    /// A chart.
    Chart,
    /// A plan of land.
    Plan,
    /// A receipt, scanned.
    Receipt,
}

/// The format of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Portable document.
    Pdf,
    /// Word document.
    Docx,
    /// Mail message.
    Eml,
    /// Image.
    Png,
    /// Plain text.
    Txt,
    /// Comma-separated values.
    Csv,
}

impl Format {
    /// The ending of the file name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Eml => "eml",
            Self::Png => "png",
            Self::Txt => "txt",
            Self::Csv => "csv",
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Eml => "message/rfc822",
            Self::Png => "image/png",
            Self::Txt => "text/plain",
            Self::Csv => "text/csv",
        }
    }
}

/// All it takes to make a paper; the same plan makes the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperPlan {
    /// The matter it speaks of.
    pub matter: MatterKey,
    /// Kind.
    pub genre: Genre,
    /// Format.
    pub format: Format,
    /// Title, which is also the name of the file.
    pub title: String,
    /// Who made it.
    pub author: PersonKey,
    /// The day it bears (offset from today).
    pub day: i64,
    /// Which version of the record it is, from 1.
    pub version: u32,
    /// What makes it differ from others of its kind.
    pub seed: u64,
}

/// A made file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Name with ending.
    pub filename: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Title.
    pub title: String,
    /// Media type.
    pub media_type: &'static str,
}

/// What the writers of papers look at.
pub(crate) struct Scene<'a> {
    pub(crate) firm: &'a Firm,
    pub(crate) plan: &'a PaperPlan,
    pub(crate) matter: &'a Matter,
    pub(crate) client: &'a Client,
    pub(crate) author: &'a Person,
    pub(crate) lead: &'a Person,
    pub(crate) rng: Rng,
}

impl Scene<'_> {
    /// The paper's own day.
    pub(crate) fn day(&self) -> i64 {
        self.firm.today + self.plan.day
    }

    /// The paper's date in words.
    pub(crate) fn date(&self) -> String {
        calendar::long(self.day())
    }

    /// A date some days before the paper.
    pub(crate) fn ago(&mut self, low: i64, high: i64) -> String {
        let days = self.rng.between(low, high);
        calendar::long(self.day() - days)
    }

    /// A working date some days after the paper.
    pub(crate) fn ahead(&mut self, low: i64, high: i64) -> String {
        let mut day = self.day() + self.rng.between(low, high);
        while calendar::is_weekend(day) {
            day += 1;
        }
        calendar::long(day)
    }

    /// A share of the sum at stake, rounded, as money.
    pub(crate) fn part(&mut self, low: i64, high: i64) -> String {
        let percent = self.rng.between(low, high);
        pounds(self.matter.sum * percent / 100 / 50 * 50)
    }

    /// The facts of the matter in an order of this paper's own.
    pub(crate) fn facts(&mut self, most: usize) -> Vec<&'static str> {
        let mut list = self.matter.facts.to_vec();
        if self.plan.version == 1 {
            self.rng.shuffle(&mut list);
        }
        list.truncate(most);
        list
    }

    /// A name for somebody outside.
    pub(crate) fn outsider(&mut self) -> String {
        let first = self.rng.pick(&[
            "Andrew",
            "Louise",
            "Martin",
            "Fatima",
            "Gareth",
            "Helen",
            "Vikram",
            "Josephine",
            "Callum",
            "Beatrice",
            "Stephen",
            "Yolanda",
        ]);
        let last = self.rng.pick(&[
            "Holroyd",
            "Carver",
            "Lindqvist",
            "Rahman",
            "Treharne",
            "Osei",
            "Bellamy",
            "Kowalczyk",
            "Marchetti",
            "Dunmore",
            "Ferris",
            "Abara",
        ]);
        format!("{first} {last}")
    }

    /// The solicitors of the other side, the same throughout a matter.
    pub(crate) fn opponent(&self) -> (&'static str, &'static str) {
        const THEM: [(&str, &str); 6] = [
            ("Harcourt Vane LLP", "9 Lothbury Gate, London EC2R 7ZX"),
            ("Tolland & Pryce", "30 Corn Street, Bristol BS1 1ZZ"),
            ("Ferrars Knight LLP", "The Exchange, Manchester M2 7ZX"),
            ("Westlake Dunn", "5 Castle Gate, Cardiff CF10 1ZZ"),
            ("Brackenbury Stone LLP", "77 Fetter Row, London EC4A 1ZX"),
            ("Ibbotson Clare", "2 Park Place, Leeds LS1 2ZZ"),
        ];
        THEM.get(usize::from(self.matter.key.0) % THEM.len()).copied().unwrap_or(("Harcourt Vane LLP", ""))
    }

    /// The head of the firm's letters, from the author's office.
    pub(crate) fn letterhead(&self) -> Letterhead {
        let office = self.firm.offices.iter().find(|o| o.name == self.author.office);
        let office = office.or_else(|| self.firm.offices.first());
        let lines = office.map_or_else(Vec::new, |o| {
            let mut lines: Vec<String> = o.address.split(", ").map(str::to_owned).collect();
            lines.push(o.phone.to_owned());
            lines
        });
        Letterhead { firm: self.firm.name.to_owned(), lines }
    }

    /// An empty paper with its properties filled in.
    pub(crate) fn doc(&self) -> Doc {
        Doc {
            title: self.plan.title.clone(),
            author: self.author.name.to_owned(),
            foot: format!("{} · {} · {}", self.firm.name, self.matter.reference, self.plan.title),
            ..Doc::default()
        }
    }
}

/// "£4,250,000".
pub(crate) fn pounds(sum: i64) -> String {
    let digits = sum.to_string();
    let mut out = String::new();
    for (n, c) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    format!("£{out}")
}

/// A file name from a title.
fn filename(plan: &PaperPlan) -> String {
    let clean: String = plan.title.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
    let clean = clean.replace("Re- ", "Re ").replace("Fwd- ", "Fwd ");
    format!("{clean}.{}", plan.format.ending())
}

/// Makes the file of a plan. A plan that names a stranger makes an empty file.
#[must_use]
pub fn paper(plan: &PaperPlan, firm: &Firm) -> Paper {
    let bytes = bytes(plan, firm).unwrap_or_default();
    Paper { filename: filename(plan), bytes, title: plan.title.clone(), media_type: plan.format.media_type() }
}

fn bytes(plan: &PaperPlan, firm: &Firm) -> Option<Vec<u8>> {
    let matter = firm.matter(plan.matter)?;
    let mut scene = Scene {
        firm,
        plan,
        matter,
        client: firm.client(matter.client)?,
        author: firm.person(plan.author)?,
        lead: firm.person(matter.lead)?,
        rng: Rng::new(plan.seed),
    };
    let scene = &mut scene;
    let doc = match plan.genre {
        Genre::Engagement => letters::engagement(scene),
        Genre::Letter => letters::letter(scene),
        Genre::Report => letters::report(scene),
        Genre::Medical => letters::medical(scene),
        Genre::Pleading => court::pleading(scene),
        Genre::Witness => court::witness(scene),
        Genre::Expert => court::expert(scene),
        Genre::Order => court::order(scene),
        Genre::Agreement => deals::agreement(scene),
        Genre::Minutes => deals::minutes(scene),
        Genre::Diligence => deals::diligence(scene),
        Genre::Memo => advice::memo(scene),
        Genre::Position => advice::position(scene),
        Genre::Note => advice::note(scene),
        Genre::Mail => return Some(mail::mail(scene)),
        Genre::Figures => return Some(tables::csv(scene)),
        Genre::Scan => return Some(images::scan(scene)),
        Genre::Chart => return Some(images::chart(scene)),
        Genre::Plan => return Some(images::site(scene)),
        Genre::Receipt => return Some(images::receipt(scene)),
    };
    let date = calendar::date(scene.day());
    Some(match plan.format {
        Format::Docx => {
            docx::docx(&doc, &format!("{}-{:02}-{:02}T09:00:00Z", date.year, date.month, date.day))
        }
        Format::Txt => doc.text().into_bytes(),
        _ => layout::pdf(&doc, &format!("{}090000", calendar::compact(scene.day())), &mut scene.rng),
    })
}
