//! What a waker promises, on this thread and on others.

mod common;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{mpsc, Arc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use common::{yield_now, Counts, OnDrop, Probe};
use {{crate_ident}}::Executor;

#[test]
fn wakes_in_a_poll_are_not_lost_and_make_one_poll() {
    let executor = Executor::new().unwrap();
    let mut polls = 0;
    let count = poll_fn(move |cx| {
        polls += 1;
        for _ in 0..3 {
            cx.waker().wake_by_ref();
        }
        if polls == 50 {
            Poll::Ready(polls)
        } else {
            Poll::Pending
        }
    });
    let task = executor.spawn(count);
    assert_eq!(executor.run_until_stalled().unwrap(), 50);
    assert_eq!(executor.block_on(task).unwrap().unwrap(), 50);
}

#[test]
fn without_a_wake_there_is_no_poll() {
    let executor = Executor::new().unwrap();
    let all: Vec<_> = (0..10).map(|_| Counts::new()).collect();
    for counts in &all {
        drop(executor.spawn(Probe::pending(counts)));
    }
    let polls = Rc::new(Cell::new(0));
    drop(executor.spawn(common::spin(Rc::clone(&polls))));
    let sleep = executor.handle().sleep(Duration::from_millis(2));
    executor.block_on(sleep).unwrap();
    assert!(all.iter().all(|counts| counts.polls.get() == 1));
}

#[test]
fn an_old_waker_wakes_nobody_else() {
    let executor = Executor::new().unwrap();
    let mut old = Vec::new();
    for _ in 0..1_000 {
        let counts = Counts::new();
        drop(executor.spawn(Probe::ready_at(&counts, 1)));
        executor.run().unwrap();
        old.push(counts.waker());
    }
    let fresh: Vec<_> = (0..10).map(|_| Counts::new()).collect();
    for counts in &fresh {
        drop(executor.spawn(Probe::pending(counts)));
    }
    executor.run_until_stalled().unwrap();
    old.into_iter().for_each(Waker::wake);
    executor.run_until_stalled().unwrap();
    assert!(fresh.iter().all(|counts| counts.polls.get() == 1));
}

#[test]
fn a_clone_does_not_need_its_original_and_wake_never_polls_inline() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    drop(executor.spawn(Probe::pending(&counts)));
    executor.run_until_stalled().unwrap();
    let original = counts.waker.take().unwrap();
    let clone = original.clone();
    drop(original);
    clone.wake_by_ref();
    clone.wake();
    assert_eq!(counts.polls.get(), 1);
    executor.run_until_stalled().unwrap();
    assert_eq!(counts.polls.get(), 2);
}

#[test]
fn will_wake_knows_a_task_and_tells_two_apart() {
    let executor = Executor::new().unwrap();
    let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
    let mine = Rc::clone(&kept);
    let same = executor.spawn(poll_fn(move |cx| {
        let first = mine.borrow_mut().replace(cx.waker().clone());
        cx.waker().wake_by_ref();
        match first {
            Some(waker) => Poll::Ready(waker.will_wake(cx.waker())),
            None => Poll::Pending,
        }
    }));
    let other = executor.spawn(poll_fn(move |cx| {
        let kept = kept.borrow();
        Poll::Ready(kept.as_ref().unwrap().will_wake(cx.waker()))
    }));
    executor.run().unwrap();
    assert!(executor.block_on(same).unwrap().unwrap());
    assert!(!executor.block_on(other).unwrap().unwrap());
}

#[test]
fn a_wake_from_another_thread_ends_a_sleep_each_time() {
    let executor = Executor::new().unwrap();
    let (sender, receiver) = mpsc::channel::<Waker>();
    let waking = thread::spawn(move || {
        for waker in receiver {
            thread::sleep(Duration::from_millis(5));
            waker.wake();
        }
    });
    let mut polls = 0;
    let done = poll_fn(move |cx| {
        polls += 1;
        if polls == 4 {
            return Poll::Ready(());
        }
        sender.send(cx.waker().clone()).unwrap();
        Poll::Pending
    });
    executor.block_on(done).unwrap();
    waking.join().unwrap();
}

#[test]
fn no_window_between_looking_and_sleeping_loses_a_wake() {
    const ROUNDS: u32 = 5_000;
    let executor = Executor::new().unwrap();
    let (sender, receiver) = mpsc::channel::<Waker>();
    let done = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&done);
    let waking = thread::spawn(move || {
        for waker in receiver {
            let round = done.load(Ordering::Relaxed) + 1;
            for _ in 0..round % 50 {
                std::hint::spin_loop();
            }
            done.store(round, Ordering::Relaxed);
            waker.wake();
        }
    });
    let mut asked = 0;
    let all = poll_fn(move |cx| {
        // What the thread wrote before its wake is visible now.
        assert_eq!(seen.load(Ordering::Relaxed), asked);
        if asked == ROUNDS {
            return Poll::Ready(());
        }
        asked += 1;
        sender.send(cx.waker().clone()).unwrap();
        Poll::Pending
    });
    executor.block_on(all).unwrap();
    waking.join().unwrap();
}

#[test]
fn a_waker_may_be_dropped_last_and_anywhere() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    let waker = {
        drop(executor.spawn(Probe::pending(&counts)));
        executor.run_until_stalled().unwrap();
        counts.waker.take().unwrap()
    };
    thread::spawn(move || {
        let clone = waker.clone();
        waker.wake();
        clone.wake_by_ref();
    })
    .join()
    .unwrap();
    executor.run_until_stalled().unwrap();
    assert_eq!(counts.polls.get(), 2);
    let own = counts.waker();
    drop(executor);
    assert_eq!(counts.drops.get(), 1);
    thread::spawn(move || drop(own)).join().unwrap();
}

#[test]
fn a_future_is_dropped_on_its_own_thread() {
    let executor = Executor::new().unwrap();
    let dropped_on = Rc::new(Cell::new(None));
    let note = Rc::clone(&dropped_on);
    let guard = OnDrop(move || note.set(Some(thread::current().id())));
    let counts = Counts::new();
    let probe = Probe::ready_at(&counts, 2);
    drop(executor.spawn(async move {
        let _guard = guard;
        probe.await;
    }));
    executor.run_until_stalled().unwrap();
    let waker = counts.waker.take().unwrap();
    let waking = thread::spawn(move || waker.wake());
    executor.run().unwrap();
    waking.join().unwrap();
    assert_eq!(dropped_on.get(), Some(thread::current().id()));
}

#[test]
fn parking_the_thread_does_not_swallow_a_wake() {
    let executor = Executor::new().unwrap();
    let mut polls = 0;
    let done = poll_fn(move |cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let here = thread::current();
        let waking = thread::spawn(move || {
            waker.wake();
            here.unpark();
        });
        thread::park();
        waking.join().unwrap();
        Poll::Pending
    });
    executor.block_on(done).unwrap();
}

#[test]
fn a_remote_spawn_ends_a_sleep_and_runs_here() {
    let executor = Executor::new().unwrap();
    let remote = executor.handle().remote();
    let here = thread::current().id();
    let (sender, receiver) = mpsc::channel();
    let arrived = poll_fn(|cx| {
        if let Ok(thread) = receiver.try_recv() {
            return Poll::Ready(thread);
        }
        let (remote, sender) = (remote.clone(), sender.clone());
        let waker = cx.waker().clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            let task = async move {
                sender.send(thread::current().id()).unwrap();
                waker.wake();
            };
            remote.spawn(task).unwrap();
        });
        Poll::Pending
    });
    assert_eq!(executor.block_on(arrived).unwrap(), here);
}

#[test]
fn remote_spawns_from_many_threads_all_run() {
    const EACH: u32 = 1_000;
    let executor = Executor::new().unwrap();
    let count = Arc::new(AtomicU32::new(0));
    let spawning: Vec<_> = (0..3)
        .map(|_| {
            let (remote, count) = (executor.handle().remote(), Arc::clone(&count));
            thread::spawn(move || {
                for _ in 0..EACH {
                    let count = Arc::clone(&count);
                    let task = async move {
                        count.fetch_add(1, Ordering::Relaxed);
                    };
                    remote.spawn(task).unwrap();
                }
            })
        })
        .collect();
    while spawning.iter().any(|thread| !thread.is_finished()) {
        executor.run().unwrap();
    }
    executor.run().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 3 * EACH);
}

#[test]
fn a_remote_spawn_in_the_last_poll_of_all_is_run_too() {
    let executor = Executor::new().unwrap();
    for yields in 0..140 {
        let remote = executor.handle().remote();
        let (token, seen) = (Arc::new(()), Arc::new(AtomicU32::new(0)));
        let (moved, count) = (Arc::clone(&token), Arc::clone(&seen));
        drop(executor.spawn(async move {
            for _ in 0..yields {
                yield_now().await;
            }
            let arrival = async move {
                drop(moved);
                count.fetch_add(1, Ordering::Relaxed);
            };
            remote.spawn(arrival).unwrap();
        }));
        executor.run().unwrap();
        assert_eq!(seen.load(Ordering::Relaxed), 1, "{yields} yields");
        assert_eq!(Arc::strong_count(&token), 1);
    }
}

#[test]
fn a_remote_spawn_is_refused_when_the_executor_is_gone() {
    let executor = Executor::new().unwrap();
    let remote = executor.handle().remote();
    let token = Arc::new(());
    let task = |token: Arc<()>| async move { drop(token) };
    remote.spawn(task(Arc::clone(&token))).unwrap();
    drop(executor);
    assert_eq!(Arc::strong_count(&token), 1);
    let refused = remote.spawn(task(Arc::clone(&token))).unwrap_err();
    assert_eq!(refused.to_string(), "the executor is gone");
    assert_eq!(Arc::strong_count(&token), 2);
}
