//! Letters: the firm's terms, letters to the other side and to the client, a doctor's letter.

use super::doc::{Block, Doc};
use super::{Scene, pounds};
use crate::cast::ClientKind;

/// Date, references and the address of a letter.
fn opening(s: &Scene<'_>, to: &[&str], line: &str) -> Doc {
    let mut doc = s.doc();
    doc.letterhead = Some(s.letterhead());
    doc.blocks.push(Block::Lines(to.iter().map(|l| (*l).to_owned()).collect()));
    doc.blocks.push(Block::Right(s.date()));
    doc.blocks.push(Block::Right(format!("Our reference: {}", s.matter.reference)));
    doc.blocks.push(Block::Heading(line.to_owned()));
    doc
}

fn split(address: &str) -> Vec<&str> {
    address.split(", ").collect()
}

/// The firm's terms for the matter.
pub(super) fn engagement(s: &mut Scene<'_>) -> Doc {
    let mut to = vec![s.client.contact, s.client.formal];
    to.extend(split(s.client.address));
    let mut doc = opening(s, &to, &format!("{}: terms of our engagement", s.matter.name));
    doc.para(format!("Dear {},", s.client.contact));
    doc.para(format!(
        "Thank you for instructing {} in relation to {}. This letter, with our terms of business, sets out what we \
         will do for you, who will do it, and what it is likely to cost.",
        s.firm.name, s.matter.subject
    ));
    doc.heading("1. The work");
    let other = s.matter.other_side;
    doc.para(format!(
        "We will advise you on your position, correspond with {other} and its advisers, prepare the documents that \
         are needed and, where you ask us to, act for you in any proceedings. We will not advise on tax or on \
         valuation unless we agree to do so in writing."
    ));
    for fact in s.facts(2) {
        doc.para(format!("You have told us this: {fact}"));
    }
    doc.heading("2. The people");
    let lead = s.lead;
    doc.para(format!(
        "{} ({}) leads the matter and is responsible to you for it. The others who may see your papers are only \
         those who work on the matter. Our records system keeps a list of every person who opens them, and you may \
         ask for that list at any time.",
        lead.name,
        lead.title
    ));
    doc.heading("3. Our charges");
    let low = s.rng.between(14, 60) * 500;
    let rows = [
        ("Grade", "Hourly rate".to_owned()),
        ("Partner", pounds(s.rng.between(80, 110) * 5)),
        ("Senior associate", pounds(s.rng.between(58, 70) * 5)),
        ("Associate", pounds(s.rng.between(44, 56) * 5)),
        ("Paralegal", pounds(s.rng.between(26, 36) * 5)),
    ];
    doc.blocks.push(Block::Table(rows.iter().map(|(a, b)| vec![(*a).to_owned(), b.clone()]).collect()));
    doc.para(format!(
        "On what we know today we expect charges between {} and {} before value added tax for the first stage. We \
         will tell you before that figure is exceeded. We ask for {} on account.",
        pounds(low),
        pounds(low * 8 / 5),
        pounds(low / 4 / 100 * 100)
    ));
    doc.heading("4. Conflicts and confidence");
    doc.para(
        "We have searched our register of clients and parties and found no conflict of interest. If one arises we \
         will tell you at once and, where the rules allow, put an information barrier in place. What you tell us is \
         confidential, and much of it is also privileged; please do not forward our advice to anyone without \
         speaking to us first.",
    );
    doc.heading("5. Your papers");
    doc.para(
        "We keep the file for seven years after the matter ends, encrypted, and then destroy it unless the law or \
         your instructions require otherwise. You will receive a certificate when that is done.",
    );
    doc.heading("6. If something goes wrong");
    doc.para(format!(
        "Please speak to {} first. If that does not help, write to our head of risk and compliance, Miriam Feld, who \
         will answer within eight weeks. After that you may go to the Legal Ombudsman.",
        lead.name
    ));
    doc.para("Please sign and return the enclosed copy if you agree.");
    doc.para("Yours sincerely,");
    doc.blocks.push(Block::Sign(lead.name.to_owned(), lead.title.to_owned(), true));
    doc.blocks.push(Block::Rule);
    doc.para(format!("I have read and agree to the terms of this letter on behalf of {}.", s.client.formal));
    doc.blocks.push(Block::Sign(s.client.contact.to_owned(), "For the client".to_owned(), true));
    doc
}

/// A letter to the other side.
pub(super) fn letter(s: &mut Scene<'_>) -> Doc {
    let (name, address) = s.opponent();
    let mut to = vec![name];
    to.extend(split(address));
    let head = format!("{} and {}", s.client.formal, s.matter.other_side);
    let mut doc = opening(s, &to, &head);
    doc.para("Dear Sirs,");
    let ago = s.ago(5, 16);
    let start = s.rng.pick(&[
        "We refer to your letter of",
        "We write further to our telephone conversation of",
        "Thank you for your letter of",
        "We return to the points raised in your letter of",
    ]);
    doc.para(format!("{start} {ago} concerning {}.", s.matter.subject));
    let joins = [
        "As you know: ",
        "The documents show the following. ",
        "Your client cannot now dispute this: ",
        "We remind you of the background. ",
        "It remains our client's case that the position is plain. ",
    ];
    for (n, fact) in s.facts(4).into_iter().enumerate() {
        let join = joins.get(n % joins.len()).copied().unwrap_or("");
        let close = s.rng.pick(&[
            "We enclose a copy of the document concerned and ask you to confirm that it is agreed.",
            "If your client takes a different view, please say so now and identify the document on which it relies.",
            "That has been the common understanding since the first meeting and nothing in your letter displaces it.",
            "Your letter does not engage with the point, and we should be grateful for a reasoned answer.",
        ]);
        let text =
            if join.ends_with(": ") { format!("{join}{}", lower(fact)) } else { format!("{join}{fact}") };
        doc.clause(format!("{}.", n + 1), format!("{} {close}", capital(&text)), 0);
    }
    let sum = s.part(35, 85);
    let by = s.ahead(7, 21);
    let ask = s.rng.pick(&[
        "disclosure of the documents listed in the schedule to this letter",
        "your client's proposals for settlement",
        "confirmation that your client will preserve all relevant documents",
        "an undertaking in the form enclosed",
    ]);
    doc.para(format!(
        "The sum presently in issue between the parties is {sum}. We ask for {ask} by 4 pm on {by}. If we do not hear \
         from you we are instructed to take the next step without further notice, and we shall draw this letter to \
         attention on the question of costs."
    ));
    doc.para("All of our client's rights are reserved.");
    doc.para("Yours faithfully,");
    doc.blocks.push(Block::Sign(
        s.firm.name.to_owned(),
        format!("{} · {}", s.author.name, s.author.title),
        true,
    ));
    doc
}

/// A letter to the client.
pub(super) fn report(s: &mut Scene<'_>) -> Doc {
    let mut to = vec!["Private and confidential", s.client.contact, s.client.formal];
    to.extend(split(s.client.address));
    let mut doc = opening(s, &to, s.matter.name);
    doc.para(format!("Dear {},", s.client.contact));
    let ago = s.ago(2, 9);
    doc.para(format!(
        "When we spoke on {ago} you asked where things stand with {}. This is a short report.",
        s.matter.subject
    ));
    doc.heading("Where we are");
    for fact in s.facts(3) {
        doc.clause("-", fact, 0);
    }
    doc.heading("What happens next");
    let by = s.ahead(6, 20);
    let step = s.rng.pick(&[
        "exchange lists of documents with the other side",
        "meet counsel to settle the next draft",
        "send the revised draft to the other side",
        "file our answer",
    ]);
    doc.para(format!("We must {step} by {by}. Until then please keep every message and paper that touches the matter, even where you think it unhelpful."));
    doc.heading("What we need from you");
    let need = s.rng.pick(&[
        "the bank statements for the period and the covering messages",
        "the names of those who attended the meeting and their availability next month",
        "a signed copy of the enclosed authority",
        "your instructions on the offer that we discussed",
    ]);
    doc.para(format!("Please let us have {need} within a week if you can."));
    let spent = s.rng.between(18, 90) * 250;
    doc.para(format!("Our charges to the end of last month are {} before value added tax, within the estimate that we gave you.", pounds(spent)));
    doc.para("Yours sincerely,");
    doc.blocks.push(Block::Sign(s.author.name.to_owned(), s.author.title.to_owned(), true));
    doc
}

/// A doctor's letter.
pub(super) fn medical(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    doc.foot = format!("Medical in confidence · {}", s.plan.title);
    doc.blocks.push(Block::Centre("Cavendish Street Medical Chambers".to_owned(), true));
    doc.blocks.push(Block::Centre("41 Cavendish Mews, London W1G 0ZX".to_owned(), false));
    doc.blocks.push(Block::Rule);
    doc.blocks.push(Block::Right(s.date()));
    doc.blocks
        .push(Block::Lines(vec![s.firm.name.to_owned(), format!("For the attention of {}", s.lead.name)]));
    let person = s.client.kind == ClientKind::Individual;
    let patient = if person { s.client.contact.to_owned() } else { s.outsider() };
    doc.heading(format!("{}: {patient}", s.plan.title));
    let seen = s.ago(4, 15);
    doc.para(format!("I examined the patient on {seen} for fifty minutes at your request. I had the general practitioner's notes from {} onwards and the hospital records. I understand that my duty is to the court and overrides any duty to those who instruct me.", s.ago(900, 2000)));
    doc.heading("History");
    for fact in s.facts(3) {
        doc.para(fact);
    }
    doc.heading("Examination");
    doc.para(s.rng.pick(&[
        "The patient was orientated and gave a clear account. Mood was low, sleep broken, appetite reduced. There was no sign of exaggeration on two standard scales.",
        "Gait was slow with a stick in the right hand. Power was four out of five in the left leg, with reduced sensation below the knee. Reflexes were brisk.",
        "The patient was alert, followed a complex conversation and recalled five objects after ten minutes. The short cognitive test gave twenty-eight out of thirty.",
    ]));
    doc.heading("Opinion");
    let months = s.rng.between(6, 18);
    doc.para(format!("On the balance of probability the condition is the result of the events described. With treatment I expect improvement within {months} months, though I cannot promise a full return to the former state. Twelve sessions of therapy at {} each are reasonable.", pounds(s.rng.between(9, 16) * 10)));
    doc.para("I confirm that I have made clear which facts are within my own knowledge and which are not. The opinions I have expressed represent my true and complete professional opinions.");
    doc.blocks.push(Block::Sign("Dr Amara Fielding".to_owned(), "Consultant, MB BS, FRCP".to_owned(), true));
    doc
}

fn lower(text: &str) -> String {
    // Names keep their capital; only articles lose it.
    match text.strip_prefix("The ") {
        Some(rest) => format!("the {rest}"),
        None => text.to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
