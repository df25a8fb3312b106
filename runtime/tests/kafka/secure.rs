//! The listeners of `scripts/kafka start --secure`, which exports where they are.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use thoth_messaging::client::{Kafka, Token};

pub(crate) const USER: &str = "alice";
pub(crate) const PASSWORD: &str = "alice-secret";

/// Where the listeners and the certificates are, if there are any.
pub(crate) struct Secure {
    pub(crate) servers: String,
    pub(crate) expired: String,
    folder: PathBuf,
}

pub(crate) fn secure() -> Option<Secure> {
    let variable = |name| std::env::var(name).ok();
    let found = variable("THOTH_SECURE_SERVERS").zip(variable("THOTH_EXPIRED_SERVERS"));
    let Some(((servers, expired), folder)) = found.zip(variable("THOTH_SECURE_FOLDER")) else {
        println!("skipped: needs a cluster of `scripts/kafka start --secure`");
        return None;
    };
    Some(Secure { servers, expired, folder: folder.into() })
}

impl Secure {
    /// Settings with a topic prefix and a group of their own.
    pub(crate) fn kafka(&self, test: &str) -> Kafka {
        let name = format!("test-{test}-{:x}", now().as_nanos());
        Kafka::new(&self.servers)
            .with("security.protocol", "SASL_SSL")
            .with("ssl.ca.location", self.certificate("ca"))
            .with_topic_prefix(&name)
            .with_group(name)
    }

    pub(crate) fn password(&self, test: &str, mechanism: &str, password: &str) -> Kafka {
        let kafka = self.kafka(test).with("sasl.mechanism", mechanism);
        kafka.with("sasl.username", USER).with("sasl.password", password)
    }

    pub(crate) fn certificate(&self, name: &str) -> String {
        self.folder.join(format!("{name}.pem")).to_str().unwrap().to_owned()
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}

/// An unsecured JSON Web Token (RFC 7519, section 6), which the listener takes for what it says.
pub(crate) fn unsecured(seconds: u64) -> Token {
    let (begins, ends) = (now().as_secs(), now().as_secs() + seconds);
    let claims = format!(r#"{{"sub":"{USER}","iat":{begins},"exp":{ends}}}"#);
    let value = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.as_bytes()));
    Token::new(value, SystemTime::UNIX_EPOCH + Duration::from_secs(ends)).with_principal(USER)
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sextets = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(|n| char::from(ALPHABET[bits >> (18 - 6 * n) & 63])).collect::<String>()
    };
    bytes.chunks(3).map(sextets).collect()
}
