//! Crates made from the template of artifact_01, as the suite wants to see them.

use std::ffi::{c_int, CStr};
use std::future::Future;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use kov::{channel, Executor, Interest, Remote, RunError, TaskId};

use super::*;

pub struct Exec {
    executor: Executor,
    remote: Remote,
}

fn code(error: RunError) -> c_int {
    match error {
        RunError::Nested => E_NESTED,
        _ => E_SYS,
    }
}

impl Contract for Exec {
    const NAME: &'static CStr = c"kov";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | STALLED | REMOTE_SPAWN | CATCH_PANIC;
    type Tx = channel::Sender<u64>;
    type Rx = channel::Receiver<u64>;

    fn new() -> Option<Self> {
        let executor = Executor::new().ok()?;
        Some(Self { remote: executor.handle().remote(), executor })
    }
    fn spawn(&self, future: CFuture) -> Result<u64, c_int> {
        self.executor.spawn(future).id().map(TaskId::get).ok_or(E_CLOSED)
    }
    fn block_on(&self, future: CFuture) -> Result<(), c_int> {
        self.executor.block_on(future).map_err(code)
    }
    fn run(&self) -> Result<(), c_int> {
        self.executor.run().map_err(code)
    }
    fn run_until_stalled(&self) -> Result<u64, c_int> {
        self.executor.run_until_stalled().map_err(code)
    }
    fn cancel(&self, task: u64) -> bool {
        TaskId::new(task).is_some_and(|id| self.executor.handle().cancel(id))
    }
    fn spawn_remote(&self, future: CFuture) -> Result<(), CFuture> {
        self.remote.spawn(future).map_err(|back| *std::pin::Pin::into_inner(back.0))
    }
    fn sleep_until(&'static self, at: Option<Instant>) -> impl Future<Output = ()> {
        let handle = self.executor.handle();
        at.map_or_else(|| handle.sleep(Duration::MAX), |at| handle.sleep_until(at))
    }
    fn ready(&'static self, fd: RawFd, interest: u64) -> impl Future<Output = Option<u64>> {
        let all = [Interest::READABLE, Interest::WRITABLE, Interest::READABLE | Interest::WRITABLE];
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let ready = self.executor.handle().ready(fd, all[interest as usize - 1]);
        async { ready.await.ok().map(|r| u64::from(r.is_readable()) + 2 * u64::from(r.is_writable())) }
    }
    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> {
        Some(channel::unbounded())
    }
    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.send(item).is_ok()
    }
    fn recv(rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> {
        rx.recv()
    }
}
