//! The files of a folder, in order, with their folders as the matter will have them. Names come from outside:
//! whatever in one could pass for a path or deceive the eye is replaced, and said.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A file to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it lies here.
    pub path: PathBuf,
    /// Its folder in the matter: `Pleadings/2026`, or nothing.
    pub folder: String,
    /// Its name in the matter.
    pub name: String,
    /// Its length.
    pub size: u64,
}

impl Item {
    /// As a person reads it.
    pub fn shown(&self) -> String {
        if self.folder.is_empty() { self.name.clone() } else { format!("{}/{}", self.folder, self.name) }
    }
}

/// What was found.
#[derive(Default)]
pub struct Walk {
    /// To be added, by path.
    pub items: Vec<Item>,
    /// What is left out or renamed, and why.
    pub notes: Vec<String>,
}

/// How deep folders go in a matter.
const DEEPEST: usize = 16;

/// Walks through a folder. Links are not followed: what they lead to may lie anywhere.
pub fn walk(root: &Path) -> anyhow::Result<Walk> {
    let mut found = Walk::default();
    let meta = fs::metadata(root).with_context(|| format!("the folder {}", root.display()))?;
    if !meta.is_dir() {
        return Err(crate::say::usage(format!("{} is no folder", root.display())));
    }
    descend(root, &mut Vec::new(), &mut found).with_context(|| format!("the folder {}", root.display()))?;
    Ok(found)
}

fn descend(folder: &Path, above: &mut Vec<String>, found: &mut Walk) -> anyhow::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type()?;
        let name = clean(&entry.file_name());
        if name.as_str() != entry.file_name() {
            found.notes.push(format!("renamed: {} becomes {name}", shown(&path)));
        }
        if kind.is_dir() {
            if above.len() == DEEPEST {
                found.notes.push(format!("left out: {} lies more than {DEEPEST} folders deep", shown(&path)));
                continue;
            }
            above.push(name);
            if let Err(error) = descend(&path, above, found) {
                found.notes.push(format!("left out: {} cannot be read: {error:#}", shown(&path)));
            }
            above.pop();
        } else if kind.is_file() {
            let size = entry.metadata()?.len();
            found.items.push(Item { path, folder: above.join("/"), name, size });
        } else {
            let what = if kind.is_symlink() { "a link" } else { "no file" };
            found.notes.push(format!("left out: {} is {what}", shown(&path)));
        }
    }
    Ok(())
}

/// A path on a terminal: nothing in it can move the cursor.
pub fn shown(path: &Path) -> String {
    path.display().to_string().chars().map(|c| if deceives(c) { '\u{FFFD}' } else { c }).collect()
}

fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}')
}

/// A name that is a name, whatever it was: no separators, no controls, no marks that reorder text.
fn clean(name: &OsStr) -> String {
    let name: String = name
        .to_string_lossy()
        .chars()
        .map(|c| {
            if deceives(c) {
                '\u{FFFD}'
            } else if matches!(c, '/' | '\\') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let name = name.trim();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return String::from("unnamed");
    }
    if name.chars().count() <= 200 {
        return name.to_owned();
    }
    // the ending says what it is
    let ending = name.rsplit_once('.').map(|(_, e)| e).filter(|e| e.len() <= 16).unwrap_or_default();
    let kept: String = name.chars().take(200 - ending.chars().count() - 1).collect();
    if ending.is_empty() { kept } else { format!("{kept}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_in_names_are_gone() {
        for (given, made) in [
            ("brief.pdf", "brief.pdf"),
            ("..\\..\\etc\\passwd", ".._.._etc_passwd"),
            ("fdp\u{202E}.exe", "fdp\u{FFFD}.exe"),
            ("a\nb", "a\u{FFFD}b"),
            ("...", "unnamed"),
            (" x ", "x"),
        ] {
            assert_eq!(clean(OsStr::new(given)), made, "{given:?}");
        }
        assert_eq!(clean(OsStr::new(&format!("{}.pdf", "é".repeat(300)))).chars().count(), 200);
    }

    #[test]
    fn folders_are_kept_and_links_are_not_followed() {
        let root = std::env::temp_dir().join(format!("strongroom-walk-{}", std::process::id()));
        fs::create_dir_all(root.join("b/c")).unwrap();
        fs::write(root.join("z.txt"), "12").unwrap();
        fs::write(root.join("b/c/a.txt"), "").unwrap();
        std::os::unix::fs::symlink("/etc", root.join("link")).unwrap();
        let found = walk(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let names: Vec<_> = found.items.iter().map(Item::shown).collect();
        assert_eq!(names, ["b/c/a.txt", "z.txt"]);
        assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    }
}
