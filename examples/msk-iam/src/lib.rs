//! Tokens for Amazon MSK with IAM. A token is a presigned request `kafka-cluster:Connect`: a URL with a signature of AWS's
//! Signature Version 4 in its query, in Base64. No request is made for it, and nothing but credentials is needed.
//!
//! Credentials come from wherever yours do: `aws-config` knows the instance, the container and the profile. They have a time
//! of their own, so they are asked for each token anew.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use thoth_messaging::client::Token;

/// The time for which brokers accept a token.
pub const VALID: Duration = Duration::from_secs(900);

/// All but letters, digits and these are escaped in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "kafka-cluster";

/// The credentials of a user or a role. `Debug` shows the id alone.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: String,
    /// The token of a session, which credentials of a role have.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// A token for the clusters of a region, which is valid for [`VALID`] from a time on.
///
/// # Errors
///
/// If the time is out of range.
pub fn token(region: &str, credentials: &Credentials, now: SystemTime) -> Result<Token, jiff::Error> {
    let url = presigned_url(region, credentials, now)?;
    // Which program asks is for the log of the cluster, and not signed.
    let agent = concat!("thoth-messaging/", env!("CARGO_PKG_VERSION"));
    let url = format!("{url}&User-Agent={}", escaped(agent));
    Ok(Token::new(URL_SAFE_NO_PAD.encode(url), now + VALID).with_principal(&credentials.access_key_id))
}

/// The request that a token stands for.
///
/// # Errors
///
/// If the time is out of range.
pub fn presigned_url(region: &str, credentials: &Credentials, now: SystemTime) -> Result<String, jiff::Error> {
    let time = Timestamp::try_from(now)?.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (day, host) = (&time[..8], format!("kafka.{region}.amazonaws.com"));
    let scope = format!("{day}/{region}/{SERVICE}/aws4_request");

    // In the order of their names, as they are signed.
    let mut parameters = vec![
        ("Action", "kafka-cluster:Connect".to_owned()),
        ("X-Amz-Algorithm", ALGORITHM.to_owned()),
        ("X-Amz-Credential", format!("{}/{scope}", credentials.access_key_id)),
        ("X-Amz-Date", time.clone()),
        ("X-Amz-Expires", VALID.as_secs().to_string()),
    ];
    parameters.extend(credentials.session_token.clone().map(|token| ("X-Amz-Security-Token", token)));
    parameters.push(("X-Amz-SignedHeaders", "host".to_owned()));
    let query: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let query = query.join("&");

    let request = format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{}", hex(&Sha256::digest(b"")));
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(&request)));
    let key = signing_key(&credentials.secret_access_key, day, region, SERVICE);
    Ok(format!("https://{host}/?{query}&X-Amz-Signature={}", hex(&sign(&key, &to_sign))))
}

/// The key that signs the requests of a day to a service in a region.
#[must_use]
pub fn signing_key(secret: &str, day: &str, region: &str, service: &str) -> [u8; 32] {
    let key = sign(format!("AWS4{secret}").as_bytes(), day);
    [region, service, "aws4_request"].iter().fold(key, |key, part| sign(&key, part))
}

fn sign(key: &[u8], text: &str) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The lower-case hexadecimal digits of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
