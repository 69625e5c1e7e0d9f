//! Futures that count, for all tests.
#![allow(dead_code)]

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Counts of one probe, seen from outside.
#[derive(Default)]
pub struct Counts {
    pub polls: Cell<u32>,
    pub drops: Cell<u32>,
    pub waker: RefCell<Option<Waker>>,
}

impl Counts {
    pub fn new() -> Rc<Self> {
        Rc::default()
    }

    /// A clone of the waker of the last poll.
    pub fn waker(&self) -> Waker {
        self.waker.borrow().clone().expect("it was polled")
    }
}

/// A future that counts its polls and drops, keeps its waker, and is ready at
/// the poll of that number.
pub struct Probe {
    pub counts: Rc<Counts>,
    pub ready_at: u32,
}

impl Probe {
    pub fn pending(counts: &Rc<Counts>) -> Self {
        Self::ready_at(counts, u32::MAX)
    }

    pub fn ready_at(counts: &Rc<Counts>, poll: u32) -> Self {
        Self {
            counts: Rc::clone(counts),
            ready_at: poll,
        }
    }
}

impl Future for Probe {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let polls = self.counts.polls.get() + 1;
        self.counts.polls.set(polls);
        *self.counts.waker.borrow_mut() = Some(cx.waker().clone());
        if polls >= self.ready_at {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.counts.drops.set(self.counts.drops.get() + 1);
    }
}

/// Gives the others a turn.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Wakes itself for ever.
pub async fn spin(polls: Rc<Cell<u64>>) {
    loop {
        polls.set(polls.get() + 1);
        yield_now().await;
    }
}

/// Calls a function when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
