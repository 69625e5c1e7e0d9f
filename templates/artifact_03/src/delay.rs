//! The trait of delays, in the shape of `embedded_hal::delay` 1.0.

/// Waits, for as long as it was told or a little longer.
pub trait DelayNs {
    /// Waits for so many nanoseconds.
    fn delay_ns(&mut self, ns: u32);

    /// Waits for so many microseconds.
    fn delay_us(&mut self, us: u32) {
        for _ in 0..us / 1_000_000 {
            self.delay_ns(1_000_000_000);
        }
        self.delay_ns(us % 1_000_000 * 1_000);
    }

    /// Waits for so many milliseconds.
    fn delay_ms(&mut self, ms: u32) {
        for _ in 0..ms {
            self.delay_ns(1_000_000);
        }
    }
}

impl<T: DelayNs + ?Sized> DelayNs for &mut T {
    fn delay_ns(&mut self, ns: u32) {
        T::delay_ns(self, ns);
    }

    fn delay_us(&mut self, us: u32) {
        T::delay_us(self, us);
    }

    fn delay_ms(&mut self, ms: u32) {
        T::delay_ms(self, ms);
    }
}
