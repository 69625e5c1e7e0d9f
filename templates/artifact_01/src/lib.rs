//! A single-threaded async executor, with what it takes to be useful: timers,
//! readiness of file descriptors, wakes and spawns from other threads, and a
//! channel. It has no dependencies.
//!
//! ```
//! use std::time::Duration;
//! use {{crate_ident}}::{channel, Executor};
//!
//! let executor = Executor::new()?;
//! let (sender, mut receiver) = channel::unbounded();
//!
//! let handle = executor.handle();
//! let ticker = executor.spawn(async move {
//!     for tick in 1..=3 {
//!         handle.sleep(Duration::from_millis(1)).await;
//!         sender.send(tick).expect("the receiver is alive");
//!     }
//!     "done"
//! });
//!
//! let sum = executor.block_on(async {
//!     let mut sum = 0;
//!     while let Some(tick) = receiver.recv().await {
//!         sum += tick;
//!     }
//!     assert_eq!(ticker.await.unwrap(), "done");
//!     sum
//! })?;
//! assert_eq!(sum, 6);
//! # Ok::<(), {{crate_ident}}::RunError>(())
//! ```
//!
//! # How it fits together
//!
//! * [`Executor`] owns everything and runs it, on the thread that made it.
//!   Dropping it drops every task that is left.
//! * [`Handle`] is what tasks hold: it spawns, sleeps and waits for
//!   descriptors. It is explicit; nothing is found through a thread-local, so
//!   executors may be nested and two may live on one thread.
//! * [`Remote`] is what other threads hold: it spawns.
//! * A [`std::task::Waker`] of a task may be cloned, woken and dropped on any
//!   thread, before and after the task ends, and after the executor is gone.
//!
//! # Promises
//!
//! * `spawn` and `wake` never poll. A task is polled by a run method only:
//!   [`Executor::block_on`], [`Executor::run`] or
//!   [`Executor::run_until_stalled`].
//! * Every wake is followed by a poll that begins after it and sees all that
//!   happened before it. Wakes between two polls make one poll. Without a wake
//!   there is no poll.
//! * Tasks take turns in the order of their wakes. A task that wakes itself for
//!   ever holds back neither others nor timers nor descriptors.
//! * A future is dropped once, on the thread of its executor: when it is done,
//!   before the run method that finished it returns; when it was cancelled, in
//!   the next turn; or with the executor.
//! * A panic ends its task and nothing else; [`JoinHandle`] hands it on.
//! * An idle executor sleeps in the kernel. There is no tick.

#[cfg(not(unix))]
compile_error!("the reactor waits for file descriptors and needs a Unix");

pub mod channel;
mod executor;
mod join;
mod reactor;
mod remote;
#[allow(unsafe_code)]
mod sys;
#[allow(unsafe_code)]
mod task;
mod timer;

pub use executor::{Executor, Handle, RunError};
pub use join::{JoinError, JoinHandle};
pub use reactor::{Interest, Readiness};
pub use remote::{Refused, Remote};
pub use task::TaskId;
pub use timer::Sleep;

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
