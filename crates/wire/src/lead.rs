//! What more than one dialect reads of a lead, in one way: bounds, labels, campaigns, search words,
//! and what a cursor of a list is bound to.

use synaptiq_domain::{
    lead::{LeadQuery, LeadSort, LeadSource, Tag, Utm},
    paging::Order,
    text::Email,
    time::Timestamp,
};

use crate::{
    cursor::Binding,
    field::{FieldError, Given},
    query::Parameter,
};

/// The most characters of name, company and title.
pub(crate) const MAX_NAME: usize = 200;
/// The most characters of a page's address.
pub(crate) const MAX_URL: usize = 2_000;
/// The most labels of a lead in one request.
const MAX_TAGS: usize = 100;
/// The most characters of one `utm_*` value.
const MAX_UTM: usize = 200;
/// The most words of a search.
const MAX_WORDS: usize = 100;

/// Reads labels.
pub(crate) fn tags(given: &Given<'_>) -> Result<Vec<Tag>, FieldError> {
    given.array_of(MAX_TAGS, |item| item.parsed(Tag::parse))
}

/// Reads a campaign.
pub(crate) fn utm(given: &Given<'_>) -> Result<Utm, FieldError> {
    let fields = given.object()?;
    let part = |name| fields.optional(name, |given| given.bounded(MAX_UTM));
    Ok(Utm {
        source: part("source")?,
        medium: part("medium")?,
        campaign: part("campaign")?,
        term: part("term")?,
        content: part("content")?,
    })
}

/// The words of a search. Each is a condition of its own, and a store takes only so many.
pub(crate) fn words(given: &Parameter<'_>) -> Result<Vec<String>, FieldError> {
    let words = LeadQuery::words_of(given.text());
    if words.len() > MAX_WORDS {
        return Err(given.error(format!("must have at most {MAX_WORDS} words")));
    }
    Ok(words)
}

/// The word for a sort.
pub(crate) const fn sort_word(sort: LeadSort) -> &'static str {
    match sort {
        LeadSort::CreatedAt => "createdAt",
        LeadSort::UpdatedAt => "updatedAt",
        LeadSort::Score => "score",
    }
}

/// What a cursor of a list of leads is bound to.
pub fn binding(query: &LeadQuery) -> Binding {
    let LeadQuery {
        statuses,
        source,
        email,
        tag,
        words,
        min_score,
        created_after,
        created_before,
        updated_since,
        ever_qualified,
        // No list with a cursor has such a filter.
        spoke_with: _,
        include_archived,
        sort,
        order,
        paging: _,
    } = query;
    let instant = |at: &Option<Timestamp>| at.map_or_else(String::new, |at| at.micros().to_string());
    let mut statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    Binding::of(
        "leads",
        &[
            statuses.join(","),
            source.map_or("", LeadSource::as_str).to_owned(),
            email.as_ref().map_or_else(String::new, Email::folded),
            tag.as_ref().map_or_else(String::new, |tag| tag.as_str().to_owned()),
            words.join(" "),
            min_score.map_or_else(String::new, |score| score.get().to_string()),
            instant(created_after),
            instant(created_before),
            instant(updated_since),
            ever_qualified.map_or_else(String::new, |ever| ever.to_string()),
            include_archived.to_string(),
            sort_word(*sort).to_owned(),
            (*order == Order::Ascending).to_string(),
        ],
    )
}
