//! As much of an ESP32-C3 as the tests need, and a log of every write.
#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use {{crate_ident}}::Bus;

const GPIO: u32 = 0x6000_4000;
const UART0: u32 = 0x6000_0000;
const TIMER: u32 = 0x6002_3000;

/// How many bytes the transmit FIFO of the chip holds.
const FIFO_SIZE: usize = 128;

#[derive(Debug, Default)]
pub struct State {
    registers: BTreeMap<u32, u32>,
    /// Every write, in order.
    pub writes: Vec<(u32, u32)>,
    /// The levels that other devices put on the pads.
    pub pads: u32,
    /// What waits to be sent.
    pub sending: VecDeque<u8>,
    /// A byte that is in neither the FIFO nor the shifter, and for how long.
    pub between: Option<(u8, u32)>,
    /// A byte that is on the wire, and for how long.
    pub shifting: Option<(u8, u32)>,
    /// What has left.
    pub sent: Vec<u8>,
    /// What was received and not read.
    pub received: VecDeque<u8>,
    /// The receive FIFO was read while it was empty.
    pub underflow: bool,
    pub interrupts: u32,
    /// The peripheral never takes its settings.
    pub stuck: bool,
    pub ticks: u64,
    latched: u64,
}

/// A chip. Its time is the number of accesses, one tick for each.
#[derive(Debug, Default)]
pub struct Chip(pub RefCell<State>);

impl Chip {
    pub fn new() -> Self {
        let chip = Self::default();
        // What the registers used here hold after a reset, where not 0.
        let reset = [
            (UART0 + 0x14, 0x2B6),
            (UART0 + 0x20, 0x1000_001C),
            (UART0 + 0x78, 0x0370_1000),
            (UART0 + 0x80, 0x4000_0500),
        ];
        chip.0.borrow_mut().registers.extend(reset);
        let pads = (0..22).map(|pin| (0x6000_9004 + 4 * pin, 0xB00));
        chip.0.borrow_mut().registers.extend(pads);
        chip
    }

    pub fn register(&self, address: u32) -> u32 {
        *self.0.borrow().registers.get(&address).unwrap_or(&0)
    }

    /// The writes since the last time.
    pub fn writes(&self) -> Vec<(u32, u32)> {
        std::mem::take(&mut self.0.borrow_mut().writes)
    }
}

impl State {
    /// Time passes.
    fn tick(&mut self) {
        self.ticks += 1;
        if let Some((byte, left)) = self.shifting {
            self.shifting = left.checked_sub(1).map(|left| (byte, left));
            if left == 0 {
                self.sent.push(byte);
            }
        } else if let Some((byte, left)) = self.between {
            self.between = left.checked_sub(1).map(|left| (byte, left));
            if left == 0 {
                self.shifting = Some((byte, 100));
            }
        } else {
            self.between = self.sending.pop_front().map(|byte| (byte, 10));
        }
    }

    fn read(&mut self, address: u32) -> u32 {
        self.tick();
        let plain = *self.registers.get(&address).unwrap_or(&0);
        match address.wrapping_sub(UART0) {
            0x00 => {
                let byte = self.received.pop_front();
                self.underflow |= byte.is_none();
                return byte.unwrap_or(0).into();
            }
            0x04 => return self.interrupts,
            0x1C => return (self.sending.len() << 16 | self.received.len()) as u32,
            0x6C => return u32::from(self.shifting.is_some()) << 4,
            0x80 if self.stuck => return plain | 1 << 31,
            0x80 => return plain & !(1 << 31),
            _ => {}
        }
        match address {
            _ if address == GPIO + 0x3C => self.pads,
            _ if address == TIMER + 0x04 => 1 << 29,
            _ if address == TIMER + 0x40 => (self.latched >> 32) as u32,
            _ if address == TIMER + 0x44 => self.latched as u32,
            _ => plain,
        }
    }

    fn write(&mut self, address: u32, value: u32) {
        self.tick();
        self.writes.push((address, value));
        let mut plain = |at: u32, change: &dyn Fn(u32) -> u32| {
            let register = self.registers.entry(at).or_insert(0);
            *register = change(*register);
        };
        match address.wrapping_sub(GPIO) {
            0x08 => return plain(GPIO + 0x04, &|old| old | value),
            0x0C => return plain(GPIO + 0x04, &|old| old & !value),
            0x24 => return plain(GPIO + 0x20, &|old| old | value),
            0x28 => return plain(GPIO + 0x20, &|old| old & !value),
            _ => plain(address, &|_| value),
        }
        match address.wrapping_sub(UART0) {
            0x00 => {
                assert!(self.sending.len() < FIFO_SIZE, "the FIFO overflows");
                self.sending.push_back(value as u8);
            }
            0x10 => self.interrupts &= !value,
            0x20 if value & 1 << 17 != 0 => self.received.clear(),
            0x20 if value & 1 << 18 != 0 => self.sending.clear(),
            _ => {}
        }
        if address == TIMER + 0x04 && value & 1 << 30 != 0 {
            self.latched = self.ticks;
        }
    }
}

impl Bus for &Chip {
    fn read(self, address: u32) -> u32 {
        self.0.borrow_mut().read(address)
    }

    fn write(self, address: u32, value: u32) {
        self.0.borrow_mut().write(address, value);
    }
}
