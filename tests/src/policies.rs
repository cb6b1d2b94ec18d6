//! Policies approved by two people: the story over the pages and over the API, and who is refused by which rule.

use axum::http::Method;
use serde_json::json;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::gate::{PolicyFile, built_in};
use strongroom_testkit::{Answer, Person, TestFirm};

use crate::pages::send;

const SAID: &str = "Only the team of this matter can open it. Ask the lead.";
const SAYS: &str = "This is for the team alone. Ring the lead.";

fn with(from: &str, to: &str) -> Vec<PolicyFile> {
    assert!(built_in().iter().any(|(_, t)| t.contains(from)), "nothing says {from:?}");
    built_in().into_iter().map(|(n, t)| (n, t.replace(from, to))).collect()
}

async fn firm(files: &[PolicyFile]) -> TestFirm {
    let f = TestFirm::new().await;
    let folder = f.folder.join("policies");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("the folder takes files");
    }
    f
}

/// What a page of other policies says that their digest is.
fn digest(page: &Answer) -> String {
    let html = page.text();
    let (_, rest) = html.split_once("name=\"digest\" value=\"").expect("a form that proposes");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_changed_by_two_people_is_the_one_on_screen() {
    let f = firm(&with(SAID, SAYS)).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let rita = f.person("Rita Calloway", Role::RecordsManager).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let records = format!("/matters/{matter}/records");
    let refused = f.browser().session(&rita).get(&format!("/api/v1{records}")).await.expect(403);
    assert!(refused.text().contains(SAID));

    let admin = f.admin.again(&f).await;
    let mut administrator = f.browser().session(&admin);
    let page = administrator.get("/policies").await.expect(200);
    assert!(page.text().contains("/policies/candidates/folder"), "what lies in the folder is offered");
    let look = "/policies/candidates/folder";
    let page = administrator.get(look).await.expect(200);
    assert!(page.text().contains(SAYS) && page.text().contains("only-the-team-opens"));
    let fields = [("digest", digest(&page)), ("reason", String::from("Agreed on Monday"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let sent = send(&mut administrator, look, look, &fields).await.expect(303);
    let there = sent.header("location").to_owned();
    assert!(administrator.get(&there).await.expect(200).text().contains("Withdraw"));

    let ines = ines.again(&f).await;
    let mut officer = f.browser().session(&ines);
    for page in ["/today", "/approvals", "/policies"] {
        let html = officer.get(page).await.expect(200).text();
        assert!(html.contains("/approvals") || html.contains(&there), "{page} does not say that it waits");
    }
    assert!(officer.get("/approvals").await.text().contains(&there));
    send(&mut officer, &there, &there, &[("decision", "approve")]).await.expect(303);
    let refused = f.browser().session(&rita).get(&format!("/api/v1{records}")).await.expect(403);
    assert!(refused.text().contains(SAYS) && !refused.text().contains(SAID));
    let page = f.browser().session(&rita).get(&format!("/matters/{matter}/activity")).await.expect(403);
    assert!(page.text().contains(SAYS), "the page says it too");
    assert!(officer.get("/policies").await.expect(200).text().contains(SAYS));
    let twice = send(&mut officer, "/policies", &there, &[("decision", "reject")]).await.expect(409);
    assert!(twice.text().contains("decided or withdrawn already"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_that_open_content_to_an_administrator_are_refused_with_the_rule() {
    let mut files = with(
        "unless { context.seat != \"none\" };",
        "unless { context.seat != \"none\" || principal.role == \"administrator\" };",
    );
    files.push((
        String::from("90-firm.cedar"),
        String::from(
            "@id(\"administrators-read\") @says(\"Administrators read.\") permit (principal is Person, action == \
             Action::\"record.read\", resource) when { principal.role == \"administrator\" };",
        ),
    ));
    let f = firm(&files).await;
    f.person("Ines Feld", Role::ComplianceOfficer).await;
    let admin = f.admin.again(&f).await;
    let mut api = f.browser().token(&admin);
    let look = api.get("/api/v1/policies/candidates/folder").await.expect(200).json();
    assert_eq!(look["breaches"][0]["rules"][0], "administrators-read");
    let body = json!({ "source": "folder", "digest": look["digest"], "reason": "To help out" });
    let refused = api.json(Method::POST, "/api/v1/policies/proposals", &body).await.expect(409).json();
    assert_eq!(refused["code"], "policy.too_far");
    assert!(refused["detail"].as_str().unwrap().contains("administrators-read"), "{refused}");
    let page = f.browser().session(&admin).get("/policies/candidates/folder").await.expect(200).text();
    assert!(page.contains("These cannot be proposed") && !page.contains("name=\"digest\""));
}

async fn ask(f: &TestFirm, person: &Person, method: Method, path: &str, body: serde_json::Value) -> Answer {
    f.browser().token(person).json(method, path, &body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_proposes_who_decides_and_who_only_looks() {
    let f = firm(&with(SAID, SAYS)).await;
    let mut people = Vec::new();
    for (name, role) in [
        ("Ines Feld", Role::ComplianceOfficer),
        ("Ann Marsh", Role::Partner),
        ("Ben Okafor", Role::Associate),
        ("Cleo Reyes", Role::Paralegal),
        ("Rita Calloway", Role::RecordsManager),
        ("Odo Auditor", Role::Auditor),
    ] {
        people.push(f.person(name, role).await);
    }
    let look = "/api/v1/policies/candidates/folder";
    let offered = f.browser().token(&f.admin).get(look).await.expect(200).json();
    let new = json!({ "source": "folder", "digest": offered["digest"], "reason": "Agreed on Monday" });
    let proposals = "/api/v1/policies/proposals";
    for person in &people {
        let refused = ask(&f, person, Method::POST, proposals, new.clone()).await.expect(403);
        assert!(
            refused.rules().contains(&String::from("only-administrators-propose-policies")),
            "{:?}",
            person.role
        );
        let sees = matches!(person.role, Role::ComplianceOfficer | Role::Partner | Role::Auditor);
        let seen =
            f.browser().token(person).get("/api/v1/policies").await.expect(if sees { 200 } else { 403 });
        assert!(sees || seen.rules() == ["only-keepers-see-policies"]);
    }
    let made = ask(&f, &f.admin, Method::POST, proposals, new.clone()).await.expect(202).json();
    assert_eq!(made["done"], false);
    let there = format!("{proposals}/{}", made["id"].as_str().unwrap());
    let waiting = ask(&f, &f.admin, Method::POST, proposals, new.clone()).await.expect(409).json();
    assert_eq!(waiting["code"], "policy.waiting");
    let yes = json!({ "approve": true });
    let own = ask(&f, &f.admin, Method::POST, &there, yes.clone()).await.expect(403);
    for rule in ["nobody-decides-their-own-policies", "second-person-for-policies-is-no-administrator"] {
        assert!(own.rules().contains(&String::from(rule)), "{rule}");
    }
    for person in &people {
        let refused =
            ask(&f, person, Method::POST, &format!("{there}/withdraw"), json!({})).await.expect(403);
        assert!(
            refused.rules().contains(&String::from("only-whoever-proposed-withdraws")),
            "{:?}",
            person.role
        );
        if !matches!(person.role, Role::ComplianceOfficer | Role::Partner) {
            let refused = ask(&f, person, Method::POST, &there, yes.clone()).await.expect(403);
            assert!(
                refused.rules().contains(&String::from("second-person-for-policies-is-no-administrator"))
            );
        }
    }
    let changes = f.browser().token(&people[0]).get(&there).await.expect(200).json();
    assert_eq!(changes["changes"]["rules"][0]["id"], "only-the-team-opens");
    ask(&f, &f.admin, Method::POST, &format!("{there}/withdraw"), json!({})).await.expect(204);
    let made = ask(&f, &f.admin, Method::POST, proposals, new).await.expect(202).json();
    let there = format!("{proposals}/{}", made["id"].as_str().unwrap());
    ask(&f, &people[1], Method::POST, &there, yes.clone()).await.expect(204);
    let decided = ask(&f, &people[0], Method::POST, &there, yes).await.expect(409).json();
    assert_eq!(decided["code"], "policy.decided");
    for wrong in ["pro_00000000000000000000000001", "nonsense"] {
        f.browser().token(&people[0]).get(&format!("{proposals}/{wrong}")).await.expect(404);
        ask(&f, &people[0], Method::POST, &format!("{proposals}/{wrong}"), json!({"approve": false}))
            .await
            .expect(404);
    }
    f.browser().token(&people[0]).get("/api/v1/policies/candidates/elsewhere").await.expect(404);
}
