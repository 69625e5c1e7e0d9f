//! What a task is made of: a header for wakers, a future, a place in a table.
//!
//! The two halves have different owners and different lives. The **header** is
//! shared by the wakers of a task, lives as long as any of them and may be
//! touched by any thread. The **future** belongs to the table of the executor,
//! is touched on its thread only, and is gone as soon as the task ends. So a
//! waker that is kept keeps a few words alive and never a future, and a waker
//! that outlives its task has nothing to wake.
//!
//! # Room for improvement
//!
//! A spawn allocates three times: the header, the future, and the cell for its
//! output. One allocation can hold all of them, with a hand-written vtable and
//! a state machine in the header that says who may touch which part.

use std::future::Future;
use std::num::NonZeroU64;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::join::{Finish, JoinError};
use crate::remote::Shared;

/// Names a task. Never used again while its executor lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TaskId(NonZeroU64);

impl TaskId {
    /// The number of the task.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The task of that number, if zero is not it. There need not be such a
    /// task: then there is nothing to cancel.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    fn from_parts(generation: u32, index: usize) -> Self {
        let number = (u64::from(generation) << 32) | index as u64;
        Self(NonZeroU64::new(number).expect("generations begin at 1"))
    }

    fn index(self) -> usize {
        (self.get() & u64::from(u32::MAX)) as usize
    }

    fn generation(self) -> u32 {
        (self.get() >> 32) as u32
    }
}

// ---------------------------------------------------------------- the header

/// What the wakers of one task share.
pub(crate) struct Header {
    /// `None`: the future of a `block_on`, which is in no table.
    pub(crate) id: Option<TaskId>,

    /// Whether the task is on the ready queue, or about to be. This one flag
    /// makes wakes coalesce, and its modification order carries the promise
    /// that a poll sees what happened before the wake: see `wake` and `begin`.
    queued: AtomicBool,

    shared: Arc<Shared>,
}

impl Header {
    pub(crate) fn new(id: Option<TaskId>, shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self {
            id,
            queued: AtomicBool::new(false),
            shared,
        })
    }

    pub(crate) fn wake(self: &Arc<Self>) {
        // A: release, also when the flag was set already; pairs with B. Were
        // this a load that returns early, the second of two wakers would not
        // publish what it wrote.
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.shared.push(self);
        }
    }

    /// Called before a poll: from here on a wake queues the task again.
    pub(crate) fn begin(&self) {
        // B: acquire; pairs with A. A swap and not a store: it has to read the
        // last of the wakes to synchronise with it, and through the release
        // sequence with those before.
        self.queued.swap(false, Ordering::AcqRel);
    }
}

// ----------------------------------------------------------------- the waker

// A static, not a constant: its address is the same everywhere, and so
// `Waker::will_wake` is right for any two wakers of one task.
static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that owns `header`. Its data pointer is one that `Arc::into_raw`
/// gave, and it stands for one count.
pub(crate) fn waker(header: Arc<Header>) -> Waker {
    // SAFETY: the functions of VTABLE keep the contract of RawWakerVTable for
    // such a pointer, and may be called on any thread (see `header_is_shared`).
    unsafe { Waker::new(Arc::into_raw(header).cast(), &VTABLE) }
}

const fn header_is_shared<T: Send + Sync>() {}
const _: () = header_is_shared::<Header>();

/// # Safety
///
/// `data` is that of a live waker made by [`waker`].
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the waker owns a count, so there is one to add to.
    unsafe { Arc::increment_strong_count(data.cast::<Header>()) };
    RawWaker::new(data, &VTABLE)
}

/// # Safety
///
/// As for [`clone`]; consumes the waker.
unsafe fn wake(data: *const ()) {
    // SAFETY: the count of the waker is ours now.
    let header = unsafe { Arc::from_raw(data.cast::<Header>()) };
    header.wake();
}

/// # Safety
///
/// As for [`clone`].
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the count stays the waker's: what is made of it is never dropped.
    let header = unsafe { std::mem::ManuallyDrop::new(Arc::from_raw(data.cast::<Header>())) };
    header.wake();
}

/// # Safety
///
/// As for [`clone`]; consumes the waker.
unsafe fn drop_waker(data: *const ()) {
    // SAFETY: the count of the waker is ours now.
    drop(unsafe { Arc::from_raw(data.cast::<Header>()) });
}

// ---------------------------------------------------------------- the future

/// A future as the table keeps it: what it was, and who hears of its end.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()>>>;

/// The order of the fields is the order in which they are dropped: the future
/// is gone when the `JoinHandle` hears of it.
struct Spawned<F: Future> {
    future: F,
    finish: Finish<F::Output>,
}

impl<F: Future> Spawned<F> {
    fn project(self: Pin<&mut Self>) -> (Pin<&mut F>, &mut Finish<F::Output>) {
        // SAFETY: `future` is pinned structurally. Nothing moves it out: it is
        // only ever reached through this function, `Spawned` has no `Drop`, and
        // it is `Unpin` only when F is. `finish` is never pinned.
        unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), &mut this.finish)
        }
    }
}

impl<F: Future> Future for Spawned<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (future, finish) = self.project();
        // A future that panicked is not looked at again, only dropped.
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(JoinError::Panicked(payload)),
        };
        finish.set(result);
        Poll::Ready(())
    }
}

pub(crate) fn job<F>(future: F, finish: Finish<F::Output>) -> Job
where
    F: Future + 'static,
    F::Output: 'static,
{
    Box::pin(Spawned { future, finish })
}

/// Drops a future that may panic while it goes: the panic has been printed, the
/// rest of the future has been dropped, and nobody is left to be told.
///
/// No `RefCell` of the executor may be borrowed here, nor while polling: the
/// future may spawn, cancel, wake and drop whatever it likes.
pub(crate) fn discard<T>(value: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
}

// ----------------------------------------------------------------- the table

/// The tasks of an executor that have not ended.
pub(crate) struct Table {
    slots: Vec<Slot>,
    free: Vec<usize>,
    live: usize,
}

struct Slot {
    /// Counts the tasks that had this slot, so that an id fits one only.
    generation: u32,
    entry: Option<Entry>,
}

struct Entry {
    header: Arc<Header>,
    /// `None` while it is being polled.
    job: Option<Job>,
    cancelled: bool,
}

/// What to do with a task whose turn it is.
pub(crate) enum Turn {
    Poll(Job),
    /// It was cancelled, and is no longer in the table.
    Drop(Job),
    /// It has ended: the wake came too late.
    Nothing,
}

impl Table {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            live: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.live == 0
    }

    pub(crate) fn insert(&mut self, job: Job, shared: &Arc<Shared>) -> Arc<Header> {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 1,
                entry: None,
            });
            self.slots.len() - 1
        });
        assert!(u32::try_from(index).is_ok(), "too many tasks");
        let slot = &mut self.slots[index];
        let id = TaskId::from_parts(slot.generation, index);
        let header = Header::new(Some(id), Arc::clone(shared));
        slot.entry = Some(Entry {
            header: Arc::clone(&header),
            job: Some(job),
            cancelled: false,
        });
        self.live += 1;
        header
    }

    /// Begins the turn of a task.
    pub(crate) fn begin(&mut self, id: TaskId) -> Turn {
        let Some(entry) = self.entry(id) else {
            return Turn::Nothing;
        };
        let job = entry.job.take().expect("turns do not nest");
        if entry.cancelled {
            self.remove(id);
            Turn::Drop(job)
        } else {
            Turn::Poll(job)
        }
    }

    /// Puts a pending task back; returns it instead if it cancelled itself.
    pub(crate) fn put_back(&mut self, id: TaskId, job: Job) -> Option<Job> {
        let entry = self.entry(id).expect("a running task stays in the table");
        if entry.cancelled {
            self.remove(id);
            return Some(job);
        }
        entry.job = Some(job);
        None
    }

    pub(crate) fn remove(&mut self, id: TaskId) {
        let slot = &mut self.slots[id.index()];
        slot.entry = None;
        self.live -= 1;
        // A slot that has had all its generations is never used again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(id.index());
        }
    }

    /// Marks a task for its next turn, and asks for one. False if it has ended
    /// or was cancelled before.
    pub(crate) fn cancel(&mut self, id: TaskId) -> bool {
        let Some(entry) = self.entry(id) else {
            return false;
        };
        if entry.cancelled {
            return false;
        }
        entry.cancelled = true;
        entry.header.wake();
        true
    }

    /// Takes any one task out: the executor is going.
    pub(crate) fn pop(&mut self) -> Option<Job> {
        loop {
            if let Some(entry) = self.slots.pop()?.entry {
                self.live -= 1;
                return entry.job;
            }
        }
    }

    fn entry(&mut self, id: TaskId) -> Option<&mut Entry> {
        let slot = self.slots.get_mut(id.index())?;
        if slot.generation == id.generation() {
            slot.entry.as_mut()
        } else {
            None
        }
    }
}
