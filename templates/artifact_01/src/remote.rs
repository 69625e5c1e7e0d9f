//! What other threads may touch: the ready queue, and the door to the reactor.
//!
//! All of it lies behind one lock, which is held for a few instructions and
//! never while code of the user runs. The lock is what makes parking correct:
//! the loop decides that there is nothing to do and says so under the same lock
//! under which a wake adds something and looks whether it has to ring.
//!
//! # Room for improvement
//!
//! Most wakes come from the thread of the executor, which could do without the
//! lock: give it a queue of its own. The rest could use the lock-free queue of
//! artifact_02. Mind the order of the tasks when there are two queues, and the
//! park.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sys::Bell;
use crate::task::Header;

/// A future from another thread that is not a task yet.
pub(crate) type Arrival = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The tasks whose turn it is, in the order of their wakes.
pub(crate) type Batch = VecDeque<Arc<Header>>;

pub(crate) struct Shared {
    state: Mutex<State>,
}

struct State {
    ready: Batch,
    arrivals: Vec<Arrival>,
    /// The loop sleeps, or is about to: whoever adds something rings.
    parked: bool,
    /// `None`: the executor is gone, and nothing is taken any more.
    bell: Option<Arc<Bell>>,
}

impl State {
    fn ring_if_parked(&mut self) {
        // Rung under the lock, so that the bell cannot go meanwhile, and once
        // for each park.
        if mem::take(&mut self.parked) {
            if let Some(bell) = &self.bell {
                bell.ring();
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.ready.is_empty() && self.arrivals.is_empty()
    }
}

impl Shared {
    pub(crate) fn new(bell: Arc<Bell>) -> Self {
        Self {
            state: Mutex::new(State {
                ready: Batch::new(),
                arrivals: Vec::new(),
                parked: false,
                bell: Some(bell),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a task. Only [`Header::wake`] calls this, once for each turn.
    pub(crate) fn push(&self, task: &Arc<Header>) {
        let mut state = self.lock();
        if state.bell.is_some() {
            state.ready.push_back(Arc::clone(task));
            state.ring_if_parked();
        }
    }

    /// Swaps the queue with an empty batch; returns what has arrived.
    #[must_use]
    pub(crate) fn take(&self, batch: &mut Batch) -> Vec<Arrival> {
        debug_assert!(batch.is_empty());
        let mut state = self.lock();
        mem::swap(&mut state.ready, batch);
        mem::take(&mut state.arrivals)
    }

    /// Asks for the bell, unless there is something to do.
    pub(crate) fn park(&self) -> bool {
        let mut state = self.lock();
        state.parked = state.is_idle();
        state.parked
    }

    pub(crate) fn unpark(&self) {
        self.lock().parked = false;
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.lock().is_idle()
    }

    /// Takes nothing from now on; returns what was left.
    pub(crate) fn close(&self) -> (Batch, Vec<Arrival>) {
        let mut state = self.lock();
        state.bell = None;
        (mem::take(&mut state.ready), mem::take(&mut state.arrivals))
    }
}

/// Spawns from other threads.
///
/// Made by [`Handle::remote`](crate::Handle::remote). May be cloned, sent and
/// shared; may outlive its executor, and is refused then.
#[derive(Clone)]
pub struct Remote {
    shared: Arc<Shared>,
}

impl Remote {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a task of `future` on the thread of the executor, and wakes that
    /// if it sleeps. The future is polled and dropped over there.
    ///
    /// # Errors
    ///
    /// When the executor is gone, the future comes back.
    pub fn spawn<F>(&self, future: F) -> Result<(), Refused<F>>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let boxed = Box::pin(future);
        let mut state = self.shared.lock();
        if state.bell.is_none() {
            drop(state);
            return Err(Refused(boxed));
        }
        state.arrivals.push(boxed);
        state.ring_if_parked();
        Ok(())
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// The executor was gone: here is your future.
pub struct Refused<F>(pub Pin<Box<F>>);

impl<F> fmt::Debug for Refused<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").finish_non_exhaustive()
    }
}

impl<F> fmt::Display for Refused<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the executor is gone")
    }
}

impl<F> Error for Refused<F> {}
