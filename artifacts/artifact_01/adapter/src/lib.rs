//! What every crate needs to speak cohort_executor.h, with its names and codes: futures,
//! wakers and operations as C has them. `map.rs` has the functions that are the executor's.
use std::ffi::{c_char, c_int, c_void};
use std::mem::{forget, transmute, ManuallyDrop};
use std::os::fd::{BorrowedFd, RawFd};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{drop_in_place, null_mut};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::time::{Duration, Instant};
use std::{future::Future, pin::Pin, sync::OnceLock};

macro_rules! codes {
    ($t:ty: $($name:ident $value:literal)*) => { $(pub const $name: $t = $value;)* };
}
codes! { c_int: PENDING 1 PANIC 2 CLOSED 3 E_CLOSED -1 E_INVAL -2 E_NOTSUP -3 E_NESTED -4 E_SYS -5 }
codes! { u64: CANCEL 1 TIMERS 2 IO 4 CHANNEL 8 STALLED 16 REMOTE_SPAWN 32 CATCH_PANIC 128 }
/// Functions for C. A panic does not leave them: it ends the process.
macro_rules! export {
    ($(fn $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)? $body:block)*) => {
        $(#[no_mangle] unsafe extern "C" fn $name($($a: $t),*) $(-> $r)? $body)*
    };
}
mod map;

#[repr(C)]
pub struct CFuture {
    poll: unsafe extern "C-unwind" fn(*mut c_void, &Waker) -> c_int,
    drop: unsafe extern "C-unwind" fn(*mut c_void),
    state: *mut c_void,
}
unsafe impl Send for CFuture {} // the header says that a remote one may be sent
impl Future for CFuture {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match unsafe { (self.poll)(self.state, cx.waker()) } {
            0 => Poll::Ready(()),
            PENDING => Poll::Pending,
            _ => cx_rust_panic(),
        }
    }
}
impl Drop for CFuture {
    fn drop(&mut self) {
        unsafe { (self.drop)(self.state) }
    }
}
/// Not of the header: code of a user may. It prints nothing.
#[no_mangle]
pub extern "C-unwind" fn cx_rust_panic() -> ! {
    resume_unwind(Box::new("as the suite asked"))
}

/// A `Waker` by value, as C carries it: two words that only Rust looks into.
#[repr(C)]
pub struct CWaker([*const (); 2]);

/// A waker that the suite made: its functions, and what they take.
struct Suite(&'static SuiteVt, *mut c_void);
type Act = unsafe extern "C" fn(*mut c_void); // wake, wake by reference, drop
#[repr(C)]
pub struct SuiteVt(unsafe extern "C" fn(*mut c_void) -> *mut c_void, [Act; 3]);
static SUITE: RawWakerVTable = RawWakerVTable::new(
    |p| unsafe {
        let Suite(vt, w) = *p.cast();
        RawWaker::new(boxed(Suite(vt, (vt.0)(w))).cast(), &SUITE)
    },
    |p| unsafe { act(&Box::from_raw(p as *mut Suite), 0) },
    |p| unsafe { act(&*p.cast(), 1) },
    |p| unsafe { act(&Box::from_raw(p as *mut Suite), 2) },
);
unsafe fn act(waker: &Suite, which: usize) {
    (waker.0 .1[which])(waker.1)
}

/// What C knows of a leaf operation, whatever future it has: the head of its one block.
pub struct Op(unsafe fn(*mut Op, &Waker, *mut u64) -> c_int, unsafe fn(*mut Op));
#[repr(C)]
struct Leaf<F>(Op, Option<F>); // None: spent
fn op<F: Future<Output = Result<u64, c_int>>>(future: F) -> *mut Op {
    let poll = |op: *mut Op, waker: &Waker, to| unsafe {
        let leaf = &mut (*op.cast::<Leaf<F>>()).1;
        let Some(future) = leaf else { return E_INVAL };
        let polled = Pin::new_unchecked(future).poll(&mut Context::from_waker(waker));
        let Poll::Ready(result) = polled else { return PENDING };
        *leaf = None;
        give(to, result)
    };
    let free = |op: *mut Op| unsafe { free(op.cast::<Leaf<F>>()) };
    boxed(Leaf(Op(poll, free), Some(future))).cast()
}

fn boxed<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}
unsafe fn free<T>(p: *mut T) {
    if !p.is_null() {
        drop_in_place(p); // where it is: futures that are dropped use the pointer still
        drop(Box::from_raw(p.cast::<ManuallyDrop<T>>()));
    }
}
/// The code of a result, whose value goes to where C wants it, if it does.
unsafe fn give<T>(to: *mut T, result: Result<T, c_int>) -> c_int {
    result
        .map(|value| {
            if !to.is_null() {
                *to = value
            }
        })
        .err()
        .unwrap_or(0)
}
/// The instant of a number, of which a second has 10^9: EPOCH is when we were first asked.
fn instant(at: u64) -> Instant {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    *FIRST.get_or_init(Instant::now) + Duration::from_nanos(at.saturating_sub(EPOCH))
}
const EPOCH: u64 = 1 << 60;

export! {
fn cx_abi() -> u32 { 1 }
fn cx_ctx_waker(cx: &Waker) -> CWaker { transmute(cx.clone()) }
fn cx_ctx_wake(cx: &Waker) { cx.wake_by_ref() }
fn cx_ctx_will_wake(cx: &Waker, w: &Waker) -> c_int { cx.will_wake(w).into() }
fn cx_waker_clone(w: &Waker) -> CWaker { transmute(w.clone()) }
fn cx_waker_wake(w: CWaker) { transmute::<CWaker, Waker>(w).wake() }
fn cx_waker_wake_by_ref(w: &Waker) { w.wake_by_ref() }
fn cx_waker_drop(w: CWaker) { drop(transmute::<CWaker, Waker>(w)) }
fn cx_now() -> u64 { EPOCH + instant(0).elapsed().as_nanos() as u64 }
fn cx_op_poll(op: *mut Op, cx: &Waker, to: *mut u64) -> c_int { ((*op).0)(op, cx, to) }
fn cx_op_poll_with(op: *mut Op, vt: &'static SuiteVt, w: *mut c_void, to: *mut u64) -> c_int {
    let suite = Suite(vt, w);
    ((*op).0)(op, &ManuallyDrop::new(Waker::new((&raw const suite).cast(), &SUITE)), to)
}
fn cx_op_drop(op: *mut Op) { if !op.is_null() { ((*op).1)(op) } }
fn cx_rust_park() { std::thread::park_timeout(Duration::ZERO) } // not of the header either
}
