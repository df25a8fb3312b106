// Options as they stand in a build script: `Build::new().derive("*", "Hash").format(false)`.
//
// Pages of documentation and cases have them in this form; this is what makes `Options` of it.

use syn::{Expr, ExprMethodCall, Lit};
use thoth_messaging_codegen::{MapType, Options, SchemaDraft, StringType};

/// The options that a chain of calls chooses.
pub(crate) fn options(chain: &str) -> Options {
    let mut options = Options::default();
    let chain = syn::parse_str(chain).unwrap_or_else(|error| panic!("{error}: {chain}"));
    apply(&chain, &mut options);
    options
}

fn apply(chain: &Expr, options: &mut Options) {
    let Expr::MethodCall(call) = chain else { return };
    apply(&call.receiver, options);
    let argument = |index: usize| &call.args[index];
    let pair = || (text(argument(0)), text(argument(1)));
    match call.method.to_string().as_str() {
        "only" => options.only.extend(texts(argument(0))),
        "without" => options.without.extend(texts(argument(0))),
        "derive" => options.derives.push(pair()),
        "type_attribute" => options.type_attributes.push(pair()),
        "field_attribute" => options.field_attributes.push(pair()),
        "type_name" => options.type_names.push(pair()),
        "field_name" => options.field_names.push(pair()),
        "replace" => options.replaced.push(pair()),
        "module" => options.module = Some(text(argument(0))),
        "format" => {
            let Expr::Lit(lit) = argument(0) else { panic!("`true` or `false` is expected") };
            options.format = matches!(&lit.lit, Lit::Bool(on) if on.value);
        }
        "map_type" => options.map_type = named(call, &[("HashMap", MapType::HashMap), ("BTreeMap", MapType::BTreeMap)]),
        "string_type" => {
            let types = [
                ("BoxStr", StringType::BoxStr),
                ("ArcStr", StringType::ArcStr),
                ("CompactString", StringType::CompactString),
                ("String", StringType::String),
            ];
            options.string_type = named(call, &types);
        }
        "default_draft" | "unknown_draft" => {
            let drafts = [
                ("Draft4", SchemaDraft::Draft4),
                ("Draft6", SchemaDraft::Draft6),
                ("Draft7", SchemaDraft::Draft7),
                ("Draft201909", SchemaDraft::Draft201909),
                ("Draft202012", SchemaDraft::Draft202012),
            ];
            let draft = named(call, &drafts);
            match call.method.to_string().as_str() {
                "default_draft" => options.default_draft = draft,
                _ => options.unknown_draft = Some(draft),
            }
        }
        other => panic!("no option is named {other}"),
    }
}

fn text(argument: &Expr) -> String {
    match argument {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => text.value(),
            _ => panic!("a text is expected"),
        },
        _ => panic!("a text is expected"),
    }
}

fn texts(argument: &Expr) -> Vec<String> {
    let Expr::Array(array) = argument else { panic!("a list of texts is expected") };
    array.elems.iter().map(text).collect()
}

/// The value that the last segment of a path names.
fn named<T: Copy>(call: &ExprMethodCall, known: &[(&str, T)]) -> T {
    let Expr::Path(path) = &call.args[0] else { panic!("a path is expected") };
    let name = path.path.segments.last().unwrap().ident.to_string();
    known.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}")).1
}
