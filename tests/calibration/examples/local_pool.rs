//! LocalPool of futures-executor, and the channel of futures-channel. It has
//! neither timers nor a reactor, and nothing that cancels.

use std::cell::RefCell;
use std::ffi::CStr;
use std::future::Future;
use std::io;
use std::pin::Pin;

use calibration::*;
use futures_channel::mpsc;
use futures_executor::{LocalPool, LocalSpawner};
use futures_util::task::LocalSpawnExt;
use futures_util::StreamExt;

struct Pool {
    pool: RefCell<LocalPool>,
    spawner: LocalSpawner,
}

impl Peer for Pool {
    const NAME: &'static CStr = c"LocalPool";
    const CAPS: u64 = CHANNEL | STALLED;
    const NESTS: bool = false;
    type Task = ();
    type Tx = mpsc::UnboundedSender<u64>;
    type Rx = mpsc::UnboundedReceiver<u64>;

    fn new() -> io::Result<Self> {
        let pool = LocalPool::new();
        Ok(Self { spawner: pool.spawner(), pool: RefCell::new(pool) })
    }

    fn spawn(&self, job: Job<Self>) {
        self.spawner.spawn_local(job).expect("the pool is alive")
    }

    fn block_on(&self, future: impl Future<Output = ()>) {
        self.pool.borrow_mut().run_until(future)
    }

    fn run_until_stalled(&self) {
        self.pool.borrow_mut().run_until_stalled()
    }

    fn channel() -> (Self::Tx, Self::Rx) {
        mpsc::unbounded()
    }

    fn send(tx: &Self::Tx, item: u64) -> bool {
        tx.unbounded_send(item).is_ok()
    }

    fn receive(rx: &'static mut Self::Rx) -> Pin<Box<dyn Future<Output = Option<u64>>>> {
        Box::pin(rx.next())
    }
}

export!(Pool);
