//! A right executor, as plain as they come: tasks in a slab, a queue behind a
//! lock, a heap of timers, poll(2) and a pipe. It takes the place of the
//! adapter's map.rs. Nothing is fast, and with many descriptors poll(2) is slow.
//!
//! Does not keep: E69 E96 E103

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::ffi::{c_int, c_short, c_ulong, CStr};
use std::fs::File;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use super::*;

#[path = "contract.rs"]
mod contract;
use contract::Contract;

#[repr(C)]
struct PollFd { fd: c_int, events: c_short, revents: c_short }
extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, ms: c_int) -> c_int;
}

/// What wakers reach.
struct Shared {
    queue: Mutex<VecDeque<(usize, u64)>>,
    asleep: AtomicBool,
    bell: UnixStream,
}

struct TaskWaker {
    at: usize,
    serial: u64,
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref()
    }
    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, SeqCst) {
            self.shared.queue.lock().unwrap().push_back((self.at, self.serial));
            if self.shared.asleep.swap(false, SeqCst) {
                let _ = (&self.shared.bell).write(&[1]);
            }
        }
    }
}

struct Task {
    serial: u64,
    waker: Arc<TaskWaker>,
    future: Option<CFuture>, // None: being polled
    cancelled: bool,
}

struct Wait { serial: u64, fd: RawFd, interest: u64, ready: u64, waker: Option<Waker> }

pub struct Exec {
    shared: Arc<Shared>,
    heard: UnixStream,
    tasks: RefCell<Vec<Option<Task>>>,
    free: RefCell<Vec<usize>>,
    live: Cell<usize>,
    serial: Cell<u64>,
    /// Deadlines; those that are in the map are waited for.
    heap: RefCell<BinaryHeap<Reverse<(Instant, u64)>>>,
    timers: RefCell<HashMap<u64, Waker>>,
    waits: RefCell<Vec<Option<Wait>>>,
    running: Cell<bool>,
    closing: Cell<bool>,
}

/// A place in a vector of places.
fn put<T>(all: &RefCell<Vec<Option<T>>>, one: T) -> usize {
    let mut all = all.borrow_mut();
    let at = all.iter().position(Option::is_none).unwrap_or(all.len());
    if at == all.len() {
        all.push(None)
    }
    all[at] = Some(one);
    at
}

impl Exec {
    fn next(&self) -> Option<(usize, u64)> {
        self.shared.queue.lock().unwrap().pop_front()
    }

    /// A turn of one task.
    fn turn(&self, at: usize, serial: u64) {
        let mut tasks = self.tasks.borrow_mut();
        let Some(task) = tasks[at].as_mut().filter(|task| task.serial == serial) else { return };
        task.waker.queued.swap(false, SeqCst);
        let mut future = task.future.take().unwrap();
        let waker = Waker::from(Arc::clone(&task.waker));
        let cancelled = task.cancelled;
        drop(tasks);
        let mut cx = Context::from_waker(&waker);
        let over = cancelled
            || catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(&mut cx))).map_or(true, |poll| poll.is_ready());
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks[at].as_mut().unwrap();
        if over || task.cancelled {
            let gone = tasks[at].take();
            self.free.borrow_mut().push(at);
            drop(tasks);
            drop(future);
            drop(gone);
            self.live.set(self.live.get() - 1);
        } else {
            task.future = Some(future);
        }
    }

    /// How long to sleep, in milliseconds, rounded up.
    fn until_next(&self) -> c_int {
        let heap = self.heap.borrow();
        let Some(Reverse((at, _))) = heap.peek() else { return -1 };
        let left = at.saturating_duration_since(Instant::now());
        left.as_nanos().div_ceil(1_000_000).min(c_int::MAX as u128) as c_int
    }

    fn look(&self, sleep: bool) {
        let mut fds = vec![PollFd { fd: self.heard.as_raw_fd(), events: 1, revents: 0 }];
        let mut of = vec![(0, 0)];
        for (at, wait) in self.waits.borrow().iter().enumerate() {
            if let Some(Wait { serial, fd, interest, ready: 0, waker: Some(_) }) = wait {
                let events = if interest & 1 != 0 { 1 } else { 0 } | if interest & 2 != 0 { 4 } else { 0 };
                fds.push(PollFd { fd: *fd, events, revents: 0 });
                of.push((at, *serial));
            }
        }
        let mut ms = 0;
        if sleep {
            self.shared.asleep.store(true, SeqCst);
            if self.shared.queue.lock().unwrap().is_empty() {
                ms = self.until_next()
            }
        }
        if ms != 0 || fds.len() > 1 {
            if unsafe { poll(fds.as_mut_ptr(), fds.len() as c_ulong, ms) } < 0 {
                fds.clear(); // a signal
            }
        }
        self.shared.asleep.store(false, SeqCst);
        if sleep {
            while (&self.heard).read(&mut [0; 64]).is_ok_and(|count| count == 64) {}
        }
        for (fd, (at, serial)) in fds.iter().zip(of).skip(1) {
            if fd.revents == 0 {
                continue;
            }
            let gone = fd.revents & (8 | 16 | 32) != 0;
            let bits = u64::from(gone || fd.revents & 1 != 0) | u64::from(gone || fd.revents & 4 != 0) << 1;
            // The place may have another wait by now.
            let waker = self.waits.borrow_mut()[at].as_mut().filter(|wait| wait.serial == serial).and_then(|wait| {
                wait.ready = bits;
                wait.waker.take()
            });
            waker.map(Waker::wake);
        }
        self.fire();
    }

    fn fire(&self) {
        let now = Instant::now();
        loop {
            let mut heap = self.heap.borrow_mut();
            match heap.peek() {
                Some(Reverse((at, _))) if *at <= now => (),
                _ => return,
            }
            let Reverse((_, key)) = heap.pop().unwrap();
            drop(heap);
            let waker = self.timers.borrow_mut().remove(&key);
            waker.map(Waker::wake);
        }
    }

    /// The heap is made anew when most of it is waited for by nobody.
    fn forget_timer(&self, key: u64) {
        let waker = self.timers.borrow_mut().remove(&key);
        drop(waker);
        let mut heap = self.heap.borrow_mut();
        let timers = self.timers.borrow();
        if heap.len() > 64 + 2 * timers.len() {
            heap.retain(|Reverse((_, key))| timers.contains_key(key));
        }
    }

    fn next_serial(&self) -> u64 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
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
            for _ in 0..100 {
                if done() {
                    return Ok(());
                }
                let Some((at, serial)) = self.next() else { break };
                if at != usize::MAX {
                    self.turn(at, serial)
                }
            }
            if done() {
                return Ok(());
            }
            let idle = self.shared.queue.lock().unwrap().is_empty();
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
    }
}

impl Contract for Exec {
    const NAME: &'static CStr = c"plain";
    const CAPS: u64 = CANCEL | TIMERS | IO | CHANNEL | CATCH_PANIC;
    type Tx = mpsc_tx::Tx;
    type Rx = mpsc_tx::Rx;

    fn new() -> Option<Self> {
        let (bell, heard) = UnixStream::pair().ok()?;
        bell.set_nonblocking(true).ok()?;
        heard.set_nonblocking(true).ok()?;
        let shared = Arc::new(Shared { queue: Mutex::default(), asleep: AtomicBool::new(false), bell });
        Some(Self {
            shared,
            heard,
            tasks: RefCell::default(),
            free: RefCell::default(),
            live: Cell::new(0),
            serial: Cell::new(0),
            heap: RefCell::default(),
            timers: RefCell::default(),
            waits: RefCell::default(),
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
        let waker = Arc::new(TaskWaker { at, serial, queued: AtomicBool::new(false), shared: Arc::clone(&self.shared) });
        self.tasks.borrow_mut()[at] = Some(Task { serial, waker: Arc::clone(&waker), future: Some(future), cancelled: false });
        self.live.set(self.live.get() + 1);
        waker.wake();
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
        let main = Arc::new(TaskWaker { at: usize::MAX, serial: 0, queued: AtomicBool::new(true), shared: Arc::clone(&self.shared) });
        let waker = Waker::from(Arc::clone(&main));
        self.drive(|| {
            main.queued.swap(false, SeqCst) && Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_ready()
        })
    }

    fn run(&self) -> Result<(), c_int> {
        self.drive(|| self.live.get() == 0)
    }

    fn sleep_until(&'static self, at: Option<Instant>) -> impl Future<Output = ()> {
        Sleep { exec: self, at, key: None }
    }

    fn ready(&'static self, fd: RawFd, interest: u64) -> impl Future<Output = Option<u64>> {
        Ready { exec: self, fd, interest, at: None }
    }

    fn channel(&self) -> Option<(Self::Tx, Self::Rx)> {
        Some(mpsc_tx::channel())
    }
    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.send(item)
    }
    fn recv(rx: &'static mut Self::Rx) -> impl Future<Output = Option<u64>> {
        poll_fn(|cx| rx.poll(cx))
    }
}

struct Sleep { exec: &'static Exec, at: Option<Instant>, key: Option<u64> }

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if at <= Instant::now() {
            return Poll::Ready(());
        }
        let exec = self.exec;
        let key = *self.key.get_or_insert_with(|| {
            let key = exec.next_serial();
            exec.heap.borrow_mut().push(Reverse((at, key)));
            key
        });
        let waker = cx.waker().clone();
        let old = exec.timers.borrow_mut().insert(key, waker);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.exec.forget_timer(key)
        }
    }
}

struct Ready { exec: &'static Exec, fd: RawFd, interest: u64, at: Option<usize> }

impl Future for Ready {
    type Output = Option<u64>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u64>> {
        let waker = Some(cx.waker().clone());
        let Some(at) = self.at else {
            let mut asked = PollFd { fd: self.fd, events: 0, revents: 0 };
            unsafe { poll(&mut asked, 1, 0) };
            let regular = File::open(format!("/proc/self/fd/{}", self.fd)).and_then(|f| f.metadata()).is_ok_and(|m| m.is_file());
            if asked.revents & 32 != 0 || regular {
                return Poll::Ready(None);
            }
            let wait = Wait { serial: self.exec.next_serial(), fd: self.fd, interest: self.interest, ready: 0, waker };
            self.at = Some(put(&self.exec.waits, wait));
            return Poll::Pending;
        };
        let mut waits = self.exec.waits.borrow_mut();
        let wait = waits[at].as_mut().unwrap();
        if wait.ready != 0 {
            return Poll::Ready(Some(wait.ready));
        }
        let old = std::mem::replace(&mut wait.waker, waker);
        drop(waits);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if let Some(at) = self.at {
            let wait = self.exec.waits.borrow_mut()[at].take();
            drop(wait);
        }
    }
}

/// std's channel, and a waker.
mod mpsc_tx {
    use super::*;

    type Bell = Arc<Mutex<Option<Waker>>>;
    pub struct Tx(Option<mpsc::Sender<u64>>, Bell);
    pub struct Rx(mpsc::Receiver<u64>, Bell);

    pub fn channel() -> (Tx, Rx) {
        let (tx, rx) = mpsc::channel();
        let bell = Bell::default();
        (Tx(Some(tx), Arc::clone(&bell)), Rx(rx, bell))
    }
    fn ring(bell: &Bell) {
        let waker = bell.lock().unwrap().take();
        waker.map(Waker::wake);
    }
    impl Tx {
        pub fn send(&self, item: u64) -> bool {
            let sent = self.0.as_ref().unwrap().send(item).is_ok();
            ring(&self.1);
            sent
        }
    }
    impl Clone for Tx {
        fn clone(&self) -> Self {
            Self(self.0.clone(), Arc::clone(&self.1))
        }
    }
    impl Drop for Tx {
        fn drop(&mut self) {
            drop(self.0.take());
            ring(&self.1);
        }
    }
    impl Rx {
        pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<u64>> {
            let old = self.1.lock().unwrap().replace(cx.waker().clone());
            drop(old);
            match self.0.try_recv() {
                Ok(item) => Poll::Ready(Some(item)),
                Err(mpsc::TryRecvError::Disconnected) => Poll::Ready(None),
                Err(mpsc::TryRecvError::Empty) => Poll::Pending,
            }
        }
    }
}
