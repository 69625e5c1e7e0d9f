//! An unbounded channel: many senders, on any thread, and one receiver.
//!
//! # Room for improvement
//!
//! A lock and a deque. In artifact_02 you write the queue that replaces them.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

struct Channel<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receiving: bool,
    waker: Option<Waker>,
}

impl<T> Channel<T> {
    /// Items and wakers are code of the user: none is dropped, cloned or woken
    /// under the lock.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a channel.
///
/// ```
/// # use {{crate_ident}}::{channel, Executor};
/// let (sender, mut receiver) = channel::unbounded();
/// let thread = std::thread::spawn(move || sender.send("hello"));
///
/// let executor = Executor::new()?;
/// assert_eq!(executor.block_on(receiver.recv())?, Some("hello"));
/// assert_eq!(executor.block_on(receiver.recv())?, None);
/// # thread.join().unwrap().unwrap();
/// # Ok::<(), {{crate_ident}}::RunError>(())
/// ```
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel {
        state: Mutex::new(State {
            items: VecDeque::new(),
            senders: 1,
            receiving: true,
            waker: None,
        }),
    });
    let sender = Sender {
        channel: Arc::clone(&channel),
    };
    (sender, Receiver { channel })
}

/// Puts items in. The last one to go closes the channel.
pub struct Sender<T> {
    channel: Arc<Channel<T>>,
}

impl<T> Sender<T> {
    /// Queues an item; never waits.
    ///
    /// # Errors
    ///
    /// When the receiver is gone, the item comes back.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        let mut state = self.channel.lock();
        if !state.receiving {
            drop(state);
            return Err(SendError(item));
        }
        state.items.push_back(item);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// Whether the receiver is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.channel.lock().receiving
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.channel.lock().senders += 1;
        Self {
            channel: Arc::clone(&self.channel),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.senders -= 1;
        let last = state.senders == 0;
        let waker = if last { state.waker.take() } else { None };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// Takes items out, in the order in which each sender put them in.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
}

impl<T> Receiver<T> {
    /// Waits for an item. `None`: there is none and no sender is left.
    ///
    /// The future may be dropped at any time; no item goes with it.
    pub fn recv(&mut self) -> Recv<'_, T> {
        Recv { receiver: self }
    }

    /// Takes an item if one is there.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Closed`] if none will ever come, else
    /// [`TryRecvError::Empty`].
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut state = self.channel.lock();
        match state.items.pop_front() {
            Some(item) => Ok(item),
            None if state.senders == 0 => Err(TryRecvError::Closed),
            None => Err(TryRecvError::Empty),
        }
    }

    /// [`Receiver::recv`] for futures that are written by hand: of several polls
    /// only the last one's waker is woken.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let waker = cx.waker().clone();
        let mut state = self.channel.lock();
        let (poll, old) = match state.items.pop_front() {
            Some(item) => (Poll::Ready(Some(item)), state.waker.take()),
            None if state.senders == 0 => (Poll::Ready(None), state.waker.take()),
            None => (Poll::Pending, state.waker.replace(waker)),
        };
        drop(state);
        drop(old);
        poll
    }

    /// Takes back the waker of the last [`Receiver::poll_recv`].
    fn unregister(&mut self) {
        let waker = self.channel.lock().waker.take();
        drop(waker);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.receiving = false;
        let items = std::mem::take(&mut state.items);
        let waker = state.waker.take();
        drop(state);
        drop(waker);
        drop(items);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// Waits for an item. Made by [`Receiver::recv`].
#[must_use = "futures do nothing unless polled"]
pub struct Recv<'a, T> {
    receiver: &'a mut Receiver<T>,
}

impl<T> Future for Recv<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.receiver.poll_recv(cx)
    }
}

impl<T> Drop for Recv<'_, T> {
    fn drop(&mut self) {
        self.receiver.unregister();
    }
}

impl<T> fmt::Debug for Recv<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recv").finish_non_exhaustive()
    }
}

/// The receiver is gone: here is your item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the receiver is gone")
    }
}

impl<T> Error for SendError<T> {}

/// Why there is no item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TryRecvError {
    /// Not now.
    Empty,
    /// Nor ever: no sender is left.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the channel is empty",
            Self::Closed => "the channel is empty and closed",
        })
    }
}

impl Error for TryRecvError {}
