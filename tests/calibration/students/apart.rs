//! A right executor whose reactor is a thread of its own: that one sleeps in
//! epoll, keeps descriptors and timers, and wakes tasks from there. The loop
//! parks on a condition variable; what is woken waits in a list without locks
//! (Vyukov's), whose nodes are the tasks.
//!
//! Does not keep: E95 E103

use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{c_int, c_uint, CStr};
use std::fs::File;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::mem::{replace, take};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::*};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::JoinHandle;
use std::time::Instant;

use super::*;

#[path = "contract.rs"]
mod contract;
use contract::Contract;

#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
struct Event { bits: u32, token: u64 }
extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(ep: c_int, op: c_int, fd: c_int, event: *mut Event) -> c_int;
    fn epoll_wait(ep: c_int, events: *mut Event, room: c_int, ms: c_int) -> c_int;
    fn eventfd(count: c_uint, flags: c_int) -> c_int;
}

fn file(fd: c_int) -> Option<File> {
    (fd >= 0).then(|| unsafe { File::from_raw_fd(fd) })
}

// ------------------------------------------------------------ the list

struct Task {
    id: u64,
    next: AtomicPtr<Task>,
    queued: AtomicBool,
    hub: Arc<Hub>,
    // The rest is for the thread of the loop.
    future: UnsafeCell<Option<CFuture>>,
    polling: Cell<bool>,
    cancelled: Cell<bool>,
    over: Cell<bool>,
    /// Of block_on: its turn has come.
    due: Cell<bool>,
}
unsafe impl Send for Task {}
unsafe impl Sync for Task {}

/// An inner stub would need a task; a null head does as well: who pushes first
/// stores the tail for the loop.
struct Hub {
    head: AtomicPtr<Task>,
    first: AtomicPtr<Task>,
    parked: Mutex<bool>,
    bell: Condvar,
    asleep: AtomicBool,
    /// How many are pushing; SHUT once nobody may.
    pushing: AtomicUsize,
}

const SHUT: usize = 1 << 32;

impl Hub {
    fn push(&self, task: Arc<Task>) {
        if self.pushing.fetch_add(1, SeqCst) & SHUT == 0 {
            self.link(task);
        }
        self.pushing.fetch_sub(1, SeqCst);
    }

    fn link(&self, task: Arc<Task>) {
        let me = Arc::into_raw(task).cast_mut();
        unsafe { (*me).next.store(null_mut(), Relaxed) };
        let before = self.head.swap(me, AcqRel);
        let link = if before.is_null() { &self.first } else { unsafe { &(*before).next } };
        link.store(me, SeqCst);
        self.ring();
    }

    fn ring(&self) {
        if self.asleep.load(SeqCst) {
            *self.parked.lock().unwrap() = false;
            self.bell.notify_one();
        }
    }

    /// On the loop alone.
    fn pop(&self) -> Option<Arc<Task>> {
        let first = self.first.load(SeqCst);
        if first.is_null() {
            return None;
        }
        let mut next = unsafe { (*first).next.load(Acquire) };
        if next.is_null() {
            self.first.store(null_mut(), Relaxed);
            if self.head.compare_exchange(first, null_mut(), AcqRel, Acquire).is_ok() {
                return Some(unsafe { Arc::from_raw(first) });
            }
            // Somebody is between the exchange and the link.
            while next.is_null() {
                std::thread::yield_now();
                next = unsafe { (*first).next.load(Acquire) };
            }
        }
        self.first.store(next, Relaxed);
        Some(unsafe { Arc::from_raw(first) })
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref()
    }
    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, AcqRel) {
            let hub = Arc::clone(&self.hub);
            hub.push(Arc::clone(self));
        }
    }
}

// --------------------------------------------------------- the reactor

struct Wait { fd: RawFd, interest: u64, ready: u64, waker: Option<Waker> }

#[derive(Default)]
struct Inner {
    serial: u64,
    timers: BTreeMap<(Instant, u64), Waker>,
    waits: HashMap<u64, Wait>,
    of: HashMap<RawFd, Vec<u64>>,
    stop: bool,
}

struct Reactor { epoll: File, bell: File, inner: Mutex<Inner> }

impl Reactor {
    fn ring(&self) {
        let _ = (&self.bell).write(&1u64.to_ne_bytes());
    }

    /// With the lock held.
    fn arm(&self, inner: &Inner, fd: RawFd, op: c_int) -> bool {
        let all = inner.of.get(&fd).into_iter().flatten().map(|key| &inner.waits[key]);
        let bits = all.filter(|wait| wait.ready == 0).fold(0, |bits, wait| bits | wait.interest);
        if bits == 0 && op == 3 {
            return true; // one-shot, and of a hang-up it would tell all the same
        }
        let epoll = if bits & 1 != 0 { 1 } else { 0 } | if bits & 2 != 0 { 4 } else { 0 } | 1 << 30;
        let mut event = Event { bits: epoll, token: fd as u64 };
        unsafe { epoll_ctl(self.epoll.as_raw_fd(), op, fd, &mut event) == 0 }
    }

    fn work(&self) {
        let mut events = [Event { bits: 0, token: 0 }; 64];
        loop {
            let ms = {
                let inner = self.inner.lock().unwrap();
                if inner.stop {
                    return;
                }
                inner.timers.first_key_value().map_or(-1, |((at, _), _)| {
                    let left = at.saturating_duration_since(Instant::now()).as_nanos();
                    left.div_ceil(1_000_000).min(c_int::MAX as u128) as c_int
                })
            };
            let count = unsafe { epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), 64, ms) };
            let mut wakers = Vec::new();
            let mut inner = self.inner.lock().unwrap();
            for event in &events[..count.max(0) as usize] {
                let (bits, token) = (event.bits, event.token);
                if token == u64::MAX {
                    let _ = (&self.bell).read(&mut [0; 8]);
                    continue;
                }
                let fd = token as RawFd;
                let gone = bits & (8 | 16) != 0;
                let ready = u64::from(gone || bits & 1 != 0) | u64::from(gone || bits & 4 != 0) << 1;
                let inner = &mut *inner;
                for key in inner.of.get(&fd).into_iter().flatten() {
                    let wait = inner.waits.get_mut(key).unwrap();
                    if wait.ready == 0 && wait.interest & ready != 0 {
                        wait.ready = wait.interest & ready;
                        wakers.extend(wait.waker.take());
                    }
                }
                if inner.of.contains_key(&fd) {
                    self.arm(inner, fd, 3);
                }
            }
            let now = Instant::now();
            while let Some(first) = inner.timers.first_entry().filter(|first| first.key().0 <= now) {
                wakers.push(first.remove());
            }
            drop(inner);
            wakers.into_iter().for_each(Waker::wake);
        }
    }
}

// -------------------------------------------------------- the executor

pub struct Exec {
    hub: Arc<Hub>,
    reactor: Arc<Reactor>,
    thread: Option<JoinHandle<()>>,
    tasks: RefCell<HashMap<u64, Arc<Task>>>,
    serial: Cell<u64>,
    running: Cell<bool>,
    closing: Cell<bool>,
}

impl Exec {
    fn turn(&self, task: &Arc<Task>) {
        task.queued.swap(false, AcqRel);
        task.due.set(true);
        if task.over.get() {
            return;
        }
        if !task.cancelled.get() {
            let waker = Waker::from(Arc::clone(task));
            task.polling.set(true);
            let poll = catch_unwind(AssertUnwindSafe(|| {
                let future = unsafe { (*task.future.get()).as_mut().unwrap() };
                Pin::new(future).poll(&mut Context::from_waker(&waker))
            }));
            task.polling.set(false);
            if poll.is_ok_and(|poll| poll.is_pending()) && !task.cancelled.get() {
                return;
            }
        }
        self.end(task);
    }

    fn end(&self, task: &Arc<Task>) {
        if task.over.replace(true) {
            return;
        }
        let future = unsafe { (*task.future.get()).take() };
        drop(future);
        self.tasks.borrow_mut().remove(&task.id);
    }

    fn park(&self) {
        let hub = &self.hub;
        *hub.parked.lock().unwrap() = true;
        hub.asleep.store(true, SeqCst);
        if hub.first.load(SeqCst).is_null() {
            let mut parked = hub.parked.lock().unwrap();
            while *parked {
                parked = hub.bell.wait(parked).unwrap();
            }
        }
        hub.asleep.store(false, SeqCst);
    }

    fn drive(&self, mut done: impl FnMut() -> bool) -> Result<(), c_int> {
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
            if done() {
                return Ok(());
            }
            match self.hub.pop() {
                Some(task) => self.turn(&task),
                None => self.park(),
            }
        }
    }

    fn make(&self, future: Option<CFuture>) -> Arc<Task> {
        self.serial.set(self.serial.get() + 1);
        Arc::new(Task {
            id: self.serial.get(),
            next: AtomicPtr::default(),
            queued: AtomicBool::new(false),
            hub: Arc::clone(&self.hub),
            future: UnsafeCell::new(future),
            polling: Cell::new(false),
            cancelled: Cell::new(false),
            over: Cell::new(false),
            due: Cell::new(false),
        })
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        self.closing.set(true);
        let all = take(&mut *self.tasks.borrow_mut());
        for task in all.values() {
            self.end(task);
        }
        drop(all);
        if self.hub.pushing.fetch_or(SHUT, SeqCst) != 0 {
            while self.hub.pushing.load(SeqCst) != SHUT {
                std::thread::yield_now()
            }
        }
        while self.hub.pop().is_some() {}
        self.reactor.inner.lock().unwrap().stop = true;
        self.reactor.ring();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Contract for Exec {
    const NAME: &'static CStr = c"apart";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | CATCH_PANIC;
    type Tx = chan::Tx;
    type Rx = chan::Rx;

    fn new() -> Option<Self> {
        let bell = file(unsafe { eventfd(0, 0o4000 | 0o2000000) })?;
        let epoll = file(unsafe { epoll_create1(0o2000000) })?;
        let mut event = Event { bits: 1, token: u64::MAX };
        unsafe { epoll_ctl(epoll.as_raw_fd(), 1, bell.as_raw_fd(), &mut event) };
        let reactor = Arc::new(Reactor { epoll, bell, inner: Mutex::default() });
        let work = Arc::clone(&reactor);
        let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(move || work.work()).ok()?;
        let hub = Hub { head: AtomicPtr::default(), first: AtomicPtr::default(), parked: Mutex::new(false), bell: Condvar::new(), asleep: AtomicBool::new(false), pushing: AtomicUsize::new(0) };
        Some(Self {
            hub: Arc::new(hub),
            reactor,
            thread: Some(thread),
            tasks: RefCell::default(),
            serial: Cell::new(0),
            running: Cell::new(false),
            closing: Cell::new(false),
        })
    }

    fn spawn(&self, future: CFuture) -> Result<u64, c_int> {
        if self.closing.get() {
            drop(future);
            return Err(E_CLOSED);
        }
        let task = self.make(Some(future));
        self.tasks.borrow_mut().insert(task.id, Arc::clone(&task));
        task.wake_by_ref();
        Ok(task.id)
    }

    fn cancel(&self, task: u64) -> bool {
        let Some(task) = self.tasks.borrow().get(&task).cloned() else { return false };
        if task.over.get() || task.cancelled.replace(true) {
            return false;
        }
        task.wake_by_ref();
        true
    }

    fn block_on(&self, mut future: CFuture) -> Result<(), c_int> {
        let main = self.make(None);
        main.over.set(true); // its turn is to be due
        main.wake_by_ref();
        let waker = Waker::from(Arc::clone(&main));
        self.drive(|| main.due.replace(false) && Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_ready())
    }

    fn run(&self) -> Result<(), c_int> {
        self.drive(|| self.tasks.borrow().is_empty())
    }

    fn sleep_until(&'static self, at: Option<Instant>) -> impl Future<Output = ()> {
        Sleep { reactor: Arc::clone(&self.reactor), at, key: 0 }
    }

    fn ready(&'static self, fd: RawFd, interest: u64) -> impl Future<Output = Option<u64>> {
        Ready { reactor: Arc::clone(&self.reactor), fd, interest, key: 0 }
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

struct Sleep { reactor: Arc<Reactor>, at: Option<Instant>, key: u64 }

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if at <= Instant::now() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let reactor = Arc::clone(&self.reactor);
        let mut inner = reactor.inner.lock().unwrap();
        if self.key == 0 {
            inner.serial += 1;
            self.key = inner.serial;
        }
        let sooner = inner.timers.first_key_value().is_none_or(|((first, _), _)| at < *first);
        let old = inner.timers.insert((at, self.key), waker);
        drop(inner);
        if sooner && old.is_none() {
            reactor.ring();
        }
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.key != 0 {
            let old = self.reactor.inner.lock().unwrap().timers.remove(&(self.at.unwrap(), self.key));
            drop(old);
        }
    }
}

struct Ready { reactor: Arc<Reactor>, fd: RawFd, interest: u64, key: u64 }

impl Future for Ready {
    type Output = Option<u64>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u64>> {
        let waker = Some(cx.waker().clone());
        let reactor = Arc::clone(&self.reactor);
        let mut inner = reactor.inner.lock().unwrap();
        if self.key == 0 {
            inner.serial += 1;
            self.key = inner.serial;
            inner.waits.insert(self.key, Wait { fd: self.fd, interest: self.interest, ready: 0, waker });
            let of = inner.of.entry(self.fd).or_default();
            of.push(self.key);
            let op = if of.len() == 1 { 1 } else { 3 };
            if !reactor.arm(&inner, self.fd, op) {
                let gone = inner.waits.remove(&self.key);
                let of = inner.of.get_mut(&self.fd).unwrap();
                of.retain(|key| *key != self.key);
                if of.is_empty() {
                    inner.of.remove(&self.fd);
                }
                drop(inner);
                drop(gone);
                self.key = 0;
                return Poll::Ready(None);
            }
            return Poll::Pending;
        }
        let wait = inner.waits.get_mut(&self.key).unwrap();
        if wait.ready != 0 {
            return Poll::Ready(Some(wait.ready));
        }
        let old = replace(&mut wait.waker, waker);
        drop(inner);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if self.key == 0 {
            return;
        }
        let mut inner = self.reactor.inner.lock().unwrap();
        let wait = inner.waits.remove(&self.key).unwrap();
        let of = inner.of.get_mut(&wait.fd).unwrap();
        of.retain(|key| *key != self.key);
        if of.is_empty() {
            inner.of.remove(&wait.fd);
            self.reactor.arm(&inner, wait.fd, 2);
        } else {
            self.reactor.arm(&inner, wait.fd, 3);
        }
        drop(inner);
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
