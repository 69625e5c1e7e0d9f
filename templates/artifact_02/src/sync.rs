//! What the queue takes from the standard library, or from loom instead.
//!
//! Everything that threads share goes through here and through nothing else, so
//! that with `--cfg loom` a model checker sees every step.

#[cfg(loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::{
        atomic::{AtomicPtr, AtomicUsize, Ordering},
        Arc, Mutex, MutexGuard,
    },
    thread::{current, park, yield_now, Thread},
};

#[cfg(not(loom))]
pub(crate) use std::{
    sync::{
        atomic::{AtomicPtr, AtomicUsize, Ordering},
        Arc, Mutex, MutexGuard,
    },
    thread::{current, park, park_timeout, yield_now, Thread},
};

/// loom has no clock: a sleep with a limit may end at any time.
#[cfg(loom)]
pub(crate) fn park_timeout(_limit: std::time::Duration) {
    yield_now();
}

/// A cell with loom's interface: access is a call, which loom can watch.
#[cfg(not(loom))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}
