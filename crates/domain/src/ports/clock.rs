//! Time and chance, so that decisions have neither inside.

use crate::{id::Id, time::Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant in whole milliseconds. It may go backwards when the machine's does.
    fn now(&self) -> Timestamp;
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
