//! Writes the demo firm's papers into a folder, to look at: `cargo run -p strongroom-demo --example dump -- DIR`.

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf};
use strongroom_demo::{Act, Firm, Story, calendar, paper};

fn main() -> Result<(), Box<dyn Error>> {
    let into = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let firm = Firm::new(20_779);
    let story = Story::new(&firm, 7, 54_000);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut index = String::new();
    for event in &story.events {
        let name = format!("{:?}", event.act);
        let name = name.split([' ', '{']).next().unwrap_or("").to_owned();
        *counts.entry(name).or_default() += 1;
        let who = firm.person(event.who).map_or("?", |p| p.name);
        let day = calendar::long(firm.today + event.at_day_offset);
        let shown: String = format!("{:?}", event.act).chars().take(160).collect();
        index.push_str(&format!("{day} {:5} {who}: {shown}\n", event.seconds));
        if let Act::AddRecord { matter, plan, .. } = &event.act {
            let made = paper(plan, &firm);
            let reference = firm.matter(*matter).map_or("unknown", |m| m.reference.as_str());
            fs::create_dir_all(into.join(reference))?;
            fs::write(into.join(reference).join(&made.filename), &made.bytes)?;
        }
    }
    fs::write(into.join("story.txt"), format!("{counts:#?}\n{index}"))?;
    Ok(())
}
