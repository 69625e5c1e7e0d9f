//! Maps the queue's C interface on a crate made from artifact_02's template:
//! proof that validation asks no change of a student's crate. Names and codes
//! are those of cohort_queue.h. Built with `--extern flume_lock=...`, as a
//! module of queue_probe.rs.

use std::ffi::{c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::time::Duration;

use flume_lock::{unbounded, Closed, PopError, Receiver, RecvTimeoutError, Sender};

pub const EMPTY: c_int = 1;
pub const BUSY: c_int = 2;
pub const CLOSED: c_int = 4;
pub const TIMEOUT: c_int = 5;
pub const E_NOTSUP: c_int = -2;

type ItemDrop = unsafe extern "C" fn(*mut c_void, u64);
#[repr(C)]
pub struct Config { pub capacity: u64, pub item_drop: Option<ItemDrop>, pub ctx: *mut c_void }

/// An item that nobody took tells the suite so.
pub struct Item { value: u64, item_drop: Option<ItemDrop>, ctx: *mut c_void }
unsafe impl Send for Item {} // the suite's context may be used by any thread
impl Item {
    fn take(self) -> u64 { ManuallyDrop::new(self).value }
}
impl Drop for Item {
    fn drop(&mut self) {
        if let Some(f) = self.item_drop { unsafe { f(self.ctx, self.value) } }
    }
}

pub struct Tx { sender: Sender<Item>, item_drop: Option<ItemDrop>, ctx: *mut c_void }
pub type Rx = Receiver<Item>;

fn boxed<T>(value: T) -> *mut T { Box::into_raw(Box::new(value)) }
unsafe fn free<T>(p: *mut T) { if !p.is_null() { drop(Box::from_raw(p)) } }

macro_rules! export { ($(fn $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)? $body:block)*) => {
    $(#[no_mangle] pub unsafe extern "C" fn $name($($a: $t),*) $(-> $r)? $body)*
} }
export! {
fn cq_abi() -> u32 { 1 }
fn cq_name() -> *const c_char { c"flume-lock".as_ptr() }
fn cq_caps() -> u64 { 0b111_1110 } // all but bounded
fn cq_new(config: *const Config, tx: *mut *mut Tx, rx: *mut *mut Rx) -> c_int {
    let Config { capacity, item_drop, ctx } = *config;
    if capacity != 0 { return E_NOTSUP }
    let (sender, receiver) = unbounded();
    (*tx, *rx) = (boxed(Tx { sender, item_drop, ctx }), boxed(receiver));
    0
}
fn cq_tx_clone(tx: *mut Tx) -> *mut Tx {
    let Tx { sender, item_drop, ctx } = &*tx;
    boxed(Tx { sender: sender.clone(), item_drop: *item_drop, ctx: *ctx })
}
fn cq_tx_drop(tx: *mut Tx) { free(tx) }
fn cq_rx_drop(rx: *mut Rx) { free(rx) }
fn cq_push(tx: *mut Tx, value: u64) -> c_int {
    let Tx { sender, item_drop, ctx } = &*tx;
    match sender.push(Item { value, item_drop: *item_drop, ctx: *ctx }) {
        Ok(()) => 0,
        Err(Closed(item)) => { item.take(); CLOSED }
    }
}
fn cq_pop(rx: *mut Rx, item: *mut u64) -> c_int {
    match (*rx).pop() {
        Ok(taken) => { *item = taken.take(); 0 }
        Err(PopError::Empty) => EMPTY,
        Err(PopError::Busy) => BUSY,
        Err(PopError::Closed) => CLOSED,
    }
}
fn cq_recv(rx: *mut Rx, item: *mut u64, timeout_ns: i64) -> c_int {
    let limit = u64::try_from(timeout_ns).map_or(Duration::MAX, Duration::from_nanos);
    match (*rx).recv_timeout(limit) {
        Ok(taken) => { *item = taken.take(); 0 }
        Err(RecvTimeoutError::Timeout) => TIMEOUT,
        Err(RecvTimeoutError::Closed) => CLOSED,
    }
}
fn cq_close(tx: *mut Tx) -> c_int { (*tx).sender.close(); 0 }
fn cq_quiesce(rx: *mut Rx) -> c_int { (*rx).quiesce(); 0 }
fn cq_garbage_bound(rx: *mut Rx) -> u64 { (*rx).garbage_bound() as u64 }
fn cq_len_hint(rx: *mut Rx) -> u64 { (*rx).len() as u64 }
}
