//! A right executor that is nothing like the template: a stack without locks
//! that wakers push on and the loop takes whole, tasks that are their own
//! nodes, edge-triggered epoll with one registration for both directions, and
//! a timerfd. It takes the place of the adapter's map.rs.
//!
//! Does not keep: E96 E103

use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::{BTreeMap, HashMap};
use std::ffi::{c_int, c_long, c_uint, CStr};
use std::fs::File;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering::*};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use super::*;

#[path = "contract.rs"]
mod contract;
use contract::Contract;

#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
struct Event { bits: u32, token: u64 }
#[repr(C)]
struct Timer { interval: [c_long; 2], value: [c_long; 2] }
extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(ep: c_int, op: c_int, fd: c_int, event: *mut Event) -> c_int;
    fn epoll_wait(ep: c_int, events: *mut Event, room: c_int, ms: c_int) -> c_int;
    fn eventfd(count: c_uint, flags: c_int) -> c_int;
    fn timerfd_create(clock: c_int, flags: c_int) -> c_int;
    fn timerfd_settime(fd: c_int, flags: c_int, new: *const Timer, old: *mut Timer) -> c_int;
}
const IN: u32 = 1;
const OUT: u32 = 4;
const GONE: u32 = 8 | 16;
const RDHUP: u32 = 0x2000;
const EDGE: u32 = 1 << 31;

fn file(fd: c_int) -> Option<File> {
    (fd >= 0).then(|| unsafe { File::from_raw_fd(fd) })
}

/// What wakers reach: the newest of the tasks that wait for their turn.
struct Hub {
    newest: AtomicPtr<Task>,
    asleep: AtomicBool,
    bell: File,
}

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const OVER: u8 = 2;

struct Task {
    id: u64,
    hub: Arc<Hub>,
    state: AtomicU8,
    /// Below it on the stack; belongs to whoever made it QUEUED.
    next: AtomicPtr<Task>,
    // The rest is for the thread of the loop.
    future: UnsafeCell<Option<CFuture>>,
    polling: Cell<bool>,
    cancelled: Cell<bool>,
}
unsafe impl Send for Task {}
unsafe impl Sync for Task {}

impl Task {
    fn push(self: Arc<Self>) {
        let hub = Arc::clone(&self.hub);
        let me = Arc::into_raw(self).cast_mut();
        let mut newest = hub.newest.load(Relaxed);
        loop {
            unsafe { (*me).next.store(newest, Relaxed) };
            match hub.newest.compare_exchange_weak(newest, me, SeqCst, Relaxed) {
                Ok(_) => break,
                Err(now) => newest = now,
            }
        }
        hub.ring();
    }
}

impl Hub {
    fn ring(&self) {
        if self.asleep.swap(false, SeqCst) {
            let _ = (&self.bell).write(&1u64.to_ne_bytes());
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref()
    }
    fn wake_by_ref(self: &Arc<Self>) {
        // An exchange also where it is queued already: it publishes.
        if self.state.fetch_or(QUEUED, AcqRel) == IDLE {
            Arc::clone(self).push()
        }
    }
}

/// A descriptor that somebody waits for, registered once.
#[derive(Default)]
struct Source {
    /// What its events carry: the number, which is used again, and a serial.
    token: u64,
    waits: Vec<(u64, u64, Option<Waker>, u64)>, // serial, interest, waker, ready
}

pub struct Exec {
    hub: Arc<Hub>,
    epoll: File,
    timer: File,
    armed: Cell<Option<Instant>>,
    tasks: RefCell<HashMap<u64, Arc<Task>>>,
    /// In the order of their wakes.
    turns: RefCell<std::collections::VecDeque<Arc<Task>>>,
    timers: RefCell<BTreeMap<(Instant, u64), Waker>>,
    sources: RefCell<HashMap<RawFd, Source>>,
    serial: Cell<u64>,
    running: Cell<bool>,
    closing: Cell<bool>,
}

impl Exec {
    fn serial(&self) -> u64 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }

    fn take(&self) {
        let mut at = self.hub.newest.swap(null_mut(), SeqCst);
        let mut turns = self.turns.borrow_mut();
        let count = turns.len();
        while !at.is_null() {
            let task = unsafe { Arc::from_raw(at) };
            at = task.next.load(Relaxed);
            turns.push_back(task);
        }
        turns.make_contiguous()[count..].reverse();
    }

    fn turn(&self, task: Arc<Task>) {
        // From here on a wake queues it again.
        if task.state.fetch_and(!QUEUED, AcqRel) & OVER != 0 || task.polling.get() {
            return;
        }
        let future = unsafe { &mut *task.future.get() };
        let Some(running) = future else { return };
        let mut over = task.cancelled.get();
        if !over {
            let waker = Waker::from(Arc::clone(&task));
            let mut cx = Context::from_waker(&waker);
            task.polling.set(true);
            let result = catch_unwind(AssertUnwindSafe(|| Pin::new(running).poll(&mut cx)));
            task.polling.set(false);
            over = !matches!(result, Ok(Poll::Pending)) || task.cancelled.get();
        }
        if over {
            task.state.fetch_or(OVER, AcqRel);
            let gone = unsafe { (*task.future.get()).take() };
            drop(gone);
            self.tasks.borrow_mut().remove(&task.id);
        }
    }

    fn arm(&self) {
        let first = self.timers.borrow().keys().next().map(|key| key.0);
        if first == self.armed.get() {
            return;
        }
        self.armed.set(first);
        let left = first.map_or(0, |at| at.saturating_duration_since(Instant::now()).as_nanos().max(1));
        let left = left.min(1 << 62);
        let value = [(left / 1_000_000_000) as c_long, (left % 1_000_000_000) as c_long];
        unsafe { timerfd_settime(self.timer.as_raw_fd(), 0, &Timer { interval: [0; 2], value }, null_mut()) };
    }

    fn look(&self, is_awake: &dyn Fn() -> bool) {
        self.arm();
        let mut events = [Event { bits: 0, token: 0 }; 128];
        let mut ms = 0;
        if self.turns.borrow().is_empty() {
            self.hub.asleep.store(true, SeqCst);
            if self.hub.newest.load(SeqCst).is_null() && !is_awake() {
                ms = -1;
            }
        }
        let count = unsafe { epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), 128, ms) };
        self.hub.asleep.store(false, SeqCst);
        for event in &events[..count.max(0) as usize] {
            let (bits, token) = (event.bits, event.token);
            let fd = token as u32 as RawFd;
            if fd == self.hub.bell.as_raw_fd() || fd == self.timer.as_raw_fd() {
                let mut file = if fd == self.timer.as_raw_fd() { &self.timer } else { &self.hub.bell };
                let _ = file.read(&mut [0; 8]);
                continue;
            }
            let gone = bits & GONE != 0;
            let ready = u64::from(gone || bits & (IN | RDHUP) != 0) | u64::from(gone || bits & OUT != 0) << 1;
            self.tell(token, ready);
        }
        let now = Instant::now();
        loop {
            let mut timers = self.timers.borrow_mut();
            let Some(first) = timers.first_entry().filter(|first| first.key().0 <= now) else { break };
            let waker = first.remove();
            drop(timers);
            waker.wake();
        }
        if self.armed.get().is_some_and(|at| at <= now) {
            self.armed.set(None);
        }
    }

    fn tell(&self, token: u64, ready: u64) {
        let mut due = Vec::new();
        let mut sources = self.sources.borrow_mut();
        let source = sources.get_mut(&(token as u32 as RawFd));
        if let Some(source) = source.filter(|source| source.token == token) {
            for (_, interest, waker, is) in &mut source.waits {
                if *interest & ready != 0 {
                    *is = ready;
                    due.extend(waker.take());
                }
            }
        }
        drop(sources);
        due.into_iter().for_each(Waker::wake);
    }

    fn drive(&self, mut done: impl FnMut() -> bool, is_awake: impl Fn() -> bool) -> Result<(), c_int> {
        if self.running.replace(true) {
            return Err(E_NESTED);
        }
        struct Running<'a>(&'a Cell<bool>);
        impl Drop for Running<'_> {
            fn drop(&mut self) {
                self.0.set(false)
            }
        }
        let _running = Running(&self.running);
        loop {
            self.take();
            for _ in 0..64 {
                if done() {
                    return Ok(());
                }
                let task = self.turns.borrow_mut().pop_front();
                let Some(task) = task else { break };
                self.turn(task);
            }
            if done() {
                return Ok(());
            }
            self.look(&is_awake);
        }
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        self.closing.set(true);
        self.take();
        let tasks: Vec<_> = self.tasks.borrow_mut().drain().map(|(_, task)| task).collect();
        for task in &tasks {
            task.state.fetch_or(OVER | QUEUED, AcqRel);
            let future = unsafe { (*task.future.get()).take() };
            drop(future);
        }
        self.take();
        self.turns.take();
    }
}

impl Contract for Exec {
    const NAME: &'static CStr = c"edges";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | CATCH_PANIC;
    type Tx = line::Tx;
    type Rx = line::Rx;

    fn new() -> Option<Self> {
        let epoll = file(unsafe { epoll_create1(0o2_000_000) })?;
        let timer = file(unsafe { timerfd_create(1, 0o2_004_000) })?;
        let bell = file(unsafe { eventfd(0, 0o2_004_000) })?;
        for fd in [timer.as_raw_fd(), bell.as_raw_fd()] {
            let mut event = Event { bits: IN | EDGE, token: fd as u64 };
            unsafe { epoll_ctl(epoll.as_raw_fd(), 1, fd, &mut event) };
        }
        Some(Self {
            hub: Arc::new(Hub { newest: AtomicPtr::default(), asleep: AtomicBool::new(false), bell }),
            epoll,
            timer,
            armed: Cell::default(),
            tasks: RefCell::default(),
            turns: RefCell::default(),
            timers: RefCell::default(),
            sources: RefCell::default(),
            serial: Cell::default(),
            running: Cell::default(),
            closing: Cell::default(),
        })
    }

    fn spawn(&self, future: CFuture) -> Result<u64, c_int> {
        if self.closing.get() {
            drop(future);
            return Err(E_CLOSED);
        }
        let task = Arc::new(Task {
            id: self.serial(),
            hub: Arc::clone(&self.hub),
            state: AtomicU8::new(IDLE),
            next: AtomicPtr::default(),
            future: UnsafeCell::new(Some(future)),
            polling: Cell::new(false),
            cancelled: Cell::new(false),
        });
        self.tasks.borrow_mut().insert(task.id, Arc::clone(&task));
        let id = task.id;
        task.wake();
        Ok(id)
    }

    fn cancel(&self, task: u64) -> bool {
        let task = self.tasks.borrow().get(&task).cloned();
        task.is_some_and(|task| {
            let over = task.state.load(Acquire) & OVER != 0 || task.cancelled.replace(true);
            if !over {
                task.wake();
            }
            !over
        })
    }

    fn block_on(&self, future: CFuture) -> Result<(), c_int> {
        struct Main(AtomicBool, Arc<Hub>);
        impl Wake for Main {
            fn wake(self: Arc<Self>) {
                self.0.store(true, SeqCst);
                self.1.ring();
            }
        }
        let mut future = future;
        let main = Arc::new(Main(AtomicBool::new(true), Arc::clone(&self.hub)));
        let waker = Waker::from(Arc::clone(&main));
        let mut poll = || {
            main.0.swap(false, SeqCst) && Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_ready()
        };
        self.drive(&mut poll, || main.0.load(SeqCst))
    }

    fn run(&self) -> Result<(), c_int> {
        self.drive(|| self.tasks.borrow().is_empty(), || false)
    }

    fn sleep_until(&'static self, at: Option<Instant>) -> impl Future<Output = ()> {
        Sleep { exec: self, at, key: None }
    }

    fn ready(&'static self, fd: RawFd, interest: u64) -> impl Future<Output = Option<u64>> {
        Ready { exec: self, fd, interest, serial: None }
    }

    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> {
        Some(line::channel())
    }
    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.send(item)
    }
    fn recv(rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> {
        poll_fn(|cx| rx.poll(cx))
    }
}

struct Sleep { exec: &'static Exec, at: Option<Instant>, key: Option<(Instant, u64)> }

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if at <= Instant::now() {
            return Poll::Ready(());
        }
        let exec = self.exec;
        let key = *self.key.get_or_insert_with(|| (at, exec.serial()));
        let waker = cx.waker().clone();
        let old = exec.timers.borrow_mut().insert(key, waker);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.exec.timers.borrow_mut().remove(&key);
            drop(waker);
        }
    }
}

struct Ready { exec: &'static Exec, fd: RawFd, interest: u64, serial: Option<u64> }

impl Future for Ready {
    type Output = Option<u64>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u64>> {
        let exec = self.exec;
        let waker = cx.waker().clone();
        let mut sources = exec.sources.borrow_mut();
        let source = sources.entry(self.fd).or_default();
        if let Some(serial) = self.serial {
            let wait = source.waits.iter_mut().find(|wait| wait.0 == serial).unwrap();
            if wait.3 != 0 {
                return Poll::Ready(Some(wait.3));
            }
            let old = wait.2.replace(waker);
            drop(sources);
            drop(old);
            return Poll::Pending;
        }
        // An edge is reported for what is there when it is registered, or
        // registered again.
        let op = if source.waits.is_empty() { 1 } else { 3 };
        let serial = exec.serial();
        source.token = serial << 32 | self.fd as u64;
        let mut event = Event { bits: IN | OUT | RDHUP | EDGE, token: source.token };
        source.waits.push((serial, self.interest, Some(waker), 0));
        drop(sources);
        self.serial = Some(serial);
        if unsafe { epoll_ctl(exec.epoll.as_raw_fd(), op, self.fd, &mut event) } < 0 {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        let Some(serial) = self.serial else { return };
        let mut sources = self.exec.sources.borrow_mut();
        let source = sources.get_mut(&self.fd).unwrap();
        let at = source.waits.iter().position(|wait| wait.0 == serial).unwrap();
        let wait = source.waits.remove(at);
        if source.waits.is_empty() {
            sources.remove(&self.fd);
            unsafe { epoll_ctl(self.exec.epoll.as_raw_fd(), 2, self.fd, null_mut()) };
        }
        drop(sources);
        drop(wait);
    }
}

/// A channel: a vector that is swapped, behind one lock.
mod line {
    use super::*;

    #[derive(Default)]
    struct State { items: std::collections::VecDeque<u64>, senders: usize, gone: bool, waker: Option<Waker> }
    pub struct Tx(Arc<Mutex<State>>);
    pub struct Rx(Arc<Mutex<State>>);

    pub fn channel() -> (Tx, Rx) {
        let state = Arc::new(Mutex::new(State { senders: 1, ..State::default() }));
        (Tx(Arc::clone(&state)), Rx(state))
    }
    impl Tx {
        pub fn send(&self, item: u64) -> bool {
            let mut state = self.0.lock().unwrap();
            if state.gone {
                return false;
            }
            state.items.push_back(item);
            let waker = state.waker.take();
            drop(state);
            waker.map(Waker::wake);
            true
        }
    }
    impl Clone for Tx {
        fn clone(&self) -> Self {
            self.0.lock().unwrap().senders += 1;
            Self(Arc::clone(&self.0))
        }
    }
    impl Drop for Tx {
        fn drop(&mut self) {
            let mut state = self.0.lock().unwrap();
            state.senders -= 1;
            let waker = if state.senders == 0 { state.waker.take() } else { None };
            drop(state);
            waker.map(Waker::wake);
        }
    }
    impl Rx {
        pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<u64>> {
            let waker = cx.waker().clone();
            let mut state = self.0.lock().unwrap();
            if let Some(item) = state.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            if state.senders == 0 {
                return Poll::Ready(None);
            }
            let old = state.waker.replace(waker);
            drop(state);
            drop(old);
            Poll::Pending
        }
    }
    impl Drop for Rx {
        fn drop(&mut self) {
            let mut state = self.0.lock().unwrap();
            state.gone = true;
            let waker = state.waker.take();
            drop(state);
            drop(waker);
        }
    }
}
