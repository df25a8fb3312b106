//! The trace that a record belongs to, in the headers of W3C Trace Context.

use std::fmt;
use std::future::Future;
use std::str::FromStr;

#[cfg(feature = "opentelemetry")]
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceFlags, TraceState};
use tracing::Span;
#[cfg(feature = "opentelemetry")]
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::header::Header;

/// The name of the header that says which trace a record belongs to, and which span it comes from.
pub const TRACEPARENT: &str = "traceparent";

/// The name of the header that tracers keep their own notes in.
pub const TRACESTATE: &str = "tracestate";

/// The most that is passed on of a `tracestate`, in bytes and in members: what the recommendation asks for at least.
const STATE_BYTES: usize = 512;
const STATE_MEMBERS: usize = 32;

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// A place in a trace, as the headers `traceparent` and `tracestate` of the [W3C recommendation][w3c] carry it from one
/// program to the next: the trace, a span in it, and whether that is recorded.
///
/// A handler of an [`App`](crate::app::App) runs in the [`scope`](Self::scope) of one: that of its message, or of a new
/// trace where the message has none. Whatever any producer sends in a scope gets the two headers, unless it has a
/// `traceparent` already. Outside of a scope nothing is added. A task that is spawned is outside; take the context along:
///
/// ```
/// # use thoth_messaging::client::{Producer, TraceContext};
/// # use thoth_messaging::messages::PackageReleased;
/// # fn run(producer: Producer, released: PackageReleased) {
/// let sends = async move { producer.send(&released).await };
/// match TraceContext::current() {
///     Some(context) => tokio::spawn(context.scope(sends)),
///     None => tokio::spawn(sends),
/// };
/// # }
/// ```
///
/// Outside of an app, begin where a record or a request comes from:
///
/// ```
/// # use thoth_messaging::client::{Record, TraceContext};
/// # async fn handle() {}
/// # async fn run(record: &Record) {
/// let incoming = TraceContext::of(record.headers());
/// let context = incoming.map_or_else(TraceContext::root, |incoming| incoming.child());
/// context.scope(handle()).await;
/// # }
/// ```
///
/// With the feature `opentelemetry`, OpenTelemetry's spans are the same ones.
///
/// [w3c]: https://www.w3.org/TR/trace-context-1/
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    is_sampled: bool,
    state: Option<String>,
}

impl TraceContext {
    /// The first span of a new trace, which is recorded, as by OpenTelemetry's default sampler.
    #[must_use]
    pub fn root() -> Self {
        // Both halves are not 0, which is all that an id must not be; a range of 128 bits would take a division.
        let [high, low, span] = [(); 3].map(|()| fastrand::u64(1..));
        let trace = u128::from(high) << 64 | u128::from(low);
        Self { trace, span, is_sampled: true, state: None }
    }

    /// Another span of the same trace, whose parent is this one.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { span: fastrand::u64(1..), ..self.clone() }
    }

    /// A span that a tracer has made. `None` where one of the ids is zero, which is none.
    #[must_use]
    pub fn new(trace_id: u128, span_id: u64, is_sampled: bool) -> Option<Self> {
        let is_valid = trace_id != 0 && span_id != 0;
        is_valid.then_some(Self { trace: trace_id, span: span_id, is_sampled, state: None })
    }

    /// With a `tracestate` in place of what it had: whole members of it, up to 32 and up to 512 bytes; none where it is
    /// not printable ASCII.
    #[must_use]
    pub fn with_state(self, state: &str) -> Self {
        Self { state: kept(state), ..self }
    }

    /// The context in the headers of a record; `None` where they have none, or an invalid `traceparent`. Of several the last
    /// one counts.
    #[must_use]
    pub fn of(headers: &[Header]) -> Option<Self> {
        let parent = headers.iter().rfind(|header| header.name == TRACEPARENT)?;
        let parent: Self = std::str::from_utf8(parent.value.as_deref()?).ok()?.parse().ok()?;
        let states = headers.iter().filter(|header| header.name == TRACESTATE);
        let states: Option<Vec<_>> =
            states.map(|header| std::str::from_utf8(header.value.as_deref().unwrap_or_default()).ok()).collect();
        let state = states.and_then(|states| kept(&states.join(",")));
        Some(Self { state, ..parent })
    }

    /// The context of the scope that this is called in; outside of one, with the feature `opentelemetry`, that of the current
    /// span.
    #[must_use]
    pub fn current() -> Option<Self> {
        let current = CURRENT.try_with(Clone::clone).ok();
        #[cfg(feature = "opentelemetry")]
        let current = current.or_else(|| Self::of_span(&Span::current()));
        current
    }

    /// The context of the span of a message, whose record has this one. With the feature `opentelemetry` it is the one that
    /// OpenTelemetry has for the span, if it records it.
    pub(crate) fn continued(incoming: Option<&Self>, span: &Span) -> Self {
        #[cfg(feature = "opentelemetry")]
        {
            if let Some(incoming) = incoming {
                incoming.adopt(span);
            }
            if let Some(own) = Self::of_span(span) {
                return own;
            }
        }
        #[cfg(not(feature = "opentelemetry"))]
        let _ = span;
        incoming.map_or_else(Self::root, Self::child)
    }

    /// The context that OpenTelemetry has for a span; `None` where no layer of it records the span.
    #[cfg(feature = "opentelemetry")]
    fn of_span(span: &Span) -> Option<Self> {
        let context = span.context();
        let own = context.span().span_context().clone();
        let (trace, id) =
            (u128::from_be_bytes(own.trace_id().to_bytes()), u64::from_be_bytes(own.span_id().to_bytes()));
        Some(Self::new(trace, id, own.is_sampled())?.with_state(&own.trace_state().header()))
    }

    /// Makes this the parent of a span.
    #[cfg(feature = "opentelemetry")]
    fn adopt(&self, span: &Span) {
        let flags = if self.is_sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
        let state = self.state().and_then(|state| state.parse().ok()).unwrap_or(TraceState::NONE);
        let parent = SpanContext::new(self.trace.into(), self.span.into(), flags, true, state);
        // Without a layer there is no span of OpenTelemetry, which needs no parent.
        let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(parent));
    }

    /// Runs a future in which this is the [current](Self::current) context.
    pub fn scope<F: Future>(self, future: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self, future)
    }

    /// Runs a function in which this is the [current](Self::current) context.
    pub(crate) fn within<T>(self, function: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, function)
    }

    /// The id of the trace.
    #[must_use]
    pub fn trace_id(&self) -> u128 {
        self.trace
    }

    /// The id of the span.
    #[must_use]
    pub fn span_id(&self) -> u64 {
        self.span
    }

    /// True if the span is recorded.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.is_sampled
    }

    /// The `tracestate`.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The headers of the current scope; none outside of one.
    pub(super) fn current_headers() -> Vec<Header> {
        let Some(context) = Self::current() else { return Vec::new() };
        let state = context.state().map(|state| Header::new(TRACESTATE, state));
        [Header::new(TRACEPARENT, context.to_string())].into_iter().chain(state).collect()
    }
}

/// The `traceparent`, of version 00.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.is_sampled))
    }
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTraceparent;

impl fmt::Display for InvalidTraceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is no `traceparent`, as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`")
    }
}

impl std::error::Error for InvalidTraceparent {}

/// Reads a `traceparent`. Of a version after 00 it reads what 00 has; what follows it is left out.
///
/// ```
/// use thoth_messaging::client::TraceContext;
///
/// let context: TraceContext = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
/// assert!(context.is_sampled());
/// assert_eq!(context.child().trace_id(), context.trace_id());
/// # Ok::<(), thoth_messaging::client::InvalidTraceparent>(())
/// ```
impl FromStr for TraceContext {
    type Err = InvalidTraceparent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceparent> {
        parse(text).ok_or(InvalidTraceparent)
    }
}

fn parse(text: &str) -> Option<TraceContext> {
    let mut fields = text.splitn(5, '-');
    let [version, trace, span, flags] = [2, 32, 16, 2].map(|length| fields.next().and_then(|text| hex(text, length)));
    let version = version?;
    // 255 is no version, and 0 has no more fields.
    if version == 0xff || version == 0 && fields.next().is_some() {
        return None;
    }
    TraceContext::new(trace?, u64::try_from(span?).ok()?, flags? & 1 == 1)
}

/// Lower-case hexadecimal digits of this number.
fn hex(text: &str, length: usize) -> Option<u128> {
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != length || !is_hex {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

/// The part of a `tracestate` that is passed on: its first members, each whole or not at all.
fn kept(state: &str) -> Option<String> {
    if !state.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return None;
    }
    let mut kept = String::new();
    let members = state.split(',').map(str::trim).filter(|member| !member.is_empty());
    for member in members.take(STATE_MEMBERS) {
        let comma = usize::from(!kept.is_empty());
        if kept.len() + comma + member.len() <= STATE_BYTES {
            kept.push_str(&","[..comma]);
            kept.push_str(member);
        }
    }
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn a_traceparent_is_read_as_the_recommendation_says() {
        let sampled = |text: String| text.parse::<TraceContext>().ok().map(|context| context.is_sampled());
        let cases = [
            ("00", TRACE, SPAN, "01", Some(true)),
            ("00", TRACE, SPAN, "00", Some(false)),
            // Other flags are for versions to come.
            ("00", TRACE, SPAN, "ff", Some(true)),
            ("00", TRACE, SPAN, "fe", Some(false)),
            // A later version, which may have more fields.
            ("cc", TRACE, SPAN, "01", Some(true)),
            ("cc", TRACE, SPAN, "01-what-the-future-will-be-like", Some(true)),
            ("cc", TRACE, SPAN, "01-", Some(true)),
            ("cc", TRACE, SPAN, "01.what-the-future-will-be-like", None),
            ("fe", TRACE, SPAN, "01", Some(true)),
            ("ff", TRACE, SPAN, "01", None),
            ("00", TRACE, SPAN, "01-", None),
            ("00", TRACE, SPAN, "01-what", None),
            ("00", TRACE, SPAN, "01.", None),
            // No lower-case hexadecimal digits, or too few, or too many.
            ("0", TRACE, SPAN, "01", None),
            (".0", TRACE, SPAN, "01", None),
            ("0x", TRACE, SPAN, "01", None),
            ("000", TRACE, SPAN, "01", None),
            ("00", "0AF7651916CD43DD8448EB211C80319C", SPAN, "01", None),
            ("00", TRACE, "B7AD6B7169203331", "01", None),
            ("00", TRACE, SPAN, "0A", None),
            ("00", ".af7651916cd43dd8448eb211c80319c", SPAN, "01", None),
            ("00", "+af7651916cd43dd8448eb211c80319c", SPAN, "01", None),
            ("00", "f7651916cd43dd8448eb211c80319c", SPAN, "01", None),
            ("00", "000af7651916cd43dd8448eb211c80319c", SPAN, "01", None),
            ("00", TRACE, "ad6b7169203331", "01", None),
            ("00", TRACE, "b7ad6b716920333100", "01", None),
            ("00", TRACE, SPAN, "1", None),
            ("00", TRACE, SPAN, "001", None),
            ("00", TRACE, SPAN, ".1", None),
            // Ids that are none.
            ("00", "00000000000000000000000000000000", SPAN, "01", None),
            ("00", TRACE, "0000000000000000", "01", None),
        ];
        for (version, trace, span, flags, expected) in cases {
            let text = format!("{version}-{trace}-{span}-{flags}");
            assert_eq!(sampled(text.clone()), expected, "{text}");
        }
        for text in ["", "00", "00-", &format!("00-{TRACE}"), &format!("00-{TRACE}-{SPAN}"), "00-é-é-é", " 00---"] {
            assert_eq!(sampled(text.to_owned()), None, "{text}");
        }
        assert_eq!(sampled(format!(" 00-{TRACE}-{SPAN}-01")), None);
    }

    #[test]
    fn a_traceparent_is_written_as_version_00_with_the_flags_that_it_knows() {
        let written = |flags| format!("cc-{TRACE}-{SPAN}-{flags}").parse::<TraceContext>().unwrap().to_string();
        assert_eq!(written("ff-more"), format!("00-{TRACE}-{SPAN}-01"));
        assert_eq!(written("fe"), format!("00-{TRACE}-{SPAN}-00"));
        let small = TraceContext::new(1, 2, false).unwrap().to_string();
        assert_eq!(small, "00-00000000000000000000000000000001-0000000000000002-00");
        assert_eq!(small.parse::<TraceContext>().unwrap().to_string(), small);
    }

    #[test]
    fn a_child_is_of_the_same_trace_with_another_span() {
        let root = TraceContext::root().with_state("congo=t61rcWkgMzE");
        let child = root.child();
        assert_eq!((child.trace_id(), child.state()), (root.trace_id(), Some("congo=t61rcWkgMzE")));
        assert_ne!(child.span_id(), root.span_id());
        assert_ne!(TraceContext::root().trace_id(), root.trace_id());
    }

    #[test]
    fn a_tracestate_is_passed_on_with_a_traceparent_and_in_bounds() {
        let parent = || Header::new(TRACEPARENT, format!("00-{TRACE}-{SPAN}-00"));
        let state = |headers: &[Header]| TraceContext::of(headers).unwrap().state().map(str::to_owned);
        let of = |value: &str| Header::new(TRACESTATE, value);
        assert_eq!(state(&[parent(), of("a=1,b=2")]), Some("a=1,b=2".to_owned()));
        assert_eq!(state(&[of("a=1 ,, b=2"), parent(), of("c=3")]), Some("a=1,b=2,c=3".to_owned()));
        assert_eq!(state(&[parent(), of("a=é")]), None);
        assert_eq!(state(&[parent(), of(" ")]), None);
        assert!(TraceContext::of(&[of("a=1")]).is_none());
        assert!(TraceContext::of(&[Header::new(TRACEPARENT, [0xff]), of("a=1")]).is_none());

        let long = format!("a=1,{}=2,c=3", "b".repeat(600));
        assert_eq!(state(&[parent(), of(&long)]), Some("a=1,c=3".to_owned()));
        let many = state(&[parent(), of(&vec!["a=1"; 100].join(","))]).unwrap();
        assert_eq!(many.split(',').count(), STATE_MEMBERS);
    }

    #[test]
    fn of_several_traceparents_the_last_one_counts() {
        let parent = |flags| Header::new(TRACEPARENT, format!("00-{TRACE}-{SPAN}-{flags}"));
        assert!(TraceContext::of(&[parent("00"), parent("01")]).unwrap().is_sampled());
        assert_eq!(TraceContext::of(&[parent("00"), Header::new(TRACEPARENT, "no")]), None);
    }
}
