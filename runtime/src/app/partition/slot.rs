//! Slots: as many attempts as a worker may make at once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures_util::FutureExt as _;
use tokio::sync::OwnedSemaphorePermit;

use super::worker::Worker;

/// The slot of a runner, which it gives up while the record that it is at waits for something, so that others begin.
pub(super) struct Slot<'a> {
    worker: &'a Arc<Worker>,
    permit: Option<OwnedSemaphorePermit>,
}

impl<'a> Slot<'a> {
    pub(super) fn new(worker: &'a Arc<Worker>, permit: OwnedSemaphorePermit) -> Self {
        Self { worker, permit: Some(permit) }
    }

    pub(super) fn is_held(&self) -> bool {
        self.permit.is_some()
    }

    /// Waits until it is held.
    pub(super) async fn acquire(&mut self) {
        if self.permit.is_none() {
            let _waiting = Waiting::new(&self.worker.waiting_for_slot);
            // Slots are never closed.
            self.permit = Arc::clone(&self.worker.slots).acquire_owned().await.ok();
        }
    }

    /// Takes it again, unless a record waits for it, or another runner has it.
    pub(super) fn renew(&mut self) -> bool {
        if self.is_held() && self.worker.waiting_for_slot.load(Ordering::Acquire) == 0 {
            return true;
        }
        self.permit = None;
        self.permit = Arc::clone(&self.worker.slots).try_acquire_owned().ok();
        self.is_held()
    }

    /// Gives it to another record.
    pub(super) fn release(&mut self) {
        if self.permit.take().is_some() {
            self.worker.start_runners();
        }
    }

    /// Waits for a future, without the slot if it is not ready at once.
    pub(super) async fn release_for<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        if let Some(value) = ready_at_once(&mut future).await {
            return value;
        }
        self.release();
        future.await
    }
}

/// Counts a record that waits for a slot, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Polls a future once. Returns its output, if it is ready.
pub(super) async fn ready_at_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|context| match future.poll_unpin(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
