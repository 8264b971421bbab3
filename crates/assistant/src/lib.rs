//! The built-in assistant: intents, facts, language, extractive answers. No model and no network.

mod contacts;
mod facts;
mod findings;
mod intent;
mod language;
mod responder;
#[cfg(test)]
mod rows;
mod text;
mod understanding;

pub use responder::BuiltinResponder;
pub use understanding::BuiltinUnderstanding;
