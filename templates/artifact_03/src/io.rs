//! Traits of byte streams, in the shape of embedded-io.

use core::fmt::Debug;

/// What went wrong, for code that does not know the driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What came in was no data.
    InvalidData,
    /// Something else.
    Other,
}

/// An error of a stream.
pub trait Error: Debug {
    /// What it comes down to.
    fn kind(&self) -> ErrorKind;
}

/// Says which error the traits below give.
pub trait ErrorType {
    /// The error.
    type Error: Error;
}

impl<T: ErrorType + ?Sized> ErrorType for &mut T {
    type Error = T::Error;
}

/// A stream that gives bytes.
pub trait Read: ErrorType {
    /// Waits until there is a byte, then takes what is there, at most `buf` full,
    /// and says how many. Nothing is done for an empty `buf`.
    ///
    /// # Errors
    ///
    /// Those of the driver; then no byte was taken.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error>;
}

/// A stream that takes bytes.
pub trait Write: ErrorType {
    /// Waits until there is room for a byte, then gives what there is room for
    /// and says how many. Nothing is done for an empty `buf`.
    ///
    /// # Errors
    ///
    /// Those of the driver; then no byte was given.
    fn write(&mut self, buf: &[u8]) -> Result<usize, Self::Error>;

    /// Waits until all that was written has left.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn flush(&mut self) -> Result<(), Self::Error>;

    /// Writes all of `buf`.
    ///
    /// # Errors
    ///
    /// Those of the driver; then some of it may have been written.
    fn write_all(&mut self, buf: &[u8]) -> Result<(), Self::Error> {
        let mut rest = buf;
        while !rest.is_empty() {
            let count = self.write(rest)?;
            rest = &rest[count..];
        }
        Ok(())
    }
}

/// A stream that can be asked whether reading would wait.
pub trait ReadReady: ErrorType {
    /// Whether the next read does not wait.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn read_ready(&mut self) -> Result<bool, Self::Error>;
}

/// A stream that can be asked whether writing would wait.
pub trait WriteReady: ErrorType {
    /// Whether the next write does not wait.
    ///
    /// # Errors
    ///
    /// Those of the driver.
    fn write_ready(&mut self) -> Result<bool, Self::Error>;
}
