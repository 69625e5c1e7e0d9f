//! Several threads: order, wakes, closing in the middle.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use {{crate_ident}}::{unbounded, PopError, RecvTimeoutError};

const PRODUCERS: usize = 3;

/// An item that knows who made it, and is missed when it is lost or dropped
/// twice.
struct Item {
    producer: usize,
    number: u32,
    alive: Arc<AtomicUsize>,
}

impl Item {
    fn new(producer: usize, number: u32, alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        let alive = Arc::clone(alive);
        Self {
            producer,
            number,
            alive,
        }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn items_of_each_producer_come_in_order_and_all_of_them() {
    const ITEMS: u32 = 20_000;
    let alive = Arc::new(AtomicUsize::new(0));
    let (sender, mut receiver) = unbounded();
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let (sender, alive) = (sender.clone(), Arc::clone(&alive));
            thread::spawn(move || {
                for number in 0..ITEMS {
                    let item = Item::new(producer, number, &alive);
                    assert!(sender.push(item).is_ok());
                }
            })
        })
        .collect();
    drop(sender);
    let mut next = [0; PRODUCERS];
    loop {
        let popped = receiver.pop();
        assert!(receiver.len() <= PRODUCERS * ITEMS as usize);
        match popped {
            Ok(item) => {
                assert_eq!(item.number, next[item.producer]);
                next[item.producer] += 1;
            }
            Err(PopError::Closed) => break,
            Err(PopError::Empty | PopError::Busy) => thread::yield_now(),
        }
    }
    assert_eq!(next, [ITEMS; PRODUCERS]);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
    for producer in producers {
        producer.join().unwrap();
    }
}

#[test]
fn no_window_between_looking_and_sleeping_loses_a_wake() {
    const ROUNDS: u32 = 5_000;
    let (ping, mut pinged) = unbounded();
    let (pong, mut ponged) = unbounded();
    let other = thread::spawn(move || {
        while let Some(number) = pinged.recv() {
            for _ in 0..number % 50 {
                std::hint::spin_loop();
            }
            pong.push(number).unwrap();
        }
    });
    for number in 0..ROUNDS {
        ping.push(number).unwrap();
        assert_eq!(ponged.recv(), Some(number));
    }
    drop(ping);
    other.join().unwrap();
    assert_eq!(ponged.recv(), None);
}

#[test]
fn a_close_ends_a_sleep() {
    for close in [true, false] {
        let (sender, mut receiver) = unbounded::<u32>();
        let closing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            if close {
                sender.close();
            }
        });
        assert_eq!(receiver.recv(), None);
        closing.join().unwrap();
    }
}

#[test]
fn a_limit_that_passes_as_an_item_comes_loses_neither() {
    const ROUNDS: u32 = 300;
    let (sender, mut receiver) = unbounded();
    let barrier = Arc::new(Barrier::new(2));
    let meet = Arc::clone(&barrier);
    let pushing = thread::spawn(move || {
        for round in 0..ROUNDS {
            meet.wait();
            let start = Instant::now();
            while start.elapsed() < Duration::from_micros(u64::from(round)) {
                std::hint::spin_loop();
            }
            sender.push(round).unwrap();
        }
    });
    for round in 0..ROUNDS {
        barrier.wait();
        let item = match receiver.recv_timeout(Duration::from_micros(100)) {
            Err(RecvTimeoutError::Timeout) => receiver.recv().unwrap(),
            result => result.unwrap(),
        };
        assert_eq!(item, round);
    }
    pushing.join().unwrap();
}

#[test]
fn a_push_that_races_a_close_is_delivered_or_refused() {
    for receiver_goes in [false, true] {
        for _ in 0..300 {
            let alive = Arc::new(AtomicUsize::new(0));
            let (sender, mut receiver) = unbounded();
            let barrier = Arc::new(Barrier::new(PRODUCERS + 1));
            let producers: Vec<_> = (0..PRODUCERS)
                .map(|producer| {
                    let (sender, barrier) = (sender.clone(), Arc::clone(&barrier));
                    let alive = Arc::clone(&alive);
                    thread::spawn(move || {
                        barrier.wait();
                        let items = (0..20).map(|number| Item::new(producer, number, &alive));
                        let pushes = items.map(|item| sender.push(item));
                        pushes.filter(Result::is_ok).count()
                    })
                })
                .collect();
            barrier.wait();
            let mut delivered = 0;
            if receiver_goes {
                drop(receiver);
            } else {
                sender.close();
                while let Some(item) = receiver.recv() {
                    drop(item);
                    delivered += 1;
                }
            }
            let counts = producers.into_iter().map(|p| p.join().unwrap());
            let pushed: usize = counts.sum();
            if !receiver_goes {
                assert_eq!(delivered, pushed);
            }
            drop(sender);
            assert_eq!(alive.load(Ordering::Relaxed), 0);
        }
    }
}

#[test]
fn the_receiver_may_move_between_threads() {
    let (sender, mut receiver) = unbounded();
    for number in 0..20 {
        let receiving = thread::spawn(move || {
            let item = receiver.recv();
            (item, receiver)
        });
        sender.push(number).unwrap();
        let item;
        (item, receiver) = receiving.join().unwrap();
        assert_eq!(item, Some(number));
    }
}
