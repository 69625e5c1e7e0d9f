//! Pins.
//!
//! A pin is a type: its number and what it is used for are known to the
//! compiler, so there is no pin that does not exist and no reading of one that
//! cannot be read.
//!
//! ```compile_fail,E0599
//! use {{crate_ident}}::digital::{InputPin, PinState};
//! use {{crate_ident}}::{Bus, Peripherals};
//!
//! fn level<B: Bus>(peripherals: Peripherals<B>) -> bool {
//!     let mut led = peripherals.pins.gpio8.into_output(PinState::Low);
//!     led.is_high().unwrap() // an output is not read
//! }
//! ```
//!
//! Pins 12 to 17 are not here, for the flash is at them, nor are 18 and 19, for
//! USB is.

use core::convert::Infallible;
use core::marker::PhantomData;

use crate::bus::Bus;
use crate::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use crate::field::Field;

const OUT: u32 = 0x6000_4004;
const OUT_W1TS: u32 = 0x6000_4008;
const OUT_W1TC: u32 = 0x6000_400C;
const ENABLE_W1TS: u32 = 0x6000_4024;
const ENABLE_W1TC: u32 = 0x6000_4028;
const IN: u32 = 0x6000_403C;

/// `PINn`.
const PIN: u32 = 0x6000_4074;
const PAD_DRIVER: Field = Field::bit(2);

/// `FUNCn_OUT_SEL_CFG`: what the pad shows, and who enables its driver.
const OUT_SEL_CFG: u32 = 0x6000_4554;
const OUT_SEL: Field = Field::bits(7, 0);
const OEN_SEL: Field = Field::bit(9);
/// The bit of `OUT` rather than a peripheral's signal.
const SIMPLE_OUT: u32 = 0x80;

/// `IO_MUX_GPIOn`: the pad itself.
const IO_MUX: u32 = 0x6000_9004;
const FUN_WPD: Field = Field::bit(7);
const FUN_WPU: Field = Field::bit(8);
const FUN_IE: Field = Field::bit(9);
const MCU_SEL: Field = Field::bits(14, 12);
/// The GPIO matrix rather than the function of a peripheral.
const MATRIX: u32 = 1;

/// The resistor at an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pull {
    /// None: the pad floats.
    None,
    /// To the supply.
    Up,
    /// To ground.
    Down,
}

/// As the boot loader left it.
#[derive(Debug)]
pub struct Unused;

/// Looked at.
#[derive(Debug)]
pub struct Input;

/// Driven both ways.
#[derive(Debug)]
pub struct Output;

/// Driven low, or released and looked at.
#[derive(Debug)]
pub struct OpenDrain;

mod sealed {
    pub trait Driven {}
    pub trait Looked {}
}

impl sealed::Driven for Output {}
impl sealed::Driven for OpenDrain {}
impl sealed::Looked for Input {}
impl sealed::Looked for OpenDrain {}

/// Pin number `N`, used as a `MODE`.
#[derive(Debug)]
pub struct Pin<B, const N: u32, MODE> {
    bus: B,
    mode: PhantomData<MODE>,
}

impl<B: Bus, const N: u32, MODE> Pin<B, N, MODE> {
    const BIT: u32 = 1 << N;

    const fn new(bus: B) -> Self {
        Self {
            bus,
            mode: PhantomData,
        }
    }

    /// Makes it an input.
    #[must_use]
    pub fn into_input(self, pull: Pull) -> Pin<B, N, Input> {
        self.bus.write(ENABLE_W1TC, Self::BIT);
        self.pad(true, pull);
        Pin::new(self.bus)
    }

    /// Makes it an output with a level of `state` from the beginning.
    #[must_use]
    pub fn into_output(self, state: PinState) -> Pin<B, N, Output> {
        self.drive(state, false, Pull::None);
        Pin::new(self.bus)
    }

    /// Makes it an open drain: low is driven, high is released to the resistor.
    #[must_use]
    pub fn into_open_drain(self, state: PinState, pull: Pull) -> Pin<B, N, OpenDrain> {
        self.drive(state, true, pull);
        Pin::new(self.bus)
    }

    /// The level first and the driver last, so that nothing else is ever seen.
    fn drive(&self, state: PinState, open_drain: bool, pull: Pull) {
        self.set(state);
        self.bus
            .modify(PIN + 4 * N, |pin| PAD_DRIVER.put(pin, open_drain.into()));
        let select = OUT_SEL.put(OEN_SEL.mask(), SIMPLE_OUT);
        self.bus.write(OUT_SEL_CFG + 4 * N, select);
        self.pad(open_drain, pull);
        self.bus.write(ENABLE_W1TS, Self::BIT);
    }

    fn pad(&self, input: bool, pull: Pull) {
        self.bus.modify(IO_MUX + 4 * N, |pad| {
            let pad = FUN_WPD.put(pad, (pull == Pull::Down).into());
            let pad = FUN_WPU.put(pad, (pull == Pull::Up).into());
            let pad = FUN_IE.put(pad, input.into());
            MCU_SEL.put(pad, MATRIX)
        });
    }

    /// Through the registers that set or clear single bits: what an interrupt
    /// handler does to other pins meanwhile is not undone.
    fn set(&self, state: PinState) {
        let register = match state {
            PinState::Low => OUT_W1TC,
            PinState::High => OUT_W1TS,
        };
        self.bus.write(register, Self::BIT);
    }
}

impl<B: Bus, const N: u32, MODE> ErrorType for Pin<B, N, MODE> {
    type Error = Infallible;
}

impl<B: Bus, const N: u32, MODE: sealed::Driven> OutputPin for Pin<B, N, MODE> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set(PinState::Low);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set(PinState::High);
        Ok(())
    }
}

impl<B: Bus, const N: u32, MODE: sealed::Driven> StatefulOutputPin for Pin<B, N, MODE> {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.bus.read(OUT) & Self::BIT != 0)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.bus.read(OUT) & Self::BIT == 0)
    }
}

impl<B: Bus, const N: u32, MODE: sealed::Looked> InputPin for Pin<B, N, MODE> {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.bus.read(IN) & Self::BIT != 0)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.bus.read(IN) & Self::BIT == 0)
    }
}

macro_rules! pins {
    ($($name:ident $number:literal),* $(,)?) => {
        /// The pins that a board leaves free.
        #[derive(Debug)]
        pub struct Pins<B> {
            $(
                #[doc = concat!("Pin ", $number, ".")]
                pub $name: Pin<B, $number, Unused>,
            )*
        }

        impl<B: Bus> Pins<B> {
            pub(crate) const fn new(bus: B) -> Self {
                Self { $($name: Pin::new(bus)),* }
            }
        }
    };
}

pins! {
    gpio0 0, gpio1 1, gpio2 2, gpio3 3, gpio4 4, gpio5 5, gpio6 6, gpio7 7,
    gpio8 8, gpio9 9, gpio10 10, gpio11 11, gpio20 20, gpio21 21,
}
