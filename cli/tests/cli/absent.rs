//! The answers of a build without the feature `kafka`, `git` or `registry` to what needs it.

#[cfg(not(feature = "git"))]
use crate::support;
use crate::support::Project;

#[cfg(not(feature = "kafka"))]
#[test]
fn commands_that_speak_to_kafka_say_what_they_need() {
    let project = Project::new(&[]);
    for arguments in [
        &["topics", "plan", "--check"][..],
        &["send", "OrderPlaced", "{}", "-H", "a=b"],
        &["consume", "OrderPlaced", "--from", "-10"],
        &["tail", "OrderPlaced"],
        &["groups", "show", "billing"],
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

#[cfg(not(feature = "git"))]
#[test]
fn a_git_reference_says_what_it_needs_and_folders_and_archives_do_not() {
    let file = "schemas/order.schema.json";
    let project = Project::new(&[(file, support::ORDER), ("released/order.schema.json", support::ORDER)]);
    let mut tar = std::process::Command::new("tar");
    assert!(tar.args(["czf", "old.tar.gz", "schemas"]).current_dir(project.path()).status().unwrap().success());
    for reference in ["main", "origin/main", "git:HEAD", "v1...", "HEAD~3"] {
        let run = project.run(&["breaking", "--against", reference]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{reference}: {}", run.stderr);
        assert!(run.stderr.contains("this build does not read git"), "{reference}: {}", run.stderr);
        assert!(run.stderr.contains("= help: install it with the feature `git`"), "{reference}: {}", run.stderr);
        assert!(run.stderr.contains("compare with `folder:PATH` or `archive:PATH`"), "{reference}: {}", run.stderr);
    }
    let path = project.run(&["breaking", "--against", "./nowhere"]);
    assert!(path.stderr.contains("there is no folder and no archive `./nowhere`"), "{}", path.stderr);

    project.write(file, &support::ORDER.replace(r#"["order_id"]"#, r#"["order_id", "total"]"#));
    for against in ["released", "folder:released", "old.tar.gz", "archive:old.tar.gz"] {
        let run = project.run(&["breaking", "--against", against]);
        assert!(run.code == Some(1) && run.stdout.contains("REQUIRED_ATTRIBUTE_ADDED"), "{against}: {}", run.stderr);
    }
}

#[cfg(not(feature = "registry"))]
#[test]
fn commands_about_a_registry_say_what_they_need() {
    let project = Project::new(&[]);
    for arguments in
        [&["registry", "plan"][..], &["registry", "lock", "--check", "--format", "json"], &["registry", "--help"]]
    {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("= help: install it with the feature `registry`"), "{arguments:?}: {}", run.stderr);
    }
    assert!(!project.run(&["--help"]).stdout.contains("registry"));
}
