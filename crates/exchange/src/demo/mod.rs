//! A believable month of a tenant that does not exist: visitors by weekday, conversations in several
//! languages about a made-up product, leads along the funnel, handoffs, meetings.
//!
//! Seeded: the same every time but for the dates, which end at the moment of loading.

mod dice;
mod month;
mod script;

pub use month::{Demo, month};

/// What the made-up company's assistant knows: a title and a text each.
pub const DOCUMENTS: [(&str, &str); 3] = [
    ("Prices", include_str!("prices.md")),
    ("Features", include_str!("features.md")),
    ("Trial and demo", include_str!("trial.md")),
];
