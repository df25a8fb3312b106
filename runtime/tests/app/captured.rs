//! The spans and events that a subscriber of `tracing` sees.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Fields by name, all as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

#[derive(Clone, Debug)]
pub(crate) struct CapturedSpan {
    pub(crate) name: &'static str,
    pub(crate) fields: Fields,
}

#[derive(Clone, Debug)]
pub(crate) struct CapturedEvent {
    pub(crate) target: String,
    pub(crate) level: Level,
    pub(crate) fields: Fields,
    /// The names of the spans that it is in, from the outermost one on.
    pub(crate) spans: Vec<&'static str>,
}

/// All spans and events of this thread, at any level, until the guard is dropped.
#[derive(Clone, Default)]
pub(crate) struct Captured {
    spans: Arc<Mutex<BTreeMap<u64, CapturedSpan>>>,
    events: Arc<Mutex<Vec<CapturedEvent>>>,
}

impl Captured {
    pub(crate) fn start() -> (Self, DefaultGuard) {
        // Where there is but one subscriber, a callsite that a thread without one comes to first is off for all.
        static OTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
        LazyLock::force(&OTHER);
        let captured = Self::default();
        let subscriber = tracing_subscriber::registry().with(captured.clone());
        (captured, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn spans(&self, name: &str) -> Vec<CapturedSpan> {
        self.spans.lock().unwrap().values().filter(|span| span.name == name).cloned().collect()
    }

    pub(crate) fn events(&self) -> Vec<CapturedEvent> {
        self.events.lock().unwrap().clone()
    }

    /// Tells whether a text is anywhere in it.
    pub(crate) fn shows(&self, text: &str) -> bool {
        format!("{:?} {:?}", self.spans.lock().unwrap(), self.events.lock().unwrap()).contains(text)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Captured {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        // A registry uses ids again, with another generation in them.
        self.spans.lock().unwrap().insert(id.into_u64(), CapturedSpan { name: attributes.metadata().name(), fields });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some(span) = self.spans.lock().unwrap().get_mut(&id.into_u64()) {
            values.record(&mut span.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root);
        let (target, level) = (event.metadata().target().to_owned(), *event.metadata().level());
        let spans = scope.map(|span| span.name()).collect();
        self.events.lock().unwrap().push(CapturedEvent { target, level, fields, spans });
    }
}
