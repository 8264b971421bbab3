//! Time and chance, so that decisions have neither inside.

use crate::{
    id::Id,
    time::{Steady, Timestamp},
};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant in whole milliseconds. It may go backwards when the machine's does.
    fn now(&self) -> Timestamp;

    /// The same instant on a clock that only goes forward. Unless a clock knows better it is taken
    /// to do so itself, as those of tests do.
    fn steady(&self) -> Steady {
        Steady::from_micros(u64::try_from(self.now().micros()).unwrap_or(0))
    }
}

/// Makes ids and secrets.
pub trait Ids: Send + Sync {
    /// 128 bits for an id: a ULID of the present, larger than every one that this process made before.
    fn next(&self) -> u128;

    /// 256 bits that no one can guess.
    fn secret(&self) -> [u8; 32];
}

impl dyn Ids + '_ {
    /// A new id of any kind.
    pub fn id<K>(&self) -> Id<K> {
        Id::from_bits(self.next())
    }
}
