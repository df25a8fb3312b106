//! Payloads that take long, in a process with a budget as those of [`hostile`](crate::hostile).
#![cfg(target_os = "linux")]

use crate::hostile::{project, run};

#[test]
fn places_of_what_is_refused_are_found_in_one_pass() {
    let project = project();
    let names: Vec<String> = (0..1000).map(|number| format!("\"m{number}\"")).collect();
    project.write("schema.json", &format!(r#"{{"items": {{"required": [{}]}}}}"#, names.join(",")));
    let item = format!("{{{}:1}}", names[..999].join(":1,"));
    project.write("payload.json", &format!("[{}]", vec![item; 600].join(",")));
    let run = run(&project, &["validate", "--schema", "schema.json", "--input", "json", "payload.json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("/599: expected the member `m999`"), "{}", run.stdout);
}
