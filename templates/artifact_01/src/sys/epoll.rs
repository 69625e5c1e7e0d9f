//! epoll(7) and eventfd(2).
//!
//! # Room for improvement
//!
//! epoll_wait counts milliseconds, so a timer is up to one late. epoll_pwait2
//! takes nanoseconds where the kernel has it, and a timerfd does everywhere.

use std::ffi::{c_int, c_uint};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use super::{milliseconds, Event};
use crate::Interest;

// <sys/epoll.h> and <sys/eventfd.h>: part of the kernel's binary interface.
const EPOLL_CTL_ADD: c_int = 1;
const EPOLL_CTL_DEL: c_int = 2;
const EPOLL_CTL_MOD: c_int = 3;

const EPOLLIN: u32 = 0x001;
const EPOLLOUT: u32 = 0x004;
const EPOLLERR: u32 = 0x008;
const EPOLLHUP: u32 = 0x010;
const EPOLLONESHOT: u32 = 1 << 30;

// O_CLOEXEC and O_NONBLOCK, as most architectures number them.
const CLOEXEC: c_int = 0o2_000_000;
const NONBLOCK: c_int = 0o4_000;

#[cfg(any(
    target_arch = "mips",
    target_arch = "mips64",
    target_arch = "sparc",
    target_arch = "sparc64",
))]
compile_error!("these architectures number O_NONBLOCK in their own way");

/// The bell's token, which no registration may use.
const BELL: u64 = u64::MAX;

/// `struct epoll_event`, which the kernel packs on x86-64 and nowhere else.
#[derive(Clone, Copy)]
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
struct EpollEvent {
    events: u32,
    data: u64,
}

extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(epoll: c_int, op: c_int, fd: c_int, event: *mut EpollEvent) -> c_int;
    fn epoll_wait(epoll: c_int, events: *mut EpollEvent, capacity: c_int, timeout: c_int) -> c_int;
    fn eventfd(initial: c_uint, flags: c_int) -> c_int;
}

/// Takes the descriptor that a system call returned.
fn owned(fd: c_int) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so `fd` is open, and nobody else has it yet.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Ends a wait from any thread.
pub(crate) struct Bell {
    counter: File,
}

impl Bell {
    fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes two numbers and touches no memory of ours.
        let fd = unsafe { eventfd(0, CLOEXEC | NONBLOCK) };
        let counter = File::from(owned(fd)?);
        Ok(Self { counter })
    }

    pub(crate) fn ring(&self) {
        // Full is as good as rung, and nothing else can go wrong.
        let _ = (&self.counter).write(&1_u64.to_ne_bytes());
    }

    fn silence(&self) {
        let _ = (&self.counter).read(&mut [0; 8]);
    }
}

/// One epoll instance and its bell.
pub(crate) struct Poller {
    epoll: OwnedFd,
    bell: Arc<Bell>,
    buffer: Box<[EpollEvent]>,
}

impl Poller {
    /// How many descriptors one wait reports; the rest come with the next.
    const BATCH: usize = 256;

    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: epoll_create1 takes a number and touches no memory of ours.
        let epoll = owned(unsafe { epoll_create1(CLOEXEC) })?;
        let poller = Self {
            epoll,
            bell: Arc::new(Bell::new()?),
            buffer: vec![EpollEvent { events: 0, data: 0 }; Self::BATCH].into(),
        };
        // The bell stays armed, unlike everything else.
        let fd = poller.bell.counter.as_raw_fd();
        poller.control(EPOLL_CTL_ADD, fd, BELL, EPOLLIN)?;
        Ok(poller)
    }

    pub(crate) fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.bell)
    }

    pub(crate) fn add(&mut self, fd: RawFd, token: u64, interest: Interest) -> io::Result<()> {
        let events = mask(interest);
        match self.control(EPOLL_CTL_ADD, fd, token, events) {
            // Left over from a wait that was leaked.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                self.control(EPOLL_CTL_MOD, fd, token, events)
            }
            result => result,
        }
    }

    pub(crate) fn modify(&mut self, fd: RawFd, token: u64, interest: Interest) -> io::Result<()> {
        let events = mask(interest);
        match self.control(EPOLL_CTL_MOD, fd, token, events) {
            // Closed while registered, which unregisters, and opened again.
            Err(e) if e.kind() == ErrorKind::NotFound => {
                self.control(EPOLL_CTL_ADD, fd, token, events)
            }
            result => result,
        }
    }

    pub(crate) fn remove(&mut self, fd: RawFd) {
        // A descriptor that was closed too early has removed itself.
        let _ = self.control(EPOLL_CTL_DEL, fd, 0, 0);
    }

    /// Waits and appends what is ready to `events`. A signal ends it early.
    pub(crate) fn wait(
        &mut self,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        // SAFETY: the kernel writes at most BATCH events, for which the buffer
        // has room, and any bytes make a valid EpollEvent.
        let count = unsafe {
            epoll_wait(
                self.epoll.as_raw_fd(),
                self.buffer.as_mut_ptr(),
                Self::BATCH as c_int,
                milliseconds(timeout),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            return match error.kind() {
                ErrorKind::Interrupted => Ok(()),
                _ => Err(error),
            };
        };
        for event in &self.buffer[..count] {
            // Copies: references into a packed struct are not allowed.
            let EpollEvent { events: bits, data } = *event;
            if data == BELL {
                self.bell.silence();
            } else {
                let ready = interest(bits);
                events.push(Event { token: data, ready });
            }
        }
        Ok(())
    }

    fn control(&self, op: c_int, fd: RawFd, token: u64, events: u32) -> io::Result<()> {
        let mut event = EpollEvent {
            events,
            data: token,
        };
        // SAFETY: `event` lives for the call, and the kernel only reads it. A
        // bad descriptor is an error, not undefined.
        match unsafe { epoll_ctl(self.epoll.as_raw_fd(), op, fd, &mut event) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn mask(interest: Interest) -> u32 {
    let mut events = EPOLLONESHOT;
    if interest.is_readable() {
        events |= EPOLLIN;
    }
    if interest.is_writable() {
        events |= EPOLLOUT;
    }
    events
}

fn interest(events: u32) -> Interest {
    let gone = events & (EPOLLHUP | EPOLLERR) != 0;
    let mut ready = Interest::NONE;
    if gone || events & EPOLLIN != 0 {
        ready = ready | Interest::READABLE;
    }
    if gone || events & EPOLLOUT != 0 {
        ready = ready | Interest::WRITABLE;
    }
    ready
}
