//! What the operating system gives: waiting for descriptors, and a bell.
//!
//! Everything above this module speaks of a [`Poller`] and a [`Bell`] and does
//! not know which system is below. Linux has epoll and an eventfd; other Unix
//! systems get by with poll(2) and a socket pair. The standard library has no
//! names for epoll and poll, so the few functions that are needed are declared
//! here, beside the calls that use them.
//!
//! # The contract of a poller
//!
//! * `add`, `modify` and `remove` say which directions of a descriptor are of
//!   interest, and under which token it is reported.
//! * A poller is **level-triggered and one-shot**: what is ready at the next
//!   `wait` is reported, whenever it became so; what was reported is disarmed
//!   until the next `modify`.
//! * Errors and hang-ups make both directions ready: whoever waits is to try,
//!   and to get the error from the system.
//! * Ringing the bell, from any thread, ends a `wait` that is going on, or the
//!   next one.

use std::time::Duration;

use crate::Interest;

#[cfg(target_os = "linux")]
mod epoll;
#[cfg(any(test, not(target_os = "linux")))]
mod poll;

#[cfg(target_os = "linux")]
pub(crate) use epoll::{Bell, Poller};
#[cfg(not(target_os = "linux"))]
pub(crate) use poll::{Bell, Poller};

/// One descriptor that is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    /// What the descriptor was registered under.
    pub(crate) token: u64,
    /// The directions believed ready.
    pub(crate) ready: Interest,
}

/// A time-out in milliseconds as the system wants it: rounded **up**, for a
/// sleep that ends early is a busy loop; -1 is for ever.
fn milliseconds(timeout: Option<Duration>) -> i32 {
    let Some(timeout) = timeout else { return -1 };
    let rounded = timeout.as_nanos().div_ceil(1_000_000);
    i32::try_from(rounded).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_rounded_up_and_never_overflow() {
        assert_eq!(milliseconds(None), -1);
        assert_eq!(milliseconds(Some(Duration::ZERO)), 0);
        assert_eq!(milliseconds(Some(Duration::from_nanos(1))), 1);
        assert_eq!(milliseconds(Some(Duration::from_micros(1_001))), 2);
        assert_eq!(milliseconds(Some(Duration::MAX)), i32::MAX);
    }

    // Both systems keep the same contract, so both run the same tests: where
    // epoll is, poll(2) is too.
    macro_rules! poller_tests {
        ($module:ident) => {
            mod $module {
                use std::io::{Read, Write};
                use std::os::fd::AsRawFd;
                use std::os::unix::net::UnixStream;
                use std::time::{Duration, Instant};

                use crate::sys::$module::Poller;
                use crate::sys::Event;
                use crate::Interest;

                const SOON: Option<Duration> = Some(Duration::from_secs(5));
                const NOW: Option<Duration> = Some(Duration::ZERO);

                fn wait(poller: &mut Poller, limit: Option<Duration>) -> Vec<Event> {
                    let mut events = Vec::new();
                    poller.wait(limit, &mut events).unwrap();
                    events
                }

                #[test]
                fn data_that_is_there_already_is_reported_once_per_arming() {
                    let (here, mut there) = UnixStream::pair().unwrap();
                    let mut poller = Poller::new().unwrap();
                    there.write_all(b"x").unwrap();
                    poller.add(here.as_raw_fd(), 7, Interest::READABLE).unwrap();

                    let events = wait(&mut poller, SOON);
                    assert_eq!(events.len(), 1);
                    assert_eq!(events[0].token, 7);
                    assert!(events[0].ready.is_readable());
                    assert!(wait(&mut poller, NOW).is_empty());

                    poller
                        .modify(here.as_raw_fd(), 8, Interest::READABLE)
                        .unwrap();
                    assert_eq!(wait(&mut poller, SOON)[0].token, 8);
                }

                #[test]
                fn a_hang_up_makes_both_directions_ready_and_is_silent_after() {
                    let (here, there) = UnixStream::pair().unwrap();
                    let mut poller = Poller::new().unwrap();
                    drop(there);
                    poller.add(here.as_raw_fd(), 7, Interest::WRITABLE).unwrap();

                    let events = wait(&mut poller, SOON);
                    assert!(events[0].ready.is_readable());
                    assert!(events[0].ready.is_writable());
                    assert!(wait(&mut poller, NOW).is_empty());
                }

                #[test]
                fn a_removed_descriptor_is_not_reported() {
                    let (mut here, mut there) = UnixStream::pair().unwrap();
                    let mut poller = Poller::new().unwrap();
                    poller.add(here.as_raw_fd(), 7, Interest::READABLE).unwrap();
                    poller.remove(here.as_raw_fd());
                    there.write_all(b"x").unwrap();
                    assert!(wait(&mut poller, NOW).is_empty());
                    here.read_exact(&mut [0]).unwrap();
                }

                #[test]
                fn the_bell_ends_a_wait_each_time_it_is_rung() {
                    let mut poller = Poller::new().unwrap();
                    for _ in 0..3 {
                        let bell = poller.bell();
                        let ringer = std::thread::spawn(move || {
                            std::thread::sleep(Duration::from_millis(5));
                            bell.ring();
                        });
                        let start = Instant::now();
                        assert!(wait(&mut poller, SOON).is_empty());
                        assert!(start.elapsed() < Duration::from_secs(4));
                        ringer.join().unwrap();
                    }
                    let start = Instant::now();
                    wait(&mut poller, Some(Duration::from_millis(5)));
                    assert!(start.elapsed() >= Duration::from_millis(5));
                }
            }
        };
    }

    #[cfg(target_os = "linux")]
    poller_tests!(epoll);
    poller_tests!(poll);
}
