//! So many at once and no more.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

#[derive(Debug)]
struct State {
    free: usize,
    waiting: VecDeque<Waker>,
}

/// A number of permits that tasks of one executor share.
#[derive(Debug, Clone)]
pub struct Semaphore(Rc<RefCell<State>>);

/// One permit; dropping it gives it back.
#[derive(Debug)]
pub struct Permit(Rc<RefCell<State>>);

impl Semaphore {
    /// A semaphore with so many permits.
    pub fn new(permits: usize) -> Self {
        Self(Rc::new(RefCell::new(State {
            free: permits,
            waiting: VecDeque::new(),
        })))
    }

    /// Waits for a permit.
    pub async fn acquire(&self) -> Permit {
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();

            if state.free == 0 {
                state.waiting.push_back(cx.waker().clone());
                return Poll::Pending;
            }
            state.free -= 1;
            Poll::Ready(Permit(self.0.clone()))
        })
        .await
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.borrow_mut();
            state.free += 1;
            std::mem::take(&mut state.waiting)
        };

        for waker in waiting {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Semaphore;
    use crate::Executor;
    use std::{cell::Cell, rc::Rc, time::Duration};

    #[test]
    fn never_more_than_the_permits() {
        let executor = Executor::new().unwrap();
        let semaphore = Semaphore::new(2);
        let (inside, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));

        for _ in 0..6 {
            let (semaphore, handle) = (semaphore.clone(), executor.handle());
            let (inside, most) = (inside.clone(), most.clone());
            drop(executor.spawn(async move {
                let _permit = semaphore.acquire().await;
                inside.set(inside.get() + 1);
                most.set(most.get().max(inside.get()));
                handle.sleep(Duration::from_millis(1)).await;
                inside.set(inside.get() - 1);
            }));
        }
        executor.run().unwrap();
        assert_eq!((inside.get(), most.get()), (0, 2));
    }
}
