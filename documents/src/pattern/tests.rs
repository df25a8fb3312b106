//! Every pattern of issue 14, and their kin.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).is_match(text).unwrap()
}

#[test]
fn a_dot_reads_no_line_terminator() {
    for text in ["\n", "\r", "\u{2028}", "\u{2029}", "", "ab"] {
        assert!(!matches("^.$", text), "{text:?}");
    }
    for text in ["a", "\u{85}", "\u{b}", "é", "😀"] {
        assert!(matches("^.$", text), "{text:?}");
    }
}

#[test]
fn a_reference_to_a_group_that_read_nothing_reads_nothing() {
    assert!(matches(r"^(x)?\1y$", "y") && matches(r"^(x)?\1y$", "xxy") && !matches(r"^(x)?\1y$", "xy"));
    assert!(matches(r"^\1(a)$", "a") && matches(r"^(a\1)$", "a") && matches(r"^(?:(a)|b\1)$", "b"));
    assert!(matches(r"^(?:(?!(a)).\1)$", "b") && matches(r"^\k<n>(?<n>a)$", "a"));
    assert!(matches(r"(?<y>\d)-\k<y>", "1-1") && !matches(r"(?<y>\d)-\k<y>", "1-2"));
    assert!(matches(r"^(a)\1(?:0)$", "aa0") && matches(r"^(?:(a)\1)+$", "aaaa") && !matches(r"^(?:(a)\1)+$", "aaa"));
    // Of another round ECMA-262 knows nothing, and the engine does.
    for pattern in [r"(?:(a)|b)*\1", r"(?:(a)|\1b)+", r"(a?)+\1"] {
        assert!(
            Pattern::new(pattern).is_err() || Pattern::new(pattern).unwrap().as_rust().contains("(?:|)"),
            "{pattern}"
        );
    }
    // What is looked behind at is read backwards.
    for pattern in [r"(?<=\1(a))b", r"(?<=(a)\1)b", r"(?<=(a))\1"] {
        let error = Pattern::new(pattern).unwrap_err().to_string();
        assert!(error.contains("group 1, which is referred to, is looked behind at"), "{error}");
    }
    // Of what has no fixed length the engine tries one text.
    for pattern in [r"(?<=\b[^]{0,2})$", r"(?<!(?=[a-z])[^a]*?)$", r"(?<!a|(?:(?<=b)c(?:d|ef)))$", r"(a)(?<=\1b*)c"] {
        let error = Pattern::new(pattern).unwrap_err().to_string();
        assert!(error.contains("has a condition before a part"), "{error}");
    }
    assert!(matches(r"(?<=a*\b)-", "aa-") && matches(r"(?<=\b[^]{2})$", "-ab") && !matches(r"(?<!(?=b)..)$", "bc"));
    // A round that reads nothing is none.
    assert!(!matches(r"^(a*)*\1$", "a") && matches(r"^(a*)*\1$", "aa") && matches(r"^(a?)*?\1$", "aaa"));
    assert!(matches(r"^(?:(?=(a))b?)?\1c$", "c") && !matches(r"^(?:(?=(a))b?)?\1c$", "ac"));
}

#[test]
fn what_is_of_ecma_262_is_taken() {
    assert!(matches(r"^[\b]$", "\u{8}") && matches("^[^]$", "\n") && !matches("[]", "a") && matches("^[^]*[]?$", "ab"));
    assert!(matches(r"^\0$", "\0") && matches(r"^\uD83D\uDE00$", "😀") && matches(r"^[\uD83D\uDE00-\u{1F601}]$", "😁"));
    assert!(matches("^(?:){3}$", "") && matches("(?:^){2}a", "a") && matches("^(?:(?=a))*b", "b"));
    assert!(matches(r"^\cJ\x41\u0042\u{43}\t\v\f$", "\nABC\t\u{b}\u{c}"));
    assert!(!matches(r"\uD800", "\u{FFFD}") && matches(r"^[^\uD800]$", "a") && !matches(r"[\uD800-\uDFFF]", "a"));
    assert!(matches(r"\bb\b", "éb") && !matches(r"\b", "é") && matches(r"^\B.\B$", "é"));
    assert!(matches(r"^\w$", "a") && !matches(r"^\w$", "é") && matches(r"^\s\S$", "\u{feff}\u{85}"));
    assert!(matches(r"^[\D]$", "٣") && !matches(r"^[\W\d]$", "_") && matches(r"^[^\W\d]$", "_"));
    assert!(matches(r"^\p{Lu}\P{Lu}[\p{Script=Greek}\p{Emoji}]$", "Éé😀") && matches("^[&&~~-]{3}$", "&~-"));
    assert!(matches("^[a&&b]$", "&") && matches("^[--b]$", "0") && matches("^[[]$", "[") && matches(r"^[\]^]$", "^"));
    assert!(matches("(?<=a+)b", "aab") && !matches("(?<!a+)b", "aab") && matches("^a{0}b{1,2}?$", "b"));
}

#[test]
fn what_only_other_engines_take_is_refused_with_what_to_write() {
    for (pattern, help) in [
        ("(?P<n>a)", "(?<name>"),
        ("a++", "possessive"),
        (r"\A", "`^`"),
        (r"\z", "`$`"),
        ("(?x)a b", "flags"),
        ("(?s).", "flags"),
        ("(?i:a)", "flags"),
        (r"\pL", r"\\p{L}"),
        ("(?>a)", "atomic"),
        ("(?#a)", "$comment"),
        (r"\a", r"\\x07"),
        (r"\p{greek}", "Script=Greek"),
        (r"\1", "number"),
        (r"\k<a>", "(?<"),
        ("(?=a)*", "leave"),
        (r"\b+", "leave"),
        ("a{2,1}", "smaller"),
        ("[b-a]", "smaller"),
        ("(", "close"),
        (")", "escape"),
        ("[", "close"),
        ("\\", "escape"),
        ("*", "escape"),
        ("{1}", "escape"),
        (r"\x4", "hex"),
        (r"\u{110000}", "from"),
        (r"\u12", "u000a"),
        (r"\01", "x01"),
        ("(?<a>.)(?<a>.)", "another"),
        ("(?<1>.)", "letters"),
        (r"[\A]", "without"),
    ] {
        let error = Pattern::new(pattern).expect_err(pattern);
        assert!(
            error.help().contains(help) || error.to_string().contains(help),
            "{pattern}: {error}, {}",
            error.help()
        );
    }
    assert!(Pattern::new(&"(".repeat(100_000)).is_err() && Pattern::new(&"{".repeat(1_000_000)).is_ok());
}

#[test]
fn what_means_one_thing_without_the_flag_u_is_taken_and_told() {
    for (pattern, text) in [
        (r"^\-\_\@$", "-_@"),
        ("^{a}]$", "{a}]"),
        (r"^[\w-.]$", "-"),
        (r"^[\_]$", "_"),
        ("a{,2}", "a{,2}"),
        ("a{", "a{"),
    ] {
        assert!(matches(pattern, text), "{pattern}");
        assert!(Pattern::new(pattern).unwrap().loose().is_some(), "{pattern}");
    }
    assert_eq!(Pattern::new(r"^\/[\-\w]\.$").unwrap().loose(), None);
    // Without the flag `u`, `p` stands for itself there.
    for pattern in [r"^\-\p{L}$", r"]\u{61}", "😀]"] {
        assert!(Pattern::new(pattern).unwrap_err().to_string().contains("neither"), "{pattern}");
    }
}

#[test]
fn a_translation_is_its_own() {
    for pattern in [r"^.\d\w\s\b[\s\S]|(a)(?=b)\1$", "^[a-z-]+$", r"^(a|b)*\.c{2,}$", "[]", r"(?:\u{0})"] {
        let once = Pattern::new(pattern).unwrap();
        if let Some(plain) = once.as_automaton().filter(|plain| !plain.contains("-u")) {
            assert_eq!(Pattern::new(plain).unwrap().as_rust(), plain);
        }
        assert!(once.compile().is_ok(), "{}", once.as_rust());
    }
    assert_eq!(Pattern::new("^[a-z-]+(-[0-9]{2})?$").unwrap().as_rust(), "^[a-z-]+(-[0-9]{2})?$");
}

fn automaton(pattern: &str) -> Option<String> {
    Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).as_automaton().map(str::to_owned)
}

#[test]
fn back_references_to_few_texts_are_written_out() {
    assert_eq!(automaton(r"^(a|b)\1$").unwrap(), "(?:^(?:a)(?:a)$|^(?:b)(?:b)$)");
    // By the engine that has references, of all texts of some letters.
    let texts: Vec<String> = (0..=5_usize)
        .flat_map(|length| {
            (0..3_usize.pow(u32::try_from(length).unwrap())).map(move |number| {
                (0..length)
                    .map(|place| ["a", "b", "-"][number / 3_usize.pow(u32::try_from(place).unwrap()) % 3])
                    .collect()
            })
        })
        .collect();
    for pattern in [
        r"^(a|b)\1$",
        r"^(x)?\1y$",
        r"^(a)?\1b$",
        r"^(?:(a)|b)\1$",
        r"^(?:(a)|b\1)$",
        r"(?<y>[ab])-\k<y>",
        r"^(?:(a|b)\1)+$",
        r"^(?:(a|b)\1|-)*$",
        r"^([ab]{1,2})(-?)\1\2$",
        r"^((a|b)\2)-?\1?$",
        r"^\1(a)\1*$",
        r"^(a\1)\1$",
        r"^(|a)b\1$",
        r"(a)b?\1|^-(b)\2",
        r"^([])\1$",
        r"^(?:([]-)\1|b)$",
        r"^(?:(?:(a)|(b))\1\2-?){1}$",
    ] {
        let (own, plain) = (compile(pattern).unwrap(), automaton(pattern).unwrap());
        let plain = Regex::new(&plain).unwrap();
        for text in &texts {
            assert_eq!(own.is_match(text).unwrap(), plain.is_match(text).unwrap(), "{pattern} and {text:?}");
        }
    }
    for pattern in [r"^(a*)\1$", r"^(.)\1$", r"(?=a)(a)\1", r"^([a-c]{1,16})\1$", r"^(?:(a))+\1$"] {
        assert_eq!(automaton(pattern), None, "{pattern}");
    }
    let many = format!("^{}{}$", "(a|b)".repeat(40), r"\1\2\3\4\5\6\7\8\9\10".repeat(50));
    assert_eq!(automaton(&many), None);
    assert_eq!(automaton(&format!("^(a){}$", r"\1".repeat(100_000))), None);
}

#[test]
fn a_repetition_at_an_open_end_reads_no_more_than_it_has_to() {
    for (pattern, expected) in [
        ("^.{1,500}", "^[^\\n\\r\\u{2028}-\\u{2029}]{1}"),
        ("a{2,500}", "a{2}"),
        ("a*b+c?", "b{1}"),
        ("a*", ""),
        ("^(?:a|b)*(c{2,}|d)?", "^"),
        ("a{0,5}$", "$"),
        ("^a{2,3}$", "^a{2,3}$"),
        ("a{2,3}|b", "a{2,3}|b"),
    ] {
        assert_eq!(automaton(pattern).as_deref(), Some(expected), "{pattern}");
    }
}

#[test]
fn what_counts_one_character_is_told_apart() {
    for (pattern, expected) in [
        ("^[a-c]{0,500}$", Some(("^(?:[a-c])*$", 0, Some(500)))),
        ("^((?:a|[^]){5,})$", Some(("^(?:(?:a|[\\u{0}-\\u{10ffff}]))*$", 5, None))),
        ("^a+$", Some(("^(?:a)*$", 1, None))),
        ("^(ab){2}$", None),
        ("a{2}$", None),
        ("^a{2}b$", None),
        ("^a$", None),
    ] {
        let found = Pattern::new(pattern).unwrap().counted().cloned();
        let expected = expected.map(|(pattern, min, max)| Counted { pattern: pattern.to_owned(), min, max });
        assert_eq!(found, expected, "{pattern}");
    }
}

/// Those of drafts 4 to 7 are asked whether `pattern` is one of ECMA-262.
#[cfg(feature = "validate")]
#[test]
fn validators_of_every_draft_take_what_is_translated() {
    use serde_json::json;

    for draft in ["http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#"] {
        for (pattern, text, other) in
            [(r"^(x)?\1y$", "y", "xy"), (r"^\b.$", "a", "é"), (r"^(?<n>a*)*\k<n>$", "aa", "a")]
        {
            let schema =
                json!({"$schema": draft, "pattern": pattern, "patternProperties": {pattern: {"type": "string"}}});
            let validator = crate::Validation::default().options().build(&carried(&schema)).unwrap();
            assert!(validator.is_valid(&json!(text)) && !validator.is_valid(&json!(other)), "{pattern}");
            assert!(!validator.is_valid(&json!({text: 1})) && validator.is_valid(&json!({other: 1})), "{pattern}");
        }
    }
}
