//! A small picture of a goal: a bar for each side, the goal as a mark. Readable in light and dark.

use std::fmt::Write as _;

use crate::report::{Goal, Line, short};

const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#222}.q{fill:#666;font-size:12px}.ours{fill:#2f5d8a}.theirs{fill:#b9b4a7}\
.goal{stroke:#a33;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#eee}.q{fill:#aaa}.theirs{fill:#6d695f}.ours{fill:#7fb0de}}</style>";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The picture.
pub fn bars(goal: &str, lines: &[Line]) -> String {
    const WIDTH: f64 = 720.0;
    const LEFT: f64 = 20.0;
    let room = WIDTH - 2.0 * LEFT - 90.0;
    let mut body = String::new();
    let mut y = 34.0;
    for line in lines {
        let ours = line.ours.median();
        let theirs = line.theirs.as_ref().map(|(whose, spread)| (*whose, spread.median()));
        let wanted = line.goal.map(|goal| {
            let (Goal::AtMost(bound) | Goal::AtLeast(bound)) = goal;
            theirs.map_or(bound, |(_, theirs)| bound * theirs)
        });
        let most =
            [Some(ours), theirs.map(|t| t.1), wanted].into_iter().flatten().fold(f64::MIN_POSITIVE, f64::max);
        let _ = write!(body, "<text x=\"{LEFT}\" y=\"{y}\">{}</text>", escaped(&line.what));
        y += 8.0;
        let mut bar = |class: &str, value: f64, says: String, y: f64| {
            let width = (value / most * room).max(1.0);
            let _ = write!(
                body,
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.0}\" height=\"14\"/><text class=\"q\" x=\"{:.0}\" y=\"{}\">{}</text>",
                LEFT + width + 6.0,
                y + 11.0,
                escaped(&says)
            );
        };
        let top = y;
        bar("ours", ours, format!("{} {}", short(ours), line.unit), y);
        y += 17.0;
        if let Some((whose, value)) = theirs {
            bar("theirs", value, format!("{whose} {}", short(value)), y);
            y += 17.0;
        }
        if let Some(wanted) = wanted {
            let x = LEFT + wanted / most * room;
            let _ = write!(
                body,
                "<line class=\"goal\" x1=\"{x:.0}\" x2=\"{x:.0}\" y1=\"{top}\" y2=\"{}\"/>",
                top + 14.0
            );
        }
        y += 18.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" role=\"img\" aria-label=\"{goal}\">{STYLE}\
         <text class=\"q\" x=\"{LEFT}\" y=\"14\">{goal}: Strongroom above, baseline below; the red mark is the goal</text>{body}</svg>\n"
    )
}
