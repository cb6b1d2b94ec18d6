//! Papers for the court: statements of case, witness statements, experts' reports, orders.

use super::doc::{Block, Doc};
use super::{Scene, pounds};
use crate::calendar;
use crate::cast::Area;

/// The court, the number of the claim and the parties.
fn heading(s: &Scene<'_>) -> Doc {
    let mut doc = s.doc();
    let year = calendar::date(s.firm.today + s.matter.opened).year;
    let number = 1000 + u32::from(s.matter.key.0) * 137;
    let (court, division, claim) = match s.matter.area {
        Area::Employment => {
            ("IN THE EMPLOYMENT TRIBUNAL", "LONDON CENTRAL", format!("Case No. 22{number}/{year}"))
        }
        Area::Private => (
            "IN THE HIGH COURT OF JUSTICE",
            "PROPERTY, TRUSTS AND PROBATE LIST (ChD)",
            format!("Claim No. PT-{year}-00{number}"),
        ),
        Area::Property => {
            ("IN THE COUNTY COURT AT BRISTOL", "BUSINESS AND PROPERTY WORK", format!("Claim No. K{number}BS"))
        }
        _ => (
            "IN THE HIGH COURT OF JUSTICE",
            "KING'S BENCH DIVISION, COMMERCIAL COURT",
            format!("Claim No. CL-{year}-00{number}"),
        ),
    };
    doc.blocks.push(Block::Right(claim));
    doc.blocks.push(Block::Lines(vec![court.to_owned(), division.to_owned()]));
    doc.para("BETWEEN:");
    doc.blocks.push(Block::Centre(s.client.formal.to_uppercase(), true));
    doc.blocks.push(Block::Right("Claimant".to_owned()));
    doc.blocks.push(Block::Centre("- and -".to_owned(), false));
    doc.blocks.push(Block::Centre(s.matter.other_side.to_uppercase(), true));
    doc.blocks.push(Block::Right("Defendant".to_owned()));
    doc.blocks.push(Block::Rule);
    doc
}

/// A claim, a defence or a reply, by its title.
pub(super) fn pleading(s: &mut Scene<'_>) -> Doc {
    let mut doc = heading(s);
    let title = s.plan.title.to_lowercase();
    let (name, defence) = if title.contains("defence") {
        ("DEFENCE", true)
    } else if title.contains("reply") {
        ("REPLY", false)
    } else if title.contains("skeleton") {
        ("CLAIMANT'S SKELETON ARGUMENT", false)
    } else {
        ("PARTICULARS OF CLAIM", false)
    };
    doc.blocks.push(Block::Title(name.to_owned()));
    let mut n = 1;
    let mut number = |doc: &mut Doc, text: String| {
        doc.clause(format!("{n}."), text, 0);
        n += 1;
    };
    doc.heading("The parties");
    number(&mut doc, format!("At all material times the Claimant was concerned in {}.", s.matter.subject));
    number(
        &mut doc,
        format!(
            "The Defendant, {}, is and was the other party to the arrangement described below and acted through its directors, servants and agents.",
            s.matter.other_side
        ),
    );
    doc.heading(if defence { "Response to the Claimant's case" } else { "The facts" });
    for fact in s.matter.facts {
        let tail = if defence {
            s.rng.pick(&[
                "Save that it is admitted that a document in those terms exists, the allegation is denied, and the Claimant is put to strict proof of it.",
                "The Defendant admits the allegation but denies that it has the consequence for which the Claimant contends.",
                "The Defendant is unable to admit or deny the allegation and requires the Claimant to prove it.",
            ])
        } else {
            s.rng.pick(&[
                "The Claimant will rely at trial upon the contemporaneous documents for their full terms and effect.",
                "That fact was known to the Defendant, or ought to have been known to it, no later than the date of the first meeting.",
                "The Defendant did not at that time suggest otherwise, in correspondence or at all.",
                "Full particulars have been given in the letter before claim, to which the Defendant has not answered.",
            ])
        };
        let lead = if defence { "As to the allegation that: " } else { "" };
        number(&mut doc, format!("{lead}{fact} {tail}"));
    }
    doc.heading(if defence { "Defence to the claim" } else { "Breach" });
    number(
        &mut doc,
        if defence {
            "It is denied that the Defendant acted in breach of any obligation, express or implied. In particular:".to_owned()
        } else {
            "In the premises the Defendant acted in breach of its obligations, express and implied. In particular the Defendant:".to_owned()
        },
    );
    let items: [&str; 4] = if defence {
        [
            "the condition on which the Claimant relies was never satisfied;",
            "the Claimant elected to treat the arrangement as continuing and lost any right to end it;",
            "any statement made was one of opinion, honestly held; and",
            "the Claimant did not rely on it.",
        ]
    } else {
        [
            "failed to perform on the date fixed, or within a reasonable time;",
            "failed to give any notice in the form for which the arrangement provides;",
            "relied upon grounds which were not open to it; and",
            "maintained its refusal after the true position had been explained to it.",
        ]
    };
    for (item, letter) in items.iter().zip(["(a)", "(b)", "(c)", "(d)"]) {
        doc.clause(letter, *item, 1);
    }
    doc.heading(if defence { "Loss" } else { "Loss and damage" });
    if defence {
        number(
            &mut doc,
            format!(
                "Paragraphs of the claim that allege loss are denied. If, which is denied, the Claimant suffered loss, it failed to mitigate that loss by declining an offer of {} made without prejudice save as to costs.",
                s.part(8, 20)
            ),
        );
    } else {
        number(
            &mut doc,
            "By reason of the matters set out above the Claimant has suffered loss and damage.".to_owned(),
        );
        let main = s.matter.sum * s.rng.between(70, 84) / 100;
        let minor = s.matter.sum * s.rng.between(6, 11) / 100;
        doc.blocks.push(Block::Table(vec![
            vec!["Head of loss".into(), "Amount".into()],
            vec!["Difference in value at the date of breach".into(), pounds(main)],
            vec!["Costs thrown away".into(), pounds(minor)],
            vec!["Management time and financing".into(), pounds(s.matter.sum - main - minor)],
            vec!["Total".into(), pounds(s.matter.sum)],
        ]));
        number(&mut doc, "The Claimant claims interest under section 35A of the Senior Courts Act 1981 at such rate and for such period as the Court thinks fit.".to_owned());
        doc.para("AND THE CLAIMANT CLAIMS:");
        doc.clause("(1)", format!("damages of {} or as assessed;", pounds(s.matter.sum)), 1);
        doc.clause("(2)", "interest as pleaded; and", 1);
        doc.clause("(3)", "costs.", 1);
    }
    doc.heading("Statement of truth");
    doc.para("The facts stated in this document are believed to be true. It is understood that proceedings for contempt of court may be brought against anyone who makes, or causes to be made, a false statement in a document verified by a statement of truth without an honest belief in its truth.");
    let signer = if defence { s.outsider() } else { s.client.contact.to_owned() };
    doc.blocks.push(Block::Sign(signer, format!("Dated {}", s.date()), true));
    doc
}

/// A witness statement.
pub(super) fn witness(s: &mut Scene<'_>) -> Doc {
    let mut doc = heading(s);
    let name = s.outsider();
    doc.blocks.push(Block::Title(format!("WITNESS STATEMENT OF {}", name.to_uppercase())));
    doc.para(format!("I, {name}, of {}, will say as follows:", s.client.address));
    let years = s.rng.between(4, 21);
    let post = s.rng.pick(&[
        "finance director",
        "operations manager",
        "head of contracts",
        "company secretary",
        "site manager",
    ]);
    let mut items = vec![
        format!(
            "I have worked with {} for {years} years, latterly as {post}. I make this statement from my own knowledge unless I say otherwise.",
            s.client.name
        ),
        format!(
            "I was first told of {} at a meeting on {}. I kept a note, which I have produced to the solicitors.",
            s.matter.subject,
            s.ago(200, 420)
        ),
    ];
    for fact in s.facts(5) {
        let how = s.rng.pick(&[
            "I know this because I was in the room, and I remember it well since it was the week of the audit.",
            "I saw the message on the same evening and forwarded it to two colleagues.",
            "Nobody from the other side questioned it at the time.",
            "I checked the ledger again before making this statement, and it bears this out.",
            "I cannot now recall the exact words but I am sure of the substance.",
        ]);
        items.push(format!("{fact} {how}"));
    }
    items.push(format!("I have been asked whether anyone mentioned a figure. I recall that {} was mentioned by {}, and that it was written on the whiteboard.", s.part(20, 60), s.outsider()));
    items.push("I have not discussed the content of this statement with any other witness.".to_owned());
    for (n, text) in items.into_iter().enumerate() {
        doc.clause(format!("{}.", n + 1), text, 0);
    }
    doc.para("I believe that the facts stated in this witness statement are true.");
    doc.blocks.push(Block::Sign(name, format!("Dated {}", s.date()), true));
    doc
}

/// An expert's report.
pub(super) fn expert(s: &mut Scene<'_>) -> Doc {
    let mut doc = heading(s);
    let name = s.outsider();
    doc.blocks.push(Block::Title(s.plan.title.to_uppercase()));
    doc.blocks.push(Block::Centre(format!("Prepared by {name}, FCA, Calloway Reeve Forensic"), false));
    doc.blocks.push(Block::Centre(s.date(), false));
    doc.blocks.push(Block::Break);
    doc.heading("1. Instructions");
    doc.para(format!("I am instructed by {} on behalf of {} to give an opinion on {}. I understand my duty to help the court on matters within my expertise and that this duty overrides any obligation to those who instruct or pay me.", s.firm.name, s.client.formal, s.matter.subject));
    doc.heading("2. Facts assumed");
    for (fact, n) in s.matter.facts.iter().zip(1..) {
        doc.clause(format!("2.{n}"), *fact, 0);
    }
    doc.heading("3. Method");
    doc.para("I have used three methods and compared them: the market approach, from transactions in comparable undertakings; the income approach, from the cash flows forecast at the time and not with hindsight; and the cost approach as a check. I explain in the appendix why I give most weight to the second.");
    doc.para(format!(
        "I interviewed {} and {} and read the bundle of documents numbered 1 to {}.",
        s.outsider(),
        s.outsider(),
        s.rng.between(180, 900)
    ));
    doc.heading("4. Findings");
    let base = s.matter.sum;
    let mut rows = vec![vec!["Method".to_owned(), "Low".to_owned(), "Middle".to_owned(), "High".to_owned()]];
    for method in ["Market", "Income", "Cost"] {
        let middle = base * s.rng.between(86, 108) / 100 / 1000 * 1000;
        rows.push(vec![method.to_owned(), pounds(middle * 9 / 10), pounds(middle), pounds(middle * 11 / 10)]);
    }
    doc.blocks.push(Block::Table(rows));
    doc.para(format!("The range is narrow for a question of this kind. A change of one point in the discount rate moves the result of the income approach by about {}.", s.part(3, 6)));
    doc.heading("5. Opinion");
    doc.para(format!("In my opinion the figure at the relevant date was {}. I would be surprised if a competent colleague, asked the same question on the same documents, were to arrive at less than {}.", s.part(92, 102), s.part(78, 86)));
    doc.heading("6. Statement of truth");
    doc.para("I confirm that I have made clear which facts and matters referred to in this report are within my own knowledge and which are not. Those that are within my own knowledge I confirm to be true. The opinions I have expressed represent my true and complete professional opinions on the matters to which they refer.");
    doc.blocks.push(Block::Sign(name, "Expert".to_owned(), true));
    doc
}

/// An order of the court.
pub(super) fn order(s: &mut Scene<'_>) -> Doc {
    let mut doc = heading(s);
    let judge = s.outsider();
    doc.blocks.push(Block::Title("ORDER".to_owned()));
    doc.para(format!("Before Judge {judge} on {}.", s.ago(1, 4)));
    doc.para(format!("UPON hearing counsel for the Claimant and counsel for the Defendant AND UPON reading the statements of case concerning {}", s.matter.subject));
    doc.blocks.push(Block::Centre("IT IS ORDERED THAT:".to_owned(), true));
    let list = [
        format!("Standard disclosure shall be given by list by 4 pm on {}.", s.ahead(20, 34)),
        format!(
            "Signed statements of the witnesses of fact shall be exchanged by 4 pm on {}.",
            s.ahead(50, 70)
        ),
        format!(
            "The parties have permission to rely on one expert each in the field of valuation. Reports shall be exchanged by {} and the experts shall meet and file a joint statement.",
            s.ahead(90, 110)
        ),
        format!(
            "The approved budget of the Claimant is {} and that of the Defendant {}.",
            s.part(4, 7),
            s.part(4, 8)
        ),
        format!(
            "The trial shall be listed in a window from {} with an estimate of {} days.",
            s.ahead(180, 260),
            s.rng.between(3, 8)
        ),
        "Costs in the case.".to_owned(),
    ];
    for (n, text) in list.into_iter().enumerate() {
        doc.clause(format!("{}.", n + 1), text, 0);
    }
    doc.blocks.push(Block::Right(format!("Dated {}", s.date())));
    doc
}
