//! The same in every order that the memory model allows.
//!
//! Needs loom: take the comment marks off its two lines in `Cargo.toml`, then
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom`.
#![cfg(loom)]

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use {{crate_ident}}::{unbounded, PopError, Receiver};

/// Pops until there is something, letting others run.
fn pop_or_closed<T>(receiver: &mut Receiver<T>) -> Option<T> {
    loop {
        match receiver.pop() {
            Ok(item) => return Some(item),
            Err(PopError::Closed) => return None,
            Err(PopError::Empty | PopError::Busy) => thread::yield_now(),
        }
    }
}

/// With a limit on preemptions, for models that are too large without.
fn model(preemptions: usize, f: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(f);
}

#[test]
fn two_producers_keep_their_orders() {
    model(2, || {
        let (sender, mut receiver) = unbounded();
        let other = sender.clone();
        let pushing = thread::spawn(move || {
            other.push(10).unwrap();
            other.push(11).unwrap();
        });
        let more = thread::spawn(move || sender.push(0).unwrap());
        let mut next = [0, 10];
        while let Some(item) = receiver.recv() {
            assert_eq!(item, next[item / 10]);
            next[item / 10] += 1;
        }
        assert_eq!(next, [1, 12]);
        pushing.join().unwrap();
        more.join().unwrap();
    });
}

#[test]
fn empty_is_honest() {
    model(3, || {
        let (sender, mut receiver) = unbounded();
        let other = sender.clone();
        let slow = thread::spawn(move || other.push(1).unwrap());
        sender.push(2).unwrap();
        // This push is over: whatever the other is up to, there is an item.
        assert_ne!(receiver.pop(), Err(PopError::Empty));
        slow.join().unwrap();
    });
}

#[test]
fn a_sleeping_receiver_is_woken_by_a_push_and_by_a_close() {
    model(3, || {
        let (sender, mut receiver) = unbounded();
        let pushing = thread::spawn(move || {
            sender.push(1).unwrap();
        });
        assert_eq!(receiver.recv(), Some(1));
        assert_eq!(receiver.recv(), None);
        pushing.join().unwrap();
    });
}

#[test]
fn what_happened_before_a_push_and_a_close_is_visible() {
    model(3, || {
        let (sender, mut receiver) = unbounded();
        let note = Arc::new(AtomicUsize::new(0));
        let written = Arc::clone(&note);
        let pushing = thread::spawn(move || {
            written.store(1, Ordering::Relaxed);
            sender.push(()).unwrap();
            written.store(2, Ordering::Relaxed);
            drop(sender);
        });
        assert!(pop_or_closed(&mut receiver).is_some());
        assert!(note.load(Ordering::Relaxed) >= 1);
        assert!(pop_or_closed(&mut receiver).is_none());
        assert_eq!(note.load(Ordering::Relaxed), 2);
        pushing.join().unwrap();
    });
}

#[test]
fn what_every_sender_did_is_visible_when_the_last_has_gone() {
    model(3, || {
        let (sender, mut receiver) = unbounded::<()>();
        let notes = [0; 2].map(|note| Arc::new(AtomicUsize::new(note)));
        let threads = [0, 1].map(|at| {
            let (sender, note) = (sender.clone(), Arc::clone(&notes[at]));
            thread::spawn(move || {
                note.store(1, Ordering::Relaxed);
                drop(sender);
            })
        });
        drop(sender);
        assert_eq!(receiver.recv(), None);
        for note in notes {
            assert_eq!(note.load(Ordering::Relaxed), 1);
        }
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_push_that_races_a_close_is_delivered_or_refused() {
    model(3, || {
        let (sender, mut receiver) = unbounded();
        let other = sender.clone();
        let pushing = thread::spawn(move || other.push(Arc::new(())).is_ok());
        sender.close();
        let mut delivered = false;
        while pop_or_closed(&mut receiver).is_some() {
            delivered = true;
        }
        assert_eq!(receiver.pop().err(), Some(PopError::Closed));
        assert_eq!(pushing.join().unwrap(), delivered);
    });
}

#[test]
fn a_receiver_that_goes_leaks_nothing() {
    // loom reports an `Arc` that is left over.
    model(3, || {
        let (sender, receiver) = unbounded();
        let pushing = thread::spawn(move || {
            let _ = sender.push(Arc::new(()));
            let _ = sender.push(Arc::new(()));
        });
        drop(receiver);
        pushing.join().unwrap();
    });
}
