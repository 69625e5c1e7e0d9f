//! Waiting for the first of two futures.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::task::Poll;

/// Which of the two was first, and what it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First<A, B> {
    /// The left one.
    Left(A),
    /// The right one.
    Right(B),
}

/// Gives the result of the first to finish and drops the other.
pub async fn race<A: Future, B: Future>(a: A, b: B) -> First<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));

    poll_fn(move |cx| {
        if let Poll::Ready(value) = a.as_mut().poll(cx) {
            return Poll::Ready(First::Left(value));
        }
        b.as_mut().poll(cx).map(First::Right)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{race, First};
    use crate::Executor;
    use std::time::Duration;

    #[test]
    fn the_faster_one_wins() {
        let executor = Executor::new().unwrap();
        let (near, far) = (executor.handle(), executor.handle());
        let first = executor
            .block_on(async move {
                race(
                    async move { far.sleep(Duration::from_secs(60)).await },
                    async move { near.sleep(Duration::from_millis(1)).await },
                )
                .await
            })
            .unwrap();

        assert!(matches!(first, First::Right(_)));
    }
}
