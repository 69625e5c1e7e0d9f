//! One value, once, from one task to another.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

#[derive(Debug)]
struct Slot<T> {
    value: Option<T>,
    waiting: Option<Waker>,
    sender_lives: bool,
}

/// The end that gives.
#[derive(Debug)]
pub struct Giver<T>(Rc<RefCell<Slot<T>>>);

/// The end that takes.
#[derive(Debug)]
pub struct Taker<T>(Rc<RefCell<Slot<T>>>);

/// A pair of ends for one value.
pub fn oneshot<T>() -> (Giver<T>, Taker<T>) {
    let slot = Rc::new(RefCell::new(Slot {
        value: None,
        waiting: None,
        sender_lives: true,
    }));

    (Giver(slot.clone()), Taker(slot))
}

impl<T> Giver<T> {
    /// Gives the value.
    pub fn give(self, value: T) {
        self.0.borrow_mut().value = Some(value);
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        let waiting = {
            let mut slot = self.0.borrow_mut();
            slot.sender_lives = false;
            slot.waiting.take()
        };

        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

impl<T> Taker<T> {
    /// Waits for the value; `None` if the giver is gone without one.
    pub async fn take(self) -> Option<T> {
        poll_fn(|cx| {
            let mut slot = self.0.borrow_mut();

            if let Some(value) = slot.value.take() {
                return Poll::Ready(Some(value));
            }
            if !slot.sender_lives {
                return Poll::Ready(None);
            }
            slot.waiting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::oneshot;
    use crate::Executor;

    #[test]
    fn a_value_arrives() {
        let executor = Executor::new().unwrap();
        let (giver, taker) = oneshot();

        drop(executor.spawn(async move { giver.give(7) }));
        assert_eq!(executor.block_on(taker.take()).unwrap(), Some(7));
    }

    #[test]
    fn a_giver_that_goes_is_noticed() {
        let executor = Executor::new().unwrap();
        let (giver, taker) = oneshot::<u8>();

        drop(executor.spawn(async move { drop(giver) }));
        assert_eq!(executor.block_on(taker.take()).unwrap(), None);
    }
}
