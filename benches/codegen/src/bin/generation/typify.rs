//! typify 0.8, as far as it gets.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic;

use corpora::Layout;
use schemars::schema::Schema;
use serde_json::Value;
use thoth_messaging_codegen::SchemaSet;
use typify::{TypeSpace, TypeSpaceSettings};

use crate::bundle::Bundle;
use crate::{Generated, events, timed};

/// How many of the errors are shown.
const SHOWN: usize = 10;

/// Returns what it makes of a corpus, in one go where it can, else of the events that it can do alone.
pub(crate) fn generate(layout: &Layout, set: &SchemaSet) -> Result<Generated, Box<dyn Error>> {
    // It panics at some schemas, which is counted, not shown.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let generated = possible(layout, set);
    panic::set_hook(hook);
    generated
}

fn possible(layout: &Layout, set: &SchemaSet) -> Result<Generated, Box<dyn Error>> {
    let bundle = Bundle::new(set)?;
    let (mut definitions, mut count) = (bundle.all(), events(layout, set).count());
    if let Err(error) = text(&definitions) {
        println!("{}: typify can't do the bundle: {error}", layout.name);
        (definitions, count) = (BTreeMap::new(), 0);
        let mut failures: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for event in events(layout, set) {
            let own = bundle.of(event);
            match text(&own) {
                Ok(_) => {
                    count += 1;
                    definitions.extend(own);
                }
                Err(error) => failures.entry(error).or_default().push(event),
            }
        }
        let mut failures: Vec<_> = failures.into_iter().collect();
        failures.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
        for (error, events) in failures.iter().take(SHOWN) {
            println!("  {} events, {} the first: {error}", events.len(), events[0]);
        }
    }
    let (time, text) = timed(|| text(&definitions));
    Ok(Generated { name: "typify 0.8", events: count, time, files: vec![("messages.rs".to_owned(), text?)] })
}

/// The Rust text of definitions, formatted.
fn text(definitions: &BTreeMap<String, Value>) -> Result<String, String> {
    let generated = panic::catch_unwind(|| {
        let read = |(name, schema): (&String, &Value)| Ok((name.clone(), serde_json::from_value(schema.clone())?));
        let schemas: Vec<(String, Schema)> =
            definitions.iter().map(read).collect::<serde_json::Result<_>>().map_err(|error| error.to_string())?;
        let mut types = TypeSpace::new(&TypeSpaceSettings::default());
        types.add_ref_types(schemas).map_err(|error| error.to_string())?;
        let file = syn::parse2(types.to_stream()).map_err(|error| error.to_string())?;
        Ok(prettyplease::unparse(&file))
    });
    generated.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("panic: {}", text.unwrap_or_default().lines().next().unwrap_or_default()))
    })
}
