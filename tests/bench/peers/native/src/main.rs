//! native PEER SHAPE: the least time of one step and the median, of several
//! rounds; in nanoseconds of processor time, of all threads, or bytes.

mod local_pool;
mod smol;
mod tokio_rt;

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

pub const TASKS: usize = 100_000;
pub const YIELDS: usize = 500_000;
pub const RING: usize = 1_000;
pub const RING_YIELDS: usize = 1_000;
pub const PINGS: usize = 100_000;
pub const TIMERS: usize = 200_000;
pub const ECHOES: usize = 500;
pub const WAKES: usize = 5_000;

/// Gives way COUNT times.
pub async fn give_way(count: usize) {
    let mut left = count;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// In no order, a quarter of a microsecond apart.
pub fn deadlines() -> impl Iterator<Item = Instant> {
    let start = Instant::now();
    (0..TIMERS).map(move |i| start + Duration::from_nanos((i * 7919 % TIMERS * 250) as u64))
}

fn clock(id: libc::clockid_t) -> f64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(id, &mut ts) };
    ts.tv_sec as f64 * 1e9 + ts.tv_nsec as f64
}

/// Nanoseconds of processor time, of all threads, for each of STEPS.
pub fn timed(steps: usize, work: impl FnOnce()) -> f64 {
    let began = clock(libc::CLOCK_PROCESS_CPUTIME_ID);
    work();
    (clock(libc::CLOCK_PROCESS_CPUTIME_ID) - began) / steps as f64
}

/// The same on the wall.
pub fn timed_on_wall(steps: usize, work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_nanos() as f64 / steps as f64
}

/// Bytes of the heap for each of STEPS.
pub fn weighed(steps: usize, work: impl FnOnce()) -> f64 {
    let heap = || unsafe {
        let info = libc::mallinfo2();
        (info.uordblks + info.hblkhd) as f64
    };
    let before = heap();
    work();
    (heap() - before) / steps as f64
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, peer, shape] = &args[..] else {
        eprintln!("usage: native PEER SHAPE");
        std::process::exit(2);
    };
    // As in the bench of the reference: what a round frees stays at hand.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
    }
    let run: fn(&str) -> Option<f64> = match peer.as_str() {
        "tokio" => tokio_rt::run,
        "async-executor" => smol::run,
        "LocalPool" => local_pool::run,
        _ => std::process::exit(2),
    };
    let mut figures = Vec::new();
    for _ in 0..15 {
        match run(shape) {
            Some(figure) => figures.push(figure),
            None => std::process::exit(3),
        }
    }
    figures.sort_by(f64::total_cmp);
    println!("{:.1} {:.1}", figures[0], figures[figures.len() / 2]);
}
