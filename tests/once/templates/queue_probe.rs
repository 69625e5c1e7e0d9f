//! Drives a crate made from artifact_02's template through the C interface.
//! Prints one line a check; panics at the first that fails.

#[path = "queue_adapter.rs"]
mod adapter;

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use adapter::*;

/// The sum of the items that were dropped.
unsafe extern "C" fn count(ctx: *mut c_void, item: u64) {
    let sum = unsafe { &*ctx.cast::<AtomicU64>() };
    sum.fetch_add(item, Ordering::Relaxed);
}

fn queue(dropped: &AtomicU64) -> (*mut Tx, *mut Rx) {
    let (mut tx, mut rx) = (null_mut(), null_mut());
    let ctx: *const AtomicU64 = dropped;
    let config = Config { capacity: 0, item_drop: Some(count), ctx: ctx.cast_mut().cast() };
    assert_eq!(unsafe { cq_new(&config, &mut tx, &mut rx) }, 0);
    (tx, rx)
}

fn answers() {
    let dropped = AtomicU64::new(0);
    let (tx, rx) = queue(&dropped);
    let mut item = 9;
    unsafe {
        assert_eq!((cq_pop(rx, &mut item), item), (EMPTY, 9));
        for value in [0, 1, u64::MAX] {
            assert_eq!(cq_push(tx, value), 0);
            assert_eq!(cq_len_hint(rx), 1);
            assert_eq!((cq_pop(rx, &mut item), item), (0, value));
        }
        let start = Instant::now();
        assert_eq!(cq_recv(rx, &mut item, 2_000_000), TIMEOUT);
        assert!(start.elapsed() >= Duration::from_millis(2));
        assert_eq!(cq_recv(rx, &mut item, 0), TIMEOUT);
        assert_eq!((cq_quiesce(rx), cq_garbage_bound(rx)), (0, 1));
        assert_eq!(cq_push(tx, 5), 0);
        assert_eq!((cq_close(tx), cq_close(tx)), (0, 0));
        assert_eq!(cq_push(tx, 6), CLOSED);
        assert_eq!((cq_recv(rx, &mut item, -1), item), (0, 5));
        assert_eq!(cq_pop(rx, &mut item), CLOSED);
        cq_tx_drop(tx);
        cq_rx_drop(rx);
        let bounded = Config { capacity: 4, item_drop: None, ctx: null_mut() };
        assert_eq!(cq_new(&bounded, null_mut(), null_mut()), E_NOTSUP);
    }
    assert_eq!(dropped.into_inner(), 0);
}

fn ownership() {
    let dropped = AtomicU64::new(0);
    let (tx, rx) = queue(&dropped);
    unsafe {
        for value in [1, 10, 100] {
            assert_eq!(cq_push(tx, value), 0);
        }
        let mut item = 0;
        assert_eq!(cq_pop(rx, &mut item), 0);
        cq_rx_drop(rx);
        assert_eq!(dropped.load(Ordering::Relaxed), 110);
        assert_eq!(cq_push(tx, 1000), CLOSED);
        cq_tx_drop(tx);
        cq_tx_drop(null_mut());
    }
    assert_eq!(dropped.into_inner(), 110);
}

fn threads() {
    const ITEMS: u64 = 20_000;
    let dropped = AtomicU64::new(0);
    let (tx, rx) = queue(&dropped);
    let producers: Vec<_> = (0..3_u64)
        .map(|producer| {
            let tx = unsafe { cq_tx_clone(tx) } as usize;
            thread::spawn(move || {
                let tx = tx as *mut Tx;
                for n in 0..ITEMS {
                    assert_eq!(unsafe { cq_push(tx, producer << 40 | n) }, 0);
                }
                unsafe { cq_tx_drop(tx) };
            })
        })
        .collect();
    unsafe { cq_tx_drop(tx) };
    let mut next = [0; 3];
    let mut item = 0;
    while unsafe { cq_recv(rx, &mut item, -1) } == 0 {
        let next = &mut next[(item >> 40) as usize];
        assert_eq!(item & 0xff_ffff_ffff, *next);
        *next += 1;
    }
    assert_eq!(next, [ITEMS; 3]);
    producers.into_iter().for_each(|p| p.join().unwrap());
    unsafe { cq_rx_drop(rx) };
    assert_eq!(dropped.into_inner(), 0);
}

fn main() {
    for (name, check) in [
        ("answers", answers as fn()),
        ("ownership", ownership),
        ("threads", threads),
    ] {
        check();
        println!("{name}");
    }
}
