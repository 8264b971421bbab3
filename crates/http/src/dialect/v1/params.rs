//! The query parameters of v1's lists, as the `OpenAPI` document describes them.

use crate::operation::{ParamKind, QueryParam};

const fn param(name: &'static str, kind: ParamKind, about: &'static str) -> QueryParam {
    QueryParam::new(name, kind, about)
}

const PAGE: QueryParam = param("page", ParamKind::Whole(1, u32::MAX, 1), "Page number.");
const LIMIT: QueryParam = param("limit", ParamKind::Whole(1, 100, 25), "Rows per page.");
const CURSOR: QueryParam =
    param("cursor", ParamKind::Text, "Where to go on: nextCursor of the part before, with the same sort and filters.");
const ORDER: QueryParam = param("sortOrder", ParamKind::OneOf(&["desc", "asc"]), "Sort direction.");

/// The documented statuses of a lead.
const LEAD_STATUS: QueryParam = param(
    "status",
    ParamKind::SomeOf(&[
        "new",
        "qualifying",
        "qualified",
        "contacted",
        "booked",
        "converted",
        "nurturing",
        "disqualified",
        "lost",
    ]),
    "Leads in one of these statuses.",
);
/// The words to look for.
const Q: QueryParam =
    param("q", ParamKind::Text, "Words, at most 100, each of which is part of name, e-mail or company in any case.");

/// Of the list of leads.
pub(super) const LEADS: &[QueryParam] = &of_leads(Q);

/// Of the search for leads, which is for something.
pub(super) const SEARCH_LEADS: &[QueryParam] =
    &of_leads(QueryParam { kind: ParamKind::Filled(u32::MAX), ..Q }.required());

const fn of_leads(q: QueryParam) -> [QueryParam; 14] {
    [
        PAGE,
        LIMIT,
        CURSOR,
        LEAD_STATUS,
        param("source", SOURCES, "Where leads come from."),
        param("email", ParamKind::Email, "The lead with this address."),
        param("tag", ParamKind::Filled(50), "Leads with this tag."),
        q,
        param("minScore", ParamKind::Whole(0, 100, 0), "Leads with at least this score."),
        param("createdAfter", ParamKind::Time, "Created at or after."),
        param("createdBefore", ParamKind::Time, "Created at or before."),
        param("archived", ParamKind::Flag(false), "Whether archived leads are shown too."),
        param("sortBy", ParamKind::OneOf(&["createdAt", "updatedAt", "score"]), "What to sort by."),
        ORDER,
    ]
}

/// Of creating a lead.
pub(super) const CREATE_LEAD: &[QueryParam] = &[param(
    "onDuplicate",
    ParamKind::OneOf(&["merge", "error"]),
    "What to do about an address that a lead has already.",
)];

/// Of the list of conversations.
pub(super) const CONVERSATIONS: &[QueryParam] = &[
    param("leadId", ParamKind::Text, "Conversations of this lead."),
    PAGE,
    LIMIT,
    CURSOR,
    param("visitorId", ParamKind::VisitorName, "Conversations of this visitor."),
    param("assistantId", ParamKind::Text, "Conversations with this assistant."),
    param("status", ParamKind::OneOf(&["active", "closed", "handed_off", "expired"]), "Conversations in this status."),
    param("channel", CHANNELS, "Conversations through this channel."),
    param("startDate", ParamKind::Time, "Begun at or after."),
    param("endDate", ParamKind::Time, "Begun at or before; a date includes its whole day."),
    param("sortBy", ParamKind::OneOf(&["lastMessageAt", "startedAt", "messageCount"]), "What to sort by."),
    ORDER,
];

/// Of the list of a lead's conversations: the path says whose.
pub(super) const CONVERSATIONS_OF_LEAD: &[QueryParam] = match CONVERSATIONS.split_first() {
    Some((_lead, others)) => others,
    None => &[],
};

/// Of one conversation.
pub(super) const MESSAGES: &[QueryParam] = &[
    param("includeMessages", ParamKind::Flag(true), "Whether messages are shown."),
    param("messageLimit", ParamKind::Whole(1, 200, 50), "How many messages."),
    param("messageOffset", ParamKind::Whole(0, u32::MAX, 0), "How many messages to skip."),
    param("messageOrder", ParamKind::OneOf(&["asc", "desc"]), "Oldest or newest first."),
];

const CHANNELS: ParamKind = ParamKind::OneOf(&["web_chat", "api", "whatsapp", "slack"]);
const SOURCES: ParamKind = ParamKind::OneOf(&["chat", "api", "import", "form"]);

const PERIOD_START: QueryParam = param("startDate", ParamKind::Time, "The first UTC day; 30 days ago if not given.");
const PERIOD_END: QueryParam =
    param("endDate", ParamKind::Time, "The last UTC day, which is included; today if not given.");

/// Of the overview.
pub(super) const OVERVIEW: &[QueryParam] = &[
    PERIOD_START,
    PERIOD_END,
    param(
        "granularity",
        ParamKind::OneOf(&["day", "week", "month"]),
        "Into what the period is divided: days, weeks counted from its first day, or months of the calendar.",
    ),
    param("compareWith", ParamKind::OneOf(&["previous_period", "previous_year"]), "What to compare the period with."),
];

/// Of the funnel.
pub(super) const FUNNEL: &[QueryParam] = &[
    PERIOD_START,
    PERIOD_END,
    param("channel", CHANNELS, "What came through this channel."),
    param("source", SOURCES, "Leads from this source; visitors and conversations have none, and all count."),
];

/// Of the activity feed.
pub(super) const ACTIVITY: &[QueryParam] = &[
    param("startDate", ParamKind::Time, "Happened at or after; 24 hours ago if not given."),
    param("endDate", ParamKind::Time, "Happened at or before, a date including its whole day; now if not given."),
    param(
        "type",
        ParamKind::SomeOf(&[
            "lead.created",
            "lead.qualified",
            "lead.score_changed",
            "conversation.started",
            "conversation.handoff",
            "conversion.completed",
            "intent.high_value",
            "meeting.booked",
            "lead.converted",
        ]),
        "Only these types; lead.converted is another name of conversion.completed.",
    ),
    param("leadId", ParamKind::Text, "What concerns this lead."),
    PAGE,
    QueryParam { kind: ParamKind::Whole(1, 100, 50), ..LIMIT },
    CURSOR,
    param("format", ParamKind::OneOf(&["json", "csv"]), "A list or a table, whatever Accept says."),
];

/// Of the list of deliveries.
pub(super) const DELIVERIES: &[QueryParam] = &[
    PAGE,
    LIMIT,
    CURSOR,
    param("status", ParamKind::OneOf(&["pending", "delivered", "failed", "cancelled"]), "Deliveries in this status."),
];

/// Of searching the knowledge base.
pub(super) const KNOWLEDGE_SEARCH: &[QueryParam] = &[
    param("q", ParamKind::Filled(1000), "The words to find.").required(),
    param("limit", ParamKind::Whole(1, 50, 10), "The most passages."),
];
