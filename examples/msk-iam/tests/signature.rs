//! Tokens beside what AWS publishes: the example of its documentation, and the token of its signer for Python.

use std::time::{Duration, SystemTime};

use msk_iam::{Credentials, VALID, hex, presigned_url, signing_key, token};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// 2026-01-31T08:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_846_400)
}

fn credentials(session_token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SECRET.to_owned(),
        session_token: session_token.map(str::to_owned),
    }
}

/// The parameters of a URL, by name.
fn parameters(url: &str) -> Vec<&str> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    parameters
}

/// "Deriving the signing key" in the documentation of Signature Version 4.
#[test]
fn the_signing_key_is_that_of_the_documentation() {
    let key = signing_key(SECRET, "20150830", "us-east-1", "iam");
    assert_eq!(hex(&key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

/// Signed by `aws-msk-iam-sasl-signer-python` 1.0.2 with botocore 1.44.8, at this time, but for its `User-Agent`.
#[test]
fn a_token_is_the_one_that_the_signer_of_aws_makes() {
    let url = presigned_url("eu-central-1", &credentials(None), now()).unwrap();
    assert_eq!(
        url,
        "https://kafka.eu-central-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Feu-central-1%2Fkafka-cluster%2Faws4_request\
         &X-Amz-Date=20260131T080000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=e444ce8addc0289c985849f6825ba9ec4fe98f1a47828df1048fd2095a381177"
    );
    let url = presigned_url("eu-central-1", &credentials(Some("FwoGZXIvYXdzEXAMPLE/+=token")), now()).unwrap();
    let expected = "?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Feu-central-1%2Fkafka-cluster%2Faws4_request\
         &X-Amz-Date=20260131T080000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
         &X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2B%3Dtoken\
         &X-Amz-Signature=578d6f4b21388c296ecd2a5f9cb2b1e71192942a4b20e06aef3524ef4ffb75da";
    assert_eq!(parameters(&url), parameters(expected));
}

#[test]
fn no_secret_is_in_what_a_person_sees() {
    let credentials = credentials(Some("session"));
    let shown = format!("{credentials:?} {:?}", token("eu-central-1", &credentials, now()).unwrap());
    assert!(!shown.contains(SECRET) && !shown.contains("session") && !shown.contains("aHR0cHM"), "{shown}");
    assert!(shown.contains("AKIDEXAMPLE"), "{shown}");
    assert_eq!(VALID.as_secs(), 900);
}
