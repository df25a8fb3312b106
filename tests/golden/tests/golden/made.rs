//! Values that a program makes, by the names of their members.

use std::collections::{HashMap, HashSet};

use golden::cases::made::{Made, MadeRType, MadeRequired, MadeRequiredMembers, MadeRequiredMembers2, Part};
use golden::cases::{locked, newtypes, one_of, strings_compact, topics};
use thoth_messaging::message::{SchemaId, SchemaIdLocation, Writer};
use thoth_messaging::{InvalidValue, Message as _, Validate as _};

/// A value of what is required: the type's own name for it is taken by types of the schema, twice.
fn made() -> Made {
    Made::new(MadeRequiredMembers2 {
        id: "a".to_owned(),
        amount: 1.5,
        r_type: MadeRType::A,
        part: Part::default(),
        nullable: None,
    })
}

#[test]
fn a_value_of_what_is_required_is_valid() {
    let encoded = String::from_utf8(made().encode().unwrap()).unwrap();
    let expected = r#"{"id":"a","type":"made","version":2,"ready":true,"none":null,"amount":1.5,"r_type":"a","part":{"kind":"part"},"nullable":null,"default":3}"#;
    assert_eq!(encoded, expected);
}

#[test]
fn other_members_are_named() {
    let made = Made {
        note: Some("n".to_owned()),
        required: Some(MadeRequired { x: 1 }),
        members: Some(MadeRequiredMembers { y: Some(2) }),
        ..made()
    };
    assert_eq!(Made::decode(&made.encode().unwrap()), Ok(made));
}

#[test]
fn what_a_schema_refuses_is_told_without_sending_it() {
    assert_eq!(made().validate(), Ok(()));
    let error: InvalidValue = Made { version: 3, ..made() }.validate().unwrap_err();
    assert_eq!((error.keyword(), error.instance_path()), ("enum", "/version"));
    let error: InvalidValue = newtypes::Word::try_from("A").unwrap_err();
    assert_eq!((error.keyword(), error.instance_path()), ("pattern", ""));
    assert!(!format!("{error} {error:?}").contains('A'), "{error:?}");
}

#[test]
fn newtypes_of_texts_are_found_by_their_texts() {
    let word: newtypes::Word = "word".parse().unwrap();
    assert_eq!(newtypes::Word::try_from("word"), Ok(word.clone()));
    assert_eq!(word.to_string(), "word");
    assert_eq!(HashMap::from([(word, 1)]).get("word"), Some(&1));
    let author: strings_compact::Author = "ada".parse().unwrap();
    assert!(HashSet::from([author]).contains("ada"));
}

#[test]
fn enums_are_made_of_their_constants() {
    assert_eq!("b".parse(), Ok(MadeRType::B));
    assert_eq!("c".parse::<MadeRType>().unwrap_err().to_string(), "enum: expected one of `a`, `b`");
}

#[test]
fn unions_are_made_of_what_their_variants_hold() {
    let company = one_of::Company::new(one_of::CompanyRequired { company: "a".to_owned() });
    let changed = one_of::AccountChanged::from(company.clone());
    assert_eq!(changed.as_company(), Some(&company));
    assert_eq!(changed.as_integer(), None);
    // Two variants hold strings.
    let code = one_of::PaymentReceivedCode::from(true);
    assert_eq!((code.as_boolean(), code.as_string(), code.as_string2()), (Some(&true), None, None));
}

#[test]
fn a_message_of_several_on_a_topic_is_of_its_own_schema() {
    let placed = br#"{"type":"placed","order_id":"a","total":1}"#;
    let placed = topics::GoldenOrders::decode(placed).unwrap();
    assert_eq!(placed.value_descriptor(), topics::OrderPlaced::DESCRIPTOR);
    assert_eq!(placed.value_descriptor().topic.schema_id_location, Some(SchemaIdLocation::Header));
    let shipped = topics::GoldenOrders::decode(br#"{"order_id":"a","parcels":["b"]}"#).unwrap();
    assert_eq!(shipped.value_descriptor(), topics::OrderShipped::DESCRIPTOR);
    assert_eq!(made().value_descriptor(), Made::DESCRIPTOR);
}

#[test]
fn a_message_has_the_ids_of_the_lock_file() {
    let descriptor = locked::OrderPlaced::DESCRIPTOR;
    assert_eq!(descriptor.topic.schema_id_location, Some(SchemaIdLocation::Payload));
    assert_eq!((descriptor.schema.id, descriptor.schema.versions.len()), (Some(70_000), 2));
    let writer = |id: &str| descriptor.writer(SchemaId::parse(id).unwrap());
    assert_eq!(["7", "70000", "8"].map(writer), [Writer::Older, Writer::Same, Writer::Unknown]);
}
