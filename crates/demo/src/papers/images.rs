//! Pictures: a chart, a site plan, a receipt and old minutes as scans.

use super::canvas::{Canvas, Ink};
use super::pdf::{Image, Page, write};
use super::{Scene, doc, pounds};
use crate::calendar;

const INK: Ink = [28, 36, 52];
const BLUE: Ink = [36, 66, 112];
const PALE: Ink = [168, 188, 216];
const GREY: Ink = [150, 148, 142];

/// Bars by quarter.
pub(super) fn chart(s: &mut Scene<'_>) -> Vec<u8> {
    let mut c = Canvas::new(1000, 620, [253, 252, 249]);
    c.text((60, 28), &s.plan.title, INK, true, true);
    c.text(
        (60, 58),
        &format!("{} · {} · prepared {}", s.client.name, s.matter.reference, s.date()),
        GREY,
        false,
        false,
    );
    let mut year = calendar::date(s.day()).year - 2;
    let mut quarter = 1;
    for step in 0..=4 {
        let y = 530 - step * 100;
        c.line((120, y), (960, y), 1, [222, 220, 214]);
        c.text((24, y - 9), &pounds(s.matter.sum / 16 * step), GREY, false, false);
    }
    for n in 0..8 {
        let (one, two) = (s.rng.between(120, 270) + n * 14, s.rng.between(90, 230) + n * 8);
        let x = 150 + n * 102;
        c.fill(x, 530 - one, 34, one, BLUE);
        c.fill(x + 38, 530 - two, 34, two, PALE);
        c.text((x - 2, 542), &format!("Q{quarter} {year}"), INK, false, false);
        quarter += 1;
        if quarter > 4 {
            quarter = 1;
            year += 1;
        }
    }
    c.line((120, 530), (960, 530), 2, INK);
    c.fill(150, 580, 16, 16, BLUE);
    c.text((174, 579), "As forecast", INK, false, false);
    c.fill(330, 580, 16, 16, PALE);
    c.text((354, 579), "As reported", INK, false, false);
    c.png()
}

/// A plan of land with plots, a road and a boundary in red.
pub(super) fn site(s: &mut Scene<'_>) -> Vec<u8> {
    let mut c = Canvas::new(1100, 800, [250, 249, 244]);
    c.fill(0, 560, 1100, 70, [226, 223, 214]);
    c.line((0, 595), (1100, 595), 2, [250, 249, 244]);
    for x in (0..1100).step_by(6) {
        let wave = s.rng.between(-2, 2);
        c.fill(x, 700 + wave, 6, 60, [190, 212, 226]);
    }
    for row in 0..2 {
        for column in 0..6 {
            let (x, y) = (120 + column * 145, 130 + row * 190);
            c.line((x, y), (x + 130, y), 2, GREY);
            c.line((x, y), (x, y + 165), 2, GREY);
            c.line((x + 130, y), (x + 130, y + 165), 2, GREY);
            c.line((x, y + 165), (x + 130, y + 165), 2, GREY);
            let (w, h) = (s.rng.between(50, 84), s.rng.between(50, 96));
            c.fill(x + 22, y + 24, w, h, [214, 206, 190]);
            c.text((x + 30, y + 138), &format!("{}", row * 6 + column + 1), INK, false, false);
        }
    }
    let red: Ink = [178, 34, 34];
    let edge = [(110, 118), (700, 118), (700, 318), (985, 318), (985, 548), (110, 548), (110, 118)];
    for pair in edge.windows(2) {
        if let [a, b] = pair {
            c.line(*a, *b, 5, red);
        }
    }
    c.text((420, 586), "Highway maintainable at public expense", INK, false, false);
    c.text((60, 30), &format!("{}: {}", s.client.name, s.plan.title), INK, true, true);
    c.text((60, 62), "Scale 1:1250 at A3 · land edged red · for identification only", GREY, false, false);
    c.text((60, 772), &format!("{} · drawn {}", s.matter.reference, s.date()), INK, false, false);
    c.line((1040, 120), (1040, 200), 3, INK);
    c.line((1040, 120), (1028, 144), 3, INK);
    c.line((1040, 120), (1052, 144), 3, INK);
    c.text((1034, 206), "N", INK, true, true);
    c.png()
}

/// A receipt on a scanner.
pub(super) fn receipt(s: &mut Scene<'_>) -> Vec<u8> {
    let mut c = Canvas::new(480, 760, [247, 246, 240]);
    let shop = s.rng.pick(&[
        "TEMPLE QUAY COURIERS",
        "HOLBORN COPY BUREAU",
        "SEVERN SURVEY SUPPLIES",
        "GUILDFORD LIGHTING HALL",
    ]);
    c.text((100, 50), shop, INK, true, true);
    c.text((120, 84), "VAT No GB 000 0000 00", GREY, false, false);
    c.text(
        (60, 130),
        &format!("{}  {:02}:{:02}", calendar::short(s.day()), s.rng.between(8, 18), s.rng.between(0, 59)),
        INK,
        false,
        false,
    );
    c.text((60, 154), &format!("Ref {}", s.matter.reference), INK, false, false);
    let mut total = 0;
    let mut y = 204;
    for _ in 0..s.rng.between(4, 9) {
        let what = s.rng.pick(&[
            "Copies, A4 mono",
            "Binding, lever arch",
            "Courier, same day",
            "Certified copy",
            "Large plan, A1",
            "Office copies",
            "Display lamp",
            "USB stick, wiped",
        ]);
        let pence = s.rng.between(180, 6400);
        total += pence;
        c.text((60, y), what, INK, false, false);
        c.text((350, y), &format!("{:>3}.{:02}", pence / 100, pence % 100), INK, false, false);
        y += 30;
    }
    c.line((60, y + 8), (420, y + 8), 2, INK);
    c.text((60, y + 22), "TOTAL GBP", INK, true, true);
    c.text((340, y + 22), &format!("{:>4}.{:02}", total / 100, total % 100), INK, true, true);
    c.text((60, y + 62), "Paid by card ending 4417", INK, false, false);
    c.text((60, y + 110), "Thank you", GREY, false, false);
    c.scanned(&mut s.rng).png()
}

/// Typewritten minutes of long ago, as a PDF of scanned pages.
pub(super) fn scan(s: &mut Scene<'_>) -> Vec<u8> {
    let year =
        s.plan.title.split(|c: char| !c.is_ascii_digit()).find(|w| w.len() == 4).unwrap_or("1998").to_owned();
    let month = calendar::month_name(u32::try_from(s.rng.between(1, 12)).unwrap_or(4));
    let mut text = String::new();
    // Minutes of long ago know nothing of the matter; they show who held what.
    let (one, two, three) = (s.outsider(), s.outsider(), s.outsider());
    let mut items = vec![
        format!("The minutes of the previous meeting, having been circulated, were taken as read and signed by the Chairman, {one}."),
        format!("{two} produced a transfer of {} ordinary shares in favour of {three}. The transfer was found to be in order and it was RESOLVED that it be registered.", s.rng.between(4, 60) * 100),
        "The Chairman referred to the plan annexed to the deed of the previous year. It was noted that the boundary shown there was not that pegged out on the ground, and that nobody had objected.".to_owned(),
        format!("A letter from the bank was read, asking that the overdraft be brought below {} by the end of the quarter. The Secretary was instructed to reply that it would be.", pounds(s.rng.between(12, 80) * 1000)),
        format!("{three} reported on the lease of the yard. The landlord was willing to extend for seven years at the same rent if the roof were repaired at our cost."),
        "It was agreed that the seal be kept by the Secretary and that a book of its use be written up, which had not been done since the spring.".to_owned(),
        format!("{one} declared an interest in the contract for haulage and withdrew. The contract was approved by those who remained."),
    ];
    s.rng.shuffle(&mut items);
    for (n, item) in items.into_iter().take(4).enumerate() {
        doc::fill(&mut text, &format!("{}. ", n + 41), &item);
    }
    doc::fill(
        &mut text,
        "45. ",
        &format!(
            "It was RESOLVED that the register be corrected and that the sum of {} be carried to reserve.",
            pounds(s.rng.between(2, 40) * 500)
        ),
    );
    doc::fill(
        &mut text,
        "46. ",
        "The auditors had asked for the share certificates. The Secretary said that they were in the strong room at the bank and would be produced.",
    );
    doc::fill(
        &mut text,
        "47. ",
        "There being no further business the Chairman declared the meeting closed at ten minutes to five.",
    );
    let lines: Vec<&str> = text.lines().collect();
    let mut pages = Vec::new();
    for (n, part) in lines.chunks(30).enumerate() {
        let mut c = Canvas::new(820, 1160, [250, 248, 240]);
        let mut y = 90;
        if n == 0 {
            c.text((250, y), &s.client.formal.to_uppercase(), INK, true, true);
            c.text(
                (100, y + 50),
                &format!(
                    "MINUTES of a meeting of the Board held at the Registered Office on {} {month} {year}",
                    14
                ),
                INK,
                false,
                false,
            );
            y += 110;
        }
        for line in part {
            // An old machine: some letters stand a little high.
            let wobble = i64::from(s.rng.chance(18));
            c.text((100, y + wobble), line, [52, 50, 56], false, s.rng.chance(4));
            y += 27;
        }
        c.text((390, 1090), &format!("- {} -", 112 + n), GREY, false, false);
        let c = c.scanned(&mut s.rng);
        pages.push(Page::scan(Image { width: c.width, height: c.height, pixels: c.grey() }));
    }
    let stamp = format!("{}090000", calendar::compact(s.day()));
    write(&pages, &s.plan.title, "Scanner 2, London", &stamp)
}
