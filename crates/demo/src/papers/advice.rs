//! The firm's own thinking: advice, positions in negotiation, attendance notes.

use super::doc::{Block, Doc};
use super::{Scene, pounds};

/// Advice, privileged.
pub(super) fn memo(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    doc.blocks.push(Block::Centre("PRIVILEGED AND CONFIDENTIAL".to_owned(), true));
    doc.blocks.push(Block::Title(s.plan.title.clone()));
    doc.blocks.push(Block::Lines(vec![
        format!("To: {}", s.lead.name),
        format!("From: {}", s.author.name),
        format!("Matter: {} ({})", s.matter.name, s.matter.reference),
        format!("Date: {}", s.date()),
    ]));
    doc.blocks.push(Block::Rule);
    doc.heading("Short answer");
    doc.para(s.rng.pick(&[
        "Probably yes. The wording is in our favour and the conduct of the other side is hard to explain otherwise. The weak point is the silence in the summer, which we must be ready for.",
        "No, not as the papers stand. It can be cured by a short deed, and the other side has reasons of its own to sign one.",
        "The better view is that we succeed on the main point and lose on interest. I put the prospects at sixty to sixty-five per cent.",
        "It depends on one document that we have not seen. If it says what the client recalls, the point is good.",
    ]));
    doc.heading("Facts");
    for (fact, n) in s.facts(5).into_iter().zip(1..) {
        doc.clause(format!("{n}."), fact, 0);
    }
    doc.heading("Discussion");
    doc.para(format!("The question is what a reasonable person with the knowledge of both parties would have understood when they agreed on {}. Words come first, and commercial sense is a check on them and not a substitute.", s.matter.subject));
    doc.para(s.rng.pick(&[
        "Against that, the other side will say that the course of dealing shows something different. Dealing after the event is a poor guide, and there are only three instances, each explained in the letters.",
        "The regulator's published guidance helps us: it asks whether the measure was proportionate when taken and does not require perfection.",
        "There is authority both ways at first instance, and none that binds. The more recent decision is the better reasoned, and it was cited without criticism last year.",
    ]));
    doc.para(format!(
        "On amount, the range is from {} to {}. Our costs to the end of the next stage would be about {}.",
        s.part(40, 55),
        s.part(80, 95),
        s.part(2, 5)
    ));
    doc.heading("Recommendation");
    let by = s.ahead(6, 16);
    doc.para(format!("I suggest that we speak to {} before {by}, take instructions on an offer, and hold the papers in the restricted folder meanwhile.", s.client.contact));
    doc
}

/// A position in negotiation; versions move.
pub(super) fn position(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    doc.blocks.push(Block::Centre("WITHOUT PREJUDICE · PRIVILEGED · DO NOT FORWARD".to_owned(), true));
    doc.blocks.push(Block::Title(s.plan.title.clone()));
    doc.para(format!(
        "{} against {}: where we start, where we stop, and why. For the team and {} only.",
        s.client.name, s.matter.other_side, s.client.contact
    ));
    let step = i64::from(s.plan.version) * 2;
    let sum = |percent: i64| pounds(s.matter.sum * percent / 100 / 500 * 500);
    doc.blocks.push(Block::Table(vec![
        vec!["Point".into(), "Open at".into(), "Settle at".into(), "Walk away".into()],
        vec!["Principal".into(), sum(92 - step), sum(74 - step), sum(61 - step)],
        vec!["Interest".into(), sum(9), sum(6), sum(3)],
        vec!["Costs".into(), sum(7), sum(5), sum(4)],
    ]));
    doc.heading("What they care about");
    for fact in s.facts(3) {
        doc.clause("-", fact, 0);
    }
    doc.para(format!("{} does not want a public hearing before its year end. That is worth more to it than the last ten per cent.", s.matter.other_side));
    doc.heading("Order of play");
    let first = s.ahead(5, 12);
    for (n, text) in [
        format!("Open letter by {first}, short, no figure."),
        "Offer with costs consequences on the same day, open for twenty-one days.".to_owned(),
        "Call between the principals in the second week. No lawyers for the first half hour.".to_owned(),
        format!("Mediation if they answer above {}.", sum(55)),
    ]
    .into_iter()
    .enumerate()
    {
        doc.clause(format!("{}.", n + 1), text, 0);
    }
    doc.heading("Authority");
    doc.para(format!(
        "{} has given authority by telephone down to {}; anything less needs the board.",
        s.client.contact,
        sum(68 - step)
    ));
    doc
}

/// An attendance note.
pub(super) fn note(s: &mut Scene<'_>) -> Doc {
    let mut doc = s.doc();
    let units = s.rng.between(2, 11);
    let (hour, minute) = (s.rng.between(9, 17), s.rng.between(0, 11) * 5);
    doc.blocks.push(Block::Title("Attendance note".to_owned()));
    doc.blocks.push(Block::Lines(vec![
        format!("Client:    {}", s.client.name),
        format!("Matter:    {} ({})", s.matter.name, s.matter.reference),
        format!("Fee earner: {}", s.author.short()),
        format!("Date:      {}, {hour:02}:{minute:02}", s.date()),
        format!("Time:      {units} units of six minutes"),
        format!("Subject:   {}", s.plan.title),
    ]));
    let whom = s.outsider();
    let how =
        s.rng.pick(&["Telephoned", "Received a call from", "Attended a meeting with", "Video call with"]);
    doc.para(format!("{how} {whom} about {}. {} also present for part.", s.matter.subject, s.client.contact));
    for fact in s.facts(4) {
        let by = s.rng.pick(&["confirmed", "was told", "asked about", "was reminded of", "agreed"]);
        let reply = s.rng.pick(&[
            "I said that we would want to see the document before advising and asked for the original.",
            "We went through the dates twice. No doubt about the sequence.",
            "I explained what follows from that and the risk on costs.",
            "There may be a message about it on an old telephone, which will be kept and looked through.",
            "Noted without comment; to be checked against the bundle.",
        ]);
        doc.para(format!(
            "{} {by} the following. {fact} {reply}",
            whom.split(' ').next().unwrap_or("The client")
        ));
    }
    doc.para(format!("A figure of {} was mentioned as a possible basis. I said that I had no instructions and that nothing said could bind the client.", s.part(30, 70)));
    doc.para(s.rng.pick(&[
        "I advised that nothing be deleted, that no new message be written about the events, and that any approach by the other side be passed to us unanswered. I would confirm this in writing, and did so on the same day.",
        "I went through the likely order of events and the cost of each stage. The client is content with the estimate but asks to be told before counsel is instructed on anything new.",
        "We spoke about who else should be told. The answer is nobody outside the team for now. I explained how access to the file is kept and that a list of those who open it can be had on request.",
    ]));
    doc.para(s.rng.pick(&[
        "There was some discussion of the timetable. The dates in the order can be met if the papers from the archive arrive this week; otherwise we ought to ask for a short extension early, and by consent.",
        "There remains a gap in the papers of about five weeks in the spring. Possible explanations: a change of mail system, a holiday, or a second file that we have not been given. To be asked in writing.",
        "I formed the view that this would make a careful witness who does not guess. Some impatience with the pace of things, which is understandable.",
    ]));
    doc.heading("Action");
    let (one, two) = (s.ahead(1, 4), s.ahead(5, 10));
    doc.clause("1.", format!("{} to send the papers discussed by {one}.", s.client.contact), 0);
    doc.clause(
        "2.",
        format!("{} to draft a reply and circulate it to the team by {two}.", s.author.short()),
        0,
    );
    doc.clause("3.", "Diary: chase if nothing is heard in seven days.", 0);
    doc
}
