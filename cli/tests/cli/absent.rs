//! What the commands that speak to Kafka say in a build without the feature `kafka`.

use crate::support::Project;

#[test]
fn commands_that_speak_to_kafka_say_what_they_need() {
    let project = Project::new(&[]);
    for arguments in [
        &["topics", "plan", "--check"][..],
        &["send", "OrderPlaced", "{}", "-H", "a=b"],
        &["consume", "OrderPlaced", "--from", "-10"],
        &["dlq", "list", "--help"],
        &["ping", "-X", "acks=1", "--format", "json"],
        &["dev", "--", "ls"],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("= help: install it with the feature `kafka`"), "{arguments:?}: {}", run.stderr);
    }
    assert!(!project.run(&["--help"]).stdout.contains("consume"));
}
