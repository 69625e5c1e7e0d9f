//! Timers.
//!
//! # Room for improvement
//!
//! A tree keyed by deadline is short, exact and never holds a timer that was
//! dropped. Its price is a logarithm and an allocation now and then. A heap
//! with positions that are kept up to date, or a hierarchical wheel, is the
//! classic next step; measure before and after.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::executor::Inner;

/// A deadline, and a serial number: timers of one instant keep their order.
type Key = (Instant, u64);

/// The timers that somebody waits for, the earliest first.
pub(crate) struct Timers {
    waiting: BTreeMap<Key, Waker>,
    serial: u64,
}

impl Timers {
    pub(crate) const fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            serial: 0,
        }
    }

    /// How long until the next one: `None` is for ever.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        let (&(deadline, _), _) = self.waiting.first_key_value()?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes one that is due. The caller wakes it with nothing borrowed, then
    /// asks again: a wake may drop other timers.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Waker> {
        let first = self.waiting.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        Some(first.remove())
    }
}

/// Waits for an instant. Made by [`Handle::sleep`](crate::Handle::sleep) and
/// [`Handle::sleep_until`](crate::Handle::sleep_until).
///
/// It is never ready before its deadline, whatever the granularity of the
/// system. Dropping it frees its timer at once.
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    inner: Rc<Inner>,
    /// `None`: so far away that there is no such instant.
    deadline: Option<Instant>,
    /// Its timer, while it is waited for.
    key: Option<Key>,
}

impl Sleep {
    pub(crate) fn new(inner: Rc<Inner>, deadline: Option<Instant>) -> Self {
        Self {
            inner,
            deadline,
            key: None,
        }
    }

    /// When it will be ready; `None` is never.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn disarm(&mut self) {
        if let Some(key) = self.key.take() {
            // The borrow ends before the waker, which is code of the user, goes.
            let waker = self.inner.timers.borrow_mut().waiting.remove(&key);
            drop(waker);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        if deadline <= Instant::now() {
            self.disarm();
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let mut timers = self.inner.timers.borrow_mut();
        let key = self.key.unwrap_or_else(|| {
            timers.serial += 1;
            (deadline, timers.serial)
        });
        let old = timers.waiting.insert(key, waker);
        drop(timers);
        drop(old);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
