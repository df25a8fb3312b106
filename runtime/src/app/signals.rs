//! How the platform asks a service to end.

use std::future::Future;
use std::io;

/// Is ready at SIGTERM or ctrl-c.
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

/// Is ready at ctrl-c, ctrl-break and when the system shuts down.
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
