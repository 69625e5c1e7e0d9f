//! An unbounded queue for many producers and one consumer, without locks on
//! the way of an item.
//!
//! ```
//! use {{crate_ident}}::{unbounded, PopError};
//!
//! let (sender, mut receiver) = unbounded();
//! let other = sender.clone();
//! let thread = std::thread::spawn(move || other.push(2));
//! sender.push(1)?;
//! drop(sender);
//!
//! let sum: i32 = std::iter::from_fn(|| receiver.recv()).sum();
//! assert_eq!(sum, 3);
//! assert_eq!(receiver.pop(), Err(PopError::Closed));
//! # thread.join().unwrap().unwrap();
//! # Ok::<(), {{crate_ident}}::Closed<i32>>(())
//! ```
//!
//! # Promises
//!
//! * **Order.** The queue is linearizable: items come out in one order that all
//!   agree on, and those of one producer in the order of their pushes.
//! * **Honesty.** [`PopError::Empty`] says that, at some instant of the call,
//!   there was no item. When there is one whose producer has not finished to
//!   link it, the answer is [`PopError::Busy`].
//! * **Progress.** A push is lock-free: a producer that is stopped anywhere
//!   never stops another. A pop is wait-free: it takes a bounded number of steps
//!   whatever the others do. Only [`Receiver::recv`] and its kin sleep.
//! * **Closing.** Either end may close. An item whose push succeeded comes out
//!   or is dropped; an item whose push was refused comes back; nothing comes out
//!   after [`PopError::Closed`].
//! * **Memory.** A node is freed when its successor is popped. Nothing else is
//!   kept, whoever stalls.
//!
//! # How it works
//!
//! A linked list, after Vyukov. `last` points at the newest node, `first` at a
//! node whose item is taken already. A push swings `last` to its node, then
//! links the node before to it; between these two steps the list is in two
//! parts, and that is what `Busy` means.
//!
//! ```text
//!   first                                   last
//!     |                                       |
//!     v                                       v
//!  [ taken ] --next--> [ item ] --next-->  [ item ] --next--> null
//! ```
//!
//! Two words carry more than a pointer, so that each question is decided by a
//! single atomic operation, and no answer rests on the order of two:
//!
//! * The lowest bit of `last` is set by closing. A push that swings `last`
//!   finds out in the same step, so it either is before the close or is refused.
//! * `next` of the newest node is null or one of two marks, `WAITING` and `END`. A
//!   receiver that is about to sleep puts `WAITING` where the next link will be
//!   written; who overwrites it knows that it has to wake the receiver.
//!
//! # Room for improvement
//!
//! It is correct before it is fast.
//!
//! * A node for each item costs an allocation here and a release on another
//!   core, more than all the rest of a push. Blocks of 31 items, handed back
//!   when they are spent, cost a fraction. Mind their borders.
//! * A push retries when another was quicker. An unconditional swap cannot fail,
//!   and needs another way to close.
//! * What producers write and what the consumer writes is 128 bytes apart;
//!   measure what the right distance is.

mod queue;
mod sync;

pub use queue::{unbounded, Closed, PopError, Receiver, RecvTimeoutError, Sender};

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
