//! The machine's time and chance: the one home of both.

use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::Instant,
};

use synaptiq_domain::{
    ports::{Clock, Ids},
    time::{Steady, Timestamp},
};
use time::OffsetDateTime;
use ulid::Ulid;

/// The machine's clock, in whole milliseconds.
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one implementation")]
    fn now(&self) -> Timestamp {
        Timestamp::from_datetime(OffsetDateTime::now_utc()).whole_millis()
    }

    fn steady(&self) -> Steady {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        Steady::from_micros(u64::try_from(BEGINNING.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Ids that increase, and secrets from the operating system.
pub(crate) struct MachineIds {
    last: Mutex<u128>,
}

impl MachineIds {
    pub(crate) fn new() -> Self {
        Self { last: Mutex::new(0) }
    }
}

impl Ids for MachineIds {
    fn next(&self) -> u128 {
        let millis = u64::try_from(MachineClock.now().millis()).unwrap_or(0);
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the operating system gives random bits");
        let fresh = Ulid::from_parts(millis, u128::from_be_bytes(random)).0;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The clock may stand still or go back; ids do not.
        *last = fresh.max(last.saturating_add(1));
        *last
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives random bits");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_increase_and_secrets_differ() {
        let ids = MachineIds::new();
        let made: Vec<u128> = (0..1_000).map(|_| ids.next()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(ids.secret(), ids.secret());
    }
}
