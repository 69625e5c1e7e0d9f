//! Waiting for two futures at once.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::task::Poll;

/// Runs both to their end and gives both results.
pub async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut left, mut right) = (None, None);

    poll_fn(move |cx| {
        if left.is_none() {
            if let Poll::Ready(value) = a.as_mut().poll(cx) {
                left = Some(value);
            }
        }
        if right.is_none() {
            if let Poll::Ready(value) = b.as_mut().poll(cx) {
                right = Some(value);
            }
        }
        match (left.take(), right.take()) {
            (Some(l), Some(r)) => Poll::Ready((l, r)),
            (l, r) => {
                (left, right) = (l, r);
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::both;
    use crate::Executor;
    use std::time::Duration;

    #[test]
    fn the_slower_one_is_waited_for() {
        let executor = Executor::new().unwrap();
        let handle = executor.handle();
        let slow = async move {
            handle.sleep(Duration::from_millis(2)).await;
            1
        };

        let sum = executor
            .block_on(async { both(slow, async { 2 }).await })
            .unwrap();
        assert_eq!(sum, (1, 2));
    }
}
