//! Tests of `totp`.

use super::*;
use crate::OsEntropy;

fn rfc() -> TotpSecret {
    Secret::new(b"12345678901234567890".to_vec())
}

#[test]
fn rfc_4226_appendix_d() {
    let codes =
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (step, code) in (0..).zip(codes) {
        assert_eq!(code_at(&rfc(), step).as_str(), code);
    }
}

#[test]
fn rfc_6238_appendix_b() {
    // The RFC prints eight digits; six are the last of them.
    for (time, eight) in [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ] {
        assert_eq!(truncated(rfc().expose(), time / PERIOD) % 100_000_000, eight);
        assert_eq!(verify(&rfc(), &format!("{:06}", eight % 1_000_000), time, 0), Some(time / PERIOD));
    }
}

#[test]
fn the_window_is_as_wide_as_said() {
    let code = code_at(&rfc(), 100);
    for (time, window, expected) in [
        (99 * 30, 1, Some(100)),
        (101 * 30 + 29, 1, Some(100)),
        (102 * 30, 1, None),
        (98 * 30 + 29, 1, None),
        (98 * 30, 2, Some(100)),
    ] {
        assert_eq!(verify(&rfc(), &code, time, window), expected, "{time} {window}");
    }
    assert_eq!(verify(&rfc(), "", 3000, 1), None);
    assert_eq!(verify(&rfc(), &code[..5], 3000, 1), None);
    assert_eq!(verify(&rfc(), &code_at(&rfc(), 0), 0, 1), Some(0));
}

#[test]
fn secrets_are_typed_and_scanned() {
    let secret = generate(&OsEntropy);
    let text = base32(&secret);
    assert_eq!(text.len(), 32);
    assert_eq!(from_base32(&text.to_lowercase()).unwrap().expose(), secret.expose());
    assert!(from_base32("").is_none() && from_base32("not base 32!").is_none());
    let uri = uri("Ashe & Co", "m.reed@ashe.example", &rfc());
    assert_eq!(
        uri.as_str(),
        "otpauth://totp/Ashe%20%26%20Co:m.reed%40ashe.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=Ashe%20%26%20Co&algorithm=SHA1&digits=6&period=30"
    );
}
