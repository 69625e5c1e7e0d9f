//! Drives a crate made from artifact_01's template through the C interface, as
//! the conformance suite will: probes that count, and one check for each group
//! of statements.  Prints one line a check; ends with 1 at the first that fails.

#[path = "../../../artifacts/artifact_01/adapter/src/lib.rs"]
mod adapter;

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::ptr::{null, null_mut};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use adapter::{CLOSED, E_CLOSED, E_INVAL, E_NESTED, E_SYS, PANIC, PENDING};

type Exec = c_void;
type Op = c_void;
type Tx = c_void;
type Rx = c_void;
type Ctx = c_void;

#[repr(C)]
struct CFuture {
    poll: unsafe extern "C-unwind" fn(*mut c_void, *const Ctx) -> c_int,
    drop: unsafe extern "C-unwind" fn(*mut c_void),
    state: *mut c_void,
}

#[repr(C)]
struct CWaker { data: *const c_void, vt: *const c_void }

#[repr(C)]
struct SuiteVt {
    clone: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
    wake: unsafe extern "C" fn(*mut c_void),
    wake_by_ref: unsafe extern "C" fn(*mut c_void),
    drop: unsafe extern "C" fn(*mut c_void),
}

// As cohort_executor.h has them.
extern "C" {
    fn cx_new() -> *mut Exec;
    fn cx_free(ex: *mut Exec);
    fn cx_spawn(ex: *mut Exec, fut: CFuture, task: *mut u64) -> c_int;
    fn cx_cancel(ex: *mut Exec, task: u64) -> c_int;
    fn cx_spawn_remote(ex: *mut Exec, fut: CFuture) -> c_int;
    fn cx_block_on(ex: *mut Exec, fut: CFuture) -> c_int;
    fn cx_run(ex: *mut Exec) -> c_int;
    fn cx_run_until_stalled(ex: *mut Exec, polls: *mut u64) -> c_int;
    fn cx_ctx_waker(cx: *const Ctx) -> CWaker;
    fn cx_ctx_wake(cx: *const Ctx);
    fn cx_ctx_will_wake(cx: *const Ctx, w: *const CWaker) -> c_int;
    fn cx_waker_clone(w: *const CWaker) -> CWaker;
    fn cx_waker_wake(w: CWaker);
    fn cx_waker_wake_by_ref(w: *const CWaker);
    fn cx_waker_drop(w: CWaker);
    fn cx_now(ex: *mut Exec) -> u64;
    fn cx_sleep_until(ex: *mut Exec, at: u64) -> *mut Op;
    fn cx_fd_ready(ex: *mut Exec, fd: c_int, interest: c_int) -> *mut Op;
    fn cx_op_poll(op: *mut Op, cx: *const Ctx, to: *mut u64) -> c_int;
    fn cx_op_poll_with(op: *mut Op, vt: *const SuiteVt, w: *mut c_void, to: *mut u64) -> c_int;
    fn cx_op_drop(op: *mut Op);
    fn cx_chan(ex: *mut Exec, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int;
    fn cx_tx_clone(tx: *mut Tx) -> *mut Tx;
    fn cx_tx_send(tx: *mut Tx, item: u64) -> c_int;
    fn cx_tx_drop(tx: *mut Tx);
    fn cx_rx_recv(rx: *mut Rx) -> *mut Op;
    fn cx_rx_drop(rx: *mut Rx);
}

const NEVER: u64 = u64::MAX;
const MS: u64 = 1_000_000;

/// A future of the suite: what each poll does, and how often it was dropped.
struct State {
    poll: Box<dyn FnMut(*const Ctx) -> c_int>,
    drops: Rc<Cell<u32>>,
}

unsafe extern "C-unwind" fn poll(state: *mut c_void, cx: *const Ctx) -> c_int {
    unsafe { ((*state.cast::<State>()).poll)(cx) }
}

unsafe extern "C-unwind" fn drop_state(state: *mut c_void) {
    let state = unsafe { Box::from_raw(state.cast::<State>()) };
    state.drops.set(state.drops.get() + 1);
}

fn probe(f: impl FnMut(*const Ctx) -> c_int + 'static) -> (CFuture, Rc<Cell<u32>>) {
    let drops = Rc::new(Cell::new(0));
    let state = State { poll: Box::new(f), drops: Rc::clone(&drops) };
    let state = Box::into_raw(Box::new(state)).cast();
    (CFuture { poll, drop: drop_state, state }, drops)
}

fn future(f: impl FnMut(*const Ctx) -> c_int + 'static) -> CFuture {
    probe(f).0
}

/// A future that is what one operation is, and keeps its value.
fn op_future(op: *mut Op, value: &Rc<Cell<u64>>) -> CFuture {
    let value = Rc::clone(value);
    future(move |cx| unsafe {
        let mut out = 0;
        let code = cx_op_poll(op, cx, &mut out);
        if code != PENDING {
            value.set(if code == 0 { out } else { NEVER });
            cx_op_drop(op);
            return 0;
        }
        PENDING
    })
}

/// A waker of the suite: counts clones less drops, and wakes.
#[derive(Default)]
struct Counter {
    held: Cell<i32>,
    wakes: Cell<u32>,
}

unsafe fn counter<'a>(p: *mut c_void) -> &'a Counter {
    unsafe { &*p.cast() }
}

static COUNTER: SuiteVt = SuiteVt {
    clone: { unsafe extern "C" fn f(p: *mut c_void) -> *mut c_void { unsafe { let c = counter(p); c.held.set(c.held.get() + 1); p } } f },
    wake: { unsafe extern "C" fn f(p: *mut c_void) { unsafe { let c = counter(p); c.held.set(c.held.get() - 1); c.wakes.set(c.wakes.get() + 1) } } f },
    wake_by_ref: { unsafe extern "C" fn f(p: *mut c_void) { unsafe { let c = counter(p); c.wakes.set(c.wakes.get() + 1) } } f },
    drop: { unsafe extern "C" fn f(p: *mut c_void) { unsafe { let c = counter(p); c.held.set(c.held.get() - 1) } } f },
};

impl Counter {
    fn poll(&self, op: *mut Op) -> c_int {
        let this: *const Self = self;
        unsafe { cx_op_poll_with(op, &COUNTER, this.cast_mut().cast(), null_mut()) }
    }
}

fn tasks(ex: *mut Exec) {
    unsafe {
        let polls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&polls);
        let (fut, drops) = probe(move |cx| {
            counted.set(counted.get() + 1);
            (0..3).for_each(|_| cx_ctx_wake(cx));
            if counted.get() == 5 { 0 } else { PENDING }
        });
        let mut task = 0;
        assert_eq!(cx_spawn(ex, fut, &mut task), 0);
        assert_ne!(task, 0);
        assert_eq!(polls.get(), 0);
        assert_eq!(cx_run(ex), 0);
        assert_eq!((polls.get(), drops.get()), (5, 1));
        assert_eq!(cx_cancel(ex, task), E_INVAL);

        let (fut, drops) = probe(|_| PENDING);
        assert_eq!(cx_spawn(ex, fut, &mut task), 0);
        let mut polls = 0;
        assert_eq!(cx_run_until_stalled(ex, &mut polls), 0);
        assert_eq!(polls, 1);
        assert_eq!(cx_cancel(ex, task), 0);
        assert_eq!(cx_cancel(ex, task), E_INVAL);
        assert_eq!(cx_run(ex), 0);
        assert_eq!(drops.get(), 1);

        // A nested run is refused and its future dropped; a panic ends one task.
        let (inner, inner_drops) = probe(|_| 0);
        let mut inner = Some(inner);
        let nested = future(move |_| {
            assert_eq!(cx_run(ex), E_NESTED);
            assert_eq!(cx_block_on(ex, inner.take().unwrap()), E_NESTED);
            0
        });
        assert_eq!(cx_block_on(ex, nested), 0);
        assert_eq!(inner_drops.get(), 1);
        let (bomb, drops) = probe(|_| PANIC);
        assert_eq!(cx_spawn(ex, bomb, null_mut()), 0);
        assert_eq!(cx_run(ex), 0);
        assert_eq!(drops.get(), 1);
        assert_eq!(cx_block_on(ex, future(|_| PANIC)), PANIC);
    }
}

fn wakers(ex: *mut Exec) {
    unsafe {
        let kept: Rc<RefCell<Option<CWaker>>> = Rc::default();
        let keep = Rc::clone(&kept);
        let fut = future(move |cx| {
            if let Some(waker) = keep.borrow().as_ref() {
                return 1 - cx_ctx_will_wake(cx, waker);
            }
            *keep.borrow_mut() = Some(cx_ctx_waker(cx));
            PENDING
        });
        assert_eq!(cx_spawn(ex, fut, null_mut()), 0);
        assert_eq!(cx_run_until_stalled(ex, null_mut()), 0);
        let waker = kept.borrow_mut().take().unwrap();
        *kept.borrow_mut() = Some(cx_waker_clone(&waker));
        let (data, vt) = (waker.data as usize, waker.vt as usize);
        let remote = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            cx_waker_wake(CWaker { data: data as *const _, vt: vt as *const _ });
        });
        assert_eq!(cx_run(ex), 0);
        remote.join().unwrap();
        let waker = kept.borrow_mut().take().unwrap();
        cx_waker_wake_by_ref(&waker);
        cx_waker_drop(waker);

        let here = thread::current().id();
        let address = ex as usize;
        let spawning = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            let fut = future(move |_| { assert_eq!(thread::current().id(), here); 0 });
            cx_spawn_remote(address as *mut Exec, fut)
        });
        let sleep = cx_sleep_until(ex, cx_now(ex) + 20 * MS);
        assert_eq!(cx_block_on(ex, op_future(sleep, &Rc::default())), 0);
        assert_eq!(spawning.join().unwrap(), 0);
        assert_eq!(cx_run(ex), 0);
    }
}

fn timers(ex: *mut Exec) {
    unsafe {
        let (a, b) = (Counter::default(), Counter::default());
        let op = cx_sleep_until(ex, cx_now(ex) + 2 * MS);
        assert_eq!((a.poll(op), b.poll(op)), (PENDING, PENDING));
        assert_eq!((a.held.get(), b.held.get()), (0, 1));
        let never = cx_sleep_until(ex, NEVER);
        assert_eq!(b.poll(never), PENDING);
        let deadline = cx_now(ex) + 5 * MS;
        let sleep = op_future(cx_sleep_until(ex, deadline), &Rc::default());
        assert_eq!(cx_block_on(ex, sleep), 0);
        assert!(cx_now(ex) >= deadline);
        assert_eq!((a.wakes.get(), b.wakes.get()), (0, 1));
        assert_eq!((b.poll(op), b.poll(op)), (0, E_INVAL));
        cx_op_drop(op);
        cx_op_drop(never);
        assert_eq!(b.held.get(), 0);
    }
}

fn descriptors(ex: *mut Exec) {
    unsafe {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        there.write_all(b"abc").unwrap();
        let ready = Rc::new(Cell::new(0));
        for _ in 0..2 {
            let op = cx_fd_ready(ex, here.as_raw_fd(), 1);
            assert_eq!(cx_block_on(ex, op_future(op, &ready)), 0);
            assert_eq!(ready.get(), 1);
            here.read_exact(&mut [0]).unwrap();
        }
        drop(there);
        let op = cx_fd_ready(ex, here.as_raw_fd(), 2);
        assert_eq!(cx_block_on(ex, op_future(op, &ready)), 0);
        assert_eq!(ready.get(), 3);
        let closed = here.as_raw_fd();
        drop(here);
        let op = cx_fd_ready(ex, closed, 1);
        assert_eq!(Counter::default().poll(op), E_SYS);
        cx_op_drop(op);
    }
}

fn channels(ex: *mut Exec) {
    unsafe {
        let (mut tx, mut rx) = (null_mut(), null_mut());
        assert_eq!(cx_chan(ex, &mut tx, &mut rx), 0);
        let other = cx_tx_clone(tx);
        let waker = Counter::default();
        let op = cx_rx_recv(rx);
        assert_eq!(waker.poll(op), PENDING);
        assert_eq!(cx_tx_send(tx, 7), 0);
        assert_eq!(waker.wakes.get(), 1);
        cx_op_drop(op); // loses nothing
        let value = Rc::new(Cell::new(0));
        assert_eq!(cx_block_on(ex, op_future(cx_rx_recv(rx), &value)), 0);
        assert_eq!(value.get(), 7);
        assert_eq!(cx_tx_send(other, 8), 0);
        cx_tx_drop(tx);
        cx_tx_drop(other);
        let op = cx_rx_recv(rx);
        assert_eq!(waker.poll(op), 0);
        cx_op_drop(op);
        let op = cx_rx_recv(rx);
        assert_eq!(waker.poll(op), CLOSED);
        cx_op_drop(op);
        cx_rx_drop(rx);
        assert_eq!(cx_chan(ex, &mut tx, &mut rx), 0);
        cx_rx_drop(rx);
        assert_eq!(cx_tx_send(tx, 1), E_CLOSED);
        cx_tx_drop(tx);
        assert_eq!(waker.held.get(), 0);
    }
}

/// Frees the executor under a pending task whose drop spawns.
fn free_last(ex: *mut Exec) {
    struct Spawns(*mut Exec, Rc<Cell<c_int>>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let (fut, drops) = probe(|_| 0);
            self.1.set(unsafe { cx_spawn(self.0, fut, null_mut()) });
            assert_eq!(drops.get(), 1);
        }
    }
    let refused = Rc::new(Cell::new(0));
    let spawns = Spawns(ex, Rc::clone(&refused));
    let kept: Rc<Cell<Option<CWaker>>> = Rc::default();
    let keep = Rc::clone(&kept);
    let (fut, drops) = probe(move |cx| {
        let _ = &spawns;
        keep.set(Some(unsafe { cx_ctx_waker(cx) }));
        PENDING
    });
    unsafe {
        assert_eq!(cx_spawn(ex, fut, null_mut()), 0);
        assert_eq!(cx_run_until_stalled(ex, null_mut()), 0);
        cx_free(ex);
        assert_eq!((refused.get(), drops.get()), (E_CLOSED, 1));
        cx_waker_wake(kept.take().unwrap());
        cx_free(null::<Exec>().cast_mut());
    }
}

fn main() {
    // A task's panic is contained: what fails in a probe ends the process here.
    std::panic::set_hook(Box::new(|info| {
        if !info.to_string().contains("as the suite asked") {
            eprintln!("{info}");
            std::process::exit(1);
        }
    }));
    let ex = unsafe { cx_new() };
    let all = [
        ("tasks", tasks as fn(*mut Exec)),
        ("wakers", wakers),
        ("timers", timers),
        ("descriptors", descriptors),
        ("channels", channels),
        ("free", free_last),
    ];
    for (name, check) in all {
        check(ex);
        println!("{name}");
    }
}
