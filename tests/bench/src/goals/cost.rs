//! G11 to G13: what a decision, a gigabyte and a byte cost.

use std::hint::black_box;
use std::time::Instant;

use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::gate::{Principal, Situation, ThingKind};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;
use strongroom_seal::chunked::{self, Encryptor};
use strongroom_seal::{Key, OsEntropy};
use strongroom_testkit::TestFirm;

use super::transfer::noise;
use crate::Size;
use crate::peers::openssl;
use crate::report::{Goal, Line, Spread, short};

/// G11. The rules alone, with the facts in hand; and beside it the whole of a decision, facts read from rows.
pub async fn decision(size: Size) -> Vec<Line> {
    let firm = TestFirm::new().await;
    let ann = firm.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = firm.matter(&ann, "Share purchase dispute").await;
    let ctx = ann.ctx(&firm).await;
    let who = Principal::Person { id: ann.id.to_string(), role: Role::Partner, active: true };
    let how = Situation { seat: "lead", leads: true, ..Situation::default() };
    let (gate, id) = (firm.room.gate(), matter.to_string());
    let (mut rules, mut whole) = (Spread::default(), Spread::default());
    let each = 2_000;
    for _ in 0..size.rounds {
        let begun = Instant::now();
        for _ in 0..each {
            let decided = gate.decide(&who, Verb::MatterSee, ThingKind::Matter, &id, &how);
            assert!(black_box(decided).expect("an answer").allowed);
        }
        rules.add(begun.elapsed().as_secs_f64() * 1e6 / f64::from(each));
        let begun = Instant::now();
        for _ in 0..each {
            black_box(ctx.may(Verb::MatterSee, &Target::Matter(matter)).await.expect("an answer"));
        }
        whole.add(begun.elapsed().as_secs_f64() * 1e6 / f64::from(each));
    }
    vec![
        Line::alone("one decision, facts in hand", "µs", rules, Some(Goal::AtMost(30.0))),
        Line::alone("one decision, facts read and held against their MACs", "µs", whole, None),
    ]
}

/// G12.
pub async fn format(size: Size) -> Vec<Line> {
    let noise = noise();
    let key = Key::generate(&OsEntropy);
    let (mut sealed, mut opened, mut theirs) = (Spread::default(), Spread::default(), Spread::default());
    for round in 0..size.rounds {
        let mut salt = [0; chunked::SALT];
        salt[0] = round as u8;
        let mut out = Vec::with_capacity(noise.len() + (1 << 20));
        let begun = Instant::now();
        let mut bytes = 0;
        while begun.elapsed().as_secs() < size.seconds.min(2) {
            out.clear();
            let (mut encryptor, head) = Encryptor::begin(&key, b"bench", salt);
            out.extend_from_slice(&head);
            encryptor.push(&noise, &mut out);
            encryptor.finish(&mut out);
            bytes += noise.len();
        }
        sealed.add(bytes as f64 / begun.elapsed().as_secs_f64() / 1e9);
        let begun = Instant::now();
        let mut bytes = 0;
        while begun.elapsed().as_secs() < size.seconds.min(2) {
            black_box(chunked::open(&key, b"bench", &out).expect("it opens"));
            bytes += noise.len();
        }
        opened.add(bytes as f64 / begun.elapsed().as_secs_f64() / 1e9);
        theirs.add(openssl(16 << 10, size.seconds.min(2)).expect("openssl"));
    }
    vec![
        Line::against(
            "sealing, one core",
            "GB/s",
            (sealed, "openssl", theirs.clone()),
            Some(Goal::AtLeast(1.0)),
        ),
        Line::against("opening, one core", "GB/s", (opened, "openssl", theirs), Some(Goal::AtLeast(1.0))),
    ]
}

/// G13.
pub async fn overhead(_: Size) -> Vec<Line> {
    let of = |plain: u64| chunked::ciphertext_len(plain) as f64;
    let small = of(50 << 10) - f64::from(50 << 10);
    let large = of(1 << 30) / f64::from(1 << 30);
    vec![
        Line::alone("ciphertext / plaintext at 1 GiB", "×", Spread::of(large), Some(Goal::AtMost(1.002)))
            .with(format!("{} bytes more", short(of(1 << 30) - f64::from(1 << 30)))),
        Line::alone(
            "ciphertext more than plaintext at 50 KiB",
            "bytes",
            Spread::of(small),
            Some(Goal::AtMost(600.0)),
        ),
    ]
}
