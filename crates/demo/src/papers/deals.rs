//! Contracts and deeds, minutes, due diligence.

use super::doc::{Block, Doc};
use super::{Scene, pounds};

/// A contract or a deed of several pages.
pub(super) fn agreement(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    let draft = s.plan.title.to_lowercase().contains("draft");
    doc.blocks.push(Block::Right(if draft {
        format!("Marsh Lyle draft ({}): {}", s.plan.version, s.date())
    } else {
        "Execution version".to_owned()
    }));
    doc.blocks.push(Block::Space(9));
    doc.blocks.push(Block::Centre(format!("DATED {}", s.date().to_uppercase()), false));
    doc.blocks.push(Block::Space(2));
    doc.blocks.push(Block::Title(name_of(&s.plan.title)));
    doc.blocks.push(Block::Space(2));
    doc.blocks.push(Block::Centre(s.client.formal.to_owned(), true));
    doc.blocks.push(Block::Centre("and".to_owned(), false));
    doc.blocks.push(Block::Centre(s.matter.other_side.to_owned(), true));
    doc.blocks.push(Block::Centre(format!("relating to {}", s.matter.subject), false));
    doc.blocks.push(Block::Space(14));
    doc.blocks.push(Block::Centre(s.firm.name.to_owned(), false));
    doc.blocks.push(Block::Break);
    doc.para(format!(
        "THIS AGREEMENT is made on {} BETWEEN {} of {} (the \"First Party\") and {} (the \"Second Party\").",
        s.date(),
        s.client.formal,
        s.client.address,
        s.matter.other_side
    ));
    doc.heading("Background");
    for (fact, letter) in s.matter.facts.iter().zip(["(A)", "(B)", "(C)", "(D)"]) {
        doc.clause(letter, *fact, 0);
    }
    let stop = s.ahead(40, 120);
    let price = s.part(90, 100);
    let held = s.part(5, 10);
    let months = s.rng.between(12, 36);
    let sections: [(&str, Vec<String>); 8] = [
        ("Definitions", vec![
            "In this agreement \"Business Day\" means a day other than a Saturday, a Sunday or a public holiday in England when banks in London are open.".into(),
            format!("\"Long Stop Date\" means {stop} or a later date agreed in writing."),
            "A reference to a statute is to it as amended or re-enacted, and the schedules form part of this agreement.".into(),
        ]),
        ("Conditions", vec![
            "This agreement is conditional on every consent listed in Schedule 1 having been given in terms that the party for whose benefit it operates finds satisfactory, acting reasonably.".into(),
            "Each party shall use reasonable endeavours to satisfy the conditions for which it is responsible and shall tell the other at once of anything that may prevent it.".into(),
            "If a condition is neither satisfied nor waived by the Long Stop Date, either party may end this agreement by notice.".into(),
        ]),
        ("Consideration", vec![
            format!("The consideration for {} is {price}, payable in pounds sterling by transfer to the account of the payee's solicitors.", s.matter.subject),
            format!("A retention of {held} shall be held by the solicitors as stakeholders for {months} months."),
            "Sums not paid when due carry interest at four per cent a year above the base rate of the Bank of England.".into(),
        ]),
        ("Completion", vec![
            "Completion shall take place at the offices of Marsh Lyle on the third Business Day after the last condition is satisfied.".into(),
            "At completion each party shall deliver the documents listed against its name in Schedule 2.".into(),
            "Neither party is obliged to complete any part unless all of it is completed at the same time.".into(),
        ]),
        ("Warranties", vec![
            "Each party warrants that it has the power to enter into this agreement and that doing so breaches no other obligation.".into(),
            "Each warranty is separate and is not limited by any other provision, save as fairly disclosed in the disclosure letter.".into(),
            format!("The liability of a warrantor shall not exceed {price} in all, and no claim may be made for less than {}.", pounds(s.matter.sum / 1000 / 50 * 50)),
            format!("Notice of a claim must be given within {months} months, with reasonable detail of the matter and the amount.") ,
        ]),
        ("Confidence", vec![
            "Each party shall keep confidential what it learns of the other in connexion with this agreement, except as far as the law or a regulator requires.".into(),
            "No announcement shall be made without the approval of both parties.".into(),
        ]),
        ("Notices", vec![
            "A notice must be in writing and delivered by hand, by special delivery or by electronic mail to the address last notified.".into(),
            "A notice sent by mail before 4 pm on a Business Day is received on that day, and otherwise on the next.".into(),
        ]),
        ("General", vec![
            "This agreement is the whole agreement between the parties about its subject and may be varied only in writing signed by both.".into(),
            "A person who is not a party has no right to enforce any term.".into(),
            "This agreement may be signed in counterparts.".into(),
            "This agreement is governed by the law of England and Wales, whose courts have exclusive jurisdiction.".into(),
        ]),
    ];
    for ((name, clauses), n) in sections.into_iter().zip(1..) {
        doc.heading(format!("{n}. {name}"));
        for (text, m) in clauses.into_iter().zip(1..) {
            doc.clause(format!("{n}.{m}"), text, 0);
        }
    }
    doc.para("This agreement has been entered into on the date stated at the beginning of it.");
    doc.blocks.push(Block::Sign(s.client.contact.to_owned(), format!("For {}", s.client.formal), !draft));
    let them = s.outsider();
    doc.blocks.push(Block::Sign(them, format!("For {}", s.matter.other_side), !draft));
    doc.blocks.push(Block::Break);
    doc.blocks.push(Block::Title("SCHEDULE 1".to_owned()));
    let mut rows = vec![vec!["Item".to_owned(), "Responsible".to_owned(), "By".to_owned()]];
    for item in [
        "Consent of the landlord",
        "Release of charges by the bank",
        "Resolution of the members",
        "Clearance by the authority",
        "Transfer of insurance",
    ] {
        let by = s.ahead(10, 50);
        rows.push(vec![item.to_owned(), s.rng.pick(&["First Party", "Second Party", "Both"]).to_owned(), by]);
    }
    doc.blocks.push(Block::Table(rows));
    doc
}

/// The name of a contract without what became of it: "Settlement agreement, draft" is one.
fn name_of(title: &str) -> String {
    title.split(',').next().unwrap_or(title).trim_end_matches(" as signed").to_uppercase()
}

/// Minutes of a meeting.
pub(super) fn minutes(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    doc.blocks.push(Block::Centre(s.client.formal.to_uppercase(), true));
    doc.blocks.push(Block::Title(s.plan.title.clone()));
    doc.para(format!(
        "Minutes of a meeting held at {} on {} at {}.30.",
        s.client.address,
        s.date(),
        s.rng.between(9, 15)
    ));
    let people: Vec<String> = (0..4).map(|_| s.outsider()).collect();
    doc.blocks.push(Block::Lines(vec![
        format!(
            "Present: {} (chair), {}, {}",
            s.client.contact,
            people.first().cloned().unwrap_or_default(),
            people.get(1).cloned().unwrap_or_default()
        ),
        format!(
            "In attendance: {} (secretary), {} ({})",
            people.get(2).cloned().unwrap_or_default(),
            s.author.name,
            s.firm.name
        ),
    ]));
    doc.heading("1. Quorum and interests");
    doc.para(format!("The chair noted that a quorum was present. {} declared a small holding in {} and took no part in the vote.", people.get(1).cloned().unwrap_or_default(), s.matter.other_side));
    doc.heading(format!("2. {}", s.matter.name));
    for fact in s.facts(4) {
        let how = s.rng.pick(&[
            "The meeting noted this.",
            "There was discussion, and the secretary was asked to obtain the papers.",
            "The chair asked that it be recorded.",
            "Counsel's view was awaited.",
        ]);
        doc.para(format!("{fact} {how}"));
    }
    doc.heading("3. Resolved");
    let sum = s.part(3, 9);
    for (text, n) in [
        format!("THAT {} be instructed to continue and that a budget of {sum} be approved.", s.firm.name),
        "THAT the chair and one other be authorised to sign what is needed, in the form produced to the meeting with such changes as they approve.".to_owned(),
        "THAT a hold be placed on the destruction of all papers that concern the matter.".to_owned(),
    ].into_iter().zip(1..) {
        doc.clause(format!("3.{n}"), text, 0);
    }
    doc.para("There being no other business the meeting closed.");
    doc.blocks.push(Block::Sign(s.client.contact.to_owned(), "Chair".to_owned(), true));
    doc
}

/// A due diligence report.
pub(super) fn diligence(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    doc.blocks.push(Block::Title(s.plan.title.clone()));
    doc.blocks.push(Block::Centre(format!("Prepared for {} · {}", s.client.formal, s.date()), false));
    doc.para(format!("This report sets out what we found in the papers made available about {}. It is for the client alone, is privileged and lists only what we would want the board to know before it signs.", s.matter.subject));
    doc.heading("Summary of findings");
    let mut rows = vec![vec!["Subject".to_owned(), "Weight".to_owned(), "Exposure".to_owned()]];
    for subject in [
        "Change of control terms",
        "Title to premises",
        "Employment claims",
        "Data protection",
        "Environmental permits",
        "Litigation pending",
    ] {
        let weight = s.rng.pick(&["Red: before signing", "Amber: price or warranty", "Green: note"]);
        rows.push(vec![subject.to_owned(), weight.to_owned(), s.part(0, 6)]);
    }
    doc.blocks.push(Block::Table(rows));
    for (fact, n) in s.matter.facts.iter().zip(1..) {
        doc.heading(format!("{n}. Finding"));
        doc.para(*fact);
        doc.para(s.rng.pick(&[
            "We have seen the original and it is regular on its face. We recommend a specific indemnity rather than a warranty, since the point is known.",
            "The paper in the data room is unsigned. The seller should produce the signed original or a statutory declaration before exchange.",
            "This can be dealt with by a condition. We have put wording into clause 2 of the draft.",
            "The exposure is capped by limitation in two years and is covered by the policy, subject to the excess.",
        ]));
    }
    doc
}
