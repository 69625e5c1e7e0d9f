//! UARTs and the timer, on a chip that is not there.

mod fake;

use std::fmt::Write as _;

use fake::Chip;
use {{crate_ident}}::delay::DelayNs;
use {{crate_ident}}::io::{Read, ReadReady, Write, WriteReady};
use {{crate_ident}}::uart::{Error, SetupError, Uart};
use {{crate_ident}}::Peripherals;

const UART0: u32 = 0x6000_0000;

fn uart(chip: &Chip) -> Uart<&Chip> {
    let all = Peripherals::new(chip);
    Uart::new(all.uart0, all.timer, 115_200).unwrap()
}

/// What the registers make of 40 MHz.
fn baud(chip: &Chip) -> u32 {
    let (clkdiv, clock) = (chip.register(UART0 + 0x14), chip.register(UART0 + 0x78));
    assert_eq!(clock >> 20 & 3, 3, "the crystal");
    let sixteenths = (clkdiv & 0xfff) * 16 + (clkdiv >> 20);
    let first = (clock >> 12 & 0xff) + 1;
    (40_000_000_u64 * 16 / u64::from(sixteenths * first)) as u32
}

#[test]
fn baud_rates_are_within_one_percent_or_refused() {
    for wanted in [300, 9_600, 19_200, 115_200, 460_800, 921_600, 2_500_000] {
        let chip = Chip::new();
        let all = Peripherals::new(&chip);
        Uart::new(all.uart0, all.timer, wanted).unwrap();
        let got = baud(&chip);
        assert!(got.abs_diff(wanted) * 100 <= wanted, "{wanted}: {got}");
    }
    for refused in [0, 1, 37, 50_000_000, u32::MAX] {
        let chip = Chip::new();
        let all = Peripherals::new(&chip);
        let error = Uart::new(all.uart0, all.timer, refused).unwrap_err();
        assert_eq!(error, SetupError::Baud);
        assert!(chip.writes().is_empty());
    }
}

#[test]
fn a_peripheral_that_does_not_answer_is_an_error() {
    let chip = Chip::new();
    chip.0.borrow_mut().stuck = true;
    let all = Peripherals::new(&chip);
    let error = Uart::new(all.uart0, all.timer, 9_600).unwrap_err();
    assert_eq!(error, SetupError::Stuck);
}

#[test]
fn setting_up_means_8n1_and_fifos_out_of_reset() {
    let chip = Chip::new();
    uart(&chip);
    let conf0 = chip.register(UART0 + 0x20);
    assert_eq!(conf0 & 0x3f, 0x1c, "8 bits, no parity, 1 stop bit");
    assert_eq!(conf0 & 0x6_0000, 0, "FIFOs are not in reset");
    assert_ne!(conf0 & 1 << 28, 0, "their memory has a clock");
}

#[test]
fn bytes_leave_in_order_and_flush_waits_for_the_last() {
    for length in [0, 1, 127, 128, 129, 1_000] {
        let chip = Chip::new();
        let mut uart = uart(&chip);
        let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
        uart.write_all(&bytes).unwrap();
        uart.flush().unwrap();
        assert_eq!(chip.0.borrow().sent, bytes);
    }
}

#[test]
fn a_write_takes_what_there_is_room_for_and_at_least_one() {
    let chip = Chip::new();
    let mut uart = uart(&chip);
    assert_eq!(uart.write(&[]), Ok(0));
    let count = uart.write(&[0; 1_000]).unwrap();
    assert!((127..=129).contains(&count), "{count}");
    while uart.write_ready().unwrap() {
        uart.write(&[1]).unwrap();
    }
    assert_eq!(uart.write(&[2]), Ok(1));
}

#[test]
fn text_can_be_formatted_into_it() {
    let chip = Chip::new();
    let mut uart = uart(&chip);
    write!(uart, "GPIO is {:#x}", 0x6000_4000).unwrap();
    uart.flush().unwrap();
    assert_eq!(chip.0.borrow().sent, b"GPIO is 0x60004000");
}

#[test]
fn a_read_takes_what_is_there_and_no_more() {
    let chip = Chip::new();
    let mut uart = uart(&chip);
    assert!(!uart.read_ready().unwrap());
    chip.0.borrow_mut().received.extend(*b"hello");
    assert!(uart.read_ready().unwrap());
    assert_eq!(uart.read(&mut []), Ok(0));
    let mut buf = [0; 3];
    assert_eq!(uart.read(&mut buf), Ok(3));
    assert_eq!(&buf, b"hel");
    let mut buf = [0; 10];
    assert_eq!(uart.read(&mut buf), Ok(2));
    assert_eq!(&buf[..2], b"lo");
    assert!(!chip.0.borrow().underflow);
}

#[test]
fn an_error_is_said_once_and_is_not_data() {
    let kinds = [(2, Error::Parity), (3, Error::Framing), (4, Error::Overrun)];
    for (bit, error) in kinds {
        let chip = Chip::new();
        let mut uart = uart(&chip);
        chip.0.borrow_mut().interrupts = 1 << bit | 1 << 1;
        chip.0.borrow_mut().received.push_back(b'a');
        assert!(uart.read_ready().unwrap());
        assert_eq!(uart.read(&mut [0; 8]), Err(error));
        assert_eq!(chip.0.borrow().interrupts, 1 << 1, "others are left");
        chip.0.borrow_mut().received.push_back(b'b');
        let mut buf = [0; 8];
        let count = uart.read(&mut buf).unwrap();
        let expected: &[u8] = match error {
            Error::Overrun => b"b",
            _ => b"ab",
        };
        assert_eq!(&buf[..count], expected);
    }
}

#[test]
fn the_second_uart_is_another_one() {
    let chip = Chip::new();
    let all = Peripherals::new(&chip);
    // This chip has a first one only.
    let error = Uart::new(all.uart1, all.timer, 9_600).unwrap_err();
    assert_eq!(error, SetupError::Stuck);
    assert!(chip.writes().iter().all(|&(at, _)| at >> 16 == 0x6001));
}

#[test]
fn delays_are_never_short_and_hardly_long() {
    let chip = Chip::new();
    let mut timer = Peripherals::new(&chip).timer;
    let mut passed = |delay: &mut dyn FnMut(&mut dyn DelayNs)| {
        let start = chip.0.borrow().ticks;
        delay(&mut timer);
        chip.0.borrow().ticks - start
    };
    let few = 20;
    let cases = [
        (passed(&mut |timer| timer.delay_ns(1)), 1),
        (passed(&mut |timer| timer.delay_ns(1_000)), 16),
        (passed(&mut |timer| timer.delay_us(100)), 1_600),
        (passed(&mut |timer| timer.delay_ms(7)), 112_000),
    ];
    for (ticks, wanted) in cases {
        assert!((wanted..wanted + few).contains(&ticks), "{wanted}: {ticks}");
    }
}
