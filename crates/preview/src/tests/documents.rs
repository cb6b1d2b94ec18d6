//! Each reader on a document made for it.

use super::{pdf, show, text, zip};
use crate::{
    Kind, Preview, Refusal, Want,
    html::{Frame, Theme, WINDOW, document},
    render,
};
use std::io::Cursor;

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

#[test]
fn pdf_pages_are_drawn() {
    let Ok(Preview::Pages { count: 3, page: 1, png, width: 1200, height: 1800, sizes }) =
        show(Kind::Pdf, &pdf(3))
    else {
        panic!()
    };
    assert_eq!(sizes, [(200, 300); 3]);
    let drawn = image::load_from_memory(&png).unwrap().to_luma8();
    assert_eq!((drawn.get_pixel(200, 1600).0, drawn.get_pixel(800, 400).0), ([0], [255]));
    let page = |number| render(pdf(3).as_slice(), Kind::Pdf, Want::Page { number, width: 300 });
    assert!(matches!(page(3), Ok(Preview::Pages { page: 3, width: 300, .. })));
    assert_eq!((page(4), page(0)), (Err(Refusal::NoSuchPage), Err(Refusal::NoSuchPage)));
    assert_eq!(show(Kind::Pdf, b"%PDF-1.4 nothing"), Err(Refusal::Damaged));
}

#[test]
fn every_page_of_a_tiff_is_found() {
    let mut bytes = Cursor::new(Vec::new());
    let mut tiff = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    for side in [10_u32, 20, 30] {
        let pixels = vec![side as u8; (side * side) as usize];
        tiff.write_image::<tiff::encoder::colortype::Gray8>(side, side, &pixels).unwrap();
    }
    let bytes = bytes.into_inner();
    let Ok(Preview::Pages { count: 3, png, .. }) =
        render(bytes.as_slice(), Kind::Tiff, Want::Page { number: 2, width: 400 })
    else {
        panic!()
    };
    let page = image::load_from_memory(&png).unwrap().to_luma8();
    assert_eq!((page.width(), page.get_pixel(3, 3).0), (20, [20]));
}

#[test]
fn word_tells_tracked_changes_and_comments() {
    let body = "<w:p><w:r><w:t>We pay </w:t></w:r><w:del w:author='A'><w:r><w:delText>10</w:delText></w:r></w:del>\
        <w:ins w:author='B &amp; C'><w:r><w:t>20</w:t></w:r></w:ins><w:r><w:t>&#x202e;</w:t></w:r></w:p>";
    let comments = "<w:comments><w:comment w:author='B' w:id='1'><w:p><w:r><w:t>Too much</w:t></w:r></w:p></w:comment></w:comments>";
    let docx = zip(&[TYPES, ("word/document.xml", body), ("word/comments.xml", comments)]);
    let shown = text(Kind::Docx, &docx);
    assert!(shown.starts_with("We pay [deleted by A: 10][inserted by B & C: 20]⟨U+202E⟩\n"), "{shown}");
    assert!(shown.contains("Comment by B: Too much"), "{shown}");
}

#[test]
fn entities_and_bombs_do_nothing() {
    let xxe = "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><w:p><w:t>a&f;b</w:t></w:p>";
    assert_eq!(text(Kind::Docx, &zip(&[TYPES, ("word/document.xml", xxe)])), "a�b\n");
    let bomb = " ".repeat(30 * 1024 * 1024);
    assert_eq!(show(Kind::Docx, &zip(&[TYPES, ("word/document.xml", &bomb)])), Err(Refusal::TooBig));
}

#[test]
fn hidden_sheets_are_named() {
    let book = "<workbook xmlns:r='r'><sheets><sheet name='Open' r:id='r1'/><sheet name='Shy' state='veryHidden' r:id='r2'/></sheets></workbook>";
    let rels = "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/><Relationship Id='r2' Target='/xl/worksheets/sheet2.xml'/></Relationships>";
    let one = "<worksheet><sheetData><row><c t='s'><v>0</v></c><c><v>7</v></c></row></sheetData></worksheet>";
    let two = "<worksheet><sheetData><row><c t='inlineStr'><is><t>secret</t></is></c></row></sheetData></worksheet>";
    let xlsx = zip(&[
        TYPES,
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", rels),
        ("xl/sharedStrings.xml", "<sst><si><t>Fee</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", one),
        ("xl/worksheets/sheet2.xml", two),
    ]);
    assert_eq!(text(Kind::Xlsx, &xlsx), "— Sheet: Open —\nFee\t7\t\n— Sheet: Shy (hidden) —\nsecret\t\n");
}

#[test]
fn opendocument_and_rtf_give_their_words() {
    let content = "<office:document><office:styles><x>no</x></office:styles><office:body><text:p>Hello<text:tab/>there</text:p></office:body></office:document>";
    let odt = zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content)]);
    assert_eq!(text(Kind::Odt, &odt), "Hello\tthere\n");
    let rtf =
        br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}Caf\'e9 \u8364? \{ok\}\par end{\pict 0102}}";
    assert_eq!(text(Kind::Rtf, rtf), "Café € {ok}\nend");
    assert!(show(Kind::Rtf, "{".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn mail_shows_addresses_body_and_attachments() {
    let eml = b"From: \"Bank\" <thief@evil.test>\r\nTo: a@b.test\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p><img src=\"http://track.test/x\">\
<script>alert(1)</script>\r\n--X\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment\r\n\r\n1234\r\n\
--X\r\nContent-Type: message/rfc822\r\n\r\nFrom: n@n.test\r\nSubject: nested\r\n\r\nx\r\n--X--\r\n";
    let Ok(Preview::Email { headers, body_text, attachments, .. }) = show(Kind::Email, eml) else { panic!() };
    assert_eq!(headers[0], ("From".into(), "Bank <thief@evil.test>".into()));
    assert_eq!(headers.last().unwrap(), &("Subject".to_string(), "café".to_string()));
    assert!(
        body_text.contains("Hello you") && !body_text.contains("track.test") && !body_text.contains("alert")
    );
    let names: Vec<_> = attachments.iter().map(|a| (a.name.as_str(), a.mime.as_str())).collect();
    assert_eq!(names, [("a.pdf", "application/pdf"), ("nested", "message/rfc822")]);
}

#[test]
fn an_archive_is_listed_not_unpacked() {
    let Ok(Preview::Listing { entries, total: 2 }) =
        show(Kind::Zip, &zip(&[("../../etc/x", "abc"), ("b\n", "")]))
    else {
        panic!()
    };
    assert_eq!(
        (entries[0].name.as_str(), entries[0].size, entries[1].name.as_str()),
        ("../../etc/x", 3, "b")
    );
}

#[test]
fn pages_are_escaped_and_windowed() {
    let frame = Frame {
        theme: Theme::Dark,
        title: "<script>\"'",
        first: 11,
        page_url: &|n| format!("p?n={n}&x"),
        window_url: &|n| format!("?from={n}"),
    };
    let sizes = vec![(612, 792); 25];
    let page = document(
        &Preview::Pages { count: 25, page: 11, png: vec![], width: 1200, height: 1553, sizes },
        &frame,
    );
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;&quot;&#39;"));
    assert_eq!(page.matches("<img").count(), WINDOW as usize);
    assert!(page.contains("alt=\"Page 11 of 25\"") && page.contains("src=\"p?n=20&amp;x\""));
    assert!(
        page.contains("rel=\"prev\" href=\"?from=1\"") && page.contains("rel=\"next\" href=\"?from=21\"")
    );
    let text = document(&Preview::Text { text: "<img src=x onerror=1>".into(), truncated: true }, &frame);
    assert!(!text.contains("<img") && text.contains("Only the beginning"));
}

#[test]
fn every_cut_of_a_document_ends_plainly() {
    let docx = zip(&[TYPES, ("word/document.xml", "<w:p><w:t>words</w:t></w:p>")]);
    for end in 0..docx.len() {
        let _plain = show(Kind::Docx, &docx[..end]);
    }
    let whole = pdf(1);
    for end in (0..whole.len()).step_by(7) {
        let _plain = render(&whole[..end], Kind::Pdf, Want::Summary { width: 200 });
    }
}

#[test]
fn what_scripts_and_styles_say_is_not_shown() {
    let page = "<html><head><style>p { color: red }</style></head><body><p>Docket</p>\
        <SCRIPT type='x'>function menu() { return '<p>no</p>'; }</SCRIPT ><scripture>kept</scripture>\
        <p>Court of Appeals</p><script>never closed <p>nor this";
    let shown = text(Kind::Html, page.as_bytes());
    assert!(
        shown.contains("Docket") && shown.contains("kept") && shown.contains("Court of Appeals"),
        "{shown}"
    );
    for word in ["color", "function", "no<", "never", "nor this"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}

#[test]
fn a_mail_without_words_says_so() {
    let eml = b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; name=smime.p7s\r\n\
        Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQh\r\n";
    let Ok(preview) = show(Kind::Email, eml) else { panic!() };
    let (page_url, window_url) = (|_: u32| String::new(), |_: u32| String::new());
    let frame =
        Frame { theme: Theme::Auto, title: "x", first: 1, page_url: &page_url, window_url: &window_url };
    let html = document(&preview, &frame);
    assert!(html.contains("no words of its own") && html.contains("smime.p7s"), "{html}");
    assert!(!html.contains("<dl></dl>") && !html.contains("></pre>"), "{html}");
}
