//! Parts of registers.

/// Some neighbouring bits of a register.
///
/// ```
/// use {{crate_ident}}::field::Field;
///
/// const DRIVE: Field = Field::bits(11, 10);
/// assert_eq!(DRIVE.get(0x0800), 2);
/// assert_eq!(DRIVE.put(0xffff, 1), 0xf7ff);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    low: u32,
    mask: u32,
}

impl Field {
    /// The bits from `high` down to `low`, as data sheets name them.
    ///
    /// # Panics
    ///
    /// If there are no such bits; in a constant, that is a compile error.
    #[must_use]
    pub const fn bits(high: u32, low: u32) -> Self {
        assert!(low <= high && high < 32);
        let mask = (u32::MAX >> (31 - high + low)) << low;
        Self { low, mask }
    }

    /// One bit.
    ///
    /// # Panics
    ///
    /// If there is no such bit; in a constant, that is a compile error.
    #[must_use]
    pub const fn bit(number: u32) -> Self {
        Self::bits(number, number)
    }

    /// The bits of this field, set in an otherwise empty word.
    #[must_use]
    pub const fn mask(self) -> u32 {
        self.mask
    }

    /// The value of this field in `word`.
    #[must_use]
    pub const fn get(self, word: u32) -> u32 {
        (word & self.mask) >> self.low
    }

    /// Whether any bit of this field is set in `word`.
    #[must_use]
    pub const fn is_set(self, word: u32) -> bool {
        word & self.mask != 0
    }

    /// `word` with this field made `value`; the bits that do not fit are lost.
    #[must_use]
    pub const fn put(self, word: u32, value: u32) -> u32 {
        (word & !self.mask) | ((value << self.low) & self.mask)
    }
}
