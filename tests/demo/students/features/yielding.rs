//! Giving way: a task that has much to do lets the others go first.

use std::future::poll_fn;
use std::task::Poll;

/// Lets every other task that can run have a turn.
pub async fn yield_now() {
    let mut yielded = false;

    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::yield_now;
    use crate::Executor;
    use std::{cell::RefCell, rc::Rc};

    #[test]
    fn two_tasks_take_turns() {
        let executor = Executor::new().unwrap();
        let log = Rc::new(RefCell::new(Vec::new()));

        for name in ["a", "b"] {
            let log = log.clone();
            drop(executor.spawn(async move {
                for _ in 0..3 {
                    log.borrow_mut().push(name);
                    yield_now().await;
                }
            }));
        }
        executor.run().unwrap();
        assert_eq!(*log.borrow(), ["a", "b", "a", "b", "a", "b"]);
    }
}
