//! Sleeping.

mod common;

use std::cell::RefCell;
use std::future::Future;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::time::{Duration, Instant};

use common::yield_now;
use {{crate_ident}}::{Executor, Sleep};

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A waker that counts and belongs to no executor.
#[derive(Default)]
struct Counter(AtomicU32);

impl Counter {
    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn poll_with(sleep: &mut Sleep, counter: &Arc<Counter>) -> Poll<()> {
    let waker = Arc::clone(counter).into();
    Pin::new(sleep).poll(&mut Context::from_waker(&waker))
}

#[test]
fn a_sleep_never_ends_early() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    for step in 0..20 {
        let deadline = Instant::now() + Duration::from_micros(1 + step * 137);
        let sleep = handle.sleep_until(deadline);
        assert_eq!(sleep.deadline(), Some(deadline));
        executor.block_on(sleep).unwrap();
        assert!(Instant::now() >= deadline);
    }
}

/// The order in which sleeps ended, or nothing if this machine was too busy to
/// begin them all before the first was due.
fn order_of(delays: &[u64], margin: Duration) -> Option<Vec<u64>> {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let log = Rc::new(RefCell::new(Vec::new()));
    let start = Instant::now() + margin;
    for &delay in delays {
        let (sleep, log) = (handle.sleep_until(start + ms(delay)), Rc::clone(&log));
        drop(executor.spawn(async move {
            sleep.await;
            log.borrow_mut().push(delay);
        }));
    }
    executor.run_until_stalled().unwrap();
    let in_time = Instant::now() < start;
    executor.run().unwrap();
    in_time.then(|| log.take())
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines_and_equal_ones_all_do() {
    let mut delays = vec![30, 10, 20, 0, 10, 25];
    delays.extend([15; 1_000]);
    let mut margin = ms(20);
    let order = loop {
        if let Some(order) = order_of(&delays, margin) {
            break order;
        }
        margin *= 2;
    };
    delays.sort_unstable();
    assert_eq!(order, delays);
}

#[test]
fn what_is_past_is_ready_at_once() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    for _ in 0..100 {
        drop(executor.spawn(handle.sleep(Duration::ZERO)));
        drop(executor.spawn(handle.sleep_until(Instant::now())));
    }
    assert_eq!(executor.run_until_stalled().unwrap(), 200);
    executor.run().unwrap();
}

#[test]
fn what_is_too_far_away_neither_fires_nor_overflows() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let far = [
        handle.sleep(Duration::MAX),
        handle.sleep(Duration::from_secs(100 * 366 * 86_400)),
        handle.sleep(Duration::from_secs(30 * 86_400)),
    ];
    let tasks: Vec<_> = far.map(|sleep| executor.spawn(sleep)).into();
    executor.block_on(handle.sleep(ms(10))).unwrap();
    assert!(tasks.iter().all(|task| !task.is_finished()));
}

#[test]
fn an_earlier_sleep_shortens_a_longer_one() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    drop(executor.spawn(handle.sleep(Duration::from_secs(3600))));
    let start = Instant::now();
    executor
        .block_on(async {
            yield_now().await;
            handle.sleep(ms(5)).await;
        })
        .unwrap();
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn of_several_polls_only_the_last_waker_is_woken() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let (first, second) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut sleep = handle.sleep(ms(2));
    assert!(poll_with(&mut sleep, &first).is_pending());
    assert!(poll_with(&mut sleep, &second).is_pending());
    assert_eq!(Arc::strong_count(&first), 1);
    executor.block_on(handle.sleep(ms(5))).unwrap();
    assert_eq!((first.get(), second.get()), (0, 1));
    assert!(poll_with(&mut sleep, &second).is_ready());
}

#[test]
fn a_dropped_sleep_wakes_nobody_and_keeps_no_waker() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let counter = Arc::<Counter>::default();
    let mut sleep = handle.sleep(ms(1));
    assert!(poll_with(&mut sleep, &counter).is_pending());
    drop(sleep);
    assert_eq!(Arc::strong_count(&counter), 1);
    executor.block_on(handle.sleep(ms(4))).unwrap();
    assert_eq!(counter.get(), 0);
}

#[test]
fn a_sleep_may_move_between_tasks() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    // Long enough to be pending on a machine with much else to do.
    let mut sleep = Box::pin(handle.sleep(ms(400)));
    let short = handle.sleep(ms(1));
    executor
        .block_on(async {
            // Polled here first, where it loses to a shorter one.
            let mut short = pin!(short);
            std::future::poll_fn(|cx| {
                assert!(sleep.as_mut().poll(cx).is_pending());
                short.as_mut().poll(cx)
            })
            .await;
        })
        .unwrap();
    executor.block_on(sleep).unwrap();
}
