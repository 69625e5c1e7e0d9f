//! Pins, on a chip that is not there.

mod fake;

use fake::Chip;
use {{crate_ident}}::digital::{InputPin, OutputPin, PinState, StatefulOutputPin};
use {{crate_ident}}::gpio::Pull;
use {{crate_ident}}::Peripherals;

const OUT: u32 = 0x6000_4004;
const OUT_W1TS: u32 = 0x6000_4008;
const OUT_W1TC: u32 = 0x6000_400C;
const ENABLE: u32 = 0x6000_4020;
const ENABLE_W1TS: u32 = 0x6000_4024;

fn io_mux(pin: u32) -> u32 {
    0x6000_9004 + 4 * pin
}

#[test]
fn an_output_has_its_level_before_it_is_enabled() {
    for (state, register) in [(PinState::High, OUT_W1TS), (PinState::Low, OUT_W1TC)] {
        let chip = Chip::new();
        let _led = Peripherals::new(&chip).pins.gpio8.into_output(state);
        let writes = chip.writes();
        assert_eq!(writes.first(), Some(&(register, 1 << 8)));
        assert_eq!(writes.last(), Some(&(ENABLE_W1TS, 1 << 8)));
        let out_sel = chip.register(0x6000_4554 + 4 * 8);
        assert_eq!(out_sel, 0x280, "shows OUT, enabled by ENABLE");
        let pad = chip.register(io_mux(8));
        assert_eq!(pad, 0x1800, "the matrix, no pulls, no input");
    }
}

#[test]
fn setting_touches_no_other_pin() {
    let chip = Chip::new();
    let pins = Peripherals::new(&chip).pins;
    let mut one = pins.gpio1.into_output(PinState::Low);
    let mut two = pins.gpio2.into_output(PinState::High);
    chip.writes();
    one.set_high().unwrap();
    two.set_low().unwrap();
    one.set_state(PinState::Low).unwrap();
    let writes = [(OUT_W1TS, 2), (OUT_W1TC, 4), (OUT_W1TC, 2)];
    assert_eq!(chip.writes(), writes);
    assert_eq!(chip.register(ENABLE), 6);
}

#[test]
fn toggling_inverts_what_was_set() {
    let chip = Chip::new();
    let pins = Peripherals::new(&chip).pins;
    let mut pin = pins.gpio3.into_output(PinState::Low);
    for high in [true, false, true] {
        pin.toggle().unwrap();
        assert_eq!(pin.is_set_high().unwrap(), high);
        assert_eq!(pin.is_set_low().unwrap(), !high);
        assert_eq!(chip.register(OUT) >> 3, high.into());
    }
}

#[test]
fn an_input_reads_its_pad_and_is_pulled_one_way_at_most() {
    let pulls = [(Pull::None, 0), (Pull::Up, 0x100), (Pull::Down, 0x80)];
    for (pull, bits) in pulls {
        let chip = Chip::new();
        let mut pin = Peripherals::new(&chip).pins.gpio5.into_input(pull);
        assert_eq!(chip.register(io_mux(5)) & 0x380, 0x200 | bits);
        chip.0.borrow_mut().pads = 1 << 5;
        assert!(pin.is_high().unwrap() && !pin.is_low().unwrap());
        chip.0.borrow_mut().pads = !(1 << 5);
        assert!(!pin.is_high().unwrap() && pin.is_low().unwrap());
    }
}

#[test]
fn an_output_that_becomes_an_input_is_no_longer_driven() {
    let chip = Chip::new();
    let pins = Peripherals::new(&chip).pins;
    let pin = pins.gpio20.into_output(PinState::High);
    assert_eq!(chip.register(ENABLE), 1 << 20);
    let _pin = pin.into_input(Pull::None);
    assert_eq!(chip.register(ENABLE), 0);
}

#[test]
fn an_open_drain_tells_what_it_was_told_from_what_is_there() {
    let chip = Chip::new();
    let pin = Peripherals::new(&chip).pins.gpio4;
    let mut pin = pin.into_open_drain(PinState::High, Pull::Up);
    assert_eq!(chip.register(0x6000_4074 + 4 * 4), 4, "PAD_DRIVER");
    assert_eq!(chip.register(io_mux(4)) & 0x380, 0x300);
    // Another device holds it low.
    assert!(pin.is_set_high().unwrap());
    assert!(pin.is_low().unwrap());
}
