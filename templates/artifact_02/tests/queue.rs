//! One thread: order, closing, ownership.
#![cfg(not(loom))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use {{crate_ident}}::{unbounded, Closed, PopError, RecvTimeoutError};

#[test]
fn a_new_queue_is_empty_and_gives_what_was_put_in() {
    let (sender, mut receiver) = unbounded();
    assert_eq!(receiver.pop(), Err(PopError::Empty));
    sender.push(7).unwrap();
    assert_eq!(receiver.pop(), Ok(7));
    assert_eq!(receiver.pop(), Err(PopError::Empty));
}

#[test]
fn items_come_in_order_whatever_their_values_and_the_fill() {
    let (sender, mut receiver) = unbounded();
    for fill in [1, 2, 31, 32, 33, 63, 64, 65, 1000] {
        let items = || (0..fill).chain([0, u64::MAX]);
        for item in items() {
            sender.push(item).unwrap();
        }
        for item in items() {
            assert_eq!(receiver.pop(), Ok(item));
        }
        assert_eq!(receiver.pop(), Err(PopError::Empty));
    }
}

#[test]
fn the_length_is_exact_at_rest() {
    let (sender, mut receiver) = unbounded();
    assert!(sender.is_empty() && receiver.is_empty());
    for count in 1..=40 {
        sender.push(count).unwrap();
        assert_eq!((sender.len(), receiver.len()), (count, count));
    }
    for count in (0..40).rev() {
        receiver.pop().unwrap();
        assert_eq!(receiver.len(), count);
    }
    sender.close();
    assert!(sender.push(1).is_err());
    assert_eq!(sender.len(), 0);
}

#[test]
fn the_last_sender_closes_and_what_is_in_comes_out_first() {
    let (sender, mut receiver) = unbounded();
    let other = sender.clone();
    sender.push(1).unwrap();
    drop(sender);
    other.push(2).unwrap();
    drop(other);
    assert_eq!(receiver.pop(), Ok(1));
    assert_eq!(receiver.recv(), Some(2));
    for _ in 0..3 {
        assert_eq!(receiver.pop(), Err(PopError::Closed));
        assert_eq!(receiver.recv(), None);
    }
}

#[test]
fn close_refuses_for_everybody_and_may_be_called_again() {
    let (sender, mut receiver) = unbounded();
    let other = sender.clone();
    sender.push(1).unwrap();
    other.close();
    sender.close();
    receiver.close();
    assert_eq!(sender.push(2), Err(Closed(2)));
    assert_eq!(other.push(3), Err(Closed(3)));
    assert_eq!(receiver.pop(), Ok(1));
    assert_eq!(receiver.pop(), Err(PopError::Closed));
}

/// Counts its drops.
struct Item(Rc<Cell<usize>>);

impl Drop for Item {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn what_is_in_is_dropped_once_with_the_receiver() {
    let drops = Rc::new(Cell::new(0));
    for fill in [0, 1, 2, 31, 32, 33] {
        drops.set(0);
        let (sender, mut receiver) = unbounded();
        for _ in 0..fill + 1 {
            assert!(sender.push(Item(Rc::clone(&drops))).is_ok());
        }
        drop(receiver.pop());
        assert_eq!(drops.get(), 1);
        drop(receiver);
        assert_eq!(drops.get(), fill + 1);
        let Closed(item) = sender.push(Item(Rc::clone(&drops))).unwrap_err();
        assert_eq!(drops.get(), fill + 1);
        drop((sender, item));
        assert_eq!(drops.get(), fill + 2);
    }
    assert_eq!(Rc::strong_count(&drops), 1);
}

#[test]
fn a_large_backlog_is_dropped_without_recursion() {
    let small = std::thread::Builder::new().stack_size(64 * 1024);
    let thread = small.spawn(|| {
        let (sender, receiver) = unbounded();
        for item in 0..100_000_u32 {
            sender.push(item).unwrap();
        }
        drop(receiver);
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn a_receive_with_a_limit_does_not_end_early() {
    let (sender, mut receiver) = unbounded::<u32>();
    let start = Instant::now();
    let limit = Duration::from_millis(5);
    let result = receiver.recv_timeout(limit);
    assert_eq!(result, Err(RecvTimeoutError::Timeout));
    assert!(start.elapsed() >= limit);
    let result = receiver.recv_timeout(Duration::ZERO);
    assert_eq!(result, Err(RecvTimeoutError::Timeout));
    sender.push(1).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(1));
    drop(sender);
    let result = receiver.recv_timeout(Duration::MAX);
    assert_eq!(result, Err(RecvTimeoutError::Closed));
}

#[test]
fn nothing_is_kept_for_later() {
    let (_sender, mut receiver) = unbounded::<u32>();
    assert_eq!(receiver.garbage_bound(), 1);
    receiver.quiesce();
    assert_eq!(receiver.pop(), Err(PopError::Empty));
}

#[test]
fn errors_say_what_is_wrong_without_asking_of_the_item() {
    struct Opaque;
    let (sender, receiver) = unbounded();
    drop(receiver);
    let error = sender.push(Opaque).unwrap_err();
    assert_eq!(error.to_string(), "the queue is closed");
    assert_eq!(format!("{error:?}"), "Closed { .. }");
    let busy = PopError::Busy.to_string();
    assert_eq!(busy, "the next item is still being linked");
}
