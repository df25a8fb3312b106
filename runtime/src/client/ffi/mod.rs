//! Calls of librdkafka that rdkafka has no safe function for: the only module with `unsafe`.
//!
//! They are requests about topics ([`topics`]) and groups ([`groups`]), the id of the controller, tokens for OAUTHBEARER, flushing, and bytes that rdkafka
//! takes for UTF-8: the names of headers, and the notes of offsets. Every object of C that is made here is
//! destroyed here, on every way out, and nothing that C returns is kept.

#![expect(unsafe_code, reason = "calls of librdkafka that rdkafka has no safe function for")]

pub(super) mod groups;
pub(super) mod topics;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::time::{Duration, SystemTime};

use rdkafka::ClientContext;
use rdkafka::bindings as sys;
use rdkafka::client::Client;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, OwnedHeaders};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::header::{Header, HeaderName};
use super::settings::Token;

/// The time to wait for the report of a request beyond its timeout.
const REPORT: Duration = Duration::from_secs(5);

/// An object of librdkafka, with its destructor.
struct Owned<T> {
    pointer: *mut T,
    destroy: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    fn new(pointer: *mut T, destroy: unsafe extern "C" fn(*mut T), what: &str) -> KafkaResult<Self> {
        if pointer.is_null() {
            return Err(KafkaError::AdminOpCreation(format!("librdkafka made no {what}")));
        }
        Ok(Self { pointer, destroy })
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer is not null, was made by the function that goes with `destroy`, and is destroyed once.
        unsafe { (self.destroy)(self.pointer) }
    }
}

/// A queue for an answer, to be dropped before the client.
fn queue(rk: *mut sys::rd_kafka_t) -> KafkaResult<Owned<sys::rd_kafka_queue_t>> {
    // SAFETY: the client is alive.
    Owned::new(unsafe { sys::rd_kafka_queue_new(rk) }, sys::rd_kafka_queue_destroy, "queue")
}

/// The answer to a request, unless it failed as a whole.
fn answer(queue: &Owned<sys::rd_kafka_queue_t>, timeout: Duration) -> KafkaResult<Owned<sys::rd_kafka_event_t>> {
    // SAFETY: the queue is alive; the event is null where the time is over.
    let event = unsafe { sys::rd_kafka_queue_poll(queue.pointer, millis(timeout + REPORT)) };
    if event.is_null() {
        return Err(KafkaError::AdminOp(Code::OperationTimedOut));
    }
    let event = Owned::new(event, sys::rd_kafka_event_destroy, "event")?;
    // SAFETY: the event is alive.
    match unsafe { sys::rd_kafka_event_error(event.pointer).into() } {
        Code::NoError => Ok(event),
        code => Err(KafkaError::AdminOp(code)),
    }
}

fn options(
    rk: *mut sys::rd_kafka_t,
    operation: sys::rd_kafka_admin_op_t,
    timeout: Duration,
) -> KafkaResult<Owned<sys::rd_kafka_AdminOptions_t>> {
    // SAFETY: the client is alive.
    let options = unsafe { sys::rd_kafka_AdminOptions_new(rk, operation) };
    let options = Owned::new(options, sys::rd_kafka_AdminOptions_destroy, "options")?;
    // SAFETY: the options are alive; no text of an error is asked for.
    let code: Code = unsafe {
        sys::rd_kafka_AdminOptions_set_request_timeout(options.pointer, millis(timeout), ptr::null_mut(), 0).into()
    };
    match code {
        Code::NoError => Ok(options),
        code => Err(KafkaError::AdminOp(code)),
    }
}

/// A copy of a text that is librdkafka's; `None` for null.
fn text(pointer: *const c_char) -> Option<String> {
    // SAFETY: what librdkafka gives is null, or ends with a zero and lives while this runs.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}

fn millis(timeout: Duration) -> c_int {
    c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX)
}

/// The id of the broker that takes requests of administration. Blocks.
pub(super) fn controller<C: ClientContext>(client: &Client<C>, timeout: Duration) -> Option<i32> {
    // SAFETY: the client is alive.
    let id = unsafe { sys::rd_kafka_controllerid(client.native_ptr(), millis(timeout)) };
    (id >= 0).then_some(id)
}

/// Gives a client its token for SASL OAUTHBEARER, or tells it why there is none.
pub(super) fn set_token<C: ClientContext>(client: &Client<C>, token: Result<&Token, &str>) -> KafkaResult<()> {
    let rk = client.native_ptr();
    let token = match token {
        Ok(token) => token,
        Err(reason) => {
            let reason = CString::new(reason.replace('\0', " "))?;
            // SAFETY: the client is alive, the text ends with a zero, and librdkafka copies it.
            return refused(unsafe { sys::rd_kafka_oauthbearer_set_token_failure(rk, reason.as_ptr()) }.into(), "");
        }
    };
    let (value, principal) = (CString::new(token.value.as_str())?, CString::new(token.principal.as_str())?);
    let extensions = token.extensions.iter().flat_map(|(name, value)| [name, value]);
    let extensions = extensions.map(|text| CString::new(text.as_str())).collect::<Result<Vec<_>, _>>()?;
    let mut pointers: Vec<_> = extensions.iter().map(|text| text.as_ptr()).collect();
    let since = token.expires.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let expires = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let mut reason: [c_char; 512] = [0; 512];
    // SAFETY: the client is alive, all texts end with a zero and are copied, and both lengths are those of the arrays.
    let code = unsafe {
        sys::rd_kafka_oauthbearer_set_token(
            rk,
            value.as_ptr(),
            expires,
            principal.as_ptr(),
            pointers.as_mut_ptr(),
            pointers.len(),
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    refused(code.into(), &text(reason.as_ptr()).unwrap_or_default())
}

fn refused(code: Code, reason: &str) -> KafkaResult<()> {
    match code {
        Code::NoError => Ok(()),
        code => Err(KafkaError::ClientCreation(format!("{code}: {reason}"))),
    }
}

/// Waits until no message is in flight. The thread of the client serves the reports; rdkafka's own function would serve them, too,
/// and look only every 100 ms. Blocks.
pub(super) fn flush<C: ClientContext>(client: &Client<C>, timeout: Duration) -> KafkaResult<()> {
    // SAFETY: the client is alive.
    match unsafe { sys::rd_kafka_flush(client.native_ptr(), millis(timeout)) }.into() {
        Code::NoError => Ok(()),
        code => Err(KafkaError::Flush(code)),
    }
}

/// The headers of a message, in their order, with the bytes that they have.
pub(super) fn headers(message: &BorrowedMessage<'_>) -> Vec<Header> {
    let mut list = ptr::null_mut();
    // SAFETY: the message is alive; what is written is a pointer to its headers, which live as long as it does.
    let code: Code = unsafe { sys::rd_kafka_message_headers(message.ptr(), &raw mut list) }.into();
    if code != Code::NoError || list.is_null() {
        return Vec::new();
    }
    // SAFETY: the list is alive.
    let count = unsafe { sys::rd_kafka_header_cnt(list) };
    (0..count).map_while(|index| header(list, index)).collect()
}

fn header(list: *const sys::rd_kafka_headers_t, index: usize) -> Option<Header> {
    let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
    // SAFETY: the list is alive; where there is a header, its parts live as long as the list.
    let code: Code =
        unsafe { sys::rd_kafka_header_get_all(list, index, &raw mut name, &raw mut value, &raw mut size) }.into();
    if code != Code::NoError {
        return None;
    }
    // SAFETY: the name ends with a zero, and lives while this runs.
    let name = HeaderName::from(unsafe { CStr::from_ptr(name) }.to_bytes());
    Some(Header { name, value: bytes(value, size) })
}

/// Headers as librdkafka sends them.
pub(super) fn owned_headers(headers: &[Header]) -> OwnedHeaders {
    let owned = OwnedHeaders::new_with_capacity(headers.len());
    // rdkafka gives the pointer only as this reference, which is the pointer itself.
    let list = ptr::from_ref(owned.as_borrowed()).cast_mut().cast::<sys::rd_kafka_headers_t>();
    for Header { name, value } in headers {
        let (name, value) = (name.as_bytes(), value.as_deref());
        // SAFETY: the list is alive and nobody else has it; name and value have these lengths, and librdkafka copies them.
        // It refuses nothing but a list that is not alone.
        unsafe {
            sys::rd_kafka_header_add(
                list,
                name.as_ptr().cast::<c_char>(),
                name.len().cast_signed(),
                value.map_or(ptr::null(), |value| value.as_ptr().cast::<c_void>()),
                value.map_or(0, |value| value.len().cast_signed()),
            );
        }
    }
    owned
}

/// The notes of offsets, in the order of the list.
pub(super) fn notes(list: &TopicPartitionList) -> Vec<Vec<u8>> {
    let note = |index| {
        // SAFETY: the list is alive, and has more elements than `index`; what they point to lives as long as the list.
        let (note, size) = unsafe {
            let element = (*list.ptr()).elems.add(index);
            ((*element).metadata, (*element).metadata_size)
        };
        bytes(note, size).unwrap_or_default()
    };
    (0..list.count()).map(note).collect()
}

/// A copy of bytes that are librdkafka's; `None` for null.
fn bytes(pointer: *const c_void, size: usize) -> Option<Vec<u8>> {
    // SAFETY: what librdkafka gives is null, or has this size and lives while this runs.
    (!pointer.is_null()).then(|| unsafe { slice::from_raw_parts(pointer.cast::<u8>(), size) }.to_vec())
}
