//! tokio's current-thread runtime, with a LocalSet for futures that stay on
//! one thread.

use std::cell::RefCell;
use std::ffi::{c_int, CStr};
use std::future::{pending, Future};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Instant;

use calibration::*;
use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::io::unix::AsyncFd;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinHandle, LocalSet};

struct Raw(RawFd);

impl AsRawFd for Raw {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

struct Tokio {
    // In the order in which they have to go.
    local: LocalSet,
    runtime: Runtime,
    /// One registration a descriptor, by number, while an operation uses it.
    fds: RefCell<Vec<Weak<AsyncFd<Raw>>>>,
}

/// A JoinHandle, once somebody joins: shared by all who do.
struct Handle {
    abort: AbortHandle,
    joined: Option<JoinHandle<()>>,
    shared: Option<Shared<BoxFuture<'static, u64>>>,
}

fn end_of(result: Result<(), JoinError>) -> u64 {
    result.map_or_else(|e| if e.is_panic() { 1 } else { 2 }, |()| 0)
}

impl Peer for Tokio {
    const NAME: &'static CStr = c"tokio";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | REMOTE_SPAWN | CATCH_PANIC | JOIN;
    const NESTS: bool = false;
    type Task = Handle;
    type Tx = mpsc::UnboundedSender<u64>;
    type Rx = mpsc::UnboundedReceiver<u64>;

    fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { local: LocalSet::new(), runtime, fds: RefCell::default() })
    }

    fn spawn(&self, job: Job<Self>) -> Handle {
        let joined = self.local.spawn_local(job);
        Handle { abort: joined.abort_handle(), joined: Some(joined), shared: None }
    }

    fn cancel(task: Handle) {
        task.abort.abort()
    }

    fn spawn_remote(&self, job: Remote<Self>) {
        drop(self.runtime.spawn(job))
    }

    fn join(task: &mut Handle) -> Pin<Box<dyn Future<Output = u64>>> {
        if let Some(joined) = task.joined.take() {
            task.shared = Some(joined.map(end_of).boxed().shared())
        }
        Box::pin(task.shared.clone().expect("it is joined"))
    }

    fn block_on(&self, future: impl Future<Output = ()>) {
        self.local.block_on(&self.runtime, future)
    }

    fn sleep_until(&self, at: Option<Instant>) -> Pin<Box<dyn Future<Output = ()>>> {
        let _entered = self.runtime.enter();
        match at {
            Some(at) => Box::pin(tokio::time::sleep_until(at.into())),
            None => Box::pin(pending()),
        }
    }

    fn ready(&self, fd: RawFd, interest: c_int) -> io::Result<Pin<Box<dyn Future<Output = io::Result<c_int>>>>> {
        let _entered = self.runtime.enter();
        let at = fd as usize;
        let mut fds = self.fds.borrow_mut();
        if fds.len() <= at {
            fds.resize_with(at + 1, Weak::new)
        }
        let shared = match fds[at].upgrade() {
            Some(shared) => shared,
            None => Rc::new(unsafe { AsyncFd::register(Raw(fd)) }?),
        };
        fds[at] = Rc::downgrade(&shared);
        Ok(Box::pin(async move {
            let wanted = match interest {
                READABLE => tokio::io::Interest::READABLE,
                WRITABLE => tokio::io::Interest::WRITABLE,
                _ => tokio::io::Interest::READABLE | tokio::io::Interest::WRITABLE,
            };
            let ready = shared.ready(wanted).await?.ready();
            Ok(c_int::from(ready.is_readable()) | c_int::from(ready.is_writable()) * WRITABLE)
        }))
    }

    fn channel() -> (Self::Tx, Self::Rx) {
        mpsc::unbounded_channel()
    }

    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.send(item).is_ok()
    }

    fn receive(rx: &'static mut Self::Rx) -> Pin<Box<dyn Future<Output = Option<u64>>>> {
        Box::pin(rx.recv())
    }
}

export!(Tokio);
