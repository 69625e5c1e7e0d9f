//! Maps the executor's C interface on a crate made from artifact_01's template:
//! proof that validation asks no change of a student's crate. Names and codes
//! are those of cohort_executor.h. Built with `--extern kov=...`, as a module
//! of executor_probe.rs.

use std::ffi::{c_char, c_int, c_void};
use std::future::Future;
use std::mem::{forget, ManuallyDrop};
use std::os::fd::BorrowedFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::ptr::{drop_in_place, null_mut};
use std::sync::OnceLock;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::time::{Duration, Instant};

use kov::{channel, Executor, Interest, Remote, RunError, TaskId};

pub const PENDING: c_int = 1;
pub const PANIC: c_int = 2;
pub const CLOSED: c_int = 3;
pub const E_CLOSED: c_int = -1;
pub const E_INVAL: c_int = -2;
pub const E_NESTED: c_int = -4;
pub const E_SYS: c_int = -5;

pub struct Exec { executor: Executor, remote: Remote }
/// The result of an operation is a code and a value; `None` once it is spent.
pub struct Op(Option<Pin<Box<dyn Future<Output = (c_int, u64)>>>>);
pub type Tx = channel::Sender<u64>;
pub type Rx = channel::Receiver<u64>;

#[repr(C)]
pub struct CFuture {
    pub poll: unsafe extern "C-unwind" fn(*mut c_void, *const Waker) -> c_int,
    pub drop: unsafe extern "C-unwind" fn(*mut c_void),
    pub state: *mut c_void,
}
unsafe impl Send for CFuture {} // the header says that a remote one may be sent
impl Future for CFuture {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match unsafe { (self.poll)(self.state, cx.waker()) } {
            0 => Poll::Ready(()),
            PENDING => Poll::Pending,
            _ => panic!("as the suite asked"),
        }
    }
}
impl Drop for CFuture {
    fn drop(&mut self) { unsafe { (self.drop)(self.state) } }
}

#[repr(C)]
pub struct CWaker { pub data: *const c_void, pub vt: *const c_void }
impl CWaker {
    fn new(waker: Waker) -> Self {
        let waker = ManuallyDrop::new(waker);
        Self { data: waker.data().cast(), vt: (&raw const *waker.vtable()).cast() }
    }
    unsafe fn get(&self) -> ManuallyDrop<Waker> {
        ManuallyDrop::new(Waker::new(self.data.cast(), &*self.vt.cast()))
    }
}

type Act = unsafe extern "C" fn(*mut c_void);
#[repr(C)]
pub struct SuiteVt { pub clone: unsafe extern "C" fn(*mut c_void) -> *mut c_void, pub wake: Act, pub wake_by_ref: Act, pub drop: Act }
struct Suite { vt: *const SuiteVt, data: *mut c_void }
unsafe fn suite<'a>(p: *const ()) -> (&'a SuiteVt, *mut c_void) {
    let Suite { vt, data } = *p.cast();
    (&*vt, data)
}
unsafe fn suite_free(p: *const ()) -> (&'static SuiteVt, *mut c_void) {
    let taken = suite(p);
    drop(Box::from_raw(p.cast::<Suite>().cast_mut()));
    taken
}
static SUITE: RawWakerVTable = RawWakerVTable::new(
    |p| unsafe {
        let (vt, data) = suite(p);
        RawWaker::new(boxed(Suite { vt, data: (vt.clone)(data) }).cast(), &SUITE)
    },
    |p| unsafe { let (vt, data) = suite_free(p); (vt.wake)(data) },
    |p| unsafe { let (vt, data) = suite(p); (vt.wake_by_ref)(data) },
    |p| unsafe { let (vt, data) = suite_free(p); (vt.drop)(data) },
);

fn boxed<T>(value: T) -> *mut T { Box::into_raw(Box::new(value)) }
unsafe fn free<T>(p: *mut T) { if !p.is_null() { drop(Box::from_raw(p)) } }
fn op(future: impl Future<Output = (c_int, u64)> + 'static) -> *mut Op {
    boxed(Op(Some(Box::pin(future))))
}
fn run<T>(f: impl FnOnce() -> Result<T, RunError>) -> Result<T, c_int> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(RunError::Nested)) => Err(E_NESTED),
        Ok(Err(RunError::Io(_))) => Err(E_SYS),
        Err(_) => Err(PANIC),
    }
}
/// CLOCK_MONOTONIC, and that instant or a later one as the crate counts.
fn clock() -> (u64, Instant) {
    #[repr(C)]
    struct Timespec { s: i64, ns: i64 }
    extern "C" { fn clock_gettime(clock: c_int, to: *mut Timespec) -> c_int; }
    static BASE: OnceLock<(u64, Instant)> = OnceLock::new();
    *BASE.get_or_init(|| {
        let mut now = Timespec { s: 0, ns: 0 };
        unsafe { clock_gettime(1, &mut now) };
        (now.s as u64 * 1_000_000_000 + now.ns as u64, Instant::now())
    })
}

macro_rules! export { ($(fn $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)? $body:block)*) => {
    $(#[no_mangle] pub unsafe extern "C" fn $name($($a: $t),*) $(-> $r)? $body)*
} }
export! {
fn cx_abi() -> u32 { 1 }
fn cx_name() -> *const c_char { c"kov".as_ptr() }
fn cx_caps() -> u64 { 0b1011_1111 } // all but virtual time
fn cx_new() -> *mut Exec {
    clock();
    let Ok(executor) = Executor::new() else { return null_mut() };
    boxed(Exec { remote: executor.handle().remote(), executor })
}
fn cx_free(ex: *mut Exec) {
    if ex.is_null() { return }
    drop_in_place(ex); // in place: the drops of futures use the pointer still
    free(ex.cast::<ManuallyDrop<Exec>>());
}
fn cx_spawn(ex: *mut Exec, fut: CFuture, task: *mut u64) -> c_int {
    let Some(id) = (*ex).executor.spawn(fut).id() else { return E_CLOSED };
    if !task.is_null() { *task = id.get() }
    0
}
fn cx_cancel(ex: *mut Exec, task: u64) -> c_int {
    let found = TaskId::new(task).is_some_and(|id| (*ex).executor.handle().cancel(id));
    if found { 0 } else { E_INVAL }
}
fn cx_spawn_remote(ex: *mut Exec, fut: CFuture) -> c_int {
    match (*ex).remote.spawn(fut) { Ok(()) => 0, Err(back) => { forget(back.0); E_CLOSED } }
}
fn cx_block_on(ex: *mut Exec, fut: CFuture) -> c_int {
    run(|| (*ex).executor.block_on(fut)).map_or_else(|e| e, |()| 0)
}
fn cx_run(ex: *mut Exec) -> c_int { run(|| (*ex).executor.run()).map_or_else(|e| e, |()| 0) }
fn cx_run_until_stalled(ex: *mut Exec, polls: *mut u64) -> c_int {
    let count = run(|| (*ex).executor.run_until_stalled());
    if let (Ok(count), false) = (count, polls.is_null()) { *polls = count }
    count.map_or_else(|e| e, |_| 0)
}
fn cx_ctx_waker(cx: *const Waker) -> CWaker { CWaker::new((*cx).clone()) }
fn cx_ctx_wake(cx: *const Waker) { (*cx).wake_by_ref() }
fn cx_ctx_will_wake(cx: *const Waker, w: *const CWaker) -> c_int { (*cx).will_wake(&(*w).get()).into() }
fn cx_waker_clone(w: *const CWaker) -> CWaker { CWaker::new((*(*w).get()).clone()) }
fn cx_waker_wake(w: CWaker) { ManuallyDrop::into_inner(w.get()).wake() }
fn cx_waker_wake_by_ref(w: *const CWaker) { (*w).get().wake_by_ref() }
fn cx_waker_drop(w: CWaker) { drop(ManuallyDrop::into_inner(w.get())) }
fn cx_now(_ex: *mut Exec) -> u64 { clock().0 + clock().1.elapsed().as_nanos() as u64 }
fn cx_sleep_until(ex: *mut Exec, deadline: u64) -> *mut Op {
    let (ns, base) = clock();
    let far = if deadline == u64::MAX { Duration::MAX } else { Duration::from_nanos(deadline.saturating_sub(ns)) };
    let handle = (*ex).executor.handle();
    let sleep = base.checked_add(far).map_or_else(|| handle.sleep(far), |at| handle.sleep_until(at));
    op(async { sleep.await; (0, 0) })
}
fn cx_fd_ready(ex: *mut Exec, fd: c_int, interest: c_int) -> *mut Op {
    if fd < 0 { return null_mut() }
    let all = [Interest::READABLE, Interest::WRITABLE, Interest::READABLE | Interest::WRITABLE];
    let ready = (*ex).executor.handle().ready(BorrowedFd::borrow_raw(fd), all[interest as usize - 1]);
    op(async { ready.await.map_or((E_SYS, 0), |r| (0, u64::from(r.is_readable()) + 2 * u64::from(r.is_writable()))) })
}
fn cx_op_poll(op: *mut Op, cx: *const Waker, to: *mut u64) -> c_int {
    let Some(future) = &mut (*op).0 else { return E_INVAL };
    let Poll::Ready((code, value)) = future.as_mut().poll(&mut Context::from_waker(&*cx)) else { return PENDING };
    (*op).0 = None;
    if code == 0 && !to.is_null() { *to = value }
    code
}
fn cx_op_poll_with(op: *mut Op, vt: *const SuiteVt, w: *mut c_void, to: *mut u64) -> c_int {
    let suite = Suite { vt, data: w };
    let waker = ManuallyDrop::new(Waker::new((&raw const suite).cast(), &SUITE));
    cx_op_poll(op, &*waker, to)
}
fn cx_op_drop(op: *mut Op) { free(op) }
fn cx_chan(_ex: *mut Exec, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int {
    (*tx, *rx) = { let (tx, rx) = channel::unbounded(); (boxed(tx), boxed(rx)) };
    0
}
fn cx_tx_clone(tx: *mut Tx) -> *mut Tx { boxed((*tx).clone()) }
fn cx_tx_send(tx: *mut Tx, item: u64) -> c_int { if (*tx).send(item).is_ok() { 0 } else { E_CLOSED } }
fn cx_tx_drop(tx: *mut Tx) { free(tx) }
fn cx_rx_recv(rx: *mut Rx) -> *mut Op {
    op(async move { (*rx).recv().await.map_or((CLOSED, 0), |item| (0, item)) })
}
fn cx_rx_drop(rx: *mut Rx) { free(rx) }
fn cx_time_pause(_ex: *mut Exec) -> c_int { -3 }
fn cx_time_advance(_ex: *mut Exec, _ns: u64) -> c_int { -3 }
}
