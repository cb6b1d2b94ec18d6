//! Files that mean harm are filed as they are, listed, shown harmlessly or refused in words, and come back byte for
//! byte; none makes the server fail.

use std::collections::BTreeMap;

use crate::papers::{self, Paper};
use crate::served::{Firm, Served, Talk};

/// All that our own page of a preview is made of.
const TAGS: &[&str] = &[
    "!doctype",
    "html",
    "head",
    "meta",
    "title",
    "link",
    "body",
    "main",
    "p",
    "div",
    "pre",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "img",
    "nav",
    "a",
];

/// What became of the previews, to be told at the end.
type Shown = BTreeMap<String, usize>;

async fn filed(api: &mut Talk, path: &str, name: &[u8], bytes: &[u8]) -> String {
    let told = String::from_utf8_lossy(name).into_owned();
    let answer = api.files(path, &[(name, bytes)]).await.unwrap();
    assert_eq!(answer.status.as_u16(), 201, "{told:?}: {}", answer.text());
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A record's page, its preview and its bytes.
async fn opened(api: &mut Talk, page: &mut Talk, id: &str, paper: &Paper, shown: &mut Shown) {
    let name = &paper.name;
    let seen = api.get(&format!("/api/v1/records/{id}")).await.expect(200).json();
    let kept = seen["filename"].as_str().unwrap();
    assert!(!kept.is_empty() && kept.len() <= 255, "{name:?} became {kept:?}");
    let odd = |c: char| c == '/' || c == '\\' || c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!kept.contains(odd) && kept != "." && kept != "..", "{name:?} became {kept:?}");
    assert!(!seen["title"].as_str().unwrap().trim().is_empty(), "{name:?} has no title");
    let content = api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
    assert!(content.body == paper.bytes, "{name:?} came back as other bytes");
    assert!(content.header("content-disposition").starts_with("attachment"), "{name:?}");
    let html = page.get(&format!("/records/{id}")).await.expect(200).text();
    assert!(html.contains("</html>"), "{name:?}");
    let preview = page.get(&format!("/records/{id}/preview/1")).await;
    let csp = preview.header("content-security-policy").to_owned();
    let preview = preview.expect(200).text();
    assert!(csp.contains("default-src 'none'") && csp.contains("sandbox"), "{name:?}: {csp}");
    for tag in preview.split('<').skip(1) {
        let tag =
            tag.trim_start_matches('/').split(|c: char| !c.is_alphanumeric() && c != '!').next().unwrap();
        assert!(TAGS.contains(&tag), "{name:?} brought <{tag}> into its preview");
    }
    let body = preview.split("<main").nth(1).unwrap_or_default();
    let what = match body.split_once("role=\"status\">") {
        Some((_, says)) => {
            assert!(
                says.split('<').next().is_some_and(|s| s.len() > 20),
                "{name:?} is refused without words"
            );
            "refused in words"
        }
        None => ["<img", "<dl", "<table", "<pre", "class=\"note\""]
            .into_iter()
            .find(|part| body.contains(part))
            .expect("something shown"),
    };
    *shown.entry(what.to_owned()).or_default() += 1;
    if body.contains("<img") {
        let picture = page.get(&format!("/records/{id}/preview/1/page/1")).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/png", "{name:?}");
    }
}

async fn all_listed(api: &mut Talk, page: &mut Talk, firm: &Firm, ids: &[String]) {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/matters/{}/records?limit=200{after}", firm.matter);
        let list = api.get(&path).await.expect(200).json();
        let items = list["items"].as_array().unwrap();
        found.extend(items.iter().map(|r| r["id"].as_str().unwrap().to_owned()));
        match list["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let (mut left, mut right) = (found, ids.to_vec());
    left.sort();
    right.sort();
    assert_eq!(left, right, "what was filed is what is listed");
    page.get(&format!("/matters/{}", firm.matter)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_files_go_in_are_shown_or_refused_and_come_back_unchanged() {
    go_in_and_come_back(papers::made()).await;
}

/// Every fourth file of the corpus, from this one on: four tests, so that none takes minutes on a busy machine.
async fn a_quarter(from: usize) {
    // the database has no part in a preview: the long run is made once
    let corpus = papers::corpus().filter(|_| std::env::var_os("TEST_DATABASE_URL").is_none());
    let Some(corpus) = corpus else {
        eprintln!("SKIPPED: no corpus here, or it is tried on SQLite alone");
        return;
    };
    let all = papers::below(&corpus.join("hostile"));
    go_in_and_come_back(all.into_iter().skip(from).step_by(4).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hostile_corpus_goes_in_and_comes_back_unchanged_1_of_4() {
    a_quarter(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hostile_corpus_goes_in_and_comes_back_unchanged_2_of_4() {
    a_quarter(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hostile_corpus_goes_in_and_comes_back_unchanged_3_of_4() {
    a_quarter(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hostile_corpus_goes_in_and_comes_back_unchanged_4_of_4() {
    a_quarter(3).await;
}

async fn go_in_and_come_back(all: Vec<Paper>) {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (mut api, mut page) = (served.as_person(&firm.ann), served.as_browser(&firm.ann));
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let (mut ids, mut shown) = (Vec::new(), Shown::new());
    for (n, paper) in all.iter().enumerate() {
        // one way in for each, in turn
        let id = if n % 2 == 0 {
            filed(&mut api, &path, paper.name.as_bytes(), &paper.bytes).await
        } else {
            let done = api.tus(firm.matter, &paper.name, &paper.bytes).await.unwrap();
            assert!(done.status.is_success(), "{:?}: {}", paper.name, done.text());
            done.header("x-record-id").to_owned()
        };
        opened(&mut api, &mut page, &id, paper, &mut shown).await;
        ids.push(id);
    }
    all_listed(&mut api, &mut page, &firm, &ids).await;
    eprintln!("{} files: {shown:?}", all.len());
    served.stop();
    firm.agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_are_made_harmless_and_never_lost() {
    let mut names = papers::names();
    let ours = names.len();
    if let Some(corpus) = papers::corpus() {
        names.extend(papers::names_of(&corpus));
    }
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (mut api, mut page) = (served.as_person(&firm.ann), served.as_browser(&firm.ann));
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let (mut ids, mut shown) = (Vec::new(), Shown::new());
    for (n, name) in names.iter().enumerate() {
        let paper = Paper { name: name.clone(), bytes: format!("The paper number {n}.").into_bytes() };
        // a browser writes these three as such in a form, and everything else as it is
        let sent = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let by_form = api.files(&path, &[(sent.as_bytes(), &paper.bytes)]).await.unwrap();
        let code = by_form.status.as_u16();
        if code == 201 {
            let id = by_form.json()["items"][0]["id"].as_str().unwrap().to_owned();
            opened(&mut api, &mut page, &id, &paper, &mut shown).await;
            ids.push(id);
        } else {
            // a header that cannot hold the name is a clear refusal
            assert!((400..500).contains(&code), "{name:?}: {code} {}", by_form.text());
            assert!(
                name.contains('\0') || name.chars().any(char::is_control),
                "{name:?}: {}",
                by_form.text()
            );
        }
        let by_tus = api.tus(firm.matter, name, &paper.bytes).await.unwrap();
        assert!(by_tus.status.is_success(), "{name:?}: {}", by_tus.text());
        let id = by_tus.header("x-record-id").to_owned();
        opened(&mut api, &mut page, &id, &paper, &mut shown).await;
        ids.push(id);
    }
    // bytes that are no text at all
    for name in [&b"\xff\xfe\xfd.pdf"[..], b"caf\xe9.txt", b"\xc0\xaf..\xc0\xaf", b"\xed\xa0\x80.txt"] {
        let answer = api.files(&path, &[(name, b"no UTF-8")]).await.unwrap();
        assert!(answer.status.as_u16() < 500, "{name:?}: {}", answer.text());
        if answer.status.as_u16() == 201 {
            ids.push(answer.json()["items"][0]["id"].as_str().unwrap().to_owned());
        }
    }
    all_listed(&mut api, &mut page, &firm, &ids).await;
    eprintln!("{ours} names of our own, {} of the corpus: {shown:?}", names.len() - ours);
    served.stop();
    firm.agrees();
}
