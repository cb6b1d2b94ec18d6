//! A paper before it has a format: a letterhead and blocks. PDF, DOCX and text are drawn from it.

/// What stands at the head of a firm's letter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letterhead {
    /// The firm.
    pub(crate) firm: String,
    /// Under the name: address and telephone.
    pub(crate) lines: Vec<String>,
}

/// A piece of a paper.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// The title, centred.
    Title(String),
    /// A heading.
    Heading(String),
    /// A paragraph.
    Para(String),
    /// A numbered clause: number, text, depth (0 or 1).
    Clause(String, String, u8),
    /// A centred line, perhaps bold.
    Centre(String, bool),
    /// A line at the right.
    Right(String),
    /// Lines as they stand (an address).
    Lines(Vec<String>),
    /// A table; the first row is its head, the last column holds figures.
    Table(Vec<Vec<String>>),
    /// A place to sign: name, capacity, whether it carries a signature.
    Sign(String, String, bool),
    /// A horizontal rule.
    Rule,
    /// Empty room, in lines.
    Space(u8),
    /// A new page.
    Break,
}

/// A paper without a format.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doc {
    /// For the file's own properties.
    pub(crate) title: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// At the foot of every page.
    pub(crate) foot: String,
    /// The head of a letter.
    pub(crate) letterhead: Option<Letterhead>,
    /// The text.
    pub(crate) blocks: Vec<Block>,
}

impl Doc {
    /// Adds a paragraph.
    pub(crate) fn para(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Para(text.into()));
    }

    /// Adds a heading.
    pub(crate) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a numbered clause.
    pub(crate) fn clause(&mut self, number: impl Into<String>, text: impl Into<String>, depth: u8) {
        self.blocks.push(Block::Clause(number.into(), text.into(), depth));
    }

    /// The paper as plain text, 78 columns wide.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        if let Some(head) = &self.letterhead {
            out.push_str(&head.firm.to_uppercase());
            out.push('\n');
        }
        for block in &self.blocks {
            match block {
                Block::Title(t) | Block::Centre(t, _) | Block::Right(t) => {
                    fill(&mut out, "", &t.to_uppercase())
                }
                Block::Heading(t) => fill(&mut out, "", &format!("{t}:")),
                Block::Para(t) => fill(&mut out, "", t),
                Block::Clause(n, t, depth) => {
                    let pad = if *depth == 0 { format!("{n}  ") } else { format!("    {n} ") };
                    fill(&mut out, &pad, t);
                }
                Block::Lines(lines) => {
                    lines.iter().for_each(|l| {
                        out.push_str(l);
                        out.push('\n');
                    });
                    out.push('\n');
                }
                Block::Table(rows) => {
                    rows.iter().for_each(|r| {
                        out.push_str(&r.join(" | "));
                        out.push('\n');
                    });
                    out.push('\n');
                }
                Block::Sign(name, capacity, _) => {
                    out.push_str(&format!("{name}\n{capacity}\n\n"));
                }
                Block::Space(_) => out.push('\n'),
                Block::Rule | Block::Break => out.push_str("---\n\n"),
            }
        }
        out
    }
}

/// Fills text to 78 columns behind a prefix.
pub(crate) fn fill(out: &mut String, prefix: &str, text: &str) {
    let indent = " ".repeat(prefix.chars().count());
    let mut line = String::from(prefix);
    let mut bare = true;
    for word in text.split_whitespace() {
        if !bare && line.chars().count() + 1 + word.chars().count() > 78 {
            out.push_str(line.trim_end());
            out.push('\n');
            line = indent.clone();
            bare = true;
        }
        if !bare {
            line.push(' ');
        }
        line.push_str(word);
        bare = false;
    }
    out.push_str(line.trim_end());
    out.push_str("\n\n");
}
