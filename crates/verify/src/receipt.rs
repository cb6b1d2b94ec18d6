//! A receipt: c2sp.org/tlog-proof with the entry in `extra`, and after it opened parts of the entry.
//!
//! ```text
//! c2sp.org/tlog-proof@v1          the proof; C2SP tools are given this section alone
//! extra <base64 of the entry>
//! index <n>
//! <base64 of a hash> …
//!                                 an empty line, then the signed checkpoint
//! …
//!                                 an empty line, then, if the holder may know what was sealed:
//! strongroom-opened/v1
//! opened <id> <base64 of 32 random bytes || part>
//! ```
//! What must hold: nothing of the entry is printed unless it hashes to the leaf that the signed root covers,
//! and nothing of an opened part unless it hashes to the commitment that the entry has for that id.

use sha2::{Digest as _, Sha256};

use crate::entry::{self, Entry};
use crate::note::{self, Checkpoint};
use crate::policy::Trust;
use crate::tree::{self, Hash};
use crate::{Outcome, not_verified};

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";
const OPENED: &str = "\n\nstrongroom-opened/v1\n";

struct Receipt<'a> {
    entry: Vec<u8>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: &'a str,
    opened: Vec<Opened<'a>>,
}

/// What was inside a sealed part, as the receipt says.
pub(crate) struct Opened<'a> {
    pub(crate) about: &'a str,
    /// 32 random bytes and the part
    bytes: Vec<u8>,
}

impl Opened<'_> {
    pub(crate) fn commitment(&self) -> String {
        note::hex(&Sha256::digest(&self.bytes))
    }

    pub(crate) fn part(&self) -> &[u8] {
        self.bytes.get(32..).unwrap_or_default()
    }
}

/// Verifies a receipt and tells what it shows.
pub(crate) fn verify(file: &[u8], trust: &Trust) -> Outcome<String> {
    verify_with(file, trust, |_| Ok(""))
}

/// Verifies the receipt of a destruction. The certificate as a document comes later; until then a
/// certificate is the receipt of an entry whose verb ends in `.destroy`.
pub(crate) fn verify_destruction(file: &[u8], trust: &Trust) -> Outcome<String> {
    verify_with(file, trust, |entry| match entry.verb() {
        Some(verb) if verb.ends_with(".destroy") && entry.outcome() == Some("allowed") => {
            Ok("This shows that the ledger records the destruction, and that the record of it cannot be \
                altered unnoticed.\nIt cannot show that no copy exists outside the system.\n")
        }
        _ => not_verified("the entry is in the ledger, but does not record a destruction"),
    })
}

fn verify_with(
    file: &[u8],
    trust: &Trust,
    judge: impl Fn(&Entry) -> Outcome<&'static str>,
) -> Outcome<String> {
    let receipt = parse(file).or_else(|why| not_verified(format!("the file is not a receipt: {why}")))?;
    let (checkpoint, signers) = trust.open(receipt.checkpoint.as_bytes())?;
    let Checkpoint { origin, size, root } = checkpoint;
    let index = receipt.index;
    let computed = tree::root_of_proof(tree::leaf(&receipt.entry), index, size, &receipt.proof);
    if computed != Some(root) {
        return not_verified(format!(
            "entry {index} of this receipt is not in the tree of {size} entries that was signed"
        ));
    }
    let entry = Entry::parse(&receipt.entry);
    for opened in &receipt.opened {
        if !entry.commits_to(opened) {
            let about = opened.about;
            return not_verified(format!(
                "entry {index} has no sealed part about {about} that opens to what the receipt says"
            ));
        }
    }
    let shows = judge(&entry)?;
    let words = entry.in_words(&receipt.opened).join("\n");
    let signers = signers.join("\n");
    let report = format!(
        "Verified: entry {index} of {origin}, which has {size} entries.\n{shows}\n{words}\n\n{signers}"
    );
    Ok(entry::plain(&report) + "\n")
}

/// The checkpoint in a receipt; of any other file, the file: it should be a checkpoint itself.
pub(crate) fn checkpoint_of(file: &[u8]) -> &[u8] {
    let receipt = std::str::from_utf8(file).ok().filter(|text| text.starts_with(HEADER));
    receipt.and_then(|text| sections(text).ok()).map_or(file, |(_, checkpoint, _)| checkpoint.as_bytes())
}

/// The proof's own lines, the checkpoint, and the lines of opened parts.
fn sections(text: &str) -> Result<(&str, &str, Option<&str>), &'static str> {
    // the newline that ends the checkpoint is the first of the two in `OPENED`
    let (proof, opened) = match text.rfind(OPENED) {
        Some(at) => (text.get(..=at).unwrap_or_default(), text.get(at + OPENED.len()..)),
        None => (text, None),
    };
    let (head, checkpoint) = proof.split_once("\n\n").ok_or("it has no checkpoint")?;
    Ok((head, checkpoint, opened))
}

fn parse(file: &[u8]) -> Result<Receipt<'_>, &'static str> {
    let text = std::str::from_utf8(file).map_err(|_| "it is not UTF-8")?;
    let (head, checkpoint, opened) = sections(text)?;
    let head = head.strip_prefix(HEADER).ok_or("it does not begin as a tlog-proof")?;
    let mut lines = head.split('\n');
    let entry = lines.next().and_then(|line| line.strip_prefix("extra ")).ok_or("it has no line `extra`")?;
    let index = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or("it has no line `index`")?;
    Ok(Receipt {
        entry: note::unbase64(entry).ok_or("its line `extra` is not base64")?,
        index: note::decimal(index).ok_or("its line `index` is not a number")?,
        proof: lines.map(note::hash).collect::<Option<_>>().ok_or("a hash is malformed")?,
        checkpoint,
        opened: opened.map_or(Some(vec![]), parse_opened).ok_or("the opened parts are malformed")?,
    })
}

fn parse_opened(section: &str) -> Option<Vec<Opened<'_>>> {
    section.strip_suffix('\n')?.split('\n').map(parse_opened_line).collect()
}

/// `opened <id> <base64>`
fn parse_opened_line(line: &str) -> Option<Opened<'_>> {
    let (about, bytes) = line.strip_prefix("opened ")?.split_once(' ')?;
    let bytes = note::unbase64(bytes)?;
    let is_id = !about.is_empty() && about.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_id && bytes.len() >= 32).then_some(Opened { about, bytes })
}
