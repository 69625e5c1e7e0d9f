//! async-executor's LocalExecutor, with the reactor and the timers of async-io
//! and async-channel.

use std::cell::RefCell;
use std::ffi::{c_int, CStr};
use std::future::{pending, Future};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Instant;

use async_executor::LocalExecutor;
use async_io::{Async, Timer};
use calibration::*;

struct Raw(RawFd);

impl AsFd for Raw {
    fn as_fd(&self) -> BorrowedFd<'_> {
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}

struct Smol {
    executor: LocalExecutor<'static>,
    /// One registration a descriptor, by number, while an operation uses it.
    fds: RefCell<Vec<Weak<Async<Raw>>>>,
}

/// Dropping a Task of async-executor cancels it.
struct Handle(Option<async_executor::Task<()>>);

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach()
        }
    }
}

impl Peer for Smol {
    const NAME: &'static CStr = c"async-executor";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | CATCH_PANIC;
    const NESTS: bool = true;
    type Task = Handle;
    type Tx = async_channel::Sender<u64>;
    type Rx = async_channel::Receiver<u64>;

    fn new() -> io::Result<Self> {
        Ok(Self { executor: LocalExecutor::new(), fds: RefCell::default() })
    }

    fn spawn(&self, job: Job<Self>) -> Handle {
        Handle(Some(self.executor.spawn(job)))
    }

    fn cancel(mut task: Handle) {
        drop(task.0.take())
    }

    fn block_on(&self, future: impl Future<Output = ()>) {
        async_io::block_on(self.executor.run(future))
    }

    fn sleep_until(&self, at: Option<Instant>) -> Pin<Box<dyn Future<Output = ()>>> {
        match at {
            Some(at) => Box::pin(async move { Timer::at(at).await; }),
            None => Box::pin(pending()),
        }
    }

    fn ready(&self, fd: RawFd, interest: c_int) -> io::Result<Pin<Box<dyn Future<Output = io::Result<c_int>>>>> {
        let at = fd as usize;
        let mut fds = self.fds.borrow_mut();
        if fds.len() <= at {
            fds.resize_with(at + 1, Weak::new)
        }
        let shared = match fds[at].upgrade() {
            Some(shared) => shared,
            None => Rc::new(Async::new_nonblocking(Raw(fd))?),
        };
        fds[at] = Rc::downgrade(&shared);
        Ok(Box::pin(async move {
            match interest {
                READABLE => shared.readable().await?,
                WRITABLE => shared.writable().await?,
                _ => futures_util::future::try_select(Box::pin(shared.readable()), Box::pin(shared.writable()))
                    .await
                    .map(drop)
                    .map_err(|e| e.factor_first().0)?,
            }
            Ok(interest)
        }))
    }

    fn channel() -> (Self::Tx, Self::Rx) {
        async_channel::unbounded()
    }

    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.try_send(item).is_ok()
    }

    fn receive(rx: &'static mut Self::Rx) -> Pin<Box<dyn Future<Output = Option<u64>>>> {
        Box::pin(async { rx.recv().await.ok() })
    }
}

export!(Smol);
