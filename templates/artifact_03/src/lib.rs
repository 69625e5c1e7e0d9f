//! A hardware abstraction layer for the ESP32-C3, without the standard library
//! and without an allocator.
//!
//! Registers are reached through a [`Bus`]. On the chip that is [`Mmio`]; in
//! tests it is whatever the test makes of it, so that drivers run on the host,
//! where every access can be seen:
//!
//! ```
//! use std::cell::RefCell;
//! use {{crate_ident}}::digital::{OutputPin, PinState};
//! use {{crate_ident}}::{Bus, Peripherals};
//!
//! /// Remembers what was written where.
//! #[derive(Default)]
//! struct Recorder(RefCell<Vec<(u32, u32)>>);
//!
//! impl Bus for &Recorder {
//!     fn read(self, _address: u32) -> u32 {
//!         0
//!     }
//!     fn write(self, address: u32, value: u32) {
//!         self.0.borrow_mut().push((address, value));
//!     }
//! }
//!
//! let bus = Recorder::default();
//! let peripherals = Peripherals::new(&bus);
//! let mut led = peripherals.pins.gpio8.into_output(PinState::Low);
//! led.set_high()?;
//! let last = bus.0.borrow().last().copied();
//! assert_eq!(last, Some((0x6000_4008, 1 << 8))); // GPIO_OUT_W1TS
//! # Ok::<(), core::convert::Infallible>(())
//! ```
//!
//! # What is here
//!
//! | module | what | traits |
//! |---|---|---|
//! | [`gpio`] | pins as inputs, outputs, open-drain outputs | [`digital`] |
//! | [`uart`] | both UARTs, 8N1, polled | [`io`] |
//! | [`timer`] | the system timer, and delays | [`delay`] |
//!
//! The traits have the names and shapes of embedded-hal 1.0 and embedded-io, so
//! that those crates can take their places: add the dependencies and let the
//! modules re-export them. Then every driver written for embedded-hal works.
//!
//! # Room for improvement
//!
//! * I2C, interrupts, and the watchdogs, which reset a program that runs for
//!   more than a second and does nothing about them.
//! * The registers are addresses and [fields](field) written by hand. A
//!   `#[derive(Register)]` can write them, and check them.
//! * Start-up code and a linker script, to make a program of it.

#![no_std]

pub mod bus;
pub mod delay;
pub mod digital;
pub mod field;
pub mod gpio;
pub mod io;
pub mod timer;
pub mod uart;

pub use bus::{Bus, Mmio};

/// All that there is, each once: who has a thing is the only one to use it.
#[derive(Debug)]
pub struct Peripherals<B> {
    /// The pins.
    pub pins: gpio::Pins<B>,
    /// The system timer. May be copied: it is only read.
    pub timer: timer::Timer<B>,
    /// The UART that the boot loader talks on.
    pub uart0: uart::Port<B>,
    /// The other one.
    pub uart1: uart::Port<B>,
}

impl<B: Bus> Peripherals<B> {
    /// Calling this twice with the same bus makes two owners of each thing. That
    /// is not unsafe, since a bus is all they have, but seldom what is wanted.
    pub const fn new(bus: B) -> Self {
        Self {
            pins: gpio::Pins::new(bus),
            timer: timer::Timer::new(bus),
            uart0: uart::Port::new(bus, uart::UART0),
            uart1: uart::Port::new(bus, uart::UART1),
        }
    }
}

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
