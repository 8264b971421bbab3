//! Reading a message: its folded form, its sentences and its numbers, with the way back to the
//! visitor's own letters.

mod asked;
mod numbers;
mod patterns;
mod proper;
mod reading;

pub(crate) use asked::{asked, begins_like_a_question};
pub(crate) use numbers::{Number, numbers, word_value};
pub(crate) use patterns::{phrases, raw};
pub(crate) use proper::{is_capitalised, proper_noun};
pub(crate) use reading::{Reading, Span, fold_char, next};
