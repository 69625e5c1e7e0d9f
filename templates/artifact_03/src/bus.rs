//! How registers are reached.

use core::fmt;

/// Reads and writes the registers of peripherals, 32 bits at a time: the bus of
/// the chip takes nothing else.
///
/// A bus is copied into each driver, so it is something small: a reference, or
/// nothing at all, as [`Mmio`].
pub trait Bus: Copy {
    /// Reads the register at `address`. That may change it.
    fn read(self, address: u32) -> u32;

    /// Writes the register at `address`.
    fn write(self, address: u32, value: u32);

    /// Reads, changes and writes a register. Only for those that nobody else
    /// writes meanwhile, an interrupt handler for instance, and whose bits all
    /// give back what was written.
    fn modify(self, address: u32, change: impl FnOnce(u32) -> u32) {
        self.write(address, change(self.read(address)));
    }
}

/// The registers of the chip that this runs on.
#[derive(Clone, Copy)]
pub struct Mmio(());

impl Mmio {
    /// # Safety
    ///
    /// This is an ESP32-C3, and nothing else uses the peripherals that will be
    /// used through this.
    #[allow(unsafe_code)]
    #[must_use]
    pub const unsafe fn new() -> Self {
        Self(())
    }
}

impl Bus for Mmio {
    #[allow(unsafe_code)]
    fn read(self, address: u32) -> u32 {
        let register: *const u32 = core::ptr::with_exposed_provenance(address as usize);
        // SAFETY: the drivers of this crate give addresses of registers, and who
        // made this `Mmio` has promised that they are there.
        unsafe { register.read_volatile() }
    }

    #[allow(unsafe_code)]
    fn write(self, address: u32, value: u32) {
        let register: *mut u32 = core::ptr::with_exposed_provenance_mut(address as usize);
        // SAFETY: as for `read`.
        unsafe { register.write_volatile(value) }
    }
}

impl fmt::Debug for Mmio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mmio")
    }
}
