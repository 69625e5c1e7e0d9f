//! Traits of pins, in the shape of `embedded_hal::digital` 1.0.

use core::convert::Infallible;
use core::fmt::Debug;

/// What went wrong, for code that does not know the driver.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something else.
    Other,
}

/// An error of a pin.
pub trait Error: Debug {
    /// What it comes down to.
    fn kind(&self) -> ErrorKind;
}

impl Error for Infallible {
    fn kind(&self) -> ErrorKind {
        match *self {}
    }
}

/// Says which error the traits below give.
pub trait ErrorType {
    /// The error.
    type Error: Error;
}

impl<T: ErrorType + ?Sized> ErrorType for &mut T {
    type Error = T::Error;
}

/// A level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PinState {
    /// Ground.
    Low,
    /// The supply.
    High,
}

impl From<bool> for PinState {
    fn from(high: bool) -> Self {
        if high {
            Self::High
        } else {
            Self::Low
        }
    }
}

/// A pin that is driven.
pub trait OutputPin: ErrorType {
    /// Drives it low.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn set_low(&mut self) -> Result<(), Self::Error>;

    /// Drives it high, or releases it if it is an open drain.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn set_high(&mut self) -> Result<(), Self::Error>;

    /// Drives it to a level.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn set_state(&mut self, state: PinState) -> Result<(), Self::Error> {
        match state {
            PinState::Low => self.set_low(),
            PinState::High => self.set_high(),
        }
    }
}

/// A driven pin that knows what it was told.
pub trait StatefulOutputPin: OutputPin {
    /// Whether it was told to be high, whatever the pad is.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn is_set_high(&mut self) -> Result<bool, Self::Error>;

    /// Whether it was told to be low, whatever the pad is.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn is_set_low(&mut self) -> Result<bool, Self::Error>;

    /// Drives it to the other level.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn toggle(&mut self) -> Result<(), Self::Error> {
        let was_high = self.is_set_high()?;
        self.set_state(PinState::from(!was_high))
    }
}

/// A pin that is looked at.
pub trait InputPin: ErrorType {
    /// Whether the pad is high.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn is_high(&mut self) -> Result<bool, Self::Error>;

    /// Whether the pad is low.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn is_low(&mut self) -> Result<bool, Self::Error>;
}
