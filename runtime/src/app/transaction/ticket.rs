//! The order in which the records of a partition are added to transactions.

use tokio::sync::oneshot;

/// A position in a [`TicketQueue`]. It calls the next one by [`pass`](Self::pass); if it is dropped without, those behind it
/// are never called.
#[derive(Default)]
pub(crate) struct Ticket {
    previous: Option<oneshot::Receiver<()>>,
    next: Option<oneshot::Sender<()>>,
}

/// Issues tickets, in order.
#[derive(Default)]
pub(crate) struct TicketQueue {
    last: Option<oneshot::Receiver<()>>,
}

impl TicketQueue {
    /// Issues a ticket behind all that were issued before.
    pub(crate) fn issue(&mut self) -> Ticket {
        let (next, last) = oneshot::channel();
        Ticket { previous: self.last.replace(last), next: Some(next) }
    }
}

impl Ticket {
    /// Waits until all tickets before it have passed. Returns false if one of them never will.
    pub(crate) async fn called(&mut self) -> bool {
        let Some(previous) = &mut self.previous else { return true };
        let passed = previous.await.is_ok();
        self.previous = None;
        passed
    }

    /// Calls the next ticket.
    pub(crate) fn pass(&mut self) {
        if let Some(next) = self.next.take() {
            // Nobody may wait for it, or not any more.
            let _ = next.send(());
        }
    }
}
