//! Whether a lead is worth a salesperson's time, and why: criteria with grades, evidence that
//! quotes the visitor, and the score that follows (`docs/architecture.md`, Score).

mod evidence;
mod scoring;

pub use evidence::{Adjustment, Criterion, Evidence, Finding, Signal, Topic};
pub use scoring::{CriterionScore, Qualification};
