use thoth_messaging::Topic;
use thoth_messaging::client::{ConfigError, Kafka};
use thoth_messaging::messages::PackageReleased;

const SERVERS: (&str, &str) = ("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");

fn from(variables: &[(&str, &str)]) -> Result<Kafka, ConfigError> {
    Kafka::from_variables(variables.iter().copied())
}

fn refusal(variable: &str, value: &str) -> String {
    from(&[SERVERS, (variable, value)]).unwrap_err().to_string()
}

#[test]
fn every_variable_of_the_original_is_its_property() {
    let variables = [
        ("KAFKA_BOOTSTRAP_SERVERS", "bootstrap.servers", "localhost:9092"),
        ("KAFKA_CLIENT_ID", "client.id", "adviser"),
        ("KAFKA_MESSAGE_MAX_BYTES", "message.max.bytes", "2000000"),
        ("KAFKA_RECEIVE_MESSAGE_MAX_BYTES", "receive.message.max.bytes", "200000000"),
        ("KAFKA_SECURITY_PROTOCOL", "security.protocol", "SASL_PLAINTEXT"),
        ("KAFKA_SASL_MECHANISM", "sasl.mechanism", "PLAIN"),
        ("KAFKA_CONSUMER_GROUP_ID", "group.id", "advisers"),
        ("KAFKA_CONSUMER_GROUP_INSTANCE_ID", "group.instance.id", "adviser-1"),
        ("KAFKA_CONSUMER_MAX_POLL_INTERVAL_MS", "max.poll.interval.ms", "600000"),
        ("KAFKA_CONSUMER_ENABLE_AUTO_COMMIT", "enable.auto.commit", "false"),
        ("KAFKA_CONSUMER_AUTO_OFFSET_RESET", "auto.offset.reset", "latest"),
        ("KAFKA_TOPIC_PRODUCER_COMPRESSION_TYPE", "compression.type", "gzip"),
    ];
    let kafka = Kafka::from_variables(variables.map(|(variable, _, value)| (variable, value))).unwrap();
    let shown = format!("{kafka:?}");
    for (variable, property, value) in variables {
        assert!(shown.contains(&format!("{property:?}: {value:?}")), "{variable} is not {property} in {shown}");
    }
}

#[test]
fn any_other_property_may_be_set() {
    let kafka = from(&[
        SERVERS,
        ("KAFKA_LINGER_MS", "5"),
        ("KAFKA_TOPIC_METADATA_REFRESH_INTERVAL_MS", "60000"),
        ("KAFKA_PRODUCER_ACKS", "1"),
    ]);
    let shown = format!("{:?}", kafka.unwrap());
    for expected in [r#""linger.ms": "5""#, r#""topic.metadata.refresh.interval.ms": "60000""#, r#""acks": "1""#] {
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn without_an_address_the_error_says_what_to_set() {
    for variables in [&[][..], &[("KAFKA_BOOTSTRAP_SERVERS", "")], &[("KAFKA_CLIENT_ID", "adviser")]] {
        let error = from(variables).unwrap_err();
        assert_eq!(error, ConfigError::MissingServers);
        assert!(error.to_string().contains("KAFKA_BOOTSTRAP_SERVERS"), "{error}");
    }
    assert_eq!(Kafka::new("").producer().err(), Some(ConfigError::MissingServers));
}

#[test]
fn a_wrong_value_or_name_is_an_error_that_names_the_variable() {
    assert!(
        refusal("KAFKA_CONSUMER_MAX_POLL_INTERVAL_MS", "soon")
            .starts_with("KAFKA_CONSUMER_MAX_POLL_INTERVAL_MS (`max.poll.interval.ms`)")
    );
    assert!(refusal("KAFKA_MESSAGE_MAX_BYTES", "1").contains("KAFKA_MESSAGE_MAX_BYTES"));
    let near = refusal("KAFKA_CONSUMER_SESSIONS_TIMEOUT_MS", "1");
    assert!(near.starts_with("KAFKA_CONSUMER_SESSIONS_TIMEOUT_MS (`consumer.sessions.timeout.ms`)"), "{near}");
    assert!(near.ends_with("`session.timeout.ms` is one (KAFKA_SESSION_TIMEOUT_MS)"), "{near}");
    let acks = refusal("KAFKA_ACKS", "maybe");
    assert!(acks.starts_with("KAFKA_ACKS (`acks`)") && !acks.contains("request.required.acks"), "{acks}");
    assert!(refusal("THOTH_DEPLOYMENT_NAME", "my stage").starts_with("THOTH_DEPLOYMENT_NAME"));
}

#[test]
fn what_this_build_lacks_is_an_error_that_names_the_feature() {
    let kafka = from(&[SERVERS, ("KAFKA_SSL_CA_LOCATION", "/etc/ca.pem"), ("KAFKA_SSL_KEY_PASSWORD", "s3cret")]);
    if cfg!(feature = "tls") {
        assert!(kafka.is_ok());
        return;
    }
    let error = kafka.unwrap_err().to_string();
    assert!(error.starts_with("KAFKA_SSL_CA_LOCATION") && error.contains("feature `tls`"), "{error}");
    let error = refusal("KAFKA_SSL_KEY_PASSWORD", "s3cret");
    assert!(error.starts_with("KAFKA_SSL_KEY_PASSWORD") && !error.contains("s3cret"), "{error}");
}

#[test]
fn no_error_repeats_a_value_that_may_be_a_secret() {
    let variables = [
        "KAFKA_SECURITY_PROTOCOL",
        "KAFKA_SASL_MECHANISM",
        "KAFKA_DEBUG",
        "KAFKA_CLIENT_DNS_LOOKUP",
        "KAFKA_CONSUMER_AUTO_OFFSET_RESET",
        "KAFKA_CONSUMER_PARTITION_ASSIGNMENT_STRATEGY",
        "KAFKA_CONSUMER_SESSION_TIMEOUT_MS",
        "KAFKA_SASL_PASSWORD_FILE",
        "THOTH_DEPLOYMENT_NAME",
    ];
    for variable in variables {
        let error = from(&[SERVERS, (variable, "s3 cret")]).unwrap_err();
        assert!(error.to_string().starts_with(variable), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3 cret"), "{error}");
    }
    assert!(refusal("KAFKA_SECURITY_PROTOCOL", "s3cret").contains("CONFIGURATION.md"));
    assert!(refusal("KAFKA_SASL_MECHANISM", "s3cret").ends_with("SCRAM-SHA-512, OAUTHBEARER"));
}

#[test]
fn two_variables_for_one_property_must_agree() {
    let both = |second| from(&[SERVERS, ("KAFKA_GROUP_ID", "one"), ("KAFKA_CONSUMER_GROUP_ID", second)]);
    assert!(both("one").is_ok());
    let error = both("two").unwrap_err().to_string();
    assert!(error.contains("KAFKA_GROUP_ID") && error.contains("KAFKA_CONSUMER_GROUP_ID"), "{error}");
}

#[test]
fn variables_of_others_and_empty_ones_are_passed_over() {
    let kafka = from(&[
        SERVERS,
        ("KAFKA_SERVICE_HOST", "10.0.0.1"),
        ("KAFKA_PORT", "tcp://10.0.0.1:9092"),
        ("KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1"),
        ("KAFKA_BROKERS_SERVICE_PORT_CLIENTS", "9092"),
        ("KAFKA_SSL_CA_LOCATION", ""),
        ("KAFKA_HEAP_OPTS", "-Xmx1g"),
        ("KAFKA_HOME", "/opt/kafka"),
        ("KAFKA_BROKERS", "10.0.0.1:9092"),
        ("KAFKA_NO_SUCH_THING", "1"),
        ("PATH", "/usr/bin"),
    ]);
    assert!(kafka.is_ok(), "{kafka:?}");
}

#[test]
fn the_deployment_name_is_the_prefix_of_topics() {
    let topic = Topic::new("thoth.repo-init");
    let kafka = from(&[SERVERS, ("THOTH_DEPLOYMENT_NAME", "ocp4-stage")]).unwrap();
    assert_eq!(kafka.topic_name(&topic), "ocp4-stage.thoth.repo-init");
    assert_eq!(from(&[SERVERS]).unwrap().topic_name(&topic), "thoth.repo-init");
    assert_eq!(from(&[SERVERS, ("THOTH_DEPLOYMENT_NAME", "")]).unwrap().topic_name(&topic), "thoth.repo-init");
}

#[test]
fn debug_shows_no_secrets() {
    let kafka = Kafka::new("localhost:9092")
        .with("sasl.username", "s3cret-1")
        .with("sasl.password", "s3cret-2")
        .with("ssl.key.password", "s3cret-3")
        .with("ssl.key.pem", "s3cret-4")
        .with("sasl.oauthbearer.client.secret", "s3cret-5")
        .with("sasl.oauthbearer.config", "s3cret-6")
        .with("sasl.jaas.config", "s3cret-7")
        .with("client.id", "adviser");
    let shown = format!("{kafka:?}");
    assert!(!shown.contains("s3cret") && shown.contains("sasl.password") && shown.contains("adviser"), "{shown}");
}

#[test]
fn the_last_of_two_names_for_a_property_counts() {
    let kafka = Kafka::new("localhost:9092").with("queue.buffering.max.ms", "7").with("linger.ms", "9");
    let shown = format!("{kafka:?}");
    assert!(shown.contains(r#""linger.ms": "9""#) && !shown.contains('7'), "{shown}");
}

#[tokio::test]
async fn what_would_break_a_promise_is_refused() {
    let kafka = Kafka::new("localhost:9092").with_group("test");
    let error = kafka.clone().with("enable.auto.offset.store", "1").consumer::<PackageReleased>();
    assert!(error.unwrap_err().to_string().contains("`enable.auto.offset.store`"));
    let error = kafka.with("delivery.report.only.error", "true").producer().err();
    assert!(matches!(error, Some(ConfigError::Unsafe { .. })), "{error:?}");
}

#[tokio::test]
async fn properties_that_do_not_go_together_are_an_error() {
    let error = Kafka::new("localhost:9092").with("acks", "1").producer().err().unwrap();
    assert!(error.to_string().contains("acks"), "{error}");
}

#[tokio::test]
async fn a_consumer_needs_a_group() {
    let consumer = Kafka::new("localhost:9092").consumer::<PackageReleased>();
    assert!(consumer.unwrap_err().to_string().contains("KAFKA_CONSUMER_GROUP_ID"));
}

#[test]
fn a_consumer_needs_a_runtime() {
    let kafka = Kafka::new("localhost:9092").with_group("test");
    let consumer = kafka.consumer::<PackageReleased>();
    assert_eq!(consumer.err(), Some(ConfigError::NoRuntime));
}

#[test]
fn a_file_may_hold_the_value_and_its_line_end_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let password = file("password", b"s3cret \r\n");
    let client = file("client", b"adviser\n");
    let variables = [SERVERS, ("KAFKA_SASL_PASSWORD_FILE", &password), ("KAFKA_CLIENT_ID_FILE", &client)];
    let shown = format!("{:?}", from(&variables).unwrap());
    assert!(shown.contains(r#""client.id": "adviser""#) && !shown.contains("s3cret"), "{shown}");

    // The value is the one in the file: another one contradicts it.
    let same = from(&[SERVERS, ("KAFKA_SASL_PASSWORD", "s3cret "), ("KAFKA_SASL_PASSWORD_FILE", &password)]);
    assert!(same.is_ok(), "{same:?}");
    let error = from(&[SERVERS, ("KAFKA_SASL_PASSWORD", "other"), ("KAFKA_SASL_PASSWORD_FILE", &password)]);
    let error = error.unwrap_err();
    assert!(matches!(error, ConfigError::Contradiction { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");

    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    for (path, reason) in
        [(missing, "No such file"), (file("empty", b"\n"), "empty"), (file("binary", &[0xff]), "UTF-8")]
    {
        let error = refusal("KAFKA_SASL_PASSWORD_FILE", &path);
        assert!(error.starts_with("KAFKA_SASL_PASSWORD_FILE") && error.contains(&path), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    let error = refusal("KAFKA_MAX_POLL_INTERVAL_MS_FILE", &file("wrong", b"soon"));
    assert!(error.starts_with("KAFKA_MAX_POLL_INTERVAL_MS_FILE (`max.poll.interval.ms`)"), "{error}");
    let error = refusal("KAFKA_CLIENT_IDD_FILE", &client);
    assert!(error.starts_with("KAFKA_CLIENT_IDD_FILE") && error.contains("`client.id`"), "{error}");
}

#[tokio::test]
async fn tokens_are_for_oauthbearer_alone() {
    let kafka = Kafka::new("localhost:9092").with_tokens(async || Err("none".into()));
    let error = kafka.with("sasl.mechanism", "PLAIN").producer().unwrap_err();
    assert!(error.to_string().contains("sasl.mechanism") && error.to_string().contains("OAUTHBEARER"), "{error}");
}
