//! What several kinds of lines read in one way.

use synaptiq_domain::{
    id::{Id, Kind},
    money::JsonMap,
    time::Timestamp,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
};

use super::{Completeness, Reading};

/// The most characters of a name, a company or a job.
pub(super) const MAX_NAME: usize = 200;
/// The most characters of a page's address and of a campaign's words.
pub(super) const MAX_URL: usize = 2_000;
/// The most characters of a text that somebody wrote or that was made of what they wrote.
pub(super) const MAX_TEXT: usize = 200_000;
/// The most items of a list that grows with use.
pub(super) const MAX_ITEMS: usize = 100_000;

/// An id in any form. Unlike an id in a request it must be one: what names nothing cannot be moved.
pub(super) fn id<K: Kind>(given: &Given<'_>) -> Result<Id<K>, FieldError> {
    Id::parse(given.text()?)
        .ok_or_else(|| given.error(format!("must be an id: {}_ and 26 characters, or a UUID", K::PREFIX)))
}

/// An instant, cut to the milliseconds that are printed.
pub(super) fn at(given: &Given<'_>) -> Result<Timestamp, FieldError> {
    given.instant().map(Timestamp::whole_millis)
}

/// A text of at most so many characters, kept as it is. It may be empty.
pub(super) fn text(given: &Given<'_>, max: usize) -> Result<String, FieldError> {
    let text = given.text()?;
    if text.len() > max && text.chars().count() > max {
        return Err(given.error(format!("must have at most {max} characters")));
    }
    Ok(text.to_owned())
}

/// A field with a text that may be absent.
pub(super) fn maybe_text(fields: &Fields<'_>, name: &str, max: usize) -> Result<Option<String>, FieldError> {
    fields.optional(name, |given| text(&given, max))
}

/// A field with an instant that may be absent.
pub(super) fn maybe_at(fields: &Fields<'_>, name: &str) -> Result<Option<Timestamp>, FieldError> {
    fields.optional(name, |given| at(&given))
}

/// A field with an id that may be absent.
pub(super) fn maybe_id<K: Kind>(fields: &Fields<'_>, name: &str) -> Result<Option<Id<K>>, FieldError> {
    fields.optional(name, |given| id(&given))
}

/// A flag, false where it is absent.
pub(super) fn flag(fields: &Fields<'_>, name: &str) -> Result<bool, FieldError> {
    Ok(fields.optional(name, |given| given.boolean())?.unwrap_or(false))
}

/// Free data, empty where it is absent. What a store has may have grown beyond what one request brings.
pub(super) fn free_data(fields: &Fields<'_>, name: &str, reading: &Reading) -> Result<JsonMap, FieldError> {
    let read = |given: Given<'_>| match reading.completeness {
        Completeness::Whole => given.map().cloned(),
        Completeness::AsGiven => given.free_data(),
    };
    Ok(fields.optional(name, read)?.unwrap_or_default())
}

/// A number from 0 to 1.
pub(super) fn fraction(given: &Given<'_>) -> Result<f64, FieldError> {
    given
        .number()
        .filter(|number| (0.0..=1.0).contains(number))
        .ok_or_else(|| given.error("must be a number from 0 to 1"))
}
