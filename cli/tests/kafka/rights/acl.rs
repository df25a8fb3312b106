//! Rights, given by a request of Kafka's protocol: Kafka's own tools start a JVM for each, and rdkafka has none.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// A right that a row of a table gives, on all topics or groups whose names begin with the prefix of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Topic(Operation),
    Group(Operation),
}

/// The operations of ACLs, with their numbers in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Operation {
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    DescribeConfigs = 10,
    AlterConfigs = 11,
}

const DESCRIBE_ACLS: i16 = 29;
const CREATE_ACLS: i16 = 30;
const PREFIXED: u8 = 4;
const ALLOW: u8 = 3;
/// Of a filter: whatever it is.
const ANY: u8 = 1;

impl Right {
    fn numbers(self) -> (u8, u8) {
        match self {
            Self::Topic(operation) => (2, operation as u8),
            Self::Group(operation) => (3, operation as u8),
        }
    }
}

/// Gives a user rights on what begins with a prefix, and waits until each broker knows.
pub(super) fn give(servers: &str, user: &str, prefix: &str, rights: &[Right]) {
    let Some(first) = servers.split(',').next().filter(|_| !rights.is_empty()) else { return };
    let mut body = i32::try_from(rights.len()).unwrap().to_be_bytes().to_vec();
    for right in rights {
        let (resource, operation) = right.numbers();
        body.push(resource);
        body.extend(string(prefix));
        body.push(PREFIXED);
        body.extend(string(&format!("User:{user}")));
        body.extend(string("*"));
        body.extend([operation, ALLOW]);
    }
    let answer = ask(first, CREATE_ACLS, &body);
    // The time that it was throttled for, the number of results, and the code of each, without a text.
    let failed = answer[8..].chunks(4).find(|result| result[..2] != [0, 0]);
    assert_eq!(failed, None, "{rights:?}: {answer:?}");
    let kinds = [2, 3].iter().filter(|kind| rights.iter().any(|right| right.numbers().0 == **kind)).count();
    let deadline = Instant::now() + Duration::from_secs(30);
    for server in servers.split(',') {
        while known(server, prefix) < kinds {
            assert!(Instant::now() < deadline, "{server} does not learn of {rights:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The number of kinds of resources on which a broker knows rights with this prefix.
fn known(server: &str, prefix: &str) -> usize {
    let mut body = vec![ANY];
    body.extend(string(prefix));
    body.push(PREFIXED);
    // Of whomever, from wherever.
    body.extend([0xff, 0xff, 0xff, 0xff, ANY, ANY]);
    let answer = ask(server, DESCRIBE_ACLS, &body);
    // The time that it was throttled for, the code, an empty text, and the number of resources.
    assert_eq!(answer[4..8], [0; 4], "{answer:?}");
    u32::from_be_bytes(answer[8..12].try_into().unwrap()) as usize
}

/// Makes a request of version 1, and returns what is behind the header of the answer.
fn ask(server: &str, api: i16, body: &[u8]) -> Vec<u8> {
    let mut request = [api.to_be_bytes(), 1_i16.to_be_bytes()].concat();
    request.extend(7_i32.to_be_bytes());
    request.extend(string("rights"));
    request.extend(body);
    let mut connection = TcpStream::connect(server).unwrap();
    connection.write_all(&u32::try_from(request.len()).unwrap().to_be_bytes()).unwrap();
    connection.write_all(&request).unwrap();
    let mut length = [0; 4];
    connection.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    connection.read_exact(&mut answer).unwrap();
    answer.split_off(4)
}

fn string(text: &str) -> Vec<u8> {
    [&i16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
}
