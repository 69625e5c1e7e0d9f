//! Spawn, run, join, cancel, panic, drop.

mod common;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::{pending, poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use common::{spin, yield_now, Counts, OnDrop, Probe};
use {{crate_ident}}::{Executor, JoinError, RunError, TaskId};

#[test]
fn spawn_does_not_poll_and_a_run_does_once() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    let task = executor.spawn(Probe::ready_at(&counts, 1));
    assert_eq!(counts.polls.get(), 0);
    executor.run().unwrap();
    assert_eq!((counts.polls.get(), counts.drops.get()), (1, 1));
    assert!(task.is_finished());
}

#[test]
fn run_returns_at_once_without_tasks_every_time() {
    let executor = Executor::new().unwrap();
    executor.run().unwrap();
    executor.run().unwrap();
}

#[test]
fn tasks_are_first_polled_in_the_order_of_their_spawns() {
    let executor = Executor::new().unwrap();
    let log = Rc::new(RefCell::new(Vec::new()));
    for number in 0..10 {
        let log = Rc::clone(&log);
        drop(executor.spawn(async move { log.borrow_mut().push(number) }));
    }
    executor.run().unwrap();
    assert_eq!(*log.borrow(), (0..10).collect::<Vec<_>>());
}

#[test]
fn block_on_borrows_and_leaves_other_tasks_for_the_next_run() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    drop(executor.spawn(Probe::ready_at(&counts, 2)));
    let text = String::from("borrowed");
    let length = executor.block_on(async { text.len() }).unwrap();
    assert_eq!(length, 8);
    assert_eq!((counts.polls.get(), counts.drops.get()), (1, 0));
    counts.waker().wake();
    executor.run().unwrap();
    assert_eq!((counts.polls.get(), counts.drops.get()), (2, 1));
}

#[test]
fn a_join_handle_gives_the_output() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let sum = executor.block_on(async {
        let early = handle.spawn(ready(1));
        let late = handle.spawn(async {
            yield_now().await;
            2
        });
        late.await.unwrap() + early.await.unwrap()
    });
    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn a_chain_of_spawns_does_not_recurse() {
    fn link(handle: {{crate_ident}}::Handle, left: u32, count: Rc<Cell<u32>>) {
        count.set(count.get() + 1);
        if left > 0 {
            let next = handle.clone();
            drop(handle.spawn(async move { link(next, left - 1, count) }));
        }
    }
    let executor = Executor::new().unwrap();
    let count = Rc::new(Cell::new(0));
    link(executor.handle(), 20_000, Rc::clone(&count));
    executor.run().unwrap();
    assert_eq!(count.get(), 20_001);
}

#[test]
fn run_until_stalled_runs_all_that_can_and_never_sleeps() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    for yields in [1, 2, 7] {
        drop(executor.spawn(async move {
            for _ in 0..yields {
                yield_now().await;
            }
        }));
    }
    drop(executor.spawn(handle.sleep(Duration::from_secs(3600))));
    let start = Instant::now();
    assert_eq!(executor.run_until_stalled().unwrap(), 3 + 10 + 1);
    assert_eq!(executor.run_until_stalled().unwrap(), 0);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_run_inside_a_poll_is_refused_and_another_executor_is_not() {
    let executor = Rc::new(Executor::new().unwrap());
    let same = Rc::clone(&executor);
    executor
        .block_on(async move {
            assert!(matches!(same.run(), Err(RunError::Nested)));
            assert!(matches!(same.run_until_stalled(), Err(RunError::Nested)));
            let counts = Counts::new();
            let refused = same.block_on(Probe::pending(&counts));
            assert!(matches!(refused, Err(RunError::Nested)));
            assert_eq!((counts.polls.get(), counts.drops.get()), (0, 1));

            let other = Executor::new().unwrap();
            assert_eq!(other.block_on(ready(7)).unwrap(), 7);
        })
        .unwrap();
    executor.run().unwrap();
}

#[test]
fn cancel_drops_once_in_the_next_turn_and_never_polls_again() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    let task = executor.spawn(Probe::pending(&counts));
    executor.run_until_stalled().unwrap();
    assert!(task.cancel());
    assert!(!task.cancel());
    counts.waker().wake();
    executor.run_until_stalled().unwrap();
    assert_eq!((counts.polls.get(), counts.drops.get()), (1, 1));
    assert!(!task.cancel());
    let result = executor.block_on(task).unwrap();
    assert!(matches!(result, Err(JoinError::Cancelled)));
}

#[test]
fn a_task_may_cancel_itself() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let id = Rc::new(Cell::new(None));
    let seen = Rc::clone(&id);
    let drops = Rc::new(Cell::new(0));
    let dropped = Rc::clone(&drops);
    let task = executor.spawn(async move {
        let count = || {
            drops.set(drops.get() + 1);
        };
        let _count = OnDrop(count);
        let id: TaskId = seen.get().unwrap();
        assert!(handle.cancel(id));
        assert!(!handle.cancel(id));
        pending::<()>().await;
    });
    id.set(task.id());
    executor.run().unwrap();
    assert_eq!(dropped.get(), 1);
    let result = executor.block_on(task).unwrap();
    assert!(matches!(result, Err(JoinError::Cancelled)));
}

#[test]
fn ids_are_never_used_again() {
    let executor = Executor::new().unwrap();
    let mut ids = HashSet::new();
    for _ in 0..1_000 {
        let task = executor.spawn(ready(()));
        assert!(ids.insert(task.id().unwrap()));
        executor.run().unwrap();
        assert!(!task.cancel());
    }
    let number = ids.iter().next().unwrap().get();
    assert!(ids.contains(&TaskId::new(number).unwrap()));
    assert!(TaskId::new(0).is_none());
}

#[test]
fn a_panic_ends_its_task_alone_and_reaches_the_handle() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    let probe = Probe::pending(&counts);
    let task = executor.spawn(async move {
        let _probe = probe;
        yield_now().await;
        panic!("as asked");
    });
    let other = executor.spawn(async {
        yield_now().await;
        yield_now().await;
        5
    });
    let error = executor.block_on(task).unwrap().unwrap_err();
    assert_eq!(error.panic_message(), Some("as asked"));
    assert_eq!(error.to_string(), "the task panicked: as asked");
    assert_eq!(counts.drops.get(), 1);
    assert_eq!(executor.block_on(other).unwrap().unwrap(), 5);
}

#[test]
fn a_panic_of_the_main_future_leaves_the_executor_usable() {
    let executor = Executor::new().unwrap();
    let task = executor.spawn(async {
        yield_now().await;
        5
    });
    let run = std::panic::AssertUnwindSafe(|| executor.block_on(async { panic!("as asked") }));
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(executor.block_on(task).unwrap().unwrap(), 5);
}

#[test]
fn a_panic_in_a_drop_is_contained() {
    let executor = Executor::new().unwrap();
    let bomb = OnDrop(|| panic!("as asked"));
    let task = executor.spawn(async move {
        let _bomb = bomb;
        pending::<()>().await;
    });
    executor.run_until_stalled().unwrap();
    task.cancel();
    let result = executor.block_on(task).unwrap();
    assert!(matches!(result, Err(JoinError::Cancelled)));
}

#[test]
fn dropping_the_executor_drops_each_task_once() {
    let executor = Executor::new().unwrap();
    let all: Vec<_> = (0..10).map(|_| Counts::new()).collect();
    for (at, counts) in all.iter().enumerate() {
        drop(executor.spawn(Probe::pending(counts)));
        if at == 4 {
            executor.run_until_stalled().unwrap();
        }
    }
    drop(executor);
    for counts in &all {
        assert_eq!(counts.drops.get(), 1);
        if let Some(waker) = counts.waker.take() {
            waker.wake_by_ref();
            drop(waker.clone());
            waker.wake();
        }
    }
}

#[test]
fn a_drop_may_do_anything_also_while_the_executor_goes() {
    for during_run in [true, false] {
        let executor = Executor::new().unwrap();
        let handle = executor.handle();
        let counts = Counts::new();
        let other = executor.spawn(Probe::pending(&counts));
        let refused = Rc::new(Cell::new(None));
        let seen = Rc::clone(&refused);
        let kept = Rc::clone(&counts);
        let guard = OnDrop(move || {
            kept.waker().wake_by_ref();
            let task = handle.spawn(ready(()));
            refused.set(Some(task.is_finished() && task.id().is_none()));
            other.cancel();
            drop(handle.sleep(Duration::from_secs(1)));
            *kept.waker.borrow_mut() = None;
        });
        let task = executor.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        executor.run_until_stalled().unwrap();
        if during_run {
            task.cancel();
            executor.run().unwrap();
            assert_eq!(seen.get(), Some(false));
            assert_eq!(counts.drops.get(), 1);
        }
        drop(task);
        drop(executor);
        assert_eq!(seen.get(), Some(!during_run));
        assert_eq!(counts.drops.get(), 1);
    }
}

#[test]
fn the_future_of_a_finished_task_is_gone_when_its_handle_is_woken() {
    let executor = Executor::new().unwrap();
    let counts = Counts::new();
    let probe = Probe::ready_at(&counts, 2);
    let task = executor.spawn(probe);
    let waker_of = Rc::clone(&counts);
    drop(executor.spawn(async move {
        waker_of.waker().wake();
    }));
    executor.block_on(task).unwrap().unwrap();
    assert_eq!(counts.drops.get(), 1);
}

#[test]
fn tasks_that_spin_take_turns_and_hold_back_nobody() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let all: Rc<Vec<_>> = Rc::new((0..8).map(|_| Rc::new(Cell::new(0))).collect());
    for polls in all.iter() {
        drop(executor.spawn(spin(Rc::clone(polls))));
    }
    let watched = Rc::clone(&all);
    let widest = Rc::new(Cell::new(0));
    let gap = Rc::clone(&widest);
    drop(executor.spawn(async move {
        loop {
            let counts = || watched.iter().map(|polls| polls.get());
            let (least, most) = (counts().min().unwrap(), counts().max().unwrap());
            gap.set(gap.get().max(most - least));
            yield_now().await;
        }
    }));
    let start = Instant::now();
    let sleep = handle.sleep(Duration::from_millis(5));
    executor.block_on(sleep).unwrap();
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(all[0].get() > 1);
    assert!(widest.get() <= 2, "{} polls apart", widest.get());
}

#[test]
fn many_tasks_that_wake_each_other_do_not_recurse_or_starve_others() {
    let executor = Executor::new().unwrap();
    let rounds = Rc::new(Cell::new(0_u32));
    for _ in 0..100 {
        // Two tasks that do nothing but wake each other.
        let wakers = Rc::new(RefCell::new([None, None]));
        for side in 0..2 {
            let (wakers, rounds) = (Rc::clone(&wakers), Rc::clone(&rounds));
            drop(executor.spawn(poll_fn(move |cx| {
                rounds.set(rounds.get() + 1);
                let mut wakers = wakers.borrow_mut();
                wakers[side] = Some(cx.waker().clone());
                if let Some(other) = &wakers[1 - side] {
                    std::task::Waker::wake_by_ref(other);
                }
                Poll::<()>::Pending
            })));
        }
    }
    executor
        .block_on(async {
            for _ in 0..5 {
                yield_now().await;
            }
        })
        .unwrap();
    assert!(rounds.get() <= 200 * 8, "{}", rounds.get());
}
