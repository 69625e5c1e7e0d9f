//! A right executor with a slot for the task that was woken last, which runs
//! next three times at most, and a queue for the others; one task in four
//! turns comes from the queue. Futures that are over are dropped at the end of
//! the turn. Timers are buckets of a millisecond, rounded up; epoll is one-shot
//! and armed anew for whoever is left.
//!
//! Does not keep: E46b E95 E96 E103

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{c_int, c_uint, CStr};
use std::fs::File;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::mem::{replace, take};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{current, ThreadId};
use std::time::Instant;

use super::*;

#[path = "contract.rs"]
mod contract;
use contract::Contract;

#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
struct Event { bits: u32, fd: u64 }
extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(ep: c_int, op: c_int, fd: c_int, event: *mut Event) -> c_int;
    fn epoll_wait(ep: c_int, events: *mut Event, room: c_int, ms: c_int) -> c_int;
    fn eventfd(count: c_uint, flags: c_int) -> c_int;
}
const ONESHOT: u32 = 1 << 30;
const BELL: u64 = u64::MAX;

fn file(fd: c_int) -> Option<File> {
    (fd >= 0).then(|| unsafe { File::from_raw_fd(fd) })
}

type Who = (usize, u64);

#[derive(Default)]
struct Queue { slot: Option<Who>, rest: VecDeque<Who> }

struct Shared {
    queue: Mutex<Queue>,
    asleep: AtomicBool,
    bell: File,
    thread: ThreadId,
}

struct TaskWaker {
    at: usize,
    serial: u64,
    queued: AtomicBool,
    polling: AtomicBool,
    shared: Arc<Shared>,
}

impl Shared {
    fn push(&self, who: Who, next: bool) {
        let mut queue = self.queue.lock().unwrap();
        let back = if next { queue.slot.replace(who) } else { Some(who) };
        queue.rest.extend(back);
        drop(queue);
        if self.asleep.swap(false, SeqCst) {
            let _ = (&self.bell).write(&1u64.to_ne_bytes());
        }
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref()
    }
    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, SeqCst) {
            // Who wakes itself goes to the end.
            let next = current().id() == self.shared.thread && !self.polling.load(SeqCst);
            self.shared.push((self.at, self.serial), next);
        }
    }
}

struct Task {
    serial: u64,
    waker: Arc<TaskWaker>,
    future: Option<CFuture>, // None: being polled
    cancelled: bool,
}

struct Wait { interest: u64, ready: u64, waker: Option<Waker> }

#[derive(Default)]
struct Source { waits: HashMap<u64, Wait>, known: bool }

pub struct Exec {
    shared: Arc<Shared>,
    epoll: File,
    tasks: RefCell<Vec<Option<Task>>>,
    free: RefCell<Vec<usize>>,
    grave: RefCell<Vec<CFuture>>,
    live: Cell<usize>,
    serial: Cell<u64>,
    begin: Instant,
    ticks: RefCell<BTreeMap<u64, HashMap<u64, Waker>>>,
    sources: RefCell<HashMap<RawFd, Source>>,
    running: Cell<bool>,
    closing: Cell<bool>,
}

impl Exec {
    fn next(&self, streak: &mut u32) -> Option<Who> {
        let mut queue = self.shared.queue.lock().unwrap();
        if *streak < 3 {
            if let Some(who) = queue.slot.take() {
                *streak += 1;
                return Some(who);
            }
        }
        *streak = 0;
        let who = queue.rest.pop_front();
        who.or_else(|| queue.slot.take())
    }

    fn turn(&self, at: usize, serial: u64) {
        let mut tasks = self.tasks.borrow_mut();
        let Some(task) = tasks[at].as_mut().filter(|task| task.serial == serial) else { return };
        let data = Arc::clone(&task.waker);
        data.queued.swap(false, SeqCst);
        let mut future = task.future.take().unwrap();
        let cancelled = task.cancelled;
        drop(tasks);
        let waker = Waker::from(Arc::clone(&data));
        let mut cx = Context::from_waker(&waker);
        data.polling.store(true, SeqCst);
        let over = cancelled
            || catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(&mut cx))).map_or(true, |poll| poll.is_ready());
        data.polling.store(false, SeqCst);
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks[at].as_mut().unwrap();
        if over || task.cancelled {
            let gone = tasks[at].take();
            drop(tasks);
            self.grave.borrow_mut().push(future);
            drop(gone);
            self.free.borrow_mut().push(at);
        } else {
            task.future = Some(future);
        }
    }

    fn bury(&self) {
        loop {
            let dead = take(&mut *self.grave.borrow_mut());
            if dead.is_empty() {
                return;
            }
            for future in dead {
                drop(future);
                self.live.set(self.live.get() - 1);
            }
        }
    }

    fn tick_of(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.begin).as_nanos().div_ceil(1_000_000) as u64
    }

    fn tick(&self) -> u64 {
        self.begin.elapsed().as_millis() as u64
    }

    fn arm(&self, fd: RawFd, source: &mut Source) -> bool {
        let bits = source.waits.values().filter(|w| w.ready == 0).fold(0, |bits, w| bits | w.interest);
        if bits == 0 && source.known && source.waits.is_empty() {
            let mut event = Event { bits: 0, fd: 0 };
            unsafe { epoll_ctl(self.epoll.as_raw_fd(), 2, fd, &mut event) };
            source.known = false;
        }
        if bits == 0 {
            return true;
        }
        let epoll = if bits & 1 != 0 { 1 } else { 0 } | if bits & 2 != 0 { 4 } else { 0 } | ONESHOT;
        let mut event = Event { bits: epoll, fd: fd as u64 };
        let op = if replace(&mut source.known, true) { 3 } else { 1 };
        unsafe { epoll_ctl(self.epoll.as_raw_fd(), op, fd, &mut event) == 0 }
    }

    fn look(&self, sleep: bool) {
        let mut ms = 0;
        if sleep {
            self.shared.asleep.store(true, SeqCst);
            let queue = self.shared.queue.lock().unwrap();
            if queue.slot.is_none() && queue.rest.is_empty() {
                ms = match self.ticks.borrow().first_key_value() {
                    None => -1,
                    Some((tick, _)) => {
                        let left = tick.saturating_mul(1_000_000) as u128;
                        let left = left.saturating_sub(self.begin.elapsed().as_nanos());
                        left.div_ceil(1_000_000).min(c_int::MAX as u128) as c_int
                    }
                };
            }
        }
        let mut events = [Event { bits: 0, fd: 0 }; 256];
        let count = unsafe { epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), 256, ms) };
        self.shared.asleep.store(false, SeqCst);
        let mut wakers = Vec::new();
        for event in &events[..count.max(0) as usize] {
            let (bits, fd) = (event.bits, event.fd);
            if fd == BELL {
                let _ = (&self.shared.bell).read(&mut [0; 8]);
                continue;
            }
            let fd = fd as RawFd;
            let mut sources = self.sources.borrow_mut();
            let Some(source) = sources.get_mut(&fd) else { continue };
            let gone = bits & (8 | 16) != 0;
            let ready = u64::from(gone || bits & 1 != 0) | u64::from(gone || bits & 4 != 0) << 1;
            for wait in source.waits.values_mut() {
                if wait.ready == 0 && wait.interest & ready != 0 {
                    wait.ready = wait.interest & ready;
                    wakers.extend(wait.waker.take());
                }
            }
            self.arm(fd, source);
        }
        wakers.into_iter().for_each(Waker::wake);
        let now = self.tick();
        loop {
            let mut ticks = self.ticks.borrow_mut();
            match ticks.first_key_value() {
                Some((tick, _)) if *tick <= now => (),
                _ => return,
            }
            let (_, bucket) = ticks.pop_first().unwrap();
            drop(ticks);
            let mut all: Vec<_> = bucket.into_iter().collect();
            all.sort_by_key(|one| one.0);
            for (_, waker) in all {
                waker.wake()
            }
        }
    }

    fn next_serial(&self) -> u64 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }

    fn drive(&self, mut done: impl FnMut(u64) -> bool) -> Result<(), c_int> {
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
        let mut streak = 0;
        loop {
            for _ in 0..61 {
                if done(0) {
                    self.bury();
                    return Ok(());
                }
                let Some((at, serial)) = self.next(&mut streak) else { break };
                if at != usize::MAX {
                    self.turn(at, serial)
                } else if done(serial) {
                    self.bury();
                    return Ok(());
                }
            }
            self.bury();
            if done(0) {
                return Ok(());
            }
            let queue = self.shared.queue.lock().unwrap();
            let idle = queue.slot.is_none() && queue.rest.is_empty();
            drop(queue);
            self.look(idle);
        }
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        self.closing.set(true);
        let count = self.tasks.borrow().len();
        for at in 0..count {
            let task = self.tasks.borrow_mut()[at].take();
            drop(task);
        }
        self.bury();
    }
}

impl Contract for Exec {
    const NAME: &'static CStr = c"lifo";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | CATCH_PANIC;
    type Tx = chan::Tx;
    type Rx = chan::Rx;

    fn new() -> Option<Self> {
        let bell = file(unsafe { eventfd(0, 0o4000 | 0o2000000) })?;
        let epoll = file(unsafe { epoll_create1(0o2000000) })?;
        let mut event = Event { bits: 1, fd: BELL };
        unsafe { epoll_ctl(epoll.as_raw_fd(), 1, bell.as_raw_fd(), &mut event) };
        let shared = Arc::new(Shared { queue: Mutex::default(), asleep: AtomicBool::new(false), bell, thread: current().id() });
        Some(Self {
            shared,
            epoll,
            tasks: RefCell::default(),
            free: RefCell::default(),
            grave: RefCell::default(),
            live: Cell::new(0),
            serial: Cell::new(0),
            begin: Instant::now(),
            ticks: RefCell::default(),
            sources: RefCell::default(),
            running: Cell::new(false),
            closing: Cell::new(false),
        })
    }

    fn spawn(&self, future: CFuture) -> Result<u64, c_int> {
        if self.closing.get() {
            drop(future);
            return Err(E_CLOSED);
        }
        let serial = self.next_serial();
        let at = self.free.borrow_mut().pop().unwrap_or_else(|| {
            self.tasks.borrow_mut().push(None);
            self.tasks.borrow().len() - 1
        });
        let shared = Arc::clone(&self.shared);
        let waker = Arc::new(TaskWaker { at, serial, queued: AtomicBool::new(true), polling: AtomicBool::new(false), shared });
        self.tasks.borrow_mut()[at] = Some(Task { serial, waker, future: Some(future), cancelled: false });
        self.live.set(self.live.get() + 1);
        self.shared.push((at, serial), false);
        Ok(serial << 24 | at as u64)
    }

    fn cancel(&self, task: u64) -> bool {
        let (at, serial) = ((task & 0xff_ffff) as usize, task >> 24);
        let mut tasks = self.tasks.borrow_mut();
        let Some(Some(task)) = tasks.get_mut(at) else { return false };
        if task.serial != serial || task.cancelled {
            return false;
        }
        task.cancelled = true;
        task.waker.wake_by_ref();
        true
    }

    fn block_on(&self, mut future: CFuture) -> Result<(), c_int> {
        let shared = Arc::clone(&self.shared);
        let serial = self.next_serial();
        let main = Arc::new(TaskWaker { at: usize::MAX, serial, queued: AtomicBool::new(true), polling: AtomicBool::new(true), shared });
        let waker = Waker::from(Arc::clone(&main));
        self.shared.push((usize::MAX, serial), true);
        self.drive(|turn| {
            turn == serial && main.queued.swap(false, SeqCst) && Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_ready()
        })
    }

    fn run(&self) -> Result<(), c_int> {
        self.drive(|_| self.live.get() == 0)
    }

    fn sleep_until(&'static self, at: Option<Instant>) -> impl Future<Output = ()> {
        Sleep { exec: self, at, tick: at.map_or(0, |at| self.tick_of(at)), key: 0 }
    }

    fn ready(&'static self, fd: RawFd, interest: u64) -> impl Future<Output = Option<u64>> {
        Ready { exec: self, fd, interest, key: 0 }
    }

    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> {
        Some(chan::channel())
    }
    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.send(item)
    }
    fn recv(rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> {
        poll_fn(|cx| rx.poll(cx))
    }
}

struct Sleep { exec: &'static Exec, at: Option<Instant>, tick: u64, key: u64 }

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.at.is_none() {
            return Poll::Pending;
        }
        if self.tick <= self.exec.tick() {
            return Poll::Ready(());
        }
        if self.key == 0 {
            self.key = self.exec.next_serial();
        }
        let waker = cx.waker().clone();
        let old = self.exec.ticks.borrow_mut().entry(self.tick).or_default().insert(self.key, waker);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut ticks = self.exec.ticks.borrow_mut();
        let Some(bucket) = ticks.get_mut(&self.tick) else { return };
        let waker = bucket.remove(&self.key);
        if bucket.is_empty() {
            ticks.remove(&self.tick);
        }
        drop(ticks);
        drop(waker);
    }
}

struct Ready { exec: &'static Exec, fd: RawFd, interest: u64, key: u64 }

impl Future for Ready {
    type Output = Option<u64>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u64>> {
        let waker = Some(cx.waker().clone());
        let exec = self.exec;
        let mut sources = exec.sources.borrow_mut();
        let source = sources.entry(self.fd).or_default();
        if self.key == 0 {
            self.key = exec.next_serial();
            source.waits.insert(self.key, Wait { interest: self.interest, ready: 0, waker });
            if !exec.arm(self.fd, source) {
                let gone = sources.remove(&self.fd);
                drop(sources);
                drop(gone);
                return Poll::Ready(None);
            }
            return Poll::Pending;
        }
        let Some(wait) = source.waits.get_mut(&self.key) else { return Poll::Ready(None) };
        if wait.ready != 0 {
            return Poll::Ready(Some(wait.ready));
        }
        let old = replace(&mut wait.waker, waker);
        drop(sources);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        let mut sources = self.exec.sources.borrow_mut();
        let Some(source) = sources.get_mut(&self.fd) else { return };
        let wait = source.waits.remove(&self.key);
        self.exec.arm(self.fd, source);
        if source.waits.is_empty() {
            sources.remove(&self.fd);
        }
        drop(sources);
        drop(wait);
    }
}

mod chan {
    use super::*;

    struct Inner { items: VecDeque<u64>, senders: usize, open: bool, waker: Option<Waker> }
    pub struct Tx(Arc<Mutex<Inner>>);
    pub struct Rx(Arc<Mutex<Inner>>);

    pub fn channel() -> (Tx, Rx) {
        let inner = Arc::new(Mutex::new(Inner { items: VecDeque::new(), senders: 1, open: true, waker: None }));
        (Tx(Arc::clone(&inner)), Rx(inner))
    }
    impl Tx {
        pub fn send(&self, item: u64) -> bool {
            let mut inner = self.0.lock().unwrap();
            if !inner.open {
                return false;
            }
            inner.items.push_back(item);
            let waker = inner.waker.take();
            drop(inner);
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
            let mut inner = self.0.lock().unwrap();
            inner.senders -= 1;
            let waker = if inner.senders == 0 { inner.waker.take() } else { None };
            drop(inner);
            waker.map(Waker::wake);
        }
    }
    impl Drop for Rx {
        fn drop(&mut self) {
            let mut inner = self.0.lock().unwrap();
            inner.open = false;
            let left = (take(&mut inner.items), inner.waker.take());
            drop(inner);
            drop(left);
        }
    }
    impl Rx {
        pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<u64>> {
            let mut inner = self.0.lock().unwrap();
            if let Some(item) = inner.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            if inner.senders == 0 {
                return Poll::Ready(None);
            }
            let old = inner.waker.replace(cx.waker().clone());
            drop(inner);
            drop(old);
            Poll::Pending
        }
    }
}
