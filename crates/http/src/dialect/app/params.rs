//! The query parameters of app's lists, as the `OpenAPI` document describes them.

use synaptiq_wire::app::part::MOST;

use crate::operation::{ParamKind, QueryParam};

const fn param(name: &'static str, kind: ParamKind, about: &'static str) -> QueryParam {
    QueryParam::new(name, kind, about)
}

/// How a list is answered.
pub(super) const IN_PARTS: &str =
    "At most 1,000 rows; Link names the next part where there is one, X-Total-Count says how many rows there are";

const LIMIT: QueryParam = param("limit", ParamKind::Whole(1, MOST, MOST), "Rows at most.");
const CURSOR: QueryParam = param("cursor", ParamKind::Text, "Where to go on: follow Link rather than write it.");

/// Of the list of leads.
pub(super) const LEADS: &[QueryParam] = &[
    param("q", ParamKind::Text, "Words, at most 100, each of which is part of name, e-mail or company in any case."),
    param(
        "status",
        ParamKind::SomeOf(&["new", "qualifying", "qualified", "booked", "disqualified", "nurturing"]),
        "Leads in one of these statuses.",
    ),
    param("archived", ParamKind::Flag(false), "Whether archived leads are shown too."),
    LIMIT,
    CURSOR,
];

/// Of a list that has no filters.
pub(super) const PARTS: &[QueryParam] = &[LIMIT, CURSOR];

/// Of one conversation.
pub(super) const MESSAGES: &[QueryParam] = &[
    param("after", ParamKind::Whole(0, u32::MAX, 0), "Only messages after this position."),
    param("limit", ParamKind::Whole(1, MOST, MOST), "Messages at most."),
];
