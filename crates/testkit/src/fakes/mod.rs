//! Ports that behave, without a machine behind them: what they answer is set by the test, and
//! what was asked of them can be read afterwards.

mod clock;
mod ids;
mod model;
mod network;
mod services;
mod signals;
mod unsteady;
mod vault;

pub use clock::FakeClock;
pub use ids::SequentialIds;
pub use model::{FakeModel, ModelStep};
pub use network::{FakeResolver, FakeSender, SendStep};
pub use services::{EventAlone, NotHere, PlainIndex, services};
pub use signals::RecordingSignals;
pub use unsteady::Unsteady;
pub use vault::ClearVault;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Locks, even if a test panicked with the lock in hand: the next one to look is its report.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next step of a script; the last one is repeated for ever.
fn next_step<T: Clone>(script: &mut VecDeque<T>) -> Option<T> {
    if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
}
