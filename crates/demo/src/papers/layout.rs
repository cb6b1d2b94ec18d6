//! Sets a paper on A4 pages.

use super::doc::{Block, Doc};
use super::pdf::{Face, Page, write};
use crate::rng::Rng;

const LEFT: f64 = 76.0;
const RIGHT: f64 = 519.0;
const TOP: f64 = 770.0;
const FOOT: f64 = 84.0;
const SIZE: f64 = 11.0;
const LEAD: f64 = 15.4;

/// Breaks a text into lines of a width.
pub(crate) fn wrap(face: Face, size: f64, text: &str, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && face.width(&longer, size) > width {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

struct Setter {
    pages: Vec<Page>,
    page: Page,
    y: f64,
}

impl Setter {
    fn room(&mut self, height: f64) {
        if self.y - height < FOOT {
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.pages.push(std::mem::take(&mut self.page));
        self.y = TOP;
    }

    fn body(&mut self, text: &str, left: f64, label: &str, label_at: f64) {
        let width = RIGHT - left;
        let lines = wrap(Face::Roman, SIZE, text, width);
        let last = lines.len().saturating_sub(1);
        if lines.len() > 1 {
            self.room(LEAD * 2.0);
        }
        for (n, line) in lines.iter().enumerate() {
            self.room(LEAD);
            if n == 0 && !label.is_empty() {
                self.page.text(Face::Roman, SIZE, (label_at, self.y), 0.0, label);
            }
            if n == last {
                self.page.text(Face::Roman, SIZE, (left, self.y), 0.0, line);
            } else {
                self.page.justified(Face::Roman, SIZE, (left, self.y), line, width);
            }
            self.y -= LEAD;
        }
        self.y -= LEAD * 0.45;
    }

    fn centred(&mut self, face: Face, size: f64, text: &str) {
        for line in wrap(face, size, text, RIGHT - LEFT) {
            self.room(size * 1.5);
            let x = (LEFT + RIGHT - face.width(&line, size)) / 2.0;
            self.page.text(face, size, (x, self.y), 0.0, &line);
            self.y -= size * 1.45;
        }
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.first().map_or(1, Vec::len).max(1);
        let first = if columns > 2 { 0.44 } else { 0.72 };
        let rest = (1.0 - first) / f64::from(u32::try_from(columns.max(2) - 1).unwrap_or(1));
        let full = RIGHT - LEFT;
        for (r, row) in rows.iter().enumerate() {
            let cells: Vec<Vec<String>> = row
                .iter()
                .enumerate()
                .map(|(c, cell)| {
                    let part = if c == 0 { first } else { rest };
                    wrap(if r == 0 { Face::SansBold } else { Face::Sans }, 9.0, cell, full * part - 8.0)
                })
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(1);
            let tall = f64::from(u32::try_from(height).unwrap_or(1)) * 12.0 + 7.0;
            self.room(tall);
            let top = self.y;
            let mut x = LEFT;
            for (c, lines) in cells.iter().enumerate() {
                let part = if c == 0 { first } else { rest };
                let face = if r == 0 { Face::SansBold } else { Face::Sans };
                let mut y = top;
                for line in lines {
                    let right = c + 1 == columns && columns > 1;
                    let at = if right { x + full * part - face.width(line, 9.0) } else { x };
                    self.page.text(face, 9.0, (at, y), 0.0, line);
                    y -= 12.0;
                }
                x += full * part;
            }
            self.y -= tall;
            let weight = if r == 0 { 0.9 } else { 0.3 };
            self.page.line((LEFT, self.y + 12.0), (RIGHT, self.y + 12.0), weight, 0.35);
        }
        self.y -= LEAD;
    }

    fn sign(&mut self, name: &str, capacity: &str, signed: bool, rng: &mut Rng) {
        self.room(86.0);
        self.y -= 44.0;
        if signed {
            let mut points = vec![(LEFT + 6.0, self.y + 8.0)];
            let mut x = LEFT + 6.0;
            let mut wiggle = |x: f64, y: f64| {
                let part = f64::from(u32::try_from(rng.below(1000)).unwrap_or(0)) / 1000.0;
                (x + part * 12.0, y + part * 26.0 - 8.0)
            };
            for _ in 0..9 {
                points.extend([
                    wiggle(x + 2.0, self.y + 18.0),
                    wiggle(x - 4.0, self.y),
                    wiggle(x + 9.0, self.y + 6.0),
                ]);
                x += 11.0;
            }
            self.page.stroke(&points);
        }
        self.page.line((LEFT, self.y), (LEFT + 210.0, self.y), 0.6, 0.3);
        self.y -= 14.0;
        self.page.text(Face::Roman, SIZE, (LEFT, self.y), 0.0, name);
        self.y -= 14.0;
        self.page.text(Face::Italic, SIZE, (LEFT, self.y), 0.2, capacity);
        self.y -= LEAD;
    }

    fn block(&mut self, block: &Block, rng: &mut Rng) {
        match block {
            Block::Title(t) => {
                self.y -= 6.0;
                self.centred(Face::Bold, 15.0, t);
                self.y -= 12.0;
            }
            Block::Heading(t) => {
                self.room(LEAD * 3.5);
                self.y -= 5.0;
                self.page.text(Face::Bold, 11.5, (LEFT, self.y), 0.0, t);
                self.y -= LEAD * 1.2;
            }
            Block::Para(t) => self.body(t, LEFT, "", LEFT),
            Block::Clause(n, t, depth) => {
                let at = LEFT + f64::from(*depth) * 30.0;
                self.body(t, at + 30.0, n, at);
            }
            Block::Centre(t, bold) => {
                self.centred(if *bold { Face::Bold } else { Face::Roman }, 11.5, t);
                self.y -= 6.0;
            }
            Block::Right(t) => {
                self.room(LEAD);
                let x = RIGHT - Face::Roman.width(t, SIZE);
                self.page.text(Face::Roman, SIZE, (x, self.y), 0.0, t);
                self.y -= LEAD;
            }
            Block::Lines(lines) => {
                for line in lines {
                    self.room(LEAD);
                    self.page.text(Face::Roman, SIZE, (LEFT, self.y), 0.0, line);
                    self.y -= LEAD * 0.95;
                }
                self.y -= LEAD * 0.6;
            }
            Block::Table(rows) => self.table(rows),
            Block::Sign(name, capacity, signed) => self.sign(name, capacity, *signed, rng),
            Block::Rule => {
                self.room(LEAD);
                self.page.line((LEFT, self.y + 5.0), (RIGHT, self.y + 5.0), 0.6, 0.4);
                self.y -= LEAD;
            }
            Block::Space(lines) => self.y -= LEAD * f64::from(*lines),
            Block::Break => self.turn(),
        }
    }
}

/// The paper as a PDF. `stamp` is the creation date, `20240304090000`.
pub(crate) fn pdf(doc: &Doc, stamp: &str, rng: &mut Rng) -> Vec<u8> {
    let mut setter = Setter { pages: Vec::new(), page: Page::default(), y: TOP };
    if let Some(head) = &doc.letterhead {
        setter.page.text(Face::Roman, 24.0, (LEFT, 772.0), 0.1, &head.firm);
        setter.page.text(Face::Sans, 8.0, (LEFT + 1.0, 756.0), 0.35, "S O L I C I T O R S");
        let mut y = 782.0;
        for line in &head.lines {
            let x = RIGHT - Face::Sans.width(line, 8.0);
            setter.page.text(Face::Sans, 8.0, (x, y), 0.3, line);
            y -= 11.0;
        }
        setter.page.line((LEFT, 744.0), (RIGHT, 744.0), 0.8, 0.2);
        setter.y = 712.0;
    }
    for block in &doc.blocks {
        setter.block(block, rng);
    }
    setter.turn();
    let total = setter.pages.len();
    for (n, page) in setter.pages.iter_mut().enumerate() {
        page.line((LEFT, 58.0), (RIGHT, 58.0), 0.4, 0.6);
        page.text(Face::Sans, 8.0, (LEFT, 45.0), 0.4, &doc.foot);
        let folio = format!("{} of {total}", n + 1);
        let x = RIGHT - Face::Sans.width(&folio, 8.0);
        page.text(Face::Sans, 8.0, (x, 45.0), 0.4, &folio);
    }
    write(&setter.pages, &doc.title, &doc.author, stamp)
}
