//! Readiness of file descriptors.
//!
//! A descriptor is registered with the system while somebody waits for it, and
//! no longer: so an idle one costs nothing, a hang-up that nobody waits for
//! cannot spin the loop, and a number may be closed and used again as soon as
//! its last wait is dropped.
//!
//! # Room for improvement
//!
//! That takes two system calls a wait, one to register and one to forget. A
//! type that owns its descriptor can stay registered for all its life, with
//! edge-triggered events and a cache of what is ready: one call a connection.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::ops::BitOr;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::executor::Inner;
use crate::sys::{Bell, Event, Poller};

/// The directions of a descriptor: those asked for, or those found ready.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interest(u8);

impl Interest {
    pub(crate) const NONE: Self = Self(0);

    /// There is something to read: data, the end of it, or an error.
    pub const READABLE: Self = Self(1);

    /// There is room to write, or an error.
    pub const WRITABLE: Self = Self(2);

    /// Whether it has [`Interest::READABLE`].
    #[must_use]
    pub const fn is_readable(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether it has [`Interest::WRITABLE`].
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.0 & 2 != 0
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            1 => "READABLE",
            2 => "WRITABLE",
            3 => "READABLE | WRITABLE",
            _ => "NONE",
        })
    }
}

/// One future that waits.
struct Waiter {
    serial: u64,
    interest: Interest,
    /// Kept until the wake is due and made.
    waker: Option<Waker>,
    /// What was found, once it was.
    ready: Option<Interest>,
}

/// One descriptor that is waited for. There is a waiter, or no source.
struct Source {
    /// Under which the system reports it. It has a number of its own, for the
    /// descriptor's may have another meaning by the time a report is read.
    token: u64,
    armed: Interest,
    waiters: Vec<Waiter>,
}

impl Source {
    /// What those want to hear that have not heard.
    fn wanted(&self) -> Interest {
        let waiting = self.waiters.iter().filter(|w| w.ready.is_none());
        waiting.fold(Interest::NONE, |all, w| all | w.interest)
    }
}

pub(crate) struct Reactor {
    poller: Poller,
    sources: HashMap<RawFd, Source>,
    serial: u64,
}

/// Which descriptor a token was made for.
fn descriptor(token: u64) -> RawFd {
    (token & u64::from(u32::MAX)) as RawFd
}

impl Reactor {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            poller: Poller::new()?,
            sources: HashMap::new(),
            serial: 0,
        })
    }

    pub(crate) fn bell(&self) -> Arc<Bell> {
        self.poller.bell()
    }

    /// Waits, unless it is neither to wait nor has anything to look at.
    pub(crate) fn wait(
        &mut self,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        if timeout == Some(Duration::ZERO) && self.sources.is_empty() {
            return Ok(());
        }
        self.poller.wait(timeout, events)
    }

    /// Notes what an event says and arms what is left to wait for.
    pub(crate) fn note(&mut self, event: Event) {
        let fd = descriptor(event.token);
        let Some(source) = self.sources.get_mut(&fd) else {
            return;
        };
        if source.token != event.token {
            return; // about an earlier descriptor of that number
        }
        source.armed = Interest::NONE;
        for waiter in &mut source.waiters {
            if waiter.ready.is_none() && waiter.interest.meets(event.ready) {
                waiter.ready = Some(event.ready);
            }
        }
        if self.rearm(fd).is_err() {
            // Let those who wait find out from the descriptor itself.
            self.note(Event {
                token: event.token,
                ready: Interest::READABLE | Interest::WRITABLE,
            });
        }
    }

    /// Takes one waker that is due after `note`. The caller wakes it with
    /// nothing borrowed, then asks again: a wake may drop other waits.
    pub(crate) fn pop(&mut self, event: Event) -> Option<Waker> {
        let source = self.sources.get_mut(&descriptor(event.token))?;
        let mut due = source.waiters.iter_mut().filter(|w| w.ready.is_some());
        due.find_map(|waiter| waiter.waker.take())
    }

    fn add(&mut self, fd: RawFd, interest: Interest) -> io::Result<u64> {
        self.serial += 1;
        let serial = self.serial;
        let source = self.sources.entry(fd).or_insert(Source {
            token: ((serial & 0x7fff_ffff) << 32) | fd as u64,
            armed: Interest::NONE,
            waiters: Vec::new(),
        });
        source.waiters.push(Waiter {
            serial,
            interest,
            waker: None,
            ready: None,
        });
        let result = if source.waiters.len() == 1 {
            source.armed = interest;
            self.poller.add(fd, source.token, interest)
        } else {
            self.rearm(fd)
        };
        if result.is_err() {
            self.forget(fd, serial);
        }
        result.map(|()| serial)
    }

    fn rearm(&mut self, fd: RawFd) -> io::Result<()> {
        let Some(source) = self.sources.get_mut(&fd) else {
            return Ok(());
        };
        let wanted = source.wanted();
        if wanted == source.armed || wanted == Interest::NONE {
            return Ok(());
        }
        source.armed = wanted;
        self.poller.modify(fd, source.token, wanted)
    }

    fn waiter(&mut self, fd: RawFd, serial: u64) -> Option<&mut Waiter> {
        let waiters = &mut self.sources.get_mut(&fd)?.waiters;
        waiters.iter_mut().find(|w| w.serial == serial)
    }

    /// Ends a wait; the waker is for the caller to drop.
    fn forget(&mut self, fd: RawFd, serial: u64) -> Option<Waker> {
        let waiters = &mut self.sources.get_mut(&fd)?.waiters;
        let at = waiters.iter().position(|w| w.serial == serial)?;
        let waiter = waiters.swap_remove(at);
        if waiters.is_empty() {
            self.sources.remove(&fd);
            self.poller.remove(fd);
        }
        waiter.waker
    }
}

/// Waits until a descriptor is ready. Made by
/// [`Handle::readable`](crate::Handle::readable),
/// [`Handle::writable`](crate::Handle::writable) and
/// [`Handle::ready`](crate::Handle::ready).
///
/// What is ready already makes it ready. It neither reads nor changes the
/// descriptor: put that in non-blocking mode, read or write until it would
/// block, then wait again. The output has the directions that are believed
/// ready, both after an error or a hang-up.
///
/// Any number of futures may wait for one descriptor. Dropping one ends its
/// wait at once.
#[must_use = "futures do nothing unless polled"]
pub struct Readiness<'fd> {
    inner: Rc<Inner>,
    fd: BorrowedFd<'fd>,
    interest: Interest,
    /// Its waiter, while there is one.
    serial: Option<u64>,
}

impl<'fd> Readiness<'fd> {
    pub(crate) fn new(inner: Rc<Inner>, fd: BorrowedFd<'fd>, interest: Interest) -> Self {
        Self {
            inner,
            fd,
            interest,
            serial: None,
        }
    }

    fn forget(&mut self) {
        if let Some(serial) = self.serial.take() {
            let fd = self.fd.as_raw_fd();
            // The borrow ends before the waker, which is code of the user, goes.
            let waker = self.inner.reactor.borrow_mut().forget(fd, serial);
            drop(waker);
        }
    }
}

impl Future for Readiness<'_> {
    type Output = io::Result<Interest>;

    /// # Errors
    ///
    /// What the system says of a descriptor that cannot be watched, such as
    /// that of a regular file.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let fd = self.fd.as_raw_fd();
        // Cloned before and dropped after the borrow: both are code of the user.
        let waker = cx.waker().clone();
        let mut reactor = self.inner.reactor.borrow_mut();
        let serial = match self.serial {
            Some(serial) => serial,
            None => reactor.add(fd, self.interest)?,
        };
        let waiter = reactor
            .waiter(fd, serial)
            .expect("a waiter stays until it is forgotten");
        let ready = waiter.ready;
        let old = waiter.waker.replace(waker);
        drop(reactor);
        drop(old);
        self.serial = Some(serial);
        match ready {
            Some(ready) => {
                self.forget();
                Poll::Ready(Ok(ready))
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Readiness<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl fmt::Debug for Readiness<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness")
            .field("fd", &self.fd)
            .field("interest", &self.interest)
            .finish_non_exhaustive()
    }
}
