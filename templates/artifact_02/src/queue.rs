//! The queue. The crate's documentation draws it.
//!
//! The letters at the atomic operations are pairs: what happens before a release
//! is visible after the acquire that reads it.

use std::error::Error;
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::sync::{
    self, Arc, AtomicPtr, AtomicUsize, Mutex, MutexGuard, Ordering, Thread, UnsafeCell,
};

/// Keeps what producers write off the cache lines that the consumer writes. 128,
/// since some processors fetch lines in pairs.
#[repr(align(128))]
struct Padded<T>(T);

impl<T> Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

struct Node<T> {
    /// Null until the next node is linked, or one of the two marks below.
    next: AtomicPtr<Node<T>>,
    /// Written before the node is published, taken by the consumer. The node
    /// that `first` points at has none.
    item: UnsafeCell<MaybeUninit<T>>,
}

/// In `next`: the receiver sleeps, or is about to.
const WAITING: usize = 1;

/// In `next`: the queue is closed, and this is the last node of all.
const END: usize = 2;

/// In `last`: the queue is closed.
const CLOSED: usize = 1;

// The marks are no addresses of nodes, and their bits are free in one.
const _: () = assert!(align_of::<Node<()>>() > 3);

fn mark<T>(mark: usize) -> *mut Node<T> {
    ptr::without_provenance_mut(mark)
}

/// What `next` of a node says.
enum Link<T> {
    None,
    End,
    Node(*mut Node<T>),
}

impl<T> Link<T> {
    fn new(next: *mut Node<T>) -> Self {
        match next.addr() {
            0 | WAITING => Self::None,
            END => Self::End,
            _ => Self::Node(next),
        }
    }
}

impl<T> Node<T> {
    fn boxed(item: MaybeUninit<T>) -> *mut Self {
        Box::into_raw(Box::new(Self {
            next: AtomicPtr::new(ptr::null_mut()),
            item: UnsafeCell::new(item),
        }))
    }
}

/// What every push writes.
struct Producers<T> {
    /// The newest node, and whether the queue is closed.
    last: AtomicPtr<Node<T>>,
    /// How many pushes have begun and not been refused.
    pushed: AtomicUsize,
}

/// What every pop writes.
struct Consumer<T> {
    /// The node before the oldest item. The receiver's, and at the end `drop`'s.
    first: UnsafeCell<*mut Node<T>>,
    /// How many items have come out. Written by the receiver only.
    popped: AtomicUsize,
}

struct Shared<T> {
    producers: Padded<Producers<T>>,
    consumer: Padded<Consumer<T>>,
    senders: AtomicUsize,
    /// The thread that sleeps in a receive, or did.
    sleeper: Mutex<Option<Thread>>,
}

// SAFETY: items are handed from one thread to another, one owner at a time; no
// reference to an item is ever shared. `first` belongs to the one receiver.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn push(&self, item: T) -> Result<(), Closed<T>> {
        let Producers { last, pushed } = &*self.producers;
        let mut newest = last.load(Ordering::Relaxed);
        if newest.addr() & CLOSED != 0 {
            return Err(Closed(item));
        }
        let node = Node::boxed(MaybeUninit::new(item));
        // Before it can be popped, so that the difference is never negative.
        pushed.fetch_add(1, Ordering::Relaxed);
        let previous = loop {
            if newest.addr() & CLOSED != 0 {
                pushed.fetch_sub(1, Ordering::Relaxed);
                // SAFETY: nobody has seen the node, and its item is there.
                return Err(Closed(unsafe { take(Box::from_raw(node)) }));
            }
            // A: release, so that whoever finds the node here finds it whole;
            // acquire, to find the previous one so. A node that was freed and
            // allocated anew between load and exchange does no harm: what the
            // exchange returns is the newest node now, and is what counts.
            match last.compare_exchange_weak(newest, node, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(previous) => break previous,
                Err(now) => newest = now,
            }
        };
        // SAFETY: the receiver frees a node when it has read the link from it to
        // the next, which is what is written here, by nobody else.
        let next = unsafe { &(*previous).next };
        // B: release, to publish the item; acquire, for the sleeper's name.
        let mark = next.swap(node, Ordering::AcqRel);
        // From here on the previous node may be gone.
        if mark.addr() == WAITING {
            self.wake();
        }
        Ok(())
    }

    fn close(&self) {
        let last = &self.producers.last;
        let mut newest = last.load(Ordering::Relaxed);
        let last = loop {
            if newest.addr() & CLOSED != 0 {
                return;
            }
            let closed = newest.map_addr(|addr| addr | CLOSED);
            // C: as A. What happened before closing is visible to who finds it.
            match last.compare_exchange_weak(newest, closed, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(previous) => break previous,
                Err(now) => newest = now,
            }
        };
        // SAFETY: nothing is linked to this node any more, so it is freed by the
        // drop of `Shared` and not before.
        let next = unsafe { &(*last).next };
        // B, as for a node.
        let mark = next.swap(mark(END), Ordering::AcqRel);
        if mark.addr() == WAITING {
            self.wake();
        }
    }

    fn sleeper(&self) -> MutexGuard<'_, Option<Thread>> {
        self.sleeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        let sleeper = self.sleeper().clone();
        if let Some(thread) = sleeper {
            thread.unpark();
        }
    }

    fn len(&self) -> usize {
        // D: the pushes of all items that were popped are counted by then.
        let popped = self.consumer.popped.load(Ordering::Acquire);
        let pushed = self.producers.pushed.load(Ordering::Relaxed);
        pushed.saturating_sub(popped)
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        let mut node = self.consumer.first.with_mut(|first| {
            // SAFETY: the last handle is gone, and with it every other access.
            unsafe { *first }
        });
        let mut has_item = false;
        loop {
            // SAFETY: every node is reached once, all pushes have ended, and all
            // nodes but the first still have their items.
            let next = unsafe {
                let boxed = Box::from_raw(node);
                let next = boxed.next.load(Ordering::Relaxed);
                if has_item {
                    drop(take(boxed));
                }
                next
            };
            let Link::Node(next) = Link::new(next) else {
                break;
            };
            node = next;
            has_item = true;
        }
    }
}

/// Takes the item out of a node.
///
/// # Safety
///
/// It is there, and nobody else looks at it.
#[allow(clippy::boxed_local)]
unsafe fn take<T>(node: Box<Node<T>>) -> T {
    let Node { item, .. } = &*node;
    // SAFETY: by the contract.
    item.with_mut(|item| unsafe { (*item).assume_init_read() })
}

/// Makes a queue.
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let stub = Node::boxed(MaybeUninit::uninit());
    let shared = Arc::new(Shared {
        producers: Padded(Producers {
            last: AtomicPtr::new(stub),
            pushed: AtomicUsize::new(0),
        }),
        consumer: Padded(Consumer {
            first: UnsafeCell::new(stub),
            popped: AtomicUsize::new(0),
        }),
        senders: AtomicUsize::new(1),
        sleeper: Mutex::new(None),
    });
    let sender = Sender {
        shared: Arc::clone(&shared),
    };
    (sender, Receiver { shared })
}

/// Puts items in, from any thread. The last one to go closes the queue.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Puts an item in. What happened before is visible to who takes it out.
    ///
    /// # Errors
    ///
    /// When the queue is closed, the item comes back.
    pub fn push(&self, item: T) -> Result<(), Closed<T>> {
        self.shared.push(item)
    }

    /// Closes the queue for everybody. Pushes that began before may succeed;
    /// those that begin now are refused. What is in comes out.
    pub fn close(&self) {
        self.shared.close();
    }

    /// About how many items are in: exact while nobody pushes or pops.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether [`Sender::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.fetch_add(1, Ordering::Relaxed);
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // E: what the others did before they went is visible to the last one,
        // and by C to the receiver.
        if self.shared.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.close();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// Takes items out. There is one; it may move between threads.
///
/// Dropping it closes the queue and drops what is in.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Receiver<T> {
    fn first(&self) -> *mut Node<T> {
        let Consumer { first, .. } = &*self.shared.consumer;
        // SAFETY: only the receiver gets here, and it is on one thread.
        first.with_mut(|first| unsafe { *first })
    }

    /// Takes the oldest item out. Never waits.
    ///
    /// # Errors
    ///
    /// [`PopError`] says what there is instead.
    pub fn pop(&mut self) -> Result<T, PopError> {
        let first = self.first();
        // SAFETY: the receiver frees this node, nobody else does.
        let next = unsafe { &(*first).next };
        // B: the item is visible with the link to it.
        match Link::new(next.load(Ordering::Acquire)) {
            Link::Node(node) => return Ok(self.advance(first, node)),
            Link::End => return Err(PopError::Closed),
            Link::None => {}
        }
        // A and C. This load decides: if the newest node is the first one, there
        // is no item at this instant.
        let last = self.shared.producers.last.load(Ordering::Acquire);
        if last == first {
            return Err(PopError::Empty);
        }
        if last.addr() == first.addr() | CLOSED {
            return Err(PopError::Closed);
        }
        // Somebody has pushed after all. Linked as well by now? B, though A has
        // shown us the item: `first` is freed next, and this orders it after the
        // last who touched it.
        match Link::new(next.load(Ordering::Acquire)) {
            Link::Node(node) => Ok(self.advance(first, node)),
            _ => Err(PopError::Busy),
        }
    }

    /// Takes the item of `node`, which then is the first, and frees the old one.
    fn advance(&mut self, first: *mut Node<T>, node: *mut Node<T>) -> T {
        self.shared.consumer.first.with_mut(|first| {
            // SAFETY: as in `first`.
            unsafe { *first = node }
        });
        // SAFETY: who linked `node` to `first` was the last to touch `first`; the
        // item is there and visible (B), and from now on it is ours.
        let item = unsafe {
            drop(Box::from_raw(first));
            (*node).item.with_mut(|item| (*item).assume_init_read())
        };
        let popped = &self.shared.consumer.popped;
        // D
        popped.store(popped.load(Ordering::Relaxed) + 1, Ordering::Release);
        item
    }

    /// Waits for an item. `None`: the queue is closed and empty.
    pub fn recv(&mut self) -> Option<T> {
        self.recv_until(None).ok()
    }

    /// Waits for an item, but not longer than `limit`, nor shorter.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError`] says why there is none.
    pub fn recv_timeout(&mut self, limit: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_until(Instant::now().checked_add(limit))
    }

    fn recv_until(&mut self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        loop {
            match self.pop() {
                Ok(item) => return Ok(item),
                Err(PopError::Closed) => return Err(RecvTimeoutError::Closed),
                Err(PopError::Empty | PopError::Busy) => {}
            }
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(RecvTimeoutError::Timeout);
            }
            self.sleep(left);
        }
    }

    /// Sleeps until the next link is written, or for `limit`, or for no reason.
    fn sleep(&mut self, limit: Option<Duration>) {
        *self.shared.sleeper() = Some(sync::current());
        // SAFETY: as in `pop`.
        let next = unsafe { &(*self.first()).next };
        let null = ptr::null_mut();
        // B: release, for the sleeper's name. If it fails there is a link. (No
        // test shows that it is needed: in any execution that a machine or loom
        // can make, the lock orders the two as well.)
        let announced =
            next.compare_exchange(null, mark(WAITING), Ordering::Release, Ordering::Relaxed);
        if announced.is_err() {
            return;
        }
        match limit {
            Some(limit) => sync::park_timeout(limit),
            None => sync::park(),
        }
        // Awake for whatever reason: nobody has to wake us. If it fails, somebody
        // has, and `pop` will find out why.
        let _ = next.compare_exchange(mark(WAITING), null, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Closes the queue for everybody, as [`Sender::close`].
    pub fn close(&self) {
        self.shared.close();
    }

    /// About how many items are in: exact while nobody pushes or pops.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether [`Receiver::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Frees all memory that is kept for later. While no other call is going on,
    /// only what holds items is left, and a constant.
    ///
    /// This queue keeps nothing for later, so there is nothing to do.
    pub fn quiesce(&mut self) {}

    /// How many nodes at most are spent and not freed, whoever stalls: the one
    /// that `first` points at.
    #[must_use]
    pub fn garbage_bound(&self) -> usize {
        1
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.close();
        // A producer that is half-way through a push hides what was pushed after
        // it. It needs an instant; if it was preempted, a few turns. What cannot
        // be reached by then is dropped with the last handle.
        let mut patience = 100;
        loop {
            match self.pop() {
                Ok(item) => drop(item),
                Err(PopError::Busy) if patience > 0 => {
                    patience -= 1;
                    sync::yield_now();
                }
                Err(_) => break,
            }
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// The queue is closed: here is your item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Closed<T>(pub T);

impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is closed")
    }
}

impl<T> Error for Closed<T> {}

/// Why [`Receiver::pop`] has no item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PopError {
    /// At some instant of this call there was none.
    Empty,
    /// There is one, but its producer is still linking it.
    Busy,
    /// There is none and there will be none.
    Closed,
}

impl fmt::Display for PopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the queue is empty",
            Self::Busy => "the next item is still being linked",
            Self::Closed => "the queue is empty and closed",
        })
    }
}

impl Error for PopError {}

/// Why [`Receiver::recv_timeout`] has no item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecvTimeoutError {
    /// None came in time.
    Timeout,
    /// None will come.
    Closed,
}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "no item came in time",
            Self::Closed => "the queue is empty and closed",
        })
    }
}

impl Error for RecvTimeoutError {}
