//! A door that opens when everybody has arrived.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

#[derive(Debug)]
struct State {
    missing: usize,
    waiting: Vec<Waker>,
}

/// Counts down once and then stays open.
#[derive(Debug, Clone)]
pub struct Latch(Rc<RefCell<State>>);

impl Latch {
    /// A latch that opens after so many arrivals.
    pub fn new(arrivals: usize) -> Self {
        Self(Rc::new(RefCell::new(State {
            missing: arrivals,
            waiting: Vec::new(),
        })))
    }

    /// One arrival.
    pub fn arrive(&self) {
        let waiting = {
            let mut state = self.0.borrow_mut();
            state.missing = state.missing.saturating_sub(1);
            if state.missing > 0 {
                return;
            }
            std::mem::take(&mut state.waiting)
        };

        for waker in waiting {
            waker.wake();
        }
    }

    /// Waits until it is open.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();

            if state.missing == 0 {
                return Poll::Ready(());
            }
            state.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::Latch;
    use crate::Executor;

    #[test]
    fn opens_after_the_last_arrival() {
        let executor = Executor::new().unwrap();
        let latch = Latch::new(3);

        for _ in 0..3 {
            let latch = latch.clone();
            drop(executor.spawn(async move { latch.arrive() }));
        }
        executor.block_on(latch.wait()).unwrap();
    }
}
