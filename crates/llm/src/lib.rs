//! The model port over HTTP: OpenAI-compatible addresses.
//!
//! What comes back is untrusted: it is bounded in time and size before anything is made of it, and
//! it is text until the caller has checked it (security M1, M4).
//!
//! Deliberately absent: retries (a turn falls back to the built-in assistant instead), tools, and
//! the guard against private addresses, because the operator configures this address and a model
//! on the same machine is what most of them have.

mod answer;
mod event_stream;
mod openai;
mod options;
mod shapes;

pub use openai::OpenAiModel;
pub use options::{ApiKey, InvalidOptions, OpenAiOptions};
