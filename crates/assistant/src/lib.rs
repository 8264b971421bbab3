//! The built-in assistant: intents, facts, language, extractive answers. No model and no network.
//!
//! Two ports of the domain are implemented here, each a plain value without state:
//!
//! - [`BuiltinUnderstanding`] reads one message: its language, its intent, how to reach the
//!   visitor, what they state, and what bears on whether they buy, each with their own words.
//! - [`BuiltinResponder`] answers it: sentences of passages to the letter, a few connecting words
//!   in the visitor's language, and at most one question.
//!
//! Everything is pure and takes time linear in the message: patterns come from the `regex` crate
//! alone, and what is looked at around a match is bounded. Patterns, weights and numbering plans
//! are made ready on first use; [`BuiltinUnderstanding::warm_up`] does so ahead of time.
//!
//! # How to replace a part
//!
//! Each part is one folder and is called in one place, `understanding.rs` or `responder/mod.rs`:
//!
//! | part | what it takes and gives | to replace it |
//! |---|---|---|
//! | `text` | a message → its folded form with the way back, sentences, numbers | keep `Reading`: quotes depend on it |
//! | `language` | text → one of five codes | another detector behind `detect`; another language needs words here, phrases in `responder/phrases.rs`, number words, and examples in `training/` |
//! | `contacts` | text → addresses, a phone number | behind `addresses` and `first_phone` |
//! | `facts` | a reading → name, company, title, seats, money, competitor | one file each, one function each |
//! | `findings` | a reading and facts → graded findings | one file per criterion; the table of grades is in `findings/mod.rs` |
//! | `findings/injection.rs` | text → whether it orders the machine about | a message that does bears on nothing but signals |
//! | `intent` | folded text and clues → intent and confidence | rules in `rules.rs`; the model behind `linear::model`; examples in `training/*.toml` |
//! | `responder/answer.rs` | a question and passages → sentences and citations | behind `answer` |
//! | `responder/asking.rs` | what is known → the next question | behind `next_question` |
//! | `responder/phrases.rs` | language → the assistant's own words | texts alone |
//! | `responder/team.rs` | conversation → subject and summary | behind `subject` and `summary` |
//!
//! A whole port can be replaced by implementing the trait elsewhere: nothing outside this crate
//! names anything but the two types.
//!
//! # Training the intent model
//!
//! `training/*.toml` holds the examples, one file per language. After changing them, the rules or
//! the features: `cargo xtask weights`.
//! A test fails while the committed weights are not what training gives. The cross-validated
//! accuracy that a test prints is an optimistic figure: the rules were written by people who knew
//! the examples.

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
