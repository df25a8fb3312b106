//! The end of an app: signals of the platform, and the signal to its tasks.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Completes at SIGTERM or ctrl-c.
#[cfg(unix)]
pub(super) fn termination() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes at ctrl-c, ctrl-break and when the system shuts down.
#[cfg(windows)]
pub(super) fn termination() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_shutdown};

    let (mut interrupt, mut stop, mut shutdown) = (ctrl_c()?, ctrl_break()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
            _ = shutdown.recv() => {}
        }
    })
}

/// The signal to stop, sent once to all clones.
#[derive(Clone)]
pub(crate) struct StopSignal(Arc<Signal>);

struct Signal {
    /// To be read without a lock: a worker looks for each message.
    is_stopped: AtomicBool,
    stopped: watch::Sender<bool>,
}

impl StopSignal {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Signal { is_stopped: AtomicBool::new(false), stopped: watch::Sender::new(false) }))
    }

    pub(crate) fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Release);
        self.0.stopped.send_replace(true);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Acquire)
    }

    /// Waits for the future; `None` if the signal comes first.
    pub(crate) async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut stopped = self.0.stopped.subscribe();
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => None,
            value = future => Some(value),
        }
    }
}
