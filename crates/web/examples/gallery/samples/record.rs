//! The records of a matter: rows, folders, drawer, one record in full.

use strongroom_web::view::field::Field;
use strongroom_web::view::matters::MatterTab;
use strongroom_web::view::parts::Level;
use strongroom_web::view::records::{
    AddRecords, Drawer, ExportForm, FolderLink, LabelForm, MatterRecords, Preview, Record, RecordForms,
    RecordRow, VersionRow,
};

use super::matter::head;
use super::{csrf, kind, labels, levels, marks, matter_shell, more, trail, when, why};

pub(super) fn record_rows(selected: Option<usize>) -> Vec<RecordRow> {
    use Level::{Confidential as C, HighlyConfidential as H, Internal as I};
    let rows = [
        ("PDF", "Complaint as filed", "Pleadings", C, false, "412 KB", 412_000, "today 14:05"),
        ("DOCX", "Settlement position, draft 4", "Strategy", H, true, "88 KB", 88_000, "today 11:32"),
        ("EML", "Re: witness availability", "Correspondence", C, true, "1.2 MB", 1_200_000, "yesterday"),
        (
            "PDF",
            "Expert report on valuation of the forty per cent holding in the Company, with annexes A to K",
            "Evidence / Experts",
            C,
            false,
            "6.8 MB",
            6_800_000,
            "19 Nov",
        ),
        ("TIFF", "Board minutes 1998, scan", "Evidence", H, false, "14.1 MB", 14_100_000, "18 Nov"),
        ("XLSX", "Loss schedule", "Evidence", C, false, "240 KB", 240_000, "17 Nov"),
        (
            "PDF",
            "Deposition_transcript_vol_2_final_FINAL_signed_2026-11-03_redacted_v7.pdf",
            "Evidence",
            C,
            false,
            "2.2 MB",
            2_200_000,
            "17 Nov",
        ),
        ("PNG", "Photograph of the data room index", "Evidence", I, false, "3.4 MB", 3_400_000, "11 Nov"),
        ("PDF", "Engagement letter, signed", "Client", I, false, "156 KB", 156_000, "3 Nov"),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(i, (kind_word, title, folder, level, privileged, size, bytes, changed))| RecordRow {
            id: format!("rec_{i}"),
            select_href: format!("/matters/mat_1?record=rec_{i}"),
            selected: selected == Some(i),
            title: title.into(),
            kind: kind(kind_word),
            folder: Some(folder.into()),
            labels: labels(level, if privileged { &["Privileged"] } else { &[] }),
            size: size.into(),
            bytes,
            changed: when(changed),
        })
        .collect()
}

pub(super) fn folders() -> Vec<FolderLink> {
    [
        ("All records", 0, 128, true),
        ("Client", 0, 4, false),
        ("Correspondence", 0, 61, false),
        ("Evidence", 0, 38, false),
        ("Experts", 1, 6, false),
        ("Pleadings", 0, 9, false),
        ("Strategy", 0, 10, false),
    ]
    .into_iter()
    .map(|(name, depth, count, current)| FolderLink {
        name: name.into(),
        href: format!("/matters/mat_1?folder={name}"),
        depth,
        count: Some(count),
        current,
    })
    .collect()
}

pub(super) fn add(open: bool) -> AddRecords {
    AddRecords {
        open,
        folder: Field::text("folder", "Folder")
            .optional()
            .hint("A path such as Evidence / Experts. New ones are made.")
            .list("folder-list"),
        known_folders: vec!["Evidence".into(), "Evidence / Experts".into()],
        level: levels(Level::Confidential),
        marks: marks(),
        error: open.then(|| "Choose at least one file.".to_owned()),
        new_folder: Field::text("name", "Name of the folder").id("f-new-folder"),
        limit: "Up to 2 GB each.".into(),
    }
}

pub(super) fn drawer() -> Drawer {
    Drawer {
        close_href: "/matters/mat_1#row-rec_1".into(),
        id: "rec_0".into(),
        title: "Complaint as filed".into(),
        filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
        kind: kind("PDF"),
        version_says: "Version 2 of 2, added by D. Okafor".into(),
        version: 2,
        changed: when("today 14:05"),
        folder: Some("Pleadings".into()),
        size: "412 KB".into(),
        fingerprint: "9f2c 41aa … 77d0".into(),
        labels: labels(Level::Confidential, &[]),
        preview: Preview::Frame { src: "/preview-sample.html".into() },
        trail: trail(),
        why: why(),
        may_download: true,
        may_add: true,
    }
}

pub(super) fn records() -> MatterRecords {
    MatterRecords {
        shell: matter_shell("Share purchase dispute"),
        csrf: csrf(),
        head: head(MatterTab::Records),
        folders: folders(),
        folder: None,
        says: "128 records, 214 MB".into(),
        rows: record_rows(None),
        pager: more(),
        add: Some(add(false)),
        read_only: None,
        export: Some(ExportForm {
            open: false,
            reason: Field::reason("Why it is exported").id("f-export-reason"),
        }),
        drawer: None,
    }
}

pub(super) fn record() -> Record {
    let reason = || Some(Field::reason("Why the label is lowered").id("f-lower-reason"));
    Record {
        shell: matter_shell("Complaint as filed"),
        csrf: csrf(),
        id: "rec_0".into(),
        title: "Complaint as filed".into(),
        filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
        kind: kind("PDF"),
        matter_id: "mat_1".into(),
        matter_name: "Share purchase dispute".into(),
        client_name: "Northwind Holdings".into(),
        folder: Some("Pleadings".into()),
        size: "412 KB".into(),
        created: when("2 November 2026"),
        labels: labels(Level::Confidential, &["Privileged"]),
        version: 2,
        versions: vec![
            VersionRow {
                number: 2,
                current: true,
                filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
                size: "412 KB".into(),
                added_by: "D. Okafor".into(),
                when: when("today 14:05"),
                fingerprint: "9f2c 41aa … 77d0".into(),
            },
            VersionRow {
                number: 1,
                current: false,
                filename: "Complaint.pdf".into(),
                size: "398 KB".into(),
                added_by: "E. Marsh".into(),
                when: when("2 Nov"),
                fingerprint: "03bd e771 … 1c9e".into(),
            },
        ],
        fingerprint: "9f2c 41aa 8be0 55d1 … 77d0".into(),
        preview: Preview::Frame { src: "/preview-sample.html".into() },
        may_download: true,
        forms: RecordForms {
            etag: "3".into(),
            title: Some(Field::text("title", "Title").value("Complaint as filed")),
            folder: Some(Field::text("folder", "Folder").value("Pleadings")),
            raise: Some(LabelForm {
                open: false,
                level: levels(Level::HighlyConfidential).id("f-raise-level"),
                marks: Some(marks().id("f-raise-marks")),
                reason: None,
            }),
            lower: Some(LabelForm {
                open: true,
                level: levels(Level::Internal).id("f-lower-level"),
                marks: Some(marks().id("f-lower-marks")),
                reason: reason(),
            }),
            add_version: true,
        },
        trail: trail(),
        activity_href: "/records/rec_0/activity".into(),
        why: why(),
        error: None,
    }
}
