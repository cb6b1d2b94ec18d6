//! The sweep: every route of the API, for every kind of person, on own, other, walled and made-up things.
//! What is expected comes from the table "Who may what" of the outside contract, written down here a second
//! time, never from the output. A route of the API that no row names fails.

mod rows;
mod table;
mod world;

use std::collections::BTreeSet;

use axum::http::Method;
use strongroom_domain::kernel::id::{ClientId, MatterId, RecordId, WallId};
use strongroom_testkit::Answer;

use rows::rows;
use table::{Expect, Row};
use world::{Actor, Scene, Seat, Thing, World, world};

fn path_of(template: &str, thing: Thing, scene: &Scene, world: &World) -> String {
    let id = match (thing, template) {
        (Thing::Malformed, _) => String::from("nonsense"),
        (Thing::MadeUp, t) if t.contains("/clients/") => ClientId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, t) if t.contains("/records/{id}") => RecordId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, t) if t.contains("/walls/") => WallId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, _) => MatterId::new(1, [9; 10]).to_string(),
        (_, t) if t.contains("/staff/{id}") => world.invited.to_string(),
        (_, t) if t.contains("/clients/") => scene.client.to_string(),
        (_, t) if t.contains("/records/{id}") => scene.record.to_string(),
        (_, t) if t.contains("/walls/") => scene.wall.to_string(),
        _ => scene.matter.to_string(),
    };
    let staff = world.actor("outsider").id.to_string();
    if template == "/api/v1/explain" {
        return format!("{template}?person={staff}&action=record.list&thing={id}");
    }
    template.replace("{source}", "release").replace("{id}", &id).replace("{staff_id}", &staff)
}

async fn ask(world: &World, actor: &Actor, row: &Row, thing: Thing, scene: &Scene) -> Answer {
    let mut browser = world.firm.browser();
    if let Some(person) = &actor.person {
        browser = browser.token(person);
    }
    let path = path_of(row.path, thing, scene, world);
    let etag = match (&row.method, row.path) {
        (&Method::PATCH | &Method::DELETE, _) | (&Method::POST, "/api/v1/records/{id}/versions") => {
            // whoever may read it sends the tag of what they read; whoever may not sends any
            let read = path.find("/team/").map_or(path.trim_end_matches("/versions"), |at| &path[..at + 5]);
            let read = browser.get(read).await;
            let tag = read.header("etag").to_owned();
            if tag.is_empty() { String::from("\"1\"") } else { tag }
        }
        _ => String::new(),
    };
    let mut headers = Vec::new();
    if !etag.is_empty() {
        headers.push(("if-match", etag.as_str()));
    }
    if row.path.ends_with("/records") && row.method == Method::POST || row.path.ends_with("/versions") {
        headers.push(("content-type", "multipart/form-data; boundary=b0undary"));
        let body = "--b0undary\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nSome new words.\r\n--b0undary--\r\n";
        return browser.send(row.method.clone(), &path, &headers, body.into()).await;
    }
    match (row.body)(world, scene) {
        Some(body) => {
            headers.push(("content-type", "application/json"));
            browser.send(row.method.clone(), &path, &headers, body.to_string().into()).await
        }
        None => browser.send(row.method.clone(), &path, &headers, axum::body::Body::empty()).await,
    }
}

fn verdict(answer: &Answer, expect: Expect) -> Result<(), String> {
    let status = answer.status.as_u16();
    let good = match expect {
        Expect::Done => (200..300).contains(&status),
        Expect::Refused(rule) => {
            status == 403 && (rule.is_empty() || answer.rules().iter().any(|r| r == rule))
        }
        Expect::Passed => (200..300).contains(&status) || status == 409 || status == 422,
        Expect::NotFound => status == 404,
        Expect::SignedOut => status == 401,
    };
    if good { Ok(()) } else { Err(format!("expected {expect:?}, got {status}: {}", answer.text())) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_person_as_the_table_says() {
    let world = world().await;
    let mut wrong = Vec::new();
    // reading changes nothing: it shares its matters; each change has one of its own
    let shared =
        [(Thing::Team, world.scene(Thing::Team).await), (Thing::Other, world.scene(Thing::Other).await)];
    for row in rows() {
        let things: &[Thing] = if row.about {
            &[Thing::Team, Thing::Other, Thing::MadeUp, Thing::Malformed]
        } else {
            &[Thing::Team]
        };
        for thing in things {
            for actor in &world.actors {
                let seat = match thing {
                    Thing::Team => actor.on_team,
                    Thing::Other => actor.on_other,
                    _ => Seat::None,
                };
                let expect = match thing {
                    _ if actor.person.is_none() => Expect::SignedOut,
                    // the client stands in the body there, and is always a true one
                    _ if row.path == "/api/v1/matters" => {
                        (row.expect)(actor, client_seat(&row, actor, *thing, seat))
                    }
                    Thing::MadeUp | Thing::Malformed => Expect::NotFound,
                    _ => (row.expect)(actor, client_seat(&row, actor, *thing, seat)),
                };
                // a refusal changes nothing either; what is refused in error shows as a wrong answer below
                let changes = row.method != Method::GET && matches!(expect, Expect::Done | Expect::Passed);
                let fresh = if changes { Some(world.scene(*thing).await) } else { None };
                let [(_, team), (_, other)] = &shared;
                let scene = fresh.as_ref().unwrap_or(if *thing == Thing::Team { team } else { other });
                // the portal is not open: a client contact is told so of the firm's lists, and knows of nothing else
                let answer = ask(&world, actor, &row, *thing, scene).await;
                if let Err(why) = verdict(&answer, expect) {
                    wrong.push(format!("{} {} as {} on {thing:?}: {why}", row.method, row.path, actor.name));
                    // a mutation run asks only whether anything is noticed
                    assert!(!strongroom_testkit::mutated(), "{}", wrong.join("\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers are not those of the table:\n{}", wrong.len(), wrong.join("\n"));
}

/// A client is known through any of its matters: the walled person's one seat there is behind the wall, and
/// the other lead leads the first matter of the other client.
fn client_seat(row: &Row, actor: &Actor, thing: Thing, seat: Seat) -> Seat {
    if row.path.contains("/clients/") && thing == Thing::Other && actor.name == "other lead" {
        return Seat::Lead;
    }
    seat
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_known_answers_like_what_does_not_exist() {
    let world = world().await;
    let scene = world.scene(Thing::Team).await;
    for name in ["walled", "outsider", "administrator", "auditor"] {
        let mut browser = world.firm.browser().token(world.actor(name));
        for (real, made_up) in [
            (
                format!("/api/v1/matters/{}", scene.matter),
                format!("/api/v1/matters/{}", MatterId::new(1, [3; 10])),
            ),
            (
                format!("/api/v1/records/{}", scene.record),
                format!("/api/v1/records/{}", RecordId::new(1, [3; 10])),
            ),
            (
                format!("/api/v1/records/{}/content", scene.record),
                format!("/api/v1/records/{}/content", RecordId::new(1, [3; 10])),
            ),
            (format!("/api/v1/walls/{}", scene.wall), String::from("/api/v1/walls/nonsense")),
        ] {
            let (a, b) = (browser.get(&real).await, browser.get(&made_up).await);
            assert_eq!(a.status, b.status, "{name}: {real}");
            assert_eq!(a.body, b.body, "{name}: {real}");
            let names = |a: &Answer| a.headers.keys().map(|k| k.to_string()).collect::<BTreeSet<_>>();
            assert_eq!(names(&a), names(&b), "{name}: {real}");
        }
    }
}

#[test]
fn no_route_of_the_api_is_missing_from_the_sweep() {
    let swept: BTreeSet<String> = rows().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let known: BTreeSet<String> = ELSEWHERE.iter().map(|r| (*r).to_owned()).collect();
    let missing: Vec<String> = strongroom_web::routes()
        .into_iter()
        .filter(|(_, path)| path.starts_with("/api/v1/"))
        .map(|(method, path)| format!("{method} {path}"))
        .filter(|route| !swept.contains(route) && !known.contains(route))
        .collect();
    assert!(missing.is_empty(), "add a row to the sweep for: {missing:#?}");
    let stale: Vec<&String> = known.iter().filter(|k| swept.contains(*k)).collect();
    assert!(stale.is_empty(), "swept twice: {stale:?}");
}

/// Routes whose answers stories of their own hold: what belongs to oneself, second persons, uploads.
const ELSEWHERE: &[&str] = &[
    "GET /api/v1/ledger/entries/{id}",
    "GET /api/v1/ledger/entries/{id}/receipt",
    "GET /api/v1/ledger/own",
    "POST /api/v1/approvals/{id}",
    "POST /api/v1/approvals/{id}/withdraw",
    "POST /api/v1/policies/proposals",
    "GET /api/v1/policies/proposals/{id}",
    "POST /api/v1/policies/proposals/{id}",
    "POST /api/v1/policies/proposals/{id}/withdraw",
    "GET /api/v1/groups/{id}",
    "PATCH /api/v1/groups/{id}",
    "PUT /api/v1/groups/{id}/members/{staff_id}",
    "DELETE /api/v1/groups/{id}/members/{staff_id}",
    "DELETE /api/v1/sessions/{id}",
    "DELETE /api/v1/tokens/{id}",
    "POST /api/v1/tokens",
    "OPTIONS /api/v1/uploads",
    "POST /api/v1/uploads",
    "OPTIONS /api/v1/uploads/{id}",
    "HEAD /api/v1/uploads/{id}",
    "PATCH /api/v1/uploads/{id}",
    "DELETE /api/v1/uploads/{id}",
];
