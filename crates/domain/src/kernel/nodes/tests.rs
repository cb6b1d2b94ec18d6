//! Two nodes of one firm: two rooms over one database, each with what it keeps in memory.

use std::collections::BTreeSet;

use strongroom_storage::sql::Sql;

use crate::features::check::check;
use crate::features::client::CreateClient;
use crate::features::firm::fixture::{Fixture, policies};
use crate::features::ledger::stories::Story;
use crate::features::policy::{Source, decide, propose};
use crate::kernel::actor::{Actor, Channel};
use crate::kernel::clock::SECOND;
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::error::Error;
use crate::kernel::gate::digest_of;
use crate::kernel::text::{Name, Reason, Reference};
use crate::kernel::vault::Numbered;

#[tokio::test]
async fn a_number_is_given_once_whichever_node_gives_it() {
    let f = Fixture::new().await;
    let other = f.reopened().await.unwrap();
    let mut given = BTreeSet::new();
    for n in 0..3_000 {
        let room = if n % 3 == 0 { &f.room } else { &other };
        let number = room.next_number(Numbered::Record).await.unwrap();
        assert!(given.insert(number), "{number} was given twice");
    }
    // a third that knows neither's blocks, by a keyring from before
    let third = f.reopened().await.unwrap();
    assert!(given.insert(third.next_number(Numbered::Record).await.unwrap()));
}

#[tokio::test]
async fn one_node_signs_the_other_follows_and_takes_over_when_the_lease_stands_still() {
    let s = Story::new().await;
    let first = s.f.room.clone();
    first.sequence_all().await.unwrap();
    let second = s.f.reopened().await.unwrap();
    assert!(second.signs());
    // who comes in new has the lease; the first writes, and numbers nothing
    let client = |name: &str| CreateClient {
        name: Name::parse(name).unwrap(),
        reference: Reference::parse("R-1").unwrap(),
    };
    let lead = s.f.sign_in(s.ann).await;
    lead.perform(client("Alder")).await.unwrap();
    assert_eq!(first.sequence().await.unwrap(), 0);
    assert!(!first.signs());
    assert!(second.sequence().await.unwrap() > 0);
    first.sequence().await.unwrap();
    assert_eq!(first.checkpoint(), second.checkpoint(), "what the other signs is known here");

    // it stands still: after some seconds of the first's own clock the first goes on
    lead.perform(client("Birch")).await.unwrap();
    assert_eq!(first.sequence().await.unwrap(), 0);
    s.f.clock.advance(3 * SECOND);
    assert_eq!(first.sequence().await.unwrap(), 0, "patience");
    s.f.clock.advance(2 * SECOND);
    assert!(first.sequence().await.unwrap() > 0);
    assert!(first.signs());
    let size = first.ledger_head().await.unwrap().size;
    // the second wakes up: what it wanted to write is not written
    lead.perform(client("Cedar")).await.unwrap();
    assert_eq!(second.sequence().await.unwrap(), 0);
    assert!(!second.signs());
    assert_eq!(first.ledger_head().await.unwrap().size, size);
    assert!(first.sequence().await.unwrap() > 0);
    second.sequence().await.unwrap();
    assert_eq!(first.checkpoint(), second.checkpoint());
    // an orderly end gives the lease up
    first.say_goodbye().await.unwrap();
    lead.perform(client("Dogwood")).await.unwrap();
    assert!(second.sequence().await.unwrap() > 0, "without waiting");
    assert!(second.signs());
}

#[tokio::test]
async fn a_firm_that_is_sealed_on_one_node_is_sealed_on_the_others() {
    let f = Fixture::new().await;
    let other = f.reopened().await.unwrap();
    other.look().await.unwrap();
    let streams = other.vault.watch();
    let ctx = Ctx::new(f.room.clone(), Actor::Operator(String::from("op")), Channel::Cli, Place::default());
    f.room.seal(&ctx).await.unwrap();
    assert!(!other.vault.is_sealed());
    assert!(matches!(other.look().await, Err(Error::Sealed)));
    assert!(other.vault.is_sealed() && !streams.holds());
    // unsealed again, it stays so
    let again = f.reopened().await.unwrap();
    again.look().await.unwrap();
    assert!(!again.vault.is_sealed());
}

#[tokio::test]
async fn names_policies_and_running_streams_hear_of_what_another_node_did() {
    let s = Story::new().await;
    let other = s.f.reopened().await.unwrap();
    let there = s.f.sign_in_to(&other, s.ann).await;
    let lead = s.f.sign_in(s.ann).await;
    let authority = other.authority();
    let new = CreateClient {
        name: Name::parse("Harbour Lane Foods").unwrap(),
        reference: Reference::parse("HL-1").unwrap(),
    };
    let client = lead.perform(new).await.unwrap();
    s.f.room.sequence().await.unwrap();
    other.sequence().await.unwrap();
    other.look().await.unwrap();
    assert!(other.authority() > authority, "streams ask again");
    let (seen, _) = crate::features::client::client(&there, client).await.unwrap();
    assert_eq!(seen.name, "Harbour Lane Foods");
    assert_eq!(other.nodes().await.unwrap().len(), 1, "it has said that it lives");

    approve(&s, "// Nothing of our own yet.\n").await;
    assert_ne!(other.gate().digest(), s.f.room.gate().digest());
    other.look().await.unwrap();
    assert_eq!(other.gate().digest(), s.f.room.gate().digest());

    // policies that are not those that two people approved decide nothing here, not even as those of before
    approve(&s, "// Still nothing.\n").await;
    let mut tx = s.f.room.db.begin().await.unwrap();
    tx.exec(&EDITED, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(other.look().await.is_err());
    assert!(other.vault.is_sealed());
}

const EDITED: Sql =
    Sql::new("TEST_EDIT", "UPDATE policy_file SET text = text || ' ' WHERE name = '90-firm.cedar'");

/// Two people approve a file of the firm's own.
async fn approve(s: &Story, text: &str) {
    let mut files = policies();
    files.push((String::from("90-firm.cedar"), text.to_owned()));
    s.f.lay(&files);
    let reason = Reason::parse("Agreed by the partners on Monday");
    let digest = hex::encode(digest_of(&files));
    let proposed = propose(&s.f.admin().await, Source::Folder, &digest, reason).await.unwrap();
    decide(&s.f.sign_in(s.f.second().await).await, proposed.id, true).await.unwrap();
}

#[tokio::test]
async fn a_node_with_an_older_keyring_stays_sealed() {
    let f = Fixture::new().await;
    let (sealed, keyring_key) = f.room.vault.store().load().unwrap();
    let mut opened = sealed.open_with_keyfile(&f.key_file(), &keyring_key).unwrap();
    opened.keyring.advance();
    f.room.vault.seal();
    f.room.unseal(opened.keyring, opened.root, keyring_key, "keyfile", "tester").await.unwrap();
    let refused = f.reopened().await;
    assert!(matches!(refused, Err(Error::Conflict { code: "keyring.older", .. })));
}

/// More writers at once than there are connections, none of whom has been looked for: whoever holds a connection while
/// it waits for another would hold up all.
#[tokio::test]
async fn a_crowd_of_writers_looks_before_it_takes_connections() {
    let s = Story::new().await;
    s.f.room.watching.store(true, std::sync::atomic::Ordering::SeqCst);
    let lead = s.f.sign_in(s.ann).await;
    s.f.clock.advance(2 * SECOND);
    let new = |n: usize| CreateClient {
        name: Name::parse(&format!("Client {n}")).unwrap(),
        reference: Reference::parse(&format!("C-{n}")).unwrap(),
    };
    let crowd = (0..40).map(|n| lead.perform(new(n)));
    for made in futures_util::future::join_all(crowd).await {
        made.unwrap();
    }
}

const COUNTED: Sql = Sql::new("TEST_COUNTED", "UPDATE counter SET value = value + 1 WHERE name = 'seals'");

#[tokio::test]
async fn a_counter_that_was_changed_keeps_the_firm_sealed_and_check_can_say_so() {
    let f = Fixture::new().await;
    let ctx = Ctx::new(f.room.clone(), Actor::Operator(String::from("op")), Channel::Cli, Place::default());
    f.room.seal(&ctx).await.unwrap();
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec_one(&COUNTED, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(f.reopened().await, Err(Error::Tampered { table: "counter", .. })));
    let looked = f.examined().await.unwrap();
    let found = check(&looked, "tester", false, &mut |_| ()).await.unwrap();
    assert!(found.iter().any(|finding| finding.what.contains("a row of counter")), "{found:?}");
}

/// A whole row of before, seal and all: only the ledger knows better.
#[tokio::test]
async fn a_counter_that_was_put_back_or_taken_away_keeps_the_firm_sealed() {
    let f = Fixture::new().await;
    f.room.next_number(Numbered::Record).await.unwrap();
    f.room.write_time().await.unwrap();
    f.room.sequence_all().await.unwrap();
    f.reopened().await.unwrap();
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec_one(&TAKEN_AWAY, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(f.reopened().await, Err(Error::Tampered { table: "counter", .. })));
}

const TAKEN_AWAY: Sql = Sql::new("TEST_TAKEN", "DELETE FROM counter WHERE name = 'next record'");

#[tokio::test]
async fn nothing_is_numbered_before_the_firm_was_held() {
    let f = Fixture::new().await;
    f.room.sequence_all().await.unwrap();
    f.room.save_checkpoint().await.unwrap();
    f.room.say_goodbye().await.unwrap();
    let before = f.room.ledger_head().await.unwrap();
    // the lease is free, and the ledger is not the one that the keyring remembers
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec_one(&ROLLED_BACK, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(f.reopened().await, Err(Error::Tampered { .. })));
    let after = f.room.ledger_head().await.unwrap();
    assert_eq!((after.term, after.signed_size), (before.term, before.signed_size), "nobody took the lease");
}

const ROLLED_BACK: Sql = Sql::new("TEST_BACK", "UPDATE ledger_head SET size = size - 1 WHERE one = 'x'");
