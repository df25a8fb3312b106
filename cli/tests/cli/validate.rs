//! `thoth-messaging validate`, run as a process.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use tempfile::TempDir;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["id"],
  "properties": {
    "id": {"type": "integer"},
    "lines": {"type": "array", "items": {"$ref": "line.schema.json"}}
  }
}"#;

const LINE: &str = r#"{"type": "object", "properties": {"article": {"type": "string", "minLength": 2}}}"#;

/// A folder with the schemas and these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("order.schema.json"), SCHEMA).unwrap();
    fs::write(folder.path().join("line.schema.json"), LINE).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    command.current_dir(folder).args(["validate", "--schema", "order.schema.json"]).args(arguments);
    command
}

fn validate(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&command(folder, arguments).output().unwrap())
}

fn validate_stdin(folder: &Path, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = command(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    outcome(&child.wait_with_output().unwrap())
}

fn outcome(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn valid_records_are_counted_and_nothing_is_printed() {
    let folder = folder(&[("orders.ndjson", b"{\"id\": 1}\n\n{\"id\": 2}\r\n{\"id\": 3}")]);
    let (code, findings, summary) = validate(folder.path(), &["orders.ndjson"]);
    assert_eq!((code, findings.as_str()), (Some(0), ""));
    assert_eq!(summary, "3 records: 3 valid, 0 invalid\n");
}

#[test]
fn every_violation_has_its_place_in_the_input_in_the_payload_and_in_the_schema() {
    let pretty = b"{\n  \"lines\": [\n    {\"article\": \"A1\"},\n    {\"article\": \"\"}\n  ]\n}\n";
    let folder = folder(&[("order.json", pretty)]);
    let (code, findings, _) = validate(folder.path(), &["order.json"]);
    assert_eq!(code, Some(1));
    let findings: Vec<&str> = findings.lines().collect();
    let [first, second] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(first.starts_with("order.json:1:1: record 1: the payload: expected the member `id` ("), "{first}");
    assert!(first.ends_with("/order.schema.json#/required)"), "{first}");
    assert!(
        second.starts_with("order.json:4:17: record 1: /lines/1/article: expected at least 2 characters"),
        "{second}"
    );
    assert!(second.ends_with("/line.schema.json#/properties/article/minLength)"), "{second}");
}

#[test]
fn what_is_not_json_is_a_finding_with_its_line_and_column() {
    let folder = folder(&[("orders.ndjson", b"{\"id\": 1}\n{\"id\": tru}\n{\"id\": 1, \"id\": 2}\n")]);
    let (code, findings, _) = validate(folder.path(), &["orders.ndjson"]);
    assert_eq!(code, Some(1));
    assert!(
        findings.contains("orders.ndjson:2:11: record 2: the payload: not JSON: expected ident (json)"),
        "{findings}"
    );
    assert!(findings.contains("orders.ndjson:3:1"), "{findings}");
}

#[test]
fn violations_come_in_the_order_of_the_records_whatever_the_number_of_threads() {
    let mut text = Vec::new();
    for number in 0..100_000 {
        let id = if number % 1000 == 999 { "\"x\"" } else { "1" };
        writeln!(text, "{{\"id\": {id}, \"lines\": [{{\"article\": \"A{number}\"}}]}}").unwrap();
    }
    let folder = folder(&[("orders.ndjson", &text)]);
    let one = validate(folder.path(), &["--threads", "1", "orders.ndjson"]);
    let four = validate(folder.path(), &["--threads", "4", "orders.ndjson"]);
    assert_eq!(one.1, four.1);
    let expected =
        |line: &str, number: usize| line.starts_with(&format!("orders.ndjson:{number}:8: record {number}: /id"));
    assert_eq!(four.1.lines().count(), 100);
    assert!(four.1.lines().enumerate().all(|(index, line)| expected(line, (index + 1) * 1000)), "{}", four.1);
}

#[test]
fn folders_globs_and_compressed_files_are_read() {
    let mut gzip = Vec::new();
    for text in ["{\"id\": 1}\n", "{\"id\": 2}\n"] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        gzip.extend(encoder.finish().unwrap());
    }
    let mut zstd = compress_to_vec(&b"{\"id\": 3}\n"[..], CompressionLevel::Fastest);
    zstd.extend(compress_to_vec(&b"{\"id\": 4}\n"[..], CompressionLevel::Fastest));
    let folder = folder(&[
        ("in/a.ndjson.gz", &gzip),
        ("in/b/c.jsonl.zst", &zstd),
        ("in/d.json", b"{\"id\": 5}"),
        ("in/readme.txt", b"no payload"),
        ("in/not-named-so.ndjson", &gzip),
    ]);
    let (code, findings, summary) = validate(folder.path(), &["in"]);
    assert_eq!((code, findings.as_str()), (Some(0), ""));
    assert!(summary.starts_with("7 records: 7 valid"), "{summary}");
    let (_, _, summary) = validate(folder.path(), &["in/*.gz", "in/**/*.zst", "in/a.ndjson.gz"]);
    assert!(summary.starts_with("4 records: 4 valid"), "{summary}");
}

#[test]
fn what_standard_input_holds_is_found_out() {
    let folder = folder(&[]);
    for (input, records) in
        [("{\"id\": 1}\n{\"id\": 2}\n", 2), ("\n{\"id\": 1}\n", 1), ("{\n  \"id\": 1\n}\n", 1), ("{\"id\": 1}", 1)]
    {
        let (code, findings, summary) = validate_stdin(folder.path(), &[], input.as_bytes());
        assert_eq!((code, findings.as_str()), (Some(0), ""), "{input}");
        let ending = if records == 1 { "" } else { "s" };
        assert!(summary.starts_with(&format!("{records} record{ending}: {records} valid")), "{input}: {summary}");
    }
}

#[test]
fn items_of_an_array_are_records_where_that_is_asked_for() {
    let folder = folder(&[]);
    let array = b"[\n  {\"id\": 1, \"lines\": [{\"article\": \"],\\\"[\"}]},\n  {\"id\": null}, {\"id\":\n 2.5}\n]\n";
    let (code, findings, summary) = validate_stdin(folder.path(), &["--input", "array"], array);
    assert_eq!(code, Some(1));
    assert!(findings.contains("-:3:10: record 2: /id: expected an integer"), "{findings}");
    assert!(findings.contains("-:4:2: record 3: /id: expected an integer"), "{findings}");
    assert!(summary.starts_with("3 records: 1 valid, 2 invalid"), "{summary}");
    for broken in ["{}", "[{\"id\": 1}", "[{\"id\": 1},]", "[] []", ""] {
        let (code, findings, _) = validate_stdin(folder.path(), &["--input", "array"], broken.as_bytes());
        assert_eq!(code, Some(1), "{broken}");
        assert!(findings.contains("expected an array"), "{broken}: {findings}");
    }
}

#[test]
fn a_record_that_is_too_long_is_a_finding_and_the_next_is_read() {
    let long = format!("{{\"id\": 1}}\n{{\"id\": 2, \"x\": \"{}\"}}\n{{\"id\": \"x\"}}\n", "y".repeat(3_000_000));
    let folder = folder(&[("orders.ndjson", long.as_bytes())]);
    let (code, findings, summary) = validate(folder.path(), &["--max-record-size", "2000000", "orders.ndjson"]);
    assert_eq!(code, Some(1));
    let findings: Vec<&str> = findings.lines().collect();
    let [first, second] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(
        first.starts_with("orders.ndjson:2:1: record 2: the payload: expected a record of at most 2000000"),
        "{first}"
    );
    assert!(second.starts_with("orders.ndjson:3:8: record 3: /id"), "{second}");
    assert!(summary.starts_with("3 records: 1 valid, 2 invalid"), "{summary}");
}

#[test]
fn messages_and_topics_of_the_schemas_of_this_project_are_known() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let payload = br#"{"component_name": "cli", "service_version": "1.0", "package_name": "flask",
        "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#;
    for target in [
        ["--message", "PackageReleased"],
        ["--message", "package-released"],
        ["--topic", "thoth.package-release.package-released"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
        command.args(["validate", "--schemas"]).arg(&schemas).args(target);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(payload).unwrap();
        let (code, findings, error) = outcome(&child.wait_with_output().unwrap());
        assert_eq!((code, findings.as_str()), (Some(0), ""), "{target:?}: {error}");
    }
}

#[test]
fn a_message_that_is_not_there_is_answered_with_those_that_are() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    for target in [["--message", "PackageReleasd"], ["--topic", "thoth.nothing"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
        command.args(["validate", "--schemas"]).arg(&schemas).args(target).stdin(Stdio::null());
        let (code, findings, error) = outcome(&command.output().unwrap());
        assert_eq!((code, findings.as_str()), (Some(2), ""), "{target:?}");
        assert!(error.contains("= help: name one of: "), "{error}");
    }
}

#[test]
fn columns_are_in_characters() {
    let folder = folder(&[("orders.ndjson", "{\"ü\": \"é\", \"id\": \"x\"}\n{\"ü\": tru}\n".as_bytes())]);
    let (_, findings, _) = validate(folder.path(), &["orders.ndjson"]);
    assert!(findings.contains("orders.ndjson:1:18: record 1: /id"), "{findings}");
    assert!(findings.contains("orders.ndjson:2:10: record 2: the payload: not JSON"), "{findings}");
    let array = "[{\"ü\": \"é\"}, {\"id\": \"x\"}]".as_bytes();
    let (_, findings, _) = validate_stdin(folder.path(), &["--input", "array"], array);
    assert!(findings.contains("-:1:21: record 2: /id"), "{findings}");
}

#[test]
fn a_short_record_is_held_against_the_limit_too() {
    let folder = folder(&[("orders.ndjson", b"{\"id\": 1}\n{\"id\": 1, \"note\": \"\"}\n")]);
    let (code, findings, _) = validate(folder.path(), &["--max-record-size", "12", "orders.ndjson"]);
    assert_eq!((code, findings.lines().count()), (Some(1), 1), "{findings}");
    assert!(findings.starts_with("orders.ndjson:2:1: record 2: the payload: expected a record of at most 12 bytes"));
}

#[test]
fn what_was_checked_is_counted_where_it_ends_early() {
    let folder = folder(&[("orders.ndjson", b"{\"id\": 1}\n{\"id\": \"x\"}\n{\"id\": \"y\"}\n{\"id\": \"z\"}\n")]);
    let (code, findings, summary) = validate(folder.path(), &["--max-findings", "2", "orders.ndjson"]);
    assert_eq!((code, findings.lines().count()), (Some(1), 2));
    assert_eq!(summary, "3 records: 1 valid, 2 invalid; there it ended, as `--max-findings` says\n");
}

#[test]
fn nothing_to_check_is_said_to_be_nothing() {
    let folder = folder(&[("orders.ndjson", b"")]);
    let (code, _, summary) = validate(folder.path(), &["orders.ndjson"]);
    assert_eq!((code, summary.as_str()), (Some(0), "0 records: 0 valid, 0 invalid: there was nothing to check\n"));
}

#[test]
fn what_other_programs_write_is_told_from_broken_json() {
    let wide: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, &[u8], &str); 3] = [
        ("mark.json", b"\xef\xbb\xbf{\"id\": 1}", "it starts with a byte order mark; write UTF-8 without one"),
        ("wide.json", &[&[0xff, 0xfe], wide.as_slice()].concat(), "it is UTF-16; write UTF-8"),
        ("array.json", b"[{\"id\": 1}]", "expected an object; `--input array` makes a record of each item"),
    ];
    for (name, text, reason) in files {
        let folder = folder(&[(name, text)]);
        let (code, findings, _) = validate(folder.path(), &[name]);
        assert_eq!(code, Some(1));
        assert!(findings.contains(reason), "{findings}");
    }
}

#[test]
fn what_was_found_before_a_damaged_file_is_printed() {
    let folder = folder(&[("a.ndjson", b"{\"id\": \"x\"}\n"), ("b.ndjson.gz", b"\x1f\x8bno gzip")]);
    let (code, findings, error) = validate(folder.path(), &["--format", "json", "a.ndjson", "b.ndjson.gz"]);
    assert_eq!(code, Some(2));
    assert!(findings.contains("\"file\": \"a.ndjson\""), "{findings}");
    assert!(error.contains("can't unpack `b.ndjson.gz` to its end"), "{error}");
}

#[test]
fn what_can_t_be_read_is_no_finding() {
    let folder = folder(&[("broken.ndjson.gz", b"\x1f\x8bno gzip")]);
    for arguments in [["no-such-file.json"], ["broken.ndjson.gz"], ["*.nothing"]] {
        let (code, findings, error) = validate(folder.path(), &arguments);
        assert_eq!((code, findings.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(arguments[0]), "{error}");
    }
}

#[test]
fn who_reads_no_more_stops_it() {
    let folder = folder(&[("orders.ndjson", "{}\n".repeat(2_000_000).as_bytes())]);
    let mut child = command(folder.path(), &["orders.ndjson"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    let folder = folder(&[]);
    for (schema, number, expected) in [
        (r#"{"type": "integer"}"#, "9007199254740993.5", 1),
        (r#"{"type": "integer"}"#, "1.00000000000000000001", 1),
        (r#"{"minimum": 18014398509481984}"#, "18014398509481983.0", 1),
        (r#"{"multipleOf": 1}"#, "4503599627370497.5", 1),
        (r#"{"maximum": 0.3}"#, "0.30000000000000000001", 1),
        (r#"{"maximum": 18446744073709551615}"#, "1.8446744073709551615e19", 0),
        (r#"{"multipleOf": 9007199254740993}"#, "9007199254740993", 0),
        (r#"{"multipleOf": 9007199254740993}"#, "9007199254740992", 1),
        (r#"{"const": 9007199254740993}"#, "9007199254740992.0", 1),
        (r#"{"enum": [18446744073709551615]}"#, "1.8446744073709551615e19", 0),
        (r#"{"minimum": 0}"#, "1e1000000000", 0),
    ] {
        fs::write(folder.path().join("order.schema.json"), schema).unwrap();
        let (code, findings, _) = validate_stdin(folder.path(), &[], number.as_bytes());
        assert_eq!(code, Some(expected), "{schema}: {number}\n{findings}");
    }
}
