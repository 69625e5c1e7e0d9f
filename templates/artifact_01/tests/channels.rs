//! The channel.

mod common;

use std::any::Any;
use std::pin::pin;
use std::rc::Rc;
use std::thread;

use common::{Counts, OnDrop, Probe};
use {{crate_ident}}::channel::{unbounded, SendError, TryRecvError};
use {{crate_ident}}::Executor;

#[test]
fn items_of_each_thread_come_in_order_and_all_of_them() {
    const ITEMS: u32 = 2_000;
    let executor = Executor::new().unwrap();
    let (sender, mut receiver) = unbounded();
    let threads: Vec<_> = (0..3_usize)
        .map(|thread| {
            let sender = sender.clone();
            thread::spawn(move || {
                for item in 0..ITEMS {
                    sender.send((thread, item)).unwrap();
                }
            })
        })
        .collect();
    drop(sender);
    let next = executor.block_on(async {
        let mut next = [0; 3];
        while let Some((thread, item)) = receiver.recv().await {
            assert_eq!(item, next[thread]);
            next[thread] += 1;
        }
        next
    });
    assert_eq!(next.unwrap(), [ITEMS; 3]);
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn the_last_sender_closes_after_what_is_queued() {
    let (sender, mut receiver) = unbounded();
    let other = sender.clone();
    sender.send(1).unwrap();
    drop(sender);
    other.send(2).unwrap();
    drop(other);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn the_drop_of_the_last_sender_wakes_the_receiver() {
    let executor = Executor::new().unwrap();
    let (sender, mut receiver) = unbounded::<()>();
    let task = executor.spawn(async move { receiver.recv().await });
    executor.run_until_stalled().unwrap();
    let dropping = thread::spawn(move || drop(sender));
    assert_eq!(executor.block_on(task).unwrap().unwrap(), None);
    dropping.join().unwrap();
}

#[test]
fn a_send_to_nobody_gives_the_item_back() {
    let (sender, receiver) = unbounded();
    assert!(!sender.is_closed());
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send(5), Err(SendError(5)));
}

#[test]
fn what_was_not_received_is_dropped_with_the_receiver_and_may_send() {
    let (sender, receiver) = unbounded::<Box<dyn Any>>();
    let counts = Counts::new();
    for _ in 0..2 {
        let (again, probe) = (sender.clone(), Probe::pending(&counts));
        let item = Box::new(OnDrop(move || {
            let _ = &probe;
            assert!(again.send(Box::new(())).is_err());
        }));
        assert!(sender.send(item).is_ok());
    }
    drop(receiver);
    assert_eq!(counts.drops.get(), 2);
}

#[test]
fn a_dropped_wait_loses_no_item_and_no_wake() {
    let executor = Executor::new().unwrap();
    let (sender, mut receiver) = unbounded();
    let counts = Rc::new(Counts::default());
    executor
        .block_on(async {
            {
                let mut wait = pin!(receiver.recv());
                std::future::poll_fn(|cx| {
                    *counts.waker.borrow_mut() = Some(cx.waker().clone());
                    assert!(std::future::Future::poll(wait.as_mut(), cx).is_pending());
                    std::task::Poll::Ready(())
                })
                .await;
                sender.send(9).unwrap();
            }
            assert_eq!(receiver.recv().await, Some(9));
        })
        .unwrap();
}
