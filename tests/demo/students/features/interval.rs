//! A beat: the same span between ticks, however long the work takes.

use crate::Handle;
use std::time::{Duration, Instant};

/// Ticks at a fixed rate.
#[derive(Debug)]
pub struct Interval {
    handle: Handle,
    next: Instant,
    period: Duration,
}

impl Interval {
    /// The first tick comes at once, the others each `period` after the last.
    pub fn new(handle: &Handle, period: Duration) -> Self {
        Self {
            handle: handle.clone(),
            next: Instant::now(),
            period,
        }
    }

    /// Waits for the next tick; one that was missed comes at once.
    pub async fn tick(&mut self) {
        let wait = self.next.saturating_duration_since(Instant::now());

        if !wait.is_zero() {
            self.handle.sleep(wait).await;
        }
        self.next += self.period;
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;
    use crate::Executor;
    use std::time::{Duration, Instant};

    #[test]
    fn five_ticks_take_four_periods() {
        let executor = Executor::new().unwrap();
        let handle = executor.handle();
        let start = Instant::now();

        executor
            .block_on(async move {
                let mut beat = Interval::new(&handle, Duration::from_millis(2));
                for _ in 0..5 {
                    beat.tick().await;
                }
            })
            .unwrap();
        assert!(start.elapsed() >= Duration::from_millis(8));
    }
}
