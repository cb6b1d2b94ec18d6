//! Sign-in, enrolment, seal, trouble.

use strongroom_web::layout::{Role, Section};
use strongroom_web::view::door::{Enrol, EnrolDone, EnrolGone, Seal, SignIn, SignInTotp, StepUp, Unseal};
use strongroom_web::view::field::{Field, Input};
use strongroom_web::view::parts::Why;
use strongroom_web::view::portal::ClientContact;
use strongroom_web::view::qr::Qr;
use strongroom_web::view::trouble::{NotFound, Problem, Refused};

use super::{Pages, csrf, door, matter_shell, page, shell, when};

fn email() -> Field {
    Field::new(Input::Email, "email", "Email").autocomplete("username").autofocus()
}

fn password() -> Field {
    Field::new(Input::Password, "password", "Password").autocomplete("current-password")
}

fn code(label: &str) -> Field {
    Field::new(Input::Code, "code", label)
        .autocomplete("one-time-code")
        .hint("Six digits from your authenticator.")
        .autofocus()
}

fn sample_qr() -> Qr {
    let mut seed = 7_u32;
    let rows = (0..33_i32).map(|y| {
        (0..33_i32)
            .map(|x| {
                let finder = |cx: i32, cy: i32| {
                    let d = (x - cx).abs().max((y - cy).abs());
                    (d <= 4).then_some(d != 2 && d != 4)
                };
                seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
                finder(3, 3).or(finder(29, 3)).or(finder(3, 29)).unwrap_or(seed >> 16 & 1 == 1)
            })
            .collect()
    });
    Qr::new(rows.collect())
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    let help = || "Call the IT desk on extension 400.".to_owned();
    let sign_in = |error: Option<String>, notice: Option<String>| SignIn {
        door: door("Sign in"),
        csrf: csrf(),
        back: "/matters/mat_1".into(),
        email: email().value(if error.is_some() { "e.marsh@marshlyle.example" } else { "" }),
        password: password(),
        notice,
        error,
        help: help(),
    };
    page(
        &mut pages,
        "sign_in",
        sign_in(None, Some("You were signed out after an hour without activity.".into())),
    )?;
    page(
        &mut pages,
        "sign_in_error",
        sign_in(
            Some(
                "That e-mail and password do not go together. Nothing more is said, for everyone's safety."
                    .into(),
            ),
            None,
        ),
    )?;
    page(
        &mut pages,
        "sign_in_totp",
        SignInTotp {
            door: door("Your code"),
            csrf: csrf(),
            back: "/today".into(),
            email: "e.marsh@marshlyle.example".into(),
            code: code("Code").error("That code is not right, or has been used. Wait for the next one."),
            error: None,
        },
    )?;
    page(
        &mut pages,
        "enrol",
        Enrol {
            door: door("Welcome"),
            csrf: csrf(),
            action: "/enrol/x1".into(),
            person_name: "Daniel Okafor".into(),
            email: "d.okafor@marshlyle.example".into(),
            role_name: "Associate".into(),
            invited_by: "Ines Halloran".into(),
            until: Some(when("Monday 17:00")),
            password: Field::new(Input::Password, "password", "Password")
                .autocomplete("new-password")
                .hint("At least 12 characters. Four words you can remember are better than signs.")
                .error("That password is among the most used ones. Choose another."),
            password_again: Field::new(Input::Password, "password_again", "The same again")
                .autocomplete("new-password"),
            qr: sample_qr(),
            secret_grouped: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
            code: Field::new(Input::Code, "code", "The code it shows now").autocomplete("one-time-code"),
            error: None,
        },
    )?;
    page(
        &mut pages,
        "enrol_done",
        EnrolDone {
            door: door("Recovery codes"),
            csrf: csrf(),
            action: "/enrol/x1/done".into(),
            person_name: "Daniel Okafor".into(),
            codes: (0..8).map(|i| format!("7KQ{i}-M2XV-9{i}TB")).collect(),
        },
    )?;
    page(&mut pages, "enrol_gone", EnrolGone { door: door("Invitation"), ask: help() })?;
    page(
        &mut pages,
        "step_up",
        StepUp {
            shell: matter_shell("Confirm that it is you"),
            csrf: csrf(),
            why: "Exporting Share purchase dispute takes all its records out of the strongroom.".into(),
            code: code("Code"),
            error: None,
            back: "/matters/mat_1".into(),
            cancel_href: "/matters/mat_1".into(),
            lasts: "10 minutes".into(),
        },
    )?;
    for (name, ask) in [
        (
            "seal_shares",
            Unseal::Shares {
                field: Field::new(Input::Area, "share", "One share")
                    .hint("From the printed sheet, or scanned from it. Never by mail."),
                given: 1,
                needed: 3,
            },
        ),
        (
            "seal_passphrase",
            Unseal::Passphrase {
                field: Field::new(Input::Password, "passphrase", "Passphrase")
                    .error("That passphrase does not open it."),
            },
        ),
        ("seal_keyfile", Unseal::KeyFile),
    ] {
        page(
            &mut pages,
            name,
            Seal {
                door: door("Sealed"),
                csrf: csrf(),
                ask,
                error: None,
                since: "Sealed since 06:12 today, when the server started.".into(),
                help: help(),
            },
        )?;
    }
    page(&mut pages, "refused", Refused {
        shell: matter_shell("Refused"),
        heading: "You cannot lower the label of Complaint as filed".into(),
        why: Why {
            allowed: false,
            lead: "Refused.".into(),
            sentences: vec!["Only the lead of the matter, or the records manager, lowers a label, and gives the reason.".into()],
            ask: Some("Ask Eleanor Marsh, who leads it.".into()),
        },
        back: Some(("/records/rec_1".into(), "Back to the record".into())),
        entry_href: Some("/ledger/ent_1".into()),
    })?;
    page(
        &mut pages,
        "not_found",
        NotFound { shell: shell("Nothing here", Role::Associate, Section::Today) },
    )?;
    page(&mut pages, "problem", Problem {
        door: door("It did not go through"),
        heading: "The disk that keeps the records is full".into(),
        happened: "The file could not be written to the end.".into(),
        kept: "Everything that was there before. What had arrived of this file stays for a week, so that you can go on.".into(),
        to_do: "Tell the IT desk (extension 400). Then drop the same file again.".into(),
        back_href: Some("/matters/mat_1".into()),
        request_id: "req_01KAM3Z8QN".into(),
    })?;
    page(
        &mut pages,
        "client_contact",
        ClientContact {
            shell: shell("Your file", Role::ClientContact, Section::Account),
            csrf: csrf(),
            greeting: "Good afternoon, Sofia".into(),
            lawyer_name: "Eleanor Marsh".into(),
            lawyer_says:
                "Your lawyer in Share purchase dispute. Call about anything: documents, dates, worries."
                    .into(),
            phone: "020 7946 0112".into(),
            phone_href: Some("tel:+442079460112".into()),
            email: Some("e.marsh@marshlyle.example".into()),
            office: "Marsh Lyle LLP, 14 Bedford Row, London".into(),
            hours: "Monday to Friday, 8:30 to 18:30. At other times the night desk answers the same number."
                .into(),
        },
    )?;
    Ok(pages)
}
