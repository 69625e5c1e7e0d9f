//! tokio: the current-thread runtime and a LocalSet.

use std::future::{pending, Future};
use std::os::unix::net::UnixStream as Std;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, Notify};
use tokio::task::LocalSet;
use tokio::time::sleep_until;

use crate::*;

pub fn run(shape: &str) -> Option<f64> {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    let local = LocalSet::new();
    Some(match shape {
        "spawn" => timed(TASKS, || {
            for _ in 0..TASKS {
                local.spawn_local(async {});
            }
            rt.block_on(local);
        }),
        "yield" => timed(YIELDS, || {
            local.spawn_local(give_way(YIELDS));
            rt.block_on(local);
        }),
        "yield-1000" => {
            for _ in 0..RING {
                local.spawn_local(give_way(RING_YIELDS));
            }
            timed(RING * RING_YIELDS, || rt.block_on(local))
        }
        "channel" => channel(&rt, local),
        "timers" => timers(&rt),
        "fire" => timed(TIMERS, || {
            for at in deadlines() {
                local.spawn_local(async move { sleep_until(at.into()).await });
            }
            rt.block_on(local);
        }),
        "echo" => echo(&rt, local),
        "wake" => wake(&rt),
        "memory" => {
            let figure = weighed(TASKS, || {
                for _ in 0..TASKS {
                    local.spawn_local(pending::<()>());
                }
            });
            drop(local);
            figure
        }
        _ => return None,
    })
}

fn channel(rt: &Runtime, local: LocalSet) -> f64 {
    let (to_b, mut at_b) = mpsc::unbounded_channel::<u64>();
    let (to_a, mut at_a) = mpsc::unbounded_channel::<u64>();
    local.spawn_local(async move {
        while let Some(item) = at_b.recv().await {
            let _ = to_a.send(item);
        }
    });
    local.spawn_local(async move {
        for i in 0..PINGS as u64 {
            to_b.send(i).unwrap();
            at_a.recv().await.unwrap();
        }
    });
    timed(PINGS, || rt.block_on(local))
}

fn timers(rt: &Runtime) -> f64 {
    let _inside = rt.enter();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    timed(TIMERS, || {
        let mut all = Vec::with_capacity(TIMERS);
        for _ in 0..TIMERS {
            let mut one = Box::pin(tokio::time::sleep(Duration::from_secs(3600)));
            assert!(one.as_mut().poll(&mut cx).is_pending());
            all.push(one);
        }
    })
}

fn echo(rt: &Runtime, local: LocalSet) -> f64 {
    let (a, b) = Std::pair().unwrap();
    let _inside = rt.enter();
    let [mut a, mut b] = [a, b].map(|end| {
        end.set_nonblocking(true).unwrap();
        UnixStream::from_std(end).unwrap()
    });
    local.spawn_local(async move {
        let mut byte = [0];
        while b.read_exact(&mut byte).await.is_ok() {
            b.write_all(&byte).await.unwrap();
        }
    });
    local.spawn_local(async move {
        let mut byte = [0];
        for _ in 0..ECHOES {
            a.write_all(&byte).await.unwrap();
            a.read_exact(&mut byte).await.unwrap();
        }
    });
    timed(ECHOES, || rt.block_on(local))
}

fn wake(rt: &Runtime) -> f64 {
    let there = Arc::new(Notify::new());
    let (bell, rung) = std::sync::mpsc::channel::<()>();
    let other = {
        let there = there.clone();
        std::thread::spawn(move || {
            while rung.recv().is_ok() {
                there.notify_one();
            }
        })
    };
    let figure = timed_on_wall(WAKES, || {
        rt.block_on(async {
            for _ in 0..WAKES {
                bell.send(()).unwrap();
                there.notified().await;
            }
        })
    });
    drop(bell);
    other.join().unwrap();
    figure
}
