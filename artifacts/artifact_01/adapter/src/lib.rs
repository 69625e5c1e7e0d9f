//! The functions of cohort_executor.h, with its names and codes. `map.rs` maps crates made
//! from the course's template; a crate of another shape brings a `validate/adapter.rs` in
//! its place, which is no more than a type `Exec` that implements `Contract`.

use std::ffi::{c_char, c_int, c_void, CStr};
use std::mem::{forget, ManuallyDrop};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{drop_in_place, null_mut};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::time::{Duration, Instant};
use std::{future::{pending, Future}, os::fd::RawFd, pin::Pin, sync::OnceLock};

mod map;
pub use map::Exec;

macro_rules! codes { ($t:ty: $($name:ident $value:literal)*) => { $(pub const $name: $t = $value;)* } }
codes! { c_int: PENDING 1 PANIC 2 CLOSED 3 E_CLOSED -1 E_INVAL -2 E_NOTSUP -3 E_NESTED -4 E_SYS -5 }
codes! { u64: CANCEL 1 TIMERS 2 IO 4 CHANNEL 8 STALLED 16 REMOTE_SPAWN 32 CATCH_PANIC 128 }

/// What the suite asks. What `CAPS` does not claim can be left as it is here; a claim
/// is tested. Operations live shorter than the executor, hence `'static`.
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
    fn run_until_stalled(&self) -> Result<u64, c_int> { Err(E_NOTSUP) }
    fn cancel(&self, _task: u64) -> bool { false }
    /// Called on any thread. A future that is not taken is given back.
    fn spawn_remote(&self, future: CFuture) -> Result<(), CFuture> { Err(future) }
    /// `None` is never.
    fn sleep_until(&'static self, _at: Option<Instant>) -> impl Future<Output = ()> { pending() }
    /// INTEREST and what is ready: 1 to read, 2 to write, 3 both.
    fn ready(&'static self, _fd: RawFd, _interest: u64) -> impl Future<Output = Option<u64>> { pending() }
    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> { None }
    fn send(_tx: &Self::Tx, _item: u64) -> bool { false }
    fn recv(_rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> { pending() }
}

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
            _ => resume_unwind(Box::new("as the suite asked")), // prints nothing
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
pub struct SuiteVt {
    pub clone: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
    pub wake: Act, pub wake_by_ref: Act, pub drop: Act,
}
#[derive(Clone, Copy)]
struct Suite { vt: &'static SuiteVt, data: *mut c_void }
static SUITE: RawWakerVTable = RawWakerVTable::new(
    |p| unsafe {
        let Suite { vt, data } = *p.cast();
        RawWaker::new(boxed(Suite { vt, data: (vt.clone)(data) }).cast(), &SUITE)
    },
    |p| unsafe { let Suite { vt, data } = unboxed(p); (vt.wake)(data) },
    |p| unsafe { let Suite { vt, data } = *p.cast(); (vt.wake_by_ref)(data) },
    |p| unsafe { let Suite { vt, data } = unboxed(p); (vt.drop)(data) },
);

/// The head of a `Leaf`, which is one allocation, whatever future it has.
pub struct Op { poll: unsafe fn(*mut Op, &Waker) -> Poll<(c_int, u64)>, free: unsafe fn(*mut Op) }
#[repr(C)]
struct Leaf<F> { op: Op, future: Option<F> } // None: spent
fn op<F: Future<Output = (c_int, u64)>>(future: F) -> *mut Op {
    unsafe fn poll<F: Future<Output = (c_int, u64)>>(op: *mut Op, waker: &Waker) -> Poll<(c_int, u64)> {
        let future = &mut (*op.cast::<Leaf<F>>()).future;
        let Some(pinned) = future else { return Poll::Ready((E_INVAL, 0)) };
        let result = Pin::new_unchecked(pinned).poll(&mut Context::from_waker(waker));
        if result.is_ready() { *future = None }
        result
    }
    let op = Op { poll: poll::<F>, free: |op| unsafe { free(op.cast::<Leaf<F>>()) } };
    boxed(Leaf { op, future: Some(future) }).cast()
}
fn boxed<T>(value: T) -> *mut T { Box::into_raw(Box::new(value)) }
unsafe fn unboxed<T>(p: *const ()) -> T { *Box::from_raw(p.cast::<T>().cast_mut()) }
unsafe fn free<T>(p: *mut T) { if !p.is_null() { drop(Box::from_raw(p)) } }
fn run<T>(f: impl FnOnce() -> Result<T, c_int>) -> Result<T, c_int> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or(Err(PANIC))
}
fn code(result: Result<(), c_int>) -> c_int { result.err().unwrap_or(0) }
/// CLOCK_MONOTONIC, and that instant or a later one as Rust counts.
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
type Tx = <Exec as Contract>::Tx;
type Rx = <Exec as Contract>::Rx;
export! { // a panic does not leave an `extern "C"` function: it ends the process
fn cx_abi() -> u32 { 1 }
fn cx_name() -> *const c_char { Exec::NAME.as_ptr() }
fn cx_caps() -> u64 { Exec::CAPS }
fn cx_new() -> *mut Exec { clock(); Exec::new().map_or(null_mut(), boxed) }
fn cx_free(ex: *mut Exec) { // in place: the drops of futures use the pointer still
    if !ex.is_null() { drop_in_place(ex); free(ex.cast::<ManuallyDrop<Exec>>()) }
}
fn cx_spawn(ex: *mut Exec, fut: CFuture, task: *mut u64) -> c_int {
    code((*ex).spawn(fut).map(|id| if !task.is_null() { *task = id }))
}
fn cx_cancel(ex: *mut Exec, task: u64) -> c_int { if (*ex).cancel(task) { 0 } else { E_INVAL } }
fn cx_spawn_remote(ex: *mut Exec, fut: CFuture) -> c_int {
    code((*ex).spawn_remote(fut).map_err(|back| { forget(back); E_CLOSED }))
}
fn cx_block_on(ex: *mut Exec, fut: CFuture) -> c_int { code(run(|| (*ex).block_on(fut))) }
fn cx_run(ex: *mut Exec) -> c_int { code(run(|| (*ex).run())) }
fn cx_run_until_stalled(ex: *mut Exec, polls: *mut u64) -> c_int {
    code(run(|| (*ex).run_until_stalled()).map(|count| if !polls.is_null() { *polls = count }))
}
fn cx_ctx_waker(cx: *const Waker) -> CWaker { CWaker::new((*cx).clone()) }
fn cx_ctx_wake(cx: *const Waker) { (*cx).wake_by_ref() }
fn cx_ctx_will_wake(cx: *const Waker, w: *const CWaker) -> c_int { (*cx).will_wake(&(*w).get()).into() }
fn cx_waker_clone(w: *const CWaker) -> CWaker { CWaker::new((*(*w).get()).clone()) }
fn cx_waker_wake(w: CWaker) { ManuallyDrop::into_inner(w.get()).wake() }
fn cx_waker_wake_by_ref(w: *const CWaker) { (*w).get().wake_by_ref() }
fn cx_waker_drop(w: CWaker) { drop(ManuallyDrop::into_inner(w.get())) }
fn cx_now(_ex: *mut Exec) -> u64 { clock().0 + clock().1.elapsed().as_nanos() as u64 }
fn cx_sleep_until(ex: *mut Exec, at: u64) -> *mut Op {
    if Exec::CAPS & TIMERS == 0 { return null_mut() }
    let (ns, base) = clock();
    let at = base.checked_add(Duration::from_nanos(at.saturating_sub(ns))).filter(|_| at != u64::MAX);
    let sleep = (*ex).sleep_until(at);
    op(async { sleep.await; (0, 0) })
}
fn cx_fd_ready(ex: *mut Exec, fd: c_int, interest: c_int) -> *mut Op {
    if Exec::CAPS & IO == 0 || fd < 0 || !(1..=3).contains(&interest) { return null_mut() }
    let ready = (*ex).ready(fd, interest as u64);
    op(async { ready.await.map_or((E_SYS, 0), |what| (0, what)) })
}
fn cx_op_poll(op: *mut Op, cx: *const Waker, to: *mut u64) -> c_int {
    let Poll::Ready((code, value)) = ((*op).poll)(op, &*cx) else { return PENDING };
    if code == 0 && !to.is_null() { *to = value }
    code
}
fn cx_op_poll_with(op: *mut Op, vt: *const SuiteVt, w: *mut c_void, to: *mut u64) -> c_int {
    let suite = Suite { vt: &*vt, data: w };
    let waker = ManuallyDrop::new(Waker::new((&raw const suite).cast(), &SUITE));
    cx_op_poll(op, &*waker, to)
}
fn cx_op_drop(op: *mut Op) { if !op.is_null() { ((*op).free)(op) } }
fn cx_chan(ex: *mut Exec, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int {
    (*ex).channel().map_or(E_NOTSUP, |(t, r)| { (*tx, *rx) = (boxed(t), boxed(r)); 0 })
}
fn cx_tx_clone(tx: *mut Tx) -> *mut Tx { boxed((*tx).clone()) }
fn cx_tx_send(tx: *mut Tx, item: u64) -> c_int { if Exec::send(&*tx, item) { 0 } else { E_CLOSED } }
fn cx_tx_drop(tx: *mut Tx) { free(tx) }
fn cx_rx_recv(rx: *mut Rx) -> *mut Op {
    let recv = Exec::recv(&mut *rx);
    op(async { recv.await.map_or((CLOSED, 0), |item| (0, item)) })
}
fn cx_rx_drop(rx: *mut Rx) { free(rx) }
fn cx_rust_park() { std::thread::park_timeout(Duration::ZERO) } // not of the header: code of a user may
}
