//! The order in which the records of a partition are settled, where that matters.

use tokio::sync::oneshot;

/// A place in the order. It passes to the next one by [`pass`](Self::pass); if it is dropped without, those behind it never
/// come.
#[derive(Default)]
pub(crate) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    behind: Option<oneshot::Sender<()>>,
}

/// Gives places.
#[derive(Default)]
pub(crate) struct Turns(Option<oneshot::Receiver<()>>);

impl Turns {
    /// A place behind all that were given before.
    pub(crate) fn next(&mut self) -> Turn {
        let (behind, next) = oneshot::channel();
        Turn { before: self.0.replace(next), behind: Some(behind) }
    }
}

impl Turn {
    /// Waits until all before it have passed; false where one of them never will.
    pub(crate) async fn comes(&mut self) -> bool {
        let Some(before) = &mut self.before else { return true };
        let came = before.await.is_ok();
        self.before = None;
        came
    }

    /// Lets the next one come.
    pub(crate) fn pass(&mut self) {
        if let Some(behind) = self.behind.take() {
            // There may be none yet, or none any more.
            let _ = behind.send(());
        }
    }
}
