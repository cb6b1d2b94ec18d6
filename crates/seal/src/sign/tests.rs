//! Tests of `sign`.

use super::*;

#[test]
fn rfc_8032_section_7_1_test_2() {
    let seed = hex::decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
    let key = SigningKey::from_seed(&seed.try_into().unwrap());
    let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    assert_eq!(hex::encode(key.public()), public);
    let signature = key.sign(&[0x72]);
    let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    assert_eq!(hex::encode(signature), expected);
    assert!(verify(&key.public(), &[0x72], &signature));
    assert!(!verify(&key.public(), &[0x73], &signature));
    assert!(!verify(&key.public()[1..], &[0x72], &signature));
    assert!(!verify(&key.public(), &[0x72], &signature[1..]));
}
