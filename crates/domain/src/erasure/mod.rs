//! Removing a person everywhere (contract § 15, `docs/privacy.md`): by what they are found, which rows
//! tell of them, and what was removed. What becomes of a lead and of a conversation is decided where
//! these live.

mod person;
mod rows;

pub use person::{Person, PersonTraces};
pub use rows::{Erased, Erasure, Trace, VisitErasure};
