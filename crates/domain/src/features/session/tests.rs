//! Tests of signing in.

mod guessing;

use strongroom_storage::params;
use strongroom_storage::sql::{Param, Sql};

use super::*;
use crate::features::firm::fixture::Fixture;
use crate::kernel::actor::{Channel, Role};
use crate::kernel::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::kernel::error::Error;
use crate::kernel::text::Name;
use crate::kernel::verb::Scope;

async fn change(f: &Fixture, sql: &'static Sql, params: &[Param]) {
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec(sql, params).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_enrols_signs_in_and_out() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let browser = f.browser(ann, None).await.unwrap();
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let who = me(&ctx).await.unwrap();
    assert_eq!((who.name.as_str(), who.role, who.scopes.len()), ("Ann Poole", Role::Partner, 5));
    let all = sessions(&ctx).await.unwrap();
    assert_eq!((all.len(), all[0].current, all[0].address.as_str()), (1, true, "192.0.2.10"));
    sign_out(&ctx).await.unwrap();
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
}

#[tokio::test]
async fn a_code_is_good_once() {
    let f = Fixture::new().await;
    let ann = f.second().await;
    let secrets = f.secrets(ann);
    let ctx = f.anonymous();
    let code = f.next_code(ann);
    let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, None).await.unwrap();
    let first = sign_in_code(&ctx, &ticket, &code, None).await.unwrap();
    let replay = sign_in_code(&ctx, &ticket, &code, None).await;
    assert!(matches!(replay, Err(Error::Invalid { field: "code", .. })));
    let mine = f.with_cookie(&first.cookie).await.unwrap();
    let replay = step_up(&mine, &code).await;
    assert!(matches!(replay, Err(Error::Invalid { field: "code", .. })), "not for stepping up either");
    let code = f.next_code(ann);
    step_up(&mine, &code).await.unwrap();
    assert!(matches!(step_up(&mine, &code).await, Err(Error::Invalid { field: "code", .. })));
}

#[tokio::test]
async fn a_ticket_lasts_five_minutes_and_is_not_forged() {
    let f = Fixture::new().await;
    let secrets = f.secrets(f.administrator);
    let ctx = f.anonymous();
    let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, None).await.unwrap();
    assert!(sign_in_code(&ctx, &ticket[1..], "000000", None).await.is_err());
    f.clock.advance(6 * MINUTE);
    let late = sign_in_code(&ctx, &ticket, &f.code(f.administrator), None).await;
    assert!(matches!(late, Err(Error::Conflict { code: "session.ticket", .. })));
}

#[tokio::test]
async fn a_recovery_code_is_good_once_and_does_not_step_up() {
    let f = Fixture::new().await;
    let admin = f.administrator;
    let secrets = f.secrets(admin);
    let ctx = f.anonymous();
    let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, None).await.unwrap();
    let typed = secrets.recovery[3].to_lowercase().replace('-', " ");
    let signed = sign_in_code(&ctx, &ticket, &typed, None).await.unwrap();
    assert_eq!(signed.recovery_codes_left, Some(9));
    assert!(sign_in_code(&ctx, &ticket, &typed, None).await.is_err());
    let mine = f.with_cookie(&signed.cookie).await.unwrap();
    assert!(who(&mine).await.unwrap().stepped_up_until.is_none());
    let refused = new_recovery_codes(&mine).await;
    assert!(matches!(refused, Err(Error::Refused(r)) if r.step_up && !r.because.is_empty()));
    step_up(&mine, &f.next_code(admin)).await.unwrap();
    let mine = f.with_cookie(&signed.cookie).await.unwrap();
    let fresh = new_recovery_codes(&mine).await.unwrap();
    assert_eq!(fresh.len(), 10);
    f.clock.advance(20 * MINUTE);
    let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, None).await.unwrap();
    assert!(sign_in_code(&ctx, &ticket, &secrets.recovery[0], None).await.is_err(), "the old ones ended");
    f.clock.advance(MINUTE);
    sign_in_code(&ctx, &ticket, &fresh[0], None).await.unwrap();
}

#[tokio::test]
async fn unknown_and_known_addresses_get_one_answer_and_only_the_known_leave_entries() {
    const ENTRIES: Sql = Sql::new(
        "TEST_ENTRIES",
        "SELECT COUNT(*) AS n FROM ledger_entry WHERE verb = 'session.sign_in' AND outcome = 'failed'",
    );
    let f = Fixture::new().await;
    let ctx = f.anonymous();
    let known =
        sign_in_password(&ctx, &f.secrets(f.administrator).email, "not my password", None).await.map(drop);
    let unknown = sign_in_password(&ctx, "nobody@harrow.example", "not my password", None).await.map(drop);
    assert_eq!(known.unwrap_err().to_string(), unknown.unwrap_err().to_string());
    let n: i64 = f.room.db.one(&ENTRIES, &[]).await.unwrap().get("n").unwrap();
    assert_eq!(n, 1);
    f.clock.advance(5 * SECOND);
    sign_in_password(&ctx, &f.secrets(f.administrator).email, "not my password", None).await.unwrap_err();
    let n: i64 = f.room.db.one(&ENTRIES, &[]).await.unwrap().get("n").unwrap();
    assert_eq!(n, 1, "at most one a minute");
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let f = Fixture::new().await;
    let browser = f.browser(f.administrator, None).await.unwrap();
    for _ in 0..26 {
        f.clock.advance(50 * MINUTE);
        f.with_cookie(&browser.cookie).await.unwrap();
    }
    f.clock.advance(3 * HOUR);
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
    let browser = f.browser(f.administrator, None).await.unwrap();
    f.clock.advance(61 * MINUTE);
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
}

#[tokio::test]
async fn rows_changed_behind_the_programs_back_sign_nobody_in() {
    const LONGER: Sql = Sql::new("TEST_LONGER", "UPDATE session SET stepped_up_at = $1");
    const OTHERS: Sql = Sql::new("TEST_OTHERS", "UPDATE token SET scopes = 'read write walls roles export'");
    const COPY: Sql = Sql::new(
        "TEST_COPY",
        "INSERT INTO session SELECT 'ses_00000000000000000000000001', staff_id, $1, created_at, seen_at, stepped_up_at, ended_at, sealed_place, mac FROM session",
    );
    let f = Fixture::new().await;
    let ann = f.second().await;
    let browser = f.browser(ann, None).await.unwrap();
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let made = make_token(&ctx, Name::parse("script").unwrap(), vec![Scope::Read], f.room.now() + DAY)
        .await
        .unwrap();
    authenticate_token(&f.room, &made.text, Channel::Api, Fixture::place()).await.unwrap();
    change(&f, &OTHERS, &[]).await;
    let answer = authenticate_token(&f.room, &made.text, Channel::Api, Fixture::place()).await;
    assert!(matches!(answer, Err(Error::SignedOut)));
    change(&f, &LONGER, &params![f.room.now() + DAY]).await;
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
    // a whole row more, whatever it says, and the person is known to have been tampered with
    let f = Fixture::new().await;
    let browser = f.browser(f.administrator, None).await.unwrap();
    change(&f, &COPY, &params![[9_u8; 32]]).await;
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
}

#[tokio::test]
async fn yesterdays_rows_put_back_are_refused() {
    const KEEP: &[Sql] = &[
        Sql::new("TEST_KEEP_1", "CREATE TABLE kept_session AS SELECT * FROM session"),
        Sql::new("TEST_KEEP_2", "CREATE TABLE kept_credential AS SELECT * FROM credential"),
        Sql::new("TEST_KEEP_3", "CREATE TABLE kept_set AS SELECT * FROM authority_set"),
    ];
    const BACK: &[Sql] = &[
        Sql::new("TEST_BACK_1", "DELETE FROM session"),
        Sql::new("TEST_BACK_2", "INSERT INTO session SELECT * FROM kept_session"),
        Sql::new("TEST_BACK_3", "DELETE FROM credential"),
        Sql::new("TEST_BACK_4", "INSERT INTO credential SELECT * FROM kept_credential"),
        Sql::new("TEST_BACK_5", "DELETE FROM authority_set"),
        Sql::new("TEST_BACK_6", "INSERT INTO authority_set SELECT * FROM kept_set"),
    ];
    const FORGET: &[Sql] = &[Sql::new(
        "TEST_FORGET",
        "DELETE FROM ledger_set WHERE version = (SELECT MAX(version) FROM ledger_set l WHERE l.set_id = ledger_set.set_id) AND set_id NOT IN (SELECT set_id FROM kept_set k WHERE k.version = ledger_set.version)",
    )];
    let f = Fixture::new().await;
    let admin = f.administrator;
    let browser = f.browser(admin, None).await.unwrap();
    for sql in KEEP {
        change(&f, sql, &[]).await;
    }
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let old = f.secrets(admin);
    change_password(&ctx, &old.password, "quiet otters borrow umbrellas").await.unwrap();
    sign_out(&ctx).await.unwrap();
    for sql in BACK {
        change(&f, sql, &[]).await;
    }
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
    let ticket = sign_in_password(&f.anonymous(), &old.email, &old.password, None).await;
    assert!(matches!(ticket, Err(Error::Tampered { .. })), "the ledger names another state");
    for sql in FORGET {
        change(&f, sql, &[]).await;
    }
    assert!(
        matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)),
        "and so do this process's marks"
    );
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let f = Fixture::new().await;
    let admin = f.administrator;
    let other = f.browser(admin, None).await.unwrap();
    let mine = f.browser(admin, None).await.unwrap();
    let ctx = f.with_cookie(&mine.cookie).await.unwrap();
    let old = f.secrets(admin).password;
    let wrong = change_password(&ctx, "wrong", "quiet otters borrow umbrellas").await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "current", .. })));
    for weak in [
        "short",
        "Password2024!",
        "qwertyuiop",
        "harrowpike1",
        "alex.root1",
        "aaaaaaaaaaaa",
        "12345678901",
        "P4ssw0rd!!",
    ] {
        let answer = change_password(&ctx, &old, weak).await;
        assert!(matches!(answer, Err(Error::Invalid { field: "password", .. })), "{weak}");
    }
    change_password(&ctx, &old, "quiet otters borrow umbrellas").await.unwrap();
    assert!(matches!(f.with_cookie(&other.cookie).await, Err(Error::SignedOut)));
    f.with_cookie(&mine.cookie).await.unwrap();
}

#[tokio::test]
async fn tokens_have_scopes_and_an_end() {
    let f = Fixture::new().await;
    let browser = f.browser(f.administrator, None).await.unwrap();
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let name = || Name::parse("script").unwrap();
    let now = f.room.now();
    let long = make_token(&ctx, name(), vec![Scope::Roles], now + 13 * HOUR).await;
    assert!(matches!(long, Err(Error::Invalid { field: "expires_at", .. })));
    let strong = make_token(&ctx, name(), vec![Scope::Roles, Scope::Read], now + 12 * HOUR).await.unwrap();
    let bearer = authenticate_token(&f.room, &strong.text, Channel::Api, Fixture::place()).await.unwrap();
    assert_eq!(who(&bearer).await.unwrap().scopes, [Scope::Read, Scope::Roles]);
    let more = make_token(&bearer, name(), vec![Scope::Export], now + HOUR).await;
    assert!(
        matches!(more, Err(Error::Conflict { code: "session.browser_only", .. })),
        "a token makes no token"
    );
    f.clock.advance(11 * MINUTE);
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let stale = make_token(&ctx, name(), vec![Scope::Walls], f.room.now() + HOUR).await;
    assert!(matches!(stale, Err(Error::Refused(r)) if r.step_up));
    assert_eq!(tokens(&ctx).await.unwrap().len(), 1);
    ctx.perform(EndToken { staff: f.administrator, token: strong.id }).await.unwrap();
    let ended = authenticate_token(&f.room, &strong.text, Channel::Api, Fixture::place()).await;
    assert!(matches!(ended, Err(Error::SignedOut)));
    let read = make_token(&ctx, name(), vec![Scope::Read], f.room.now() + DAY).await.unwrap();
    f.clock.advance(2 * DAY);
    let over = authenticate_token(&f.room, &read.text, Channel::Api, Fixture::place()).await;
    assert!(matches!(over, Err(Error::SignedOut)));
}

#[tokio::test]
async fn nobody_ends_the_session_of_someone_else() {
    let f = Fixture::new().await;
    let ann = f.second().await;
    let hers = f.browser(ann, None).await.unwrap();
    let admin = f.admin().await;
    let answer = admin.perform(EndSession { staff: ann, session: hers.session }).await;
    assert!(matches!(answer, Err(Error::Refused(_))));
    let answer = admin.perform(EndSession { staff: f.administrator, session: hers.session }).await;
    assert!(matches!(answer, Err(Error::NotFound)));
    f.with_cookie(&hers.cookie).await.unwrap();
}

#[test]
fn recovery_codes_read_as_people_type_them() {
    let code = recovery::generate([0xFF, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
    assert_eq!(code.len(), 19);
    let typed = code.to_lowercase().replace('-', "").replace('0', "o").replace('1', "l");
    assert_eq!(*recovery::read(&typed).unwrap(), code.replace('-', ""));
    assert!(recovery::read("123456").is_none());
}

#[test]
fn common_passwords_are_refused_and_good_ones_taken() {
    let own = ["Ann Poole", "ann.poole@harrow.example", "Harrow & Pike LLP"];
    let bad = [
        "password",
        "Passw0rd",
        "letmein123",
        "iloveyou!!",
        "qwerty12345",
        "1qaz2wsx3edc",
        "abcdefghij",
        "abcabcabcabc",
        "Summer2025!",
        "zxcvbnm123",
        "19841984",
        "annpoole99",
        "Harrow2026",
        "poole.ann!",
        "11111111",
        "asdfghjkl;",
    ];
    for password in bad {
        assert!(password::check("password", password, &own).is_err(), "{password}");
    }
    let good = [
        "wet gravel lantern",
        "Tr0ub4dor&3x",
        "mvp7-kestrel",
        "annual poolside menu plans",
        "日本の山は美しいです",
        "k3$Vq9!zRw",
    ];
    for password in good {
        assert!(password::check("password", password, &own).is_ok(), "{password}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_elsewhere_disturbs_no_running_request() {
    let f = std::sync::Arc::new(Fixture::new().await);
    let browser = f.browser(f.administrator, None).await.unwrap();
    let cookie = browser.cookie.to_string();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (f, cookie, stop) = (f.clone(), cookie.clone(), stop.clone());
            tokio::spawn(async move {
                let mut asked = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let ctx = f.with_cookie(&cookie).await.expect("the cookie holds");
                    who(&ctx).await.expect("so does the person");
                    asked += 1;
                }
                asked
            })
        })
        .collect();
    for _ in 0..25 {
        let other = f.browser(f.administrator, None).await.unwrap();
        sign_out(&f.with_cookie(&other.cookie).await.unwrap()).await.unwrap();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_password_is_one_however_the_keyboard_writes_it() {
    let f = Fixture::new().await;
    let composed = "caf\u{e9} am\u{a0}Nil um acht";
    let apart = "cafe\u{301} am Nil um acht";
    let phc = password::hash(&f.room, composed).await.unwrap();
    assert!(
        password::verify(&f.room, password::turn(false).await.unwrap(), apart, Some(phc.clone()))
            .await
            .unwrap()
    );
    assert!(
        !password::verify(&f.room, password::turn(true).await.unwrap(), "cafe am Nil um acht", Some(phc))
            .await
            .unwrap()
    );
    // eight characters are eight, not sixteen code points
    assert!(password::check("password", "e\u{301}q\u{301}x\u{301}z\u{301}", &[]).is_err());
}
