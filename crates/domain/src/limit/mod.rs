//! How many requests are let in (contract § 5): plans, what a request counts against, and the
//! exact sliding window behind both. Nothing here knows a clock or a map: [`crate::ports::Limiter`]
//! is what counts.

mod day_count;
mod plan;
mod rule;
mod window;

pub use day_count::DayCount;
pub use plan::{Allowance, Group, MOST_A_MINUTE, Plan, Plans, PublicLimits, SYRUS_PLAN, UnknownPlan, WrongLimit};
pub use rule::{Place, Rule, Span, Standing, Subject, Verdict};
pub use window::Window;
