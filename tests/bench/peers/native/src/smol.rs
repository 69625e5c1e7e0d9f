//! async-executor's LocalExecutor; timers and reactor of async-io.

use std::future::{pending, Future};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::time::{Duration, Instant};

use async_executor::LocalExecutor;
use async_io::{block_on, Async, Timer};
use futures_lite::{AsyncReadExt, AsyncWriteExt};

use crate::*;

pub fn run(shape: &str) -> Option<f64> {
    let ex = LocalExecutor::new();
    Some(match shape {
        "spawn" => timed(TASKS, || {
            for _ in 0..TASKS {
                ex.spawn(async {}).detach();
            }
            while ex.try_tick() {}
        }),
        "yield" => timed(YIELDS, || block_on(ex.run(ex.spawn(give_way(YIELDS))))),
        "yield-1000" => {
            let all: Vec<_> = (0..RING).map(|_| ex.spawn(give_way(RING_YIELDS))).collect();
            timed(RING * RING_YIELDS, || block_on(ex.run(join(all))))
        }
        "channel" => channel(&ex),
        "timers" => timers(),
        "fire" => timed(TIMERS, || {
            let all = deadlines()
                .map(|at| {
                    ex.spawn(async move {
                        Timer::at(at).await;
                    })
                })
                .collect();
            block_on(ex.run(join(all)))
        }),
        "echo" => echo(&ex),
        "wake" => wake(),
        "memory" => weighed(TASKS, || {
            for _ in 0..TASKS {
                ex.spawn(pending::<()>()).detach();
            }
        }),
        _ => return None,
    })
}

async fn join(all: Vec<async_executor::Task<()>>) {
    for one in all {
        one.await
    }
}

fn channel(ex: &LocalExecutor<'_>) -> f64 {
    let (to_b, at_b) = async_channel::unbounded::<u64>();
    let (to_a, at_a) = async_channel::unbounded::<u64>();
    ex.spawn(async move {
        while let Ok(item) = at_b.recv().await {
            let _ = to_a.send(item).await;
        }
    })
    .detach();
    let a = ex.spawn(async move {
        for i in 0..PINGS as u64 {
            to_b.send(i).await.unwrap();
            at_a.recv().await.unwrap();
        }
    });
    timed(PINGS, || block_on(ex.run(a)))
}

fn timers() -> f64 {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    timed(TIMERS, || {
        let mut all = Vec::with_capacity(TIMERS);
        for _ in 0..TIMERS {
            let mut one = Box::pin(Timer::at(Instant::now() + Duration::from_secs(3600)));
            assert!(Pin::new(&mut one).poll(&mut cx).is_pending());
            all.push(one);
        }
    })
}

fn echo(ex: &LocalExecutor<'_>) -> f64 {
    let (a, b) = UnixStream::pair().unwrap();
    let [mut a, mut b] = [a, b].map(|end| Async::new(end).unwrap());
    ex.spawn(async move {
        let mut byte = [0];
        while b.read_exact(&mut byte).await.is_ok() {
            b.write_all(&byte).await.unwrap();
        }
    })
    .detach();
    let a = ex.spawn(async move {
        let mut byte = [0];
        for _ in 0..ECHOES {
            a.write_all(&byte).await.unwrap();
            a.read_exact(&mut byte).await.unwrap();
        }
    });
    timed(ECHOES, || block_on(ex.run(a)))
}

fn wake() -> f64 {
    let (there, notified) = async_channel::unbounded::<()>();
    let (bell, rung) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        while rung.recv().is_ok() {
            there.try_send(()).unwrap();
        }
    });
    let figure = timed_on_wall(WAKES, || {
        block_on(async {
            for _ in 0..WAKES {
                bell.send(()).unwrap();
                notified.recv().await.unwrap();
            }
        })
    });
    drop(bell);
    other.join().unwrap();
    figure
}
