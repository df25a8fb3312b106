//! A registry that serves what the command line asks for, and can be as bad as a registry gets.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// The way in which a registry is bad.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// It answers a page for people.
    Html,
    /// It answers that it is elsewhere.
    Redirects,
    /// It takes its time.
    Slow,
    /// It says the versions of other subjects.
    Lies,
    /// It is too busy at first.
    Busy,
    /// It goes away at the first schema after so many that it has registered.
    Ends(usize),
}

#[derive(Default)]
struct State {
    /// The ids of the schemas of each subject, the oldest first.
    subjects: BTreeMap<String, Vec<u32>>,
    /// By their ids, from 1.
    schemas: Vec<String>,
    levels: BTreeMap<String, String>,
    fault: Fault,
    requests: Vec<String>,
    credentials: Option<String>,
}

/// A registry on a port of its own.
pub(crate) struct Fake {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // Who does not wait for the answer is gone.
                thread::spawn(move || serve(connection, &shared).unwrap_or_default());
            }
        });
        Self { url, state }
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        self.state.lock().unwrap().fault = fault;
    }

    pub(crate) fn credentials(&self) -> Option<String> {
        self.state.lock().unwrap().credentials.clone()
    }

    /// The requests until now.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    pub(crate) fn subjects(&self) -> usize {
        self.state.lock().unwrap().subjects.len()
    }
}

fn serve(mut connection: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let found = lines.iter().find(|line| line.to_lowercase().starts_with(name));
        found.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = lines.first().cloned().unwrap_or_default();
    let mut parts = request.split(' ');
    let (method, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default().to_owned());
    let fault = {
        let mut state = state.lock().unwrap();
        state.requests.push(format!("{method} {path}"));
        state.credentials = header("authorization");
        let fault = state.fault;
        if fault == Fault::Busy {
            state.fault = Fault::None;
        }
        fault
    };
    let (status, kind, body) = match fault {
        Fault::Html => ("200 OK", "text/html", "<html>log in</html>".to_owned()),
        Fault::Redirects => ("302 Found\r\nLocation: https://elsewhere/login", "text/plain", String::new()),
        Fault::Busy => ("503 Service Unavailable", "text/plain", "later".to_owned()),
        Fault::Slow => {
            thread::sleep(Duration::from_secs(3));
            ("200 OK", "application/json", "[]".to_owned())
        }
        Fault::Ends(after) if method == "POST" && state.lock().unwrap().schemas.len() >= after => return Ok(()),
        Fault::None | Fault::Lies | Fault::Ends(_) => {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let (status, answer) = answer(&mut state.lock().unwrap(), method, &path, &body);
            (status, "application/vnd.schemaregistry.v1+json", answer.to_string())
        }
    };
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn answer(state: &mut State, method: &str, path: &str, body: &Value) -> (&'static str, Value) {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let text = body["schema"].as_str().unwrap_or_default();
    match (method, parts.as_slice()) {
        ("GET", ["subjects"]) => ("200 OK", state.subjects.keys().cloned().collect()),
        ("GET", ["subjects", subject, "versions"]) => match state.subjects.get(*subject) {
            Some(ids) => ("200 OK", (1..=ids.len()).collect()),
            None => absent(40401),
        },
        ("GET", ["subjects", subject, "versions", number]) => {
            let ids = state.subjects.get(*subject).cloned().unwrap_or_default();
            let number = number.parse().unwrap_or(ids.len());
            version(state, subject, number)
        }
        ("POST", ["subjects", subject]) => {
            let ids = state.subjects.get(*subject).cloned().unwrap_or_default();
            match ids.iter().position(|id| state.schemas[*id as usize - 1] == text) {
                Some(index) => version(state, subject, index + 1),
                None => absent(if ids.is_empty() { 40401 } else { 40403 }),
            }
        }
        // What says so is incompatible, and what is no object is no schema.
        ("POST", ["subjects", _, "versions"]) if text.contains("\"x-incompatible\"") => {
            ("409 Conflict", json!({"error_code": 409, "message": "the new schema breaks readers"}))
        }
        ("POST", ["subjects", subject, "versions"]) => {
            let known = state.schemas.iter().position(|schema| schema == text);
            let id = known.unwrap_or_else(|| {
                state.schemas.push(text.to_owned());
                state.schemas.len() - 1
            });
            let id = u32::try_from(id).unwrap() + 1;
            let ids = state.subjects.entry((*subject).to_owned()).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
            ("200 OK", json!({"id": id}))
        }
        ("POST", ["compatibility", "subjects", subject, "versions", ..]) => {
            if !state.subjects.contains_key(*subject) {
                return absent(40401);
            }
            let is_compatible = !text.contains("\"x-incompatible\"");
            ("200 OK", json!({"is_compatible": is_compatible, "messages": []}))
        }
        ("GET", ["config"]) => ("200 OK", json!({"compatibilityLevel": "BACKWARD"})),
        ("GET", ["config", subject]) => match state.levels.get(*subject) {
            Some(level) => ("200 OK", json!({"compatibilityLevel": level})),
            None => absent(40408),
        },
        ("PUT", ["config", subject]) => {
            let level = body["compatibility"].as_str().unwrap_or_default().to_owned();
            state.levels.insert((*subject).to_owned(), level);
            ("200 OK", body.clone())
        }
        _ => absent(404),
    }
}

fn version(state: &State, subject: &str, number: usize) -> (&'static str, Value) {
    let Some(ids) = state.subjects.get(subject) else { return absent(40401) };
    let Some(id) = number.checked_sub(1).and_then(|index| ids.get(index)) else { return absent(40402) };
    let subject = if state.fault == Fault::Lies { "other" } else { subject };
    let schema = &state.schemas[*id as usize - 1];
    ("200 OK", json!({"subject": subject, "version": number, "id": id, "schema": schema, "schemaType": "JSON"}))
}

fn absent(code: u32) -> (&'static str, Value) {
    ("404 Not Found", json!({"error_code": code, "message": "it is not here"}))
}
