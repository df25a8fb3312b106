//! The names of `\p{…}`: ECMA-262 takes each as it is written here, and the Rust engine however it is written.

/// Binary properties, without those that the Rust engine has no table of.
const BINARY: &str = "\
    Alpha Alphabetic CI Case_Ignorable Cased CWCF Changes_When_Casefolded CWCM Changes_When_Casemapped CWL \
    Changes_When_Lowercased CWT Changes_When_Titlecased CWU Changes_When_Uppercased DI \
    Default_Ignorable_Code_Point Gr_Base Grapheme_Base Gr_Ext Grapheme_Extend IDC ID_Continue IDS ID_Start Math \
    XIDC XID_Continue XIDS XID_Start AHex ASCII_Hex_Digit Bidi_C Bidi_Control Dash Dep Deprecated Dia Diacritic \
    Ext Extender Hex Hex_Digit IDSB IDS_Binary_Operator IDST IDS_Trinary_Operator Ideo Ideographic Join_C \
    Join_Control LOE Logical_Order_Exception Lower Lowercase NChar Noncharacter_Code_Point Pat_Syn Pattern_Syntax \
    Pat_WS Pattern_White_Space QMark Quotation_Mark Radical RI Regional_Indicator STerm Sentence_Terminal SD \
    Soft_Dotted Term Terminal_Punctuation UIdeo Unified_Ideograph Upper Uppercase VS Variation_Selector space \
    White_Space Emoji EComp Emoji_Component EMod Emoji_Modifier EBase Emoji_Modifier_Base EPres Emoji_Presentation \
    ExtPict Extended_Pictographic ASCII Any Assigned";

/// Values of `General_Category`.
const CATEGORIES: &str = "\
    Pe Close_Punctuation Pc Connector_Punctuation cntrl Cc Control Sc Currency_Symbol Pd Dash_Punctuation digit Nd \
    Decimal_Number Me Enclosing_Mark Pf Final_Punctuation Cf Format Pi Initial_Punctuation Nl Letter_Number Zl \
    Line_Separator Ll Lowercase_Letter Sm Math_Symbol Lm Modifier_Letter Sk Modifier_Symbol Mn Nonspacing_Mark Ps \
    Open_Punctuation Lo Other_Letter No Other_Number Po Other_Punctuation So Other_Symbol Zp Paragraph_Separator \
    Co Private_Use Zs Space_Separator Mc Spacing_Mark Cs Surrogate Lt Titlecase_Letter Cn Unassigned Lu \
    Uppercase_Letter LC Cased_Letter C Other L Letter Combining_Mark M Mark N Number punct P Punctuation S Symbol \
    Z Separator";

/// Values of `Script` and `Script_Extensions`.
const SCRIPTS: &str = "\
    Adlam Adlm Caucasian_Albanian Aghb Ahom Arabic Arab Imperial_Aramaic Armi Armenian Armn Avestan Avst Balinese \
    Bali Bamum Bamu Bassa_Vah Bass Batak Batk Bengali Beng Bhaiksuki Bhks Bopomofo Bopo Brahmi Brah Braille Brai \
    Buginese Bugi Buhid Buhd Chakma Cakm Canadian_Aboriginal Cans Carian Cari Cham Cherokee Cher Chorasmian Chrs \
    Coptic Copt Qaac Cypro_Minoan Cpmn Cypriot Cprt Cyrillic Cyrl Devanagari Deva Dives_Akuru Diak Dogra Dogr \
    Deseret Dsrt Duployan Dupl Egyptian_Hieroglyphs Egyp Elbasan Elba Elymaic Elym Ethiopic Ethi Garay Gara \
    Georgian Geor Glagolitic Glag Gunjala_Gondi Gong Masaram_Gondi Gonm Gothic Goth Grantha Gran Greek Grek \
    Gujarati Gujr Gurung_Khema Gukh Gurmukhi Guru Hangul Hang Han Hani Hanunoo Hano Hatran Hatr Hebrew Hebr \
    Hiragana Hira Anatolian_Hieroglyphs Hluw Pahawh_Hmong Hmng Nyiakeng_Puachue_Hmong Hmnp Old_Hungarian Hung \
    Old_Italic Ital Javanese Java Kayah_Li Kali Katakana Kana Kawi Kharoshthi Khar Khmer Khmr Khojki Khoj \
    Khitan_Small_Script Kits Kannada Knda Kirat_Rai Krai Kaithi Kthi Tai_Tham Lana Lao Laoo Latin Latn Lepcha Lepc \
    Limbu Limb Linear_A Lina Linear_B Linb Lisu Lycian Lyci Lydian Lydi Mahajani Mahj Makasar Maka Mandaic Mand \
    Manichaean Mani Marchen Marc Medefaidrin Medf Mende_Kikakui Mend Meroitic_Cursive Merc Meroitic_Hieroglyphs \
    Mero Malayalam Mlym Modi Mongolian Mong Mro Mroo Meetei_Mayek Mtei Multani Mult Myanmar Mymr Nag_Mundari Nagm \
    Nandinagari Nand Old_North_Arabian Narb Nabataean Nbat Newa Nko Nkoo Nushu Nshu Ogham Ogam Ol_Chiki Olck \
    Ol_Onal Onao Old_Turkic Orkh Oriya Orya Osage Osge Osmanya Osma Old_Uyghur Ougr Palmyrene Palm Pau_Cin_Hau \
    Pauc Old_Permic Perm Phags_Pa Phag Inscriptional_Pahlavi Phli Psalter_Pahlavi Phlp Phoenician Phnx Miao Plrd \
    Inscriptional_Parthian Prti Rejang Rjng Hanifi_Rohingya Rohg Runic Runr Samaritan Samr Old_South_Arabian Sarb \
    Saurashtra Saur SignWriting Sgnw Shavian Shaw Sharada Shrd Siddham Sidd Khudawadi Sind Sinhala Sinh Sogdian \
    Sogd Old_Sogdian Sogo Sora_Sompeng Sora Soyombo Soyo Sundanese Sund Sunuwar Sunu Syloti_Nagri Sylo Syriac Syrc \
    Tagbanwa Tagb Takri Takr Tai_Le Tale New_Tai_Lue Talu Tamil Taml Tangut Tang Tai_Viet Tavt Telugu Telu \
    Tifinagh Tfng Tagalog Tglg Thaana Thaa Thai Tibetan Tibt Tirhuta Tirh Tangsa Tnsa Todhri Todr Toto \
    Tulu_Tigalari Tutg Ugaritic Ugar Vai Vaii Vithkuqi Vith Warang_Citi Wara Wancho Wcho Old_Persian Xpeo \
    Cuneiform Xsux Yezidi Yezi Yi Yiii Zanabazar_Square Zanb Inherited Zinh Qaai Common Zyyy";

/// Returns whether ECMA-262 knows what stands between the braces of `\p{…}`.
pub(super) fn is_known(name: &str) -> bool {
    let has = |names: &str, wanted: &str| names.split(' ').any(|name| name == wanted);
    match name.split_once('=') {
        None => has(BINARY, name) || has(CATEGORIES, name),
        Some(("General_Category" | "gc", value)) => has(CATEGORIES, value),
        Some(("Script" | "sc" | "Script_Extensions" | "scx", value)) => has(SCRIPTS, value),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for name in ["L", "Lu", "gc=Lu", "Script=Greek", "sc=Grek", "scx=Grek", "Alphabetic", "ASCII", "digit"] {
            assert!(is_known(name), "{name}");
        }
        for name in ["lu", "letter", "Greek", "gc=lu", "Is_Greek", "age=6.0", "", "=", "L=", "Bidi_Mirrored"] {
            assert!(!is_known(name), "{name}");
        }
    }

    #[test]
    fn the_engine_knows_them_all() {
        let scripts = SCRIPTS.split(' ').flat_map(|name| [format!("sc={name}"), format!("scx={name}")]);
        for name in BINARY.split(' ').chain(CATEGORIES.split(' ')).map(str::to_owned).chain(scripts) {
            let pattern = crate::pattern::Pattern::new(&format!(r"\p{{{name}}}")).unwrap();
            assert!(pattern.compile().is_ok(), "{name}");
        }
    }
}
