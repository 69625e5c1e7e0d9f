//! Giving up on a future that takes too long.

use crate::Handle;
use std::future::{poll_fn, Future};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// The time was over first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

/// What the future gives, if it does so in time.
pub async fn timeout<F: Future>(
    handle: &Handle,
    after: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut sleep = pin!(handle.sleep(after));

    poll_fn(move |cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        sleep.as_mut().poll(cx).map(|_| Err(Elapsed))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{timeout, Elapsed};
    use crate::Executor;
    use std::future::{pending, ready};
    use std::time::Duration;

    #[test]
    fn in_time_and_too_late() {
        let executor = Executor::new().unwrap();
        let handle = executor.handle();

        let results = executor
            .block_on(async move {
                let soon = Duration::from_millis(1);
                (
                    timeout(&handle, soon, ready(1)).await,
                    timeout(&handle, soon, pending::<u8>()).await,
                )
            })
            .unwrap();
        assert_eq!(results, (Ok(1), Err(Elapsed)));
    }
}
