//! The query parameters of syrus' lists, as the `OpenAPI` document describes them.

use crate::operation::{ParamKind, QueryParam};

const fn param(name: &'static str, kind: ParamKind, about: &'static str) -> QueryParam {
    QueryParam::new(name, kind, about)
}

const CHATBOT_SLUG: QueryParam = param("chatbot_slug", ParamKind::Text, "Only of this chatbot.");
const PAGE: QueryParam = param("page", ParamKind::Whole(1, u32::MAX, 1), "Page number.");
const PER_PAGE: QueryParam =
    param("per_page", ParamKind::Whole(1, u32::MAX, 50), "Rows per page; more than 100 are taken for 100.");

/// Of the list of leads.
pub(super) const LEADS: &[QueryParam] = &[
    CHATBOT_SLUG,
    param("since", ParamKind::Time, "Created at or after."),
    param("updated_since", ParamKind::Time, "Changed at or after."),
    PAGE,
    PER_PAGE,
];

/// Of the list of conversations.
pub(super) const CONVERSATIONS: &[QueryParam] = &[
    CHATBOT_SLUG,
    param("lead_id", ParamKind::Text, "Conversations of this lead."),
    param("status", ParamKind::OneOf(&["active", "closed", "handed_off", "expired"]), "Conversations in this status."),
    param("since", ParamKind::Time, "Begun at or after."),
    param("updated_since", ParamKind::Time, "Last written in at or after."),
    PAGE,
    PER_PAGE,
];

/// Of one conversation.
pub(super) const MESSAGES: &[QueryParam] = &[
    param("include_messages", ParamKind::Flag(true), "Whether messages are shown."),
    param("message_limit", ParamKind::Whole(1, 1_000, 1_000), "How many messages."),
    param("message_offset", ParamKind::Whole(0, u32::MAX, 0), "How many messages to skip."),
    param("message_order", ParamKind::OneOf(&["asc", "desc"]), "Oldest or newest first."),
];

/// Of the list of webhooks.
pub(super) const WEBHOOKS: &[QueryParam] = &[param("chatbot_id", ParamKind::Text, "Only of this chatbot.")];
