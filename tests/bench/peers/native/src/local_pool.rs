//! LocalPool of futures. It has neither timers nor a reactor.

use std::future::pending;

use futures_channel::mpsc;
use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;
use futures_util::StreamExt;

use crate::*;

pub fn run(shape: &str) -> Option<f64> {
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    Some(match shape {
        "spawn" => timed(TASKS, || {
            for _ in 0..TASKS {
                spawner.spawn_local(async {}).unwrap();
            }
            pool.run();
        }),
        "yield" => timed(YIELDS, || {
            spawner.spawn_local(give_way(YIELDS)).unwrap();
            pool.run();
        }),
        "yield-1000" => {
            for _ in 0..RING {
                spawner.spawn_local(give_way(RING_YIELDS)).unwrap();
            }
            timed(RING * RING_YIELDS, || pool.run())
        }
        "channel" => {
            let (to_b, mut at_b) = mpsc::unbounded::<u64>();
            let (to_a, mut at_a) = mpsc::unbounded::<u64>();
            spawner
                .spawn_local(async move {
                    while let Some(item) = at_b.next().await {
                        let _ = to_a.unbounded_send(item);
                    }
                })
                .unwrap();
            spawner
                .spawn_local(async move {
                    for i in 0..PINGS as u64 {
                        to_b.unbounded_send(i).unwrap();
                        at_a.next().await.unwrap();
                    }
                })
                .unwrap();
            timed(PINGS, || pool.run())
        }
        "wake" => {
            let (there, mut notified) = mpsc::unbounded::<()>();
            let (bell, rung) = std::sync::mpsc::channel::<()>();
            let other = std::thread::spawn(move || {
                while rung.recv().is_ok() {
                    there.unbounded_send(()).unwrap();
                }
            });
            let figure = timed_on_wall(WAKES, || {
                pool.run_until(async {
                    for _ in 0..WAKES {
                        bell.send(()).unwrap();
                        notified.next().await.unwrap();
                    }
                })
            });
            drop(bell);
            other.join().unwrap();
            figure
        }
        "memory" => weighed(TASKS, || {
            for _ in 0..TASKS {
                spawner.spawn_local(pending::<()>()).unwrap();
            }
            // They wait in a list until it takes them in.
            pool.run_until_stalled();
        }),
        _ => return None,
    })
}
