//! The end of a task, and who hears of it.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::{Handle, TaskId};

/// Why a task has no output.
#[derive(Debug)]
pub enum JoinError {
    /// It was cancelled, or its executor was dropped.
    Cancelled,
    /// It panicked, with this.
    Panicked(Box<dyn Any + Send>),
}

impl JoinError {
    /// The panic's message, if it is one of those that `panic!` makes.
    #[must_use]
    pub fn panic_message(&self) -> Option<&str> {
        let Self::Panicked(payload) = self else {
            return None;
        };
        let text = payload.downcast_ref::<&str>().copied();
        text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("the task was cancelled"),
            Self::Panicked(_) => match self.panic_message() {
                Some(message) => write!(f, "the task panicked: {message}"),
                None => f.write_str("the task panicked"),
            },
        }
    }
}

impl Error for JoinError {}

/// The cell between a task and its handle. `Cell`s, so that no borrow is ever
/// held while a waker is cloned or dropped, which is code of the user.
struct Join<T> {
    result: Cell<Option<Result<T, JoinError>>>,
    waker: Cell<Option<Waker>>,
    finished: Cell<bool>,
}

/// The task's end of it. Dropping it is what ends the task, whether there is a
/// result or not.
pub(crate) struct Finish<T> {
    join: Rc<Join<T>>,
}

impl<T> Finish<T> {
    pub(crate) fn set(&mut self, result: Result<T, JoinError>) {
        self.join.result.set(Some(result));
    }
}

impl<T> Drop for Finish<T> {
    fn drop(&mut self) {
        let result = self.join.result.take();
        self.join
            .result
            .set(Some(result.unwrap_or(Err(JoinError::Cancelled))));
        self.join.finished.set(true);
        if let Some(waker) = self.join.waker.take() {
            waker.wake();
        }
    }
}

/// Waits for a task, and may cancel it. Dropping the handle lets the task run
/// on by itself.
///
/// # Panics
///
/// When polled again after it was ready.
#[must_use = "a task runs by itself, but its output and its panic are in here"]
pub struct JoinHandle<T> {
    join: Rc<Join<T>>,
    id: Option<TaskId>,
    handle: Handle,
}

/// A handle for a task that is not made yet.
pub(crate) fn pair<T>(handle: Handle) -> (Finish<T>, JoinHandle<T>) {
    let join = Rc::new(Join {
        result: Cell::new(None),
        waker: Cell::new(None),
        finished: Cell::new(false),
    });
    let finish = Finish {
        join: Rc::clone(&join),
    };
    let handle = JoinHandle {
        join,
        id: None,
        handle,
    };
    (finish, handle)
}

impl<T> JoinHandle<T> {
    pub(crate) fn set_id(&mut self, id: TaskId) {
        self.id = Some(id);
    }

    /// The number of the task; `None` if the executor refused it because it is
    /// being dropped.
    #[must_use]
    pub fn id(&self) -> Option<TaskId> {
        self.id
    }

    /// Whether the task has ended, in whatever way.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.join.finished.get()
    }

    /// As [`Handle::cancel`].
    pub fn cancel(&self) -> bool {
        self.id.is_some_and(|id| self.handle.cancel(id))
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.is_finished() {
            let result = self.join.result.take();
            return Poll::Ready(result.expect("polled again after it was ready"));
        }
        let waker = cx.waker().clone();
        drop(self.join.waker.replace(Some(waker)));
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        drop(self.join.waker.take());
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id)
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
