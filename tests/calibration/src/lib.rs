//! What the adapters of published executors share: `export!(PEER)` makes the
//! functions of cohort_executor.h from a [`Peer`]. Names and codes are those of
//! that header.

use std::ffi::{c_char, c_int, c_void, CStr};
use std::future::{poll_fn, Future};
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::RawFd;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::time::{Duration, Instant};

pub const CANCEL: u64 = 1;
pub const TIMERS: u64 = 1 << 1;
pub const IO: u64 = 1 << 2;
pub const CHANNEL: u64 = 1 << 3;
pub const STALLED: u64 = 1 << 4;
pub const REMOTE_SPAWN: u64 = 1 << 5;
pub const CATCH_PANIC: u64 = 1 << 7;
pub const JOIN: u64 = 1 << 8;

pub const READABLE: c_int = 1;
pub const WRITABLE: c_int = 2;

const PENDING: c_int = 1;
const PANIC: c_int = 2;
const CLOSED: c_int = 3;
const E_CLOSED: c_int = -1;
const E_INVAL: c_int = -2;
const E_NOTSUP: c_int = -3;
const E_NESTED: c_int = -4;
const E_SYS: c_int = -5;

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

/// An executor that somebody published. What CAPS leaves out is not called.
pub trait Peer: Sized + 'static {
    const NAME: &'static CStr;
    const CAPS: u64;
    /// Whether it may run inside a poll of another one of its kind.
    const NESTS: bool;
    /// Cancels a task. Dropping it lets the task go on.
    type Task: Send;
    type Tx: Clone;
    type Rx;

    fn new() -> io::Result<Self>;
    fn spawn(&self, job: Job<Self>) -> Self::Task;
    fn cancel(_task: Self::Task) {}
    /// Any thread.
    fn spawn_remote(&self, _job: Remote<Self>) {
        unreachable!()
    }
    /// How it ends, in the words of `enum cx_end`; several may wait.
    fn join(_task: &mut Self::Task) -> Boxed<u64> {
        unreachable!()
    }
    fn block_on(&self, future: impl Future<Output = ()>);
    fn run_until_stalled(&self) {}
    fn sleep_until(&self, _at: Option<Instant>) -> Boxed<()> {
        unreachable!()
    }
    /// The bits of those that are ready.
    fn ready(&self, _fd: RawFd, _interest: c_int) -> io::Result<Boxed<io::Result<c_int>>> {
        unreachable!()
    }
    fn channel() -> (Self::Tx, Self::Rx);
    /// False: the receiver is gone.
    fn send(tx: &Self::Tx, item: u64) -> bool;
    fn receive(rx: &'static mut Self::Rx) -> Boxed<Option<u64>>;
}

// --------------------------------------------------------------- the futures

#[repr(C)]
pub struct CFuture {
    poll: unsafe extern "C" fn(*mut c_void, *const Waker) -> c_int,
    drop: unsafe extern "C-unwind" fn(*mut c_void),
    state: *mut c_void,
}

impl Future for CFuture {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match unsafe { (self.poll)(self.state, cx.waker()) } {
            0 => Poll::Ready(()),
            PENDING => Poll::Pending,
            _ => resume_unwind(Box::new("as the suite asked")),
        }
    }
}

impl Drop for CFuture {
    fn drop(&mut self) {
        unsafe { (self.drop)(self.state) }
    }
}

/// The tasks that have not ended; locked for no longer than it takes to look.
struct Table<P: Peer> {
    slots: Vec<(u64, Option<P::Task>)>,
    free: Vec<usize>,
    live: usize,
    polls: u64,
    /// Of the run that waits for the last of them.
    waiting: Option<Waker>,
}

type Shared<P> = Arc<Mutex<Table<P>>>;

fn lock<P: Peer>(tasks: &Shared<P>) -> MutexGuard<'_, Table<P>> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P: Peer> Table<P> {
    fn reserve(&mut self) -> u64 {
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push((1, None));
            self.slots.len() - 1
        });
        self.live += 1;
        self.slots[at].0 << 32 | at as u64
    }

    fn at(&mut self, id: u64) -> Option<&mut Option<P::Task>> {
        let slot = self.slots.get_mut(id as u32 as usize)?;
        (slot.0 == id >> 32).then_some(&mut slot.1)
    }
}

/// What an executor gets for a task.
pub struct Job<P: Peer> {
    future: ManuallyDrop<CFuture>,
    id: u64,
    tasks: Shared<P>,
}

impl<P: Peer> Future for Job<P> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if P::CAPS & STALLED != 0 {
            lock(&self.tasks).polls += 1;
        }
        Pin::new(&mut *self.future).poll(cx)
    }
}

impl<P: Peer> Drop for Job<P> {
    fn drop(&mut self) {
        let future = &mut self.future;
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { ManuallyDrop::drop(future) }));
        let mut table = lock(&self.tasks);
        let at = self.id as u32 as usize;
        let task = table.slots[at].1.take();
        table.slots[at].0 += 1;
        table.free.push(at);
        table.live -= 1;
        let waker = if table.live == 0 { table.waiting.take() } else { None };
        drop(table);
        drop(task);
        if let Some(waker) = waker {
            waker.wake()
        }
        if let Err(panic) = dropped {
            resume_unwind(panic)
        }
    }
}

/// A job that another thread hands over. It is polled and dropped on the loop
/// thread, as the header demands: that is for the executor to keep.
pub struct Remote<P: Peer>(Job<P>);

unsafe impl<P: Peer> Send for Remote<P> {}

impl<P: Peer> Future for Remote<P> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

pub struct Exec<P: Peer> {
    peer: Option<P>,
    tasks: Shared<P>,
    running: bool,
    closing: bool,
}

thread_local! { static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(0) } }

unsafe fn peer_of<'a, P: Peer>(ex: *mut Exec<P>) -> &'a P {
    (*ex).peer.as_ref().expect("nothing is asked of an executor that is gone")
}

unsafe fn run<P: Peer>(ex: *mut Exec<P>, f: impl FnOnce(&P)) -> c_int {
    if (*ex).running || (!P::NESTS && DEPTH.get() > 0) {
        return E_NESTED;
    }
    (*ex).running = true;
    DEPTH.set(DEPTH.get() + 1);
    let peer: *const P = peer_of(ex);
    let result = catch_unwind(AssertUnwindSafe(|| f(&*peer)));
    DEPTH.set(DEPTH.get() - 1);
    (*ex).running = false;
    if result.is_ok() { 0 } else { PANIC }
}

pub unsafe fn new<P: Peer>() -> *mut Exec<P> {
    clock();
    let Ok(peer) = P::new() else { return null_mut() };
    let table = Table { slots: Vec::new(), free: Vec::new(), live: 0, polls: 0, waiting: None };
    boxed(Exec { peer: Some(peer), tasks: Arc::new(Mutex::new(table)), running: false, closing: false })
}

pub unsafe fn free_exec<P: Peer>(ex: *mut Exec<P>) {
    if ex.is_null() {
        return;
    }
    (*ex).closing = true;
    // What is dropped uses the pointer still.
    std::ptr::drop_in_place(&raw mut (*ex).peer);
    std::ptr::write(&raw mut (*ex).peer, None);
    free(ex);
}

pub unsafe fn spawn<P: Peer>(ex: *mut Exec<P>, future: CFuture, task: *mut u64) -> c_int {
    if (*ex).closing {
        return E_CLOSED;
    }
    let tasks = Arc::clone(&(*ex).tasks);
    let id = lock(&tasks).reserve();
    let made = peer_of(ex).spawn(Job { future: ManuallyDrop::new(future), id, tasks: Arc::clone(&tasks) });
    if let Some(slot) = lock(&tasks).at(id) {
        *slot = Some(made);
    }
    if !task.is_null() {
        *task = id;
    }
    0
}

pub unsafe fn spawn_remote<P: Peer>(ex: *mut Exec<P>, future: CFuture) -> c_int {
    let future = ManuallyDrop::new(future);
    if P::CAPS & REMOTE_SPAWN == 0 {
        return E_NOTSUP;
    }
    if (*ex).closing {
        return E_CLOSED;
    }
    let tasks = Arc::clone(&(*ex).tasks);
    let id = lock(&tasks).reserve();
    peer_of(ex).spawn_remote(Remote(Job { future, id, tasks }));
    0
}

pub unsafe fn join<P: Peer>(ex: *mut Exec<P>, task: u64) -> *mut Op {
    let mut table = lock(&(*ex).tasks);
    let Some(Some(task)) = table.at(task) else { return null_mut() };
    let ended = P::join(task);
    op(async { (0, ended.await) })
}

pub unsafe fn cancel<P: Peer>(ex: *mut Exec<P>, task: u64) -> c_int {
    let found = lock(&(*ex).tasks).at(task).and_then(Option::take);
    found.map_or(E_INVAL, |task| {
        P::cancel(task);
        0
    })
}

pub unsafe fn block_on<P: Peer>(ex: *mut Exec<P>, future: CFuture) -> c_int {
    run(ex, |peer| peer.block_on(future))
}

pub unsafe fn run_all<P: Peer>(ex: *mut Exec<P>) -> c_int {
    let tasks = Arc::clone(&(*ex).tasks);
    let empty = poll_fn(|cx| {
        let mut table = lock(&tasks);
        if table.live == 0 {
            return Poll::Ready(());
        }
        table.waiting = Some(cx.waker().clone());
        Poll::Pending
    });
    run(ex, |peer| peer.block_on(pin!(empty)))
}

pub unsafe fn stalled<P: Peer>(ex: *mut Exec<P>, polls: *mut u64) -> c_int {
    let before = lock(&(*ex).tasks).polls;
    let code = run(ex, P::run_until_stalled);
    if code == 0 && !polls.is_null() {
        *polls = lock(&(*ex).tasks).polls - before;
    }
    code
}

// ---------------------------------------------------------------- the wakers

#[repr(C)]
pub struct CWaker {
    data: *const c_void,
    vt: *const c_void,
}

impl CWaker {
    pub fn new(waker: Waker) -> Self {
        let waker = ManuallyDrop::new(waker);
        Self { data: waker.data().cast(), vt: (&raw const *waker.vtable()).cast() }
    }

    /// # Safety
    /// It has neither been dropped nor woken by value.
    pub unsafe fn get(&self) -> ManuallyDrop<Waker> {
        ManuallyDrop::new(Waker::new(self.data.cast(), &*self.vt.cast()))
    }
}

type Act = unsafe extern "C" fn(*mut c_void);
#[repr(C)]
pub struct SuiteVt {
    clone: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
    wake: Act,
    wake_by_ref: Act,
    drop: Act,
}

struct Suite {
    vt: *const SuiteVt,
    data: *mut c_void,
}

unsafe fn suite<'a>(p: *const ()) -> (&'a SuiteVt, *mut c_void) {
    let Suite { vt, data } = *p.cast();
    (&*vt, data)
}

unsafe fn suite_taken(p: *const ()) -> (&'static SuiteVt, *mut c_void) {
    let taken = suite(p);
    free(p.cast::<Suite>().cast_mut());
    taken
}

static SUITE: RawWakerVTable = RawWakerVTable::new(
    |p| unsafe {
        let (vt, data) = suite(p);
        RawWaker::new(boxed(Suite { vt, data: (vt.clone)(data) }).cast(), &SUITE)
    },
    |p| unsafe { let (vt, data) = suite_taken(p); (vt.wake)(data) },
    |p| unsafe { let (vt, data) = suite(p); (vt.wake_by_ref)(data) },
    |p| unsafe { let (vt, data) = suite_taken(p); (vt.drop)(data) },
);

// ------------------------------------------------------------ the operations

/// The result is a code and a value; `None` once it is spent.
pub struct Op(Option<Boxed<(c_int, u64)>>);

fn op(future: impl Future<Output = (c_int, u64)> + 'static) -> *mut Op {
    boxed(Op(Some(Box::pin(future))))
}

pub fn boxed<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// # Safety
/// It is what `boxed` gave, or null.
pub unsafe fn free<T>(p: *mut T) {
    if !p.is_null() {
        drop(Box::from_raw(p))
    }
}

/// CLOCK_MONOTONIC, and that instant or a later one as Rust counts.
fn clock() -> (u64, Instant) {
    #[repr(C)]
    struct Timespec { s: i64, ns: i64 }
    extern "C" {
        fn clock_gettime(clock: c_int, to: *mut Timespec) -> c_int;
    }
    static BASE: std::sync::OnceLock<(u64, Instant)> = std::sync::OnceLock::new();
    *BASE.get_or_init(|| {
        let mut now = Timespec { s: 0, ns: 0 };
        unsafe { clock_gettime(1, &mut now) };
        (now.s as u64 * 1_000_000_000 + now.ns as u64, Instant::now())
    })
}

pub fn now() -> u64 {
    clock().0 + clock().1.elapsed().as_nanos() as u64
}

pub unsafe fn sleep_until<P: Peer>(ex: *mut Exec<P>, deadline: u64) -> *mut Op {
    let (ns, base) = clock();
    let at = match deadline {
        u64::MAX => None,
        at => base.checked_add(Duration::from_nanos(at.saturating_sub(ns))),
    };
    let sleep = peer_of(ex).sleep_until(at);
    op(async { sleep.await; (0, 0) })
}

pub unsafe fn fd_ready<P: Peer>(ex: *mut Exec<P>, fd: RawFd, interest: c_int) -> *mut Op {
    if fd < 0 || !(1..=3).contains(&interest) {
        return null_mut();
    }
    let Ok(ready) = peer_of(ex).ready(fd, interest) else { return null_mut() };
    op(async { ready.await.map_or((E_SYS, 0), |bits| (0, bits as u64)) })
}

pub unsafe fn op_poll(op: *mut Op, waker: &Waker, to: *mut u64) -> c_int {
    let Some(future) = &mut (*op).0 else { return E_INVAL };
    let Poll::Ready((code, value)) = future.as_mut().poll(&mut Context::from_waker(waker)) else {
        return PENDING;
    };
    (*op).0 = None;
    if code == 0 && !to.is_null() {
        *to = value
    }
    code
}

pub unsafe fn op_poll_with(op: *mut Op, vt: *const SuiteVt, w: *mut c_void, to: *mut u64) -> c_int {
    let suite = Suite { vt, data: w };
    let waker = ManuallyDrop::new(Waker::new((&raw const suite).cast(), &SUITE));
    op_poll(op, &waker, to)
}

pub unsafe fn channel<P: Peer>(tx: *mut *mut P::Tx, rx: *mut *mut P::Rx) -> c_int {
    if P::CAPS & CHANNEL == 0 {
        return E_NOTSUP;
    }
    let (sender, receiver) = P::channel();
    (*tx, *rx) = (boxed(sender), boxed(receiver));
    0
}

pub unsafe fn send<P: Peer>(tx: *mut P::Tx, item: u64) -> c_int {
    if P::send(&*tx, item) { 0 } else { E_CLOSED }
}

pub unsafe fn receive<P: Peer>(rx: *mut P::Rx) -> *mut Op {
    let receive = P::receive(&mut *rx);
    op(async { receive.await.map_or((CLOSED, 0), |item| (0, item)) })
}

pub type Name = *const c_char;

#[macro_export]
macro_rules! export {
    ($peer:ty) => {
        mod exported {
            #[no_mangle]
            pub extern "C-unwind" fn cx_rust_panic() -> ! {
                std::panic::resume_unwind(Box::new("as the suite asked"))
            }
            use super::*;
            use std::ffi::{c_int, c_void};
            use std::mem::ManuallyDrop;
            use std::task::Waker;
            use $crate::{CFuture, CWaker, Exec, Op, Peer, SuiteVt};
            type Tx = <$peer as Peer>::Tx;
            type Rx = <$peer as Peer>::Rx;
            $crate::export! { @
                cx_abi() -> u32 = 1;
                cx_name() -> $crate::Name = <$peer>::NAME.as_ptr();
                cx_caps() -> u64 = <$peer>::CAPS;
                cx_new() -> *mut Exec<$peer> = $crate::new();
                cx_free(ex: *mut Exec<$peer>) -> () = $crate::free_exec(ex);
                cx_spawn(ex: *mut Exec<$peer>, fut: CFuture, task: *mut u64) -> c_int = $crate::spawn(ex, fut, task);
                cx_cancel(ex: *mut Exec<$peer>, task: u64) -> c_int = $crate::cancel(ex, task);
                cx_spawn_remote(ex: *mut Exec<$peer>, fut: CFuture) -> c_int = $crate::spawn_remote(ex, fut);
                cx_join(ex: *mut Exec<$peer>, task: u64) -> *mut Op = $crate::join(ex, task);
                cx_block_on(ex: *mut Exec<$peer>, fut: CFuture) -> c_int = $crate::block_on(ex, fut);
                cx_run(ex: *mut Exec<$peer>) -> c_int = $crate::run_all(ex);
                cx_run_until_stalled(ex: *mut Exec<$peer>, polls: *mut u64) -> c_int = $crate::stalled(ex, polls);
                cx_ctx_waker(cx: *const Waker) -> CWaker = CWaker::new((*cx).clone());
                cx_ctx_wake(cx: *const Waker) -> () = (*cx).wake_by_ref();
                cx_ctx_will_wake(cx: *const Waker, w: *const CWaker) -> c_int = (*cx).will_wake(&(*w).get()).into();
                cx_waker_clone(w: *const CWaker) -> CWaker = CWaker::new((*(*w).get()).clone());
                cx_waker_wake(w: CWaker) -> () = ManuallyDrop::into_inner(w.get()).wake();
                cx_waker_wake_by_ref(w: *const CWaker) -> () = (*w).get().wake_by_ref();
                cx_waker_drop(w: CWaker) -> () = drop(ManuallyDrop::into_inner(w.get()));
                cx_now(_ex: *mut Exec<$peer>) -> u64 = $crate::now();
                cx_sleep_until(ex: *mut Exec<$peer>, at: u64) -> *mut Op = $crate::sleep_until(ex, at);
                cx_fd_ready(ex: *mut Exec<$peer>, fd: c_int, interest: c_int) -> *mut Op = $crate::fd_ready(ex, fd, interest);
                cx_op_poll(op: *mut Op, cx: *const Waker, to: *mut u64) -> c_int = $crate::op_poll(op, &*cx, to);
                cx_op_poll_with(op: *mut Op, vt: *const SuiteVt, w: *mut c_void, to: *mut u64) -> c_int = $crate::op_poll_with(op, vt, w, to);
                cx_op_drop(op: *mut Op) -> () = $crate::free(op);
                cx_chan(_ex: *mut Exec<$peer>, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int = $crate::channel::<$peer>(tx, rx);
                cx_tx_clone(tx: *mut Tx) -> *mut Tx = $crate::boxed((*tx).clone());
                cx_tx_send(tx: *mut Tx, item: u64) -> c_int = $crate::send::<$peer>(tx, item);
                cx_tx_drop(tx: *mut Tx) -> () = $crate::free(tx);
                cx_rx_recv(rx: *mut Rx) -> *mut Op = $crate::receive::<$peer>(rx);
                cx_rx_drop(rx: *mut Rx) -> () = $crate::free(rx);
                cx_rust_park() -> () = std::thread::park_timeout(std::time::Duration::ZERO);
            }
        }
    };
    (@ $($name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[no_mangle] pub unsafe extern "C" fn $name($($a: $t),*) -> $r { $body })*
    };
}
