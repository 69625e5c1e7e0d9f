//! The UARTs: 8 data bits, no parity, one stop bit, polled.

use core::fmt;

use crate::bus::Bus;
use crate::field::Field;
use crate::io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use crate::timer::Timer;

pub(crate) const UART0: u32 = 0x6000_0000;
pub(crate) const UART1: u32 = 0x6001_0000;

// Offsets of registers, and their fields.
const FIFO: u32 = 0x00;
const INT_RAW: u32 = 0x04;
const INT_CLR: u32 = 0x10;
const PARITY_ERR: Field = Field::bit(2);
const FRM_ERR: Field = Field::bit(3);
const RXFIFO_OVF: Field = Field::bit(4);
const CLKDIV: u32 = 0x14;
const CLKDIV_INT: Field = Field::bits(11, 0);
const CLKDIV_FRAG: Field = Field::bits(23, 20);
const STATUS: u32 = 0x1C;
const RXFIFO_CNT: Field = Field::bits(9, 0);
const TXFIFO_CNT: Field = Field::bits(25, 16);
const CONF0: u32 = 0x20;
const BIT_NUM: Field = Field::bits(3, 2);
const STOP_BIT_NUM: Field = Field::bits(5, 4);
const RXFIFO_RST: Field = Field::bit(17);
const TXFIFO_RST: Field = Field::bit(18);
const ERR_WR_MASK: Field = Field::bit(26);
const MEM_CLK_EN: Field = Field::bit(28);
const FSM_STATUS: u32 = 0x6C;
const ST_UTX_OUT: Field = Field::bits(7, 4);
const CLK_CONF: u32 = 0x78;
const SCLK_DIV_B: Field = Field::bits(5, 0);
const SCLK_DIV_A: Field = Field::bits(11, 6);
const SCLK_DIV_NUM: Field = Field::bits(19, 12);
const SCLK_SEL: Field = Field::bits(21, 20);
const XTAL: u32 = 3;
const ID: u32 = 0x80;
const REG_UPDATE: Field = Field::bit(31);

/// The crystal, which no change of the processor's clock touches.
const XTAL_HZ: u64 = 40_000_000;

/// How many bytes each FIFO holds.
const FIFO_SIZE: usize = 128;

/// How often a register is looked at before the peripheral is given up. The
/// hardware needs a few clocks of the UART.
const PATIENCE: u32 = 10_000;

/// What divides 40 MHz to a baud rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Divider {
    /// Of the source clock.
    first: u32,
    /// Of what is left, in sixteenths.
    sixteenths: u32,
}

impl Divider {
    /// The nearest, if it is within 1 % of `baud`.
    fn for_baud(baud: u32) -> Option<Self> {
        let wanted = (XTAL_HZ * 16).checked_div(u64::from(baud))?;
        // The smallest first divider that lets the second fit its 12 bits: 9600
        // baud is more than one divider can do.
        let most = u64::from(CLKDIV_INT.mask()) * 16;
        let first = wanted.div_ceil(most).max(1);
        let by = u64::from(baud) * first;
        let sixteenths = (XTAL_HZ * 16 + by / 2) / by;
        let actual = XTAL_HZ * 16 / (sixteenths.max(1) * first);
        let fits = first <= 256 && (16..=most).contains(&sixteenths);
        let near = actual.abs_diff(baud.into()) * 100 <= u64::from(baud);
        (fits && near).then_some(Self {
            first: first as u32,
            sixteenths: sixteenths as u32,
        })
    }
}

/// A UART that is not set up yet.
#[derive(Debug)]
pub struct Port<B> {
    bus: B,
    base: u32,
}

impl<B: Bus> Port<B> {
    pub(crate) const fn new(bus: B, base: u32) -> Self {
        Self { bus, base }
    }
}

/// Why a UART could not be set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetupError {
    /// 40 MHz cannot be divided to that baud rate.
    Baud,
    /// The peripheral does not take its settings: it has no clock, or is held in
    /// reset.
    Stuck,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baud => "the baud rate cannot be made from 40 MHz",
            Self::Stuck => "the peripheral does not take its settings",
        })
    }
}

impl core::error::Error for SetupError {}

/// What came in was no data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// It came quicker than it was read. What was there is dropped.
    Overrun,
    /// A byte without its stop bit: another baud rate, or a break.
    Framing,
    /// A byte with a wrong parity.
    Parity,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overrun => "data came quicker than it was read",
            Self::Framing => "a byte had no stop bit",
            Self::Parity => "a byte had the wrong parity",
        })
    }
}

impl core::error::Error for Error {}

impl crate::io::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Overrun => ErrorKind::Other,
            Self::Framing | Self::Parity => ErrorKind::InvalidData,
        }
    }
}

/// A UART.
#[derive(Debug)]
pub struct Uart<B> {
    bus: B,
    base: u32,
    timer: Timer<B>,
    /// In ticks of the timer, rounded up.
    bit: u64,
}

impl<B: Bus> Uart<B> {
    /// Sets a UART up. The timer is for [`Write::flush`].
    ///
    /// # Errors
    ///
    /// [`SetupError`] says what it is.
    pub fn new(port: Port<B>, timer: Timer<B>, baud: u32) -> Result<Self, SetupError> {
        let divider = Divider::for_baud(baud).ok_or(SetupError::Baud)?;
        let uart = Self {
            bus: port.bus,
            base: port.base,
            timer,
            bit: 16_000_000_u64.div_ceil(baud.into()),
        };
        uart.modify(CLK_CONF, |clock| {
            let clock = SCLK_SEL.put(clock, XTAL);
            let clock = SCLK_DIV_NUM.put(clock, divider.first - 1);
            SCLK_DIV_A.put(SCLK_DIV_B.put(clock, 0), 0)
        });
        let whole = CLKDIV_INT.put(0, divider.sixteenths / 16);
        uart.write_register(CLKDIV, CLKDIV_FRAG.put(whole, divider.sixteenths % 16));
        // A byte that came in wrong is not stored: an error is not data.
        let format = STOP_BIT_NUM.put(BIT_NUM.put(MEM_CLK_EN.mask(), 3), 1);
        uart.write_register(CONF0, format | ERR_WR_MASK.mask());
        uart.reset_fifos(RXFIFO_RST.mask() | TXFIFO_RST.mask());
        uart.write_register(INT_CLR, ERRORS);
        uart.modify(ID, |id| id | REG_UPDATE.mask());
        for _ in 0..PATIENCE {
            if !REG_UPDATE.is_set(uart.register(ID)) {
                return Ok(uart);
            }
        }
        Err(SetupError::Stuck)
    }

    fn register(&self, offset: u32) -> u32 {
        self.bus.read(self.base + offset)
    }

    fn write_register(&self, offset: u32, value: u32) {
        self.bus.write(self.base + offset, value);
    }

    fn modify(&self, offset: u32, change: impl FnOnce(u32) -> u32) {
        self.bus.modify(self.base + offset, change);
    }

    /// The bits are levels: a FIFO stays in reset until they are cleared.
    fn reset_fifos(&self, bits: u32) {
        self.modify(CONF0, |conf| conf | bits);
        self.modify(CONF0, |conf| conf & !bits);
    }

    fn received(&self) -> usize {
        RXFIFO_CNT.get(self.register(STATUS)) as usize
    }

    fn room(&self) -> usize {
        let queued = TXFIFO_CNT.get(self.register(STATUS)) as usize;
        FIFO_SIZE.saturating_sub(queued)
    }

    fn is_sending(&self) -> bool {
        TXFIFO_CNT.is_set(self.register(STATUS)) || ST_UTX_OUT.is_set(self.register(FSM_STATUS))
    }

    /// Takes note of an error, once.
    fn error(&self) -> Option<Error> {
        let raw = self.register(INT_RAW) & ERRORS;
        if raw == 0 {
            return None;
        }
        // Writing a 1 clears: only what was seen, and nothing read back.
        self.write_register(INT_CLR, raw);
        if RXFIFO_OVF.is_set(raw) {
            self.reset_fifos(RXFIFO_RST.mask());
            return Some(Error::Overrun);
        }
        Some(if FRM_ERR.is_set(raw) {
            Error::Framing
        } else {
            Error::Parity
        })
    }
}

const ERRORS: u32 = PARITY_ERR.mask() | FRM_ERR.mask() | RXFIFO_OVF.mask();

impl<B: Bus> ErrorType for Uart<B> {
    type Error = Error;
}

impl<B: Bus> Write for Uart<B> {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        let room = loop {
            match self.room() {
                0 => {}
                room => break room,
            }
        };
        let count = room.min(buf.len());
        for &byte in &buf[..count] {
            self.write_register(FIFO, byte.into());
        }
        Ok(count)
    }

    fn flush(&mut self) -> Result<(), Error> {
        // The FIFO is empty while the last byte is still on its way, and for a
        // moment before that the shifter looks idle: it has to be idle twice,
        // more than a bit apart.
        loop {
            while self.is_sending() {}
            self.timer.wait(2 * self.bit);
            if !self.is_sending() {
                return Ok(());
            }
        }
    }
}

impl<B: Bus> Read for Uart<B> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        let received = loop {
            if let Some(error) = self.error() {
                return Err(error);
            }
            match self.received() {
                0 => {}
                received => break received,
            }
        };
        let count = received.min(buf.len());
        for byte in &mut buf[..count] {
            *byte = self.register(FIFO) as u8;
        }
        Ok(count)
    }
}

impl<B: Bus> ReadReady for Uart<B> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        let failed = self.register(INT_RAW) & ERRORS != 0;
        Ok(failed || self.received() > 0)
    }
}

impl<B: Bus> WriteReady for Uart<B> {
    fn write_ready(&mut self) -> Result<bool, Error> {
        Ok(self.room() > 0)
    }
}

impl<B: Bus> fmt::Write for Uart<B> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write_all(text.as_bytes()).map_err(|_| fmt::Error)
    }
}
