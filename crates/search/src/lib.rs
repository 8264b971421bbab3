//! The passage index: a cache of the store that can be thrown away.
//!
//! A query goes through these files in this order: [`TantivyIndex`] finds the tenant's snapshot and
//! lets it catch up with the store (`catch_up`), `words` and `language` turn the query into terms,
//! `snapshot` scores them over its parts, and the passages themselves come from the store.
//!
//! Deliberately absent: query syntax, phrase and prefix search, files. Nothing here is ever on disk.

mod catch_up;
mod index;
mod language;
mod part;
mod scoring;
mod snapshot;
mod stop_words;
mod terms;
mod words;

pub use index::{IndexOptions, TantivyIndex};
