//! The functions that are the executor's, for crates made from the course's template. A crate of
//! another shape has them in `validate/adapter.rs`, but for what it does not claim in `cx_caps`.
use super::*;
use kov::{channel, Executor, Interest, Remote, RunError, TaskId};

pub struct Exec(Executor, Remote);
type Tx = channel::Sender<u64>;
type Rx = channel::Receiver<u64>;

/// A panic leaves a run where the executor does not keep it from that.
unsafe fn run<T>(to: *mut T, run: impl FnOnce() -> Result<T, RunError>) -> c_int {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Err(RunError::Nested)) => E_NESTED,
        Ok(result) => give(to, result.or(Err(E_SYS))),
        Err(_) => PANIC,
    }
}

export! {
fn cx_name() -> *const c_char { c"kov".as_ptr() }
fn cx_caps() -> u64 { CANCEL | TIMERS | IO | CHANNEL | STALLED | REMOTE_SPAWN | CATCH_PANIC }
fn cx_new() -> *mut Exec {
    Executor::new().map_or(null_mut(), |e| { let r = e.handle().remote(); boxed(Exec(e, r)) })
}
fn cx_free(ex: *mut Exec) { free(ex) }
// the task's number is never 0; there is none while the executor is being dropped
fn cx_spawn(ex: &Exec, future: CFuture, task: *mut u64) -> c_int {
    give(task, ex.0.spawn(future).id().map(TaskId::get).ok_or(E_CLOSED))
}
fn cx_cancel(ex: &Exec, task: u64) -> c_int {
    match TaskId::new(task) { Some(id) if ex.0.handle().cancel(id) => 0, _ => E_INVAL }
}
// on any thread; a future that is not taken stays the caller's
fn cx_spawn_remote(ex: &Exec, future: CFuture) -> c_int {
    let taken = ex.1.spawn(future);
    give(null_mut(), taken.map_err(|back| { forget(Pin::into_inner(back.0)); E_CLOSED }))
}
fn cx_block_on(ex: &Exec, future: CFuture) -> c_int { run(null_mut(), || ex.0.block_on(future)) }
fn cx_run(ex: &Exec) -> c_int { run(null_mut(), || ex.0.run()) }
fn cx_run_until_stalled(ex: &Exec, to: *mut u64) -> c_int { run(to, || ex.0.run_until_stalled()) }
fn cx_sleep_until(ex: &Exec, at: u64) -> *mut Op {
    let h = ex.0.handle();
    let sleep = match at { u64::MAX => h.sleep(Duration::MAX), at => h.sleep_until(instant(at)) };
    op(async { sleep.await; Ok(0) })
}
// 1 to read, 2 to write, 3 both
fn cx_fd_ready(ex: &Exec, fd: RawFd, interest: c_int) -> *mut Op {
    if fd < 0 || !(1..=3).contains(&interest) { return null_mut() }
    let all = [Interest::READABLE, Interest::WRITABLE, Interest::READABLE | Interest::WRITABLE];
    let ready = ex.0.handle().ready(BorrowedFd::borrow_raw(fd), all[interest as usize - 1]);
    let bits = |r: Interest| u64::from(r.is_readable()) + 2 * u64::from(r.is_writable());
    op(async move { ready.await.map(bits).or(Err(E_SYS)) })
}
fn cx_chan(_ex: &Exec, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int {
    let (sender, receiver) = channel::unbounded();
    (*tx, *rx) = (boxed(sender), boxed(receiver));
    0
}
fn cx_tx_clone(tx: &Tx) -> *mut Tx { boxed(tx.clone()) }
fn cx_tx_send(tx: &Tx, item: u64) -> c_int { give(null_mut(), tx.send(item).or(Err(E_CLOSED))) }
fn cx_tx_drop(tx: *mut Tx) { free(tx) }
fn cx_rx_recv(rx: &'static mut Rx) -> *mut Op { op(async { rx.recv().await.ok_or(CLOSED) }) }
fn cx_rx_drop(rx: *mut Rx) { free(rx) }
}
