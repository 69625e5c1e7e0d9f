//! poll(2) and a socket pair, for every Unix without epoll.
//!
//! # Room for improvement
//!
//! Each wait walks all descriptors. kqueue(2) does not, on the systems that
//! have it.

use std::ffi::{c_int, c_short};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use super::{milliseconds, Event};
use crate::Interest;

// <poll.h>; these five have the same numbers on every Unix.
const POLLIN: c_short = 0x01;
const POLLOUT: c_short = 0x04;
const POLLERR: c_short = 0x08;
const POLLHUP: c_short = 0x10;
const POLLNVAL: c_short = 0x20;

/// `nfds_t`: wide on Linux and Solaris, narrow on the BSDs and their kin.
#[cfg(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "android",
))]
type Count = std::ffi::c_uint;
#[cfg(not(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "android",
)))]
type Count = std::ffi::c_ulong;

/// `struct pollfd`.
#[derive(Clone, Copy)]
#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: Count, timeout: c_int) -> c_int;
}

/// Ends a wait from any thread.
pub(crate) struct Bell {
    ring: UnixStream,
    heard: UnixStream,
}

impl Bell {
    fn new() -> io::Result<Self> {
        let (ring, heard) = UnixStream::pair()?;
        ring.set_nonblocking(true)?;
        heard.set_nonblocking(true)?;
        Ok(Self { ring, heard })
    }

    pub(crate) fn ring(&self) {
        // Full is as good as rung, and nothing else can go wrong.
        let _ = (&self.ring).write(&[1]);
    }

    fn silence(&self) {
        while matches!((&self.heard).read(&mut [0; 64]), Ok(64)) {}
    }
}

/// What is known of one descriptor.
struct Entry {
    fd: RawFd,
    token: u64,
    interest: Interest,
}

/// The descriptors of interest, in no order, and the bell.
pub(crate) struct Poller {
    bell: Arc<Bell>,
    entries: Vec<Entry>,
    shown: Vec<PollFd>,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            bell: Arc::new(Bell::new()?),
            entries: Vec::new(),
            shown: Vec::new(),
        })
    }

    pub(crate) fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.bell)
    }

    pub(crate) fn add(&mut self, fd: RawFd, token: u64, interest: Interest) -> io::Result<()> {
        self.entries.push(Entry {
            fd,
            token,
            interest,
        });
        Ok(())
    }

    pub(crate) fn modify(&mut self, fd: RawFd, token: u64, interest: Interest) -> io::Result<()> {
        let at = self.find(fd).ok_or(ErrorKind::NotFound)?;
        self.entries[at] = Entry {
            fd,
            token,
            interest,
        };
        Ok(())
    }

    pub(crate) fn remove(&mut self, fd: RawFd) {
        if let Some(at) = self.find(fd) {
            self.entries.swap_remove(at);
        }
    }

    /// Waits and appends what is ready to `events`. A signal ends it early.
    pub(crate) fn wait(
        &mut self,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        self.show();
        // SAFETY: the pointer and the count are those of one vector, and the
        // kernel writes only `revents`, for which any bits are valid.
        let count = unsafe {
            poll(
                self.shown.as_mut_ptr(),
                self.shown.len() as Count,
                milliseconds(timeout),
            )
        };
        if count < 0 {
            let error = io::Error::last_os_error();
            return match error.kind() {
                ErrorKind::Interrupted => Ok(()),
                _ => Err(error),
            };
        }
        if self.shown[0].revents != 0 {
            self.bell.silence();
        }
        let all = self.entries.iter_mut();
        let armed = all.filter(|entry| entry.interest != Interest::NONE);
        for (entry, shown) in armed.zip(&self.shown[1..]) {
            if shown.revents != 0 {
                entry.interest = Interest::NONE;
                events.push(Event {
                    token: entry.token,
                    ready: interest(shown.revents),
                });
            }
        }
        Ok(())
    }

    /// Lists the bell and what is armed. poll(2) reports a hang-up of all that
    /// it is shown, asked for or not, so the rest must not be on the list.
    fn show(&mut self) {
        let entry = |fd, events| PollFd {
            fd,
            events,
            revents: 0,
        };
        self.shown.clear();
        self.shown.push(entry(self.bell.heard.as_raw_fd(), POLLIN));
        for armed in &self.entries {
            if armed.interest != Interest::NONE {
                self.shown.push(entry(armed.fd, mask(armed.interest)));
            }
        }
    }

    fn find(&self, fd: RawFd) -> Option<usize> {
        self.entries.iter().position(|entry| entry.fd == fd)
    }
}

fn mask(interest: Interest) -> c_short {
    let mut events = 0;
    if interest.is_readable() {
        events |= POLLIN;
    }
    if interest.is_writable() {
        events |= POLLOUT;
    }
    events
}

fn interest(events: c_short) -> Interest {
    let gone = events & (POLLERR | POLLHUP | POLLNVAL) != 0;
    let mut ready = Interest::NONE;
    if gone || events & POLLIN != 0 {
        ready = ready | Interest::READABLE;
    }
    if gone || events & POLLOUT != 0 {
        ready = ready | Interest::WRITABLE;
    }
    ready
}
