//! Every template renders its samples, and what is in them obeys the rules of the pages.

use std::collections::{BTreeMap, BTreeSet};

// The gallery's own samples: it draws them, we read them.
#[path = "../../examples/gallery/samples/mod.rs"]
mod samples;

fn pages() -> Vec<(&'static str, String)> {
    samples::all().expect("every template renders")
}

#[test]
fn every_template_has_a_sample() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let rendered: BTreeSet<_> = pages().iter().map(|(name, _)| (*name).to_owned()).collect();
    for file in std::fs::read_dir(dir).expect("templates") {
        let name = file.expect("file").file_name().into_string().expect("utf-8");
        let Some(stem) = name.strip_suffix(".html") else { continue };
        if matches!(stem, "base" | "door") {
            continue;
        }
        assert!(rendered.iter().any(|page| page.starts_with(stem)), "{stem} has no sample");
    }
}

#[test]
fn every_form_that_posts_carries_the_csrf_field() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") {
                assert!(
                    form.contains("name=\"csrf\" value=\"kXf3n8Lw2q\""),
                    "{name}: a form without csrf: {form}"
                );
            }
        }
    }
}

#[test]
fn nothing_is_inline_that_the_policy_forbids() {
    for (name, html) in pages() {
        for word in [" style=\"", "<style", " onclick=", " onload=", "javascript:"] {
            assert!(!html.contains(word), "{name} contains {word}");
        }
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" type=\"module\" src=\"/assets/"), "{name}: an inline script");
        }
    }
}

#[test]
fn ids_are_unique_on_a_page_and_labels_point_at_them() {
    for (name, html) in pages() {
        let mut seen = BTreeMap::new();
        for part in html.split(" id=\"").skip(1) {
            *seen.entry(part.split('"').next().unwrap_or_default()).or_insert(0) += 1;
        }
        for (id, count) in &seen {
            assert_eq!(*count, 1, "{name}: {id} stands {count} times");
        }
        for part in html.split(" for=\"").skip(1) {
            let id = part.split('"').next().unwrap_or_default();
            assert!(seen.contains_key(id), "{name}: a label for {id}, which is not there");
        }
    }
}

#[test]
fn what_people_typed_is_escaped() {
    use crate::view::field::Field;
    use askama::Template;
    let field = Field::text("name", "Name").value("\"><script>alert(1)</script>").error("<b>");
    let html = field.render().expect("renders");
    assert!(!html.contains("<script>") && !html.contains("<b>"));
}
