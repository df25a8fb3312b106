//! The certificates that a registry's is checked against, where the command line has TLS.

use crate::support::Project;

#[test]
fn a_file_without_certificates_is_refused() {
    let project = Project::new(&[]);
    for (text, said) in [
        ("", "there is no certificate"),
        ("no PEM", "there is no certificate"),
        ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "the certificates can't be used"),
    ] {
        project.write("ca.pem", text);
        let run = project.run(&["registry", "plan", "--url", "https://localhost:1", "--ca-file", "ca.pem"]);
        assert!(run.code == Some(2) && run.stderr.contains(said), "{text:?}: {run:?}");
        assert!(run.stderr.contains("name a PEM file with certificates as `--ca-file`"), "{run:?}");
    }
}
