//! The executors under students/ have no interface but this trait, by which
//! they speak the adapter's: a stand-in for a map of each one's own.

use super::*;
use std::ffi::CStr;
use std::future::pending;

/// What CAPS does not claim can be left as it is here. Operations live shorter
/// than the executor, hence `'static`.
pub trait Contract: Sized + 'static {
    const NAME: &'static CStr;
    const CAPS: u64;
    type Tx: Clone;
    type Rx: 'static;
    fn new() -> Option<Self>;
    /// The task's number, never 0; an error if the executor is being dropped.
    fn spawn(&self, future: CFuture) -> Result<u64, c_int>;
    fn block_on(&self, future: CFuture) -> Result<(), c_int>;
    fn run(&self) -> Result<(), c_int>;
    fn cancel(&self, _task: u64) -> bool {
        false
    }
    /// `None` is never.
    fn sleep_until(&'static self, _at: Option<Instant>) -> impl Future<Output = ()> {
        pending()
    }
    /// INTEREST and what is ready: 1 to read, 2 to write, 3 both.
    fn ready(&'static self, _fd: RawFd, _interest: u64) -> impl Future<Output = Option<u64>> {
        pending()
    }
    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> {
        None
    }
    fn send(_tx: &Self::Tx, _item: u64) -> bool {
        false
    }
    fn recv(_rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> {
        pending()
    }
}

type Tx = <Exec as Contract>::Tx;
type Rx = <Exec as Contract>::Rx;

unsafe fn run<T>(to: *mut T, run: impl FnOnce() -> Result<T, c_int>) -> c_int {
    give(to, catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(PANIC)))
}

export! {
fn cx_name() -> *const c_char { Exec::NAME.as_ptr() }
fn cx_caps() -> u64 { Exec::CAPS }
fn cx_new() -> *mut Exec { Exec::new().map_or(null_mut(), boxed) }
fn cx_free(ex: *mut Exec) { free(ex) }
fn cx_spawn(ex: &Exec, future: CFuture, task: *mut u64) -> c_int { give(task, ex.spawn(future)) }
fn cx_cancel(ex: &Exec, task: u64) -> c_int { if ex.cancel(task) { 0 } else { E_INVAL } }
fn cx_block_on(ex: &Exec, future: CFuture) -> c_int { run(null_mut(), || ex.block_on(future)) }
fn cx_run(ex: &Exec) -> c_int { run(null_mut(), || ex.run()) }
fn cx_sleep_until(ex: &'static Exec, at: u64) -> *mut Op {
    let sleep = ex.sleep_until(if at == u64::MAX { None } else { Some(instant(at)) });
    op(async { sleep.await; Ok(0) })
}
fn cx_fd_ready(ex: &'static Exec, fd: RawFd, interest: c_int) -> *mut Op {
    if fd < 0 || !(1..=3).contains(&interest) { return null_mut() }
    let ready = ex.ready(fd, interest as u64);
    op(async { ready.await.ok_or(E_SYS) })
}
fn cx_chan(ex: &Exec, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int {
    let Some((sender, receiver)) = ex.channel() else { return E_NOTSUP };
    (*tx, *rx) = (boxed(sender), boxed(receiver));
    0
}
fn cx_tx_clone(tx: &Tx) -> *mut Tx { boxed(tx.clone()) }
fn cx_tx_send(tx: &Tx, item: u64) -> c_int { if Exec::send(tx, item) { 0 } else { E_CLOSED } }
fn cx_tx_drop(tx: *mut Tx) { free(tx) }
fn cx_rx_recv(rx: &'static mut Rx) -> *mut Op { op(async { Exec::recv(rx).await.ok_or(CLOSED) }) }
fn cx_rx_drop(rx: *mut Rx) { free(rx) }
}
