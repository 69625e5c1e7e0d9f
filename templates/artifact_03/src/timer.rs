//! The system timer: 52 bits that count 16 MHz from reset on, whatever the
//! clock of the processor does.

use crate::bus::Bus;
use crate::delay::DelayNs;
use crate::field::Field;

const UNIT0_OP: u32 = 0x6002_3004;
const UPDATE: Field = Field::bit(30);
const VALUE_VALID: Field = Field::bit(29);
const UNIT0_VALUE_HI: u32 = 0x6002_3040;
const UNIT0_VALUE_LO: u32 = 0x6002_3044;

/// The counter's width: after nine years it begins again.
const MASK: u64 = (1 << 52) - 1;

const TICKS_PER_US: u64 = 16;

/// Reads the system timer, and waits by it.
#[derive(Clone, Copy, Debug)]
pub struct Timer<B> {
    bus: B,
}

impl<B: Bus> Timer<B> {
    pub(crate) const fn new(bus: B) -> Self {
        Self { bus }
    }

    /// How many sixteenths of a microsecond have passed.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        // The counter has a clock of its own: ask for a copy, wait for it, and
        // its two halves belong together.
        self.bus.write(UNIT0_OP, UPDATE.mask());
        while !VALUE_VALID.is_set(self.bus.read(UNIT0_OP)) {}
        let high = self.bus.read(UNIT0_VALUE_HI);
        let low = self.bus.read(UNIT0_VALUE_LO);
        (u64::from(high) << 32 | u64::from(low)) & MASK
    }

    /// Waits until so many ticks have passed in full.
    pub(crate) fn wait(&self, ticks: u64) {
        let start = self.ticks();
        // The first one may be nearly over.
        while (self.ticks().wrapping_sub(start) & MASK) <= ticks {}
    }
}

impl<B: Bus> DelayNs for Timer<B> {
    fn delay_ns(&mut self, ns: u32) {
        self.wait((u64::from(ns) * TICKS_PER_US).div_ceil(1_000));
    }

    fn delay_us(&mut self, us: u32) {
        self.wait(u64::from(us) * TICKS_PER_US);
    }

    fn delay_ms(&mut self, ms: u32) {
        self.wait(u64::from(ms) * 1_000 * TICKS_PER_US);
    }
}
