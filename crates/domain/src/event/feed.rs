//! The activity feed: which events it tells of, and from when to when (contract § 9).

use time::Duration;

use crate::{
    analytics::{LONGEST_SPAN, PeriodError},
    event::{ActivityQuery, EventKind},
    id::Id,
    lead::Lead,
    paging::Paging,
    time::Timestamp,
};

/// How far the feed reaches back where nothing is said.
const DEFAULT_SPAN: Duration = Duration::hours(24);

impl EventKind {
    /// What the feed tells of: the published kinds, and meetings that were booked.
    pub const IN_FEED: [Self; 8] = [
        Self::LeadCreated,
        Self::LeadQualified,
        Self::LeadScoreChanged,
        Self::ConversationStarted,
        Self::ConversationHandoff,
        Self::LeadConverted,
        Self::IntentHighValue,
        Self::MeetingBooked,
    ];
}

/// Which part of the feed a caller asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedQuery {
    /// Any of these kinds of [`EventKind::IN_FEED`]; empty allows all of them.
    pub kinds: Vec<EventKind>,
    /// Events of this lead alone.
    pub lead: Option<Id<Lead>>,
    /// The first instant; 24 hours ago where nothing is said.
    pub from: Option<Timestamp>,
    /// The last instant; now where nothing is said.
    pub to: Option<Timestamp>,
    /// Which part of it.
    pub paging: Paging,
}

impl FeedQuery {
    /// What is asked of a store at this moment. The ends are at most 365 days apart, counted in UTC days.
    pub fn at(self, now: Timestamp) -> Result<ActivityQuery, PeriodError> {
        let Self { kinds, lead, from, to, paging } = self;
        let (start, end) = (from.unwrap_or_else(|| now.plus(-DEFAULT_SPAN)), to.unwrap_or(now));
        if end < start {
            return Err(PeriodError::of_order(from, "24 hours ago"));
        }
        if end.day().0 - start.day().0 > LONGEST_SPAN {
            return Err(PeriodError::TooLong);
        }
        let kinds = if kinds.is_empty() { EventKind::IN_FEED.to_vec() } else { kinds };
        Ok(ActivityQuery { kinds, lead, from: start, to: end, paging })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("an instant")
    }

    fn asked(from: Option<&str>, to: Option<&str>) -> Result<(String, String), PeriodError> {
        let query =
            FeedQuery { kinds: vec![], lead: None, from: from.map(at), to: to.map(at), paging: Paging::default() };
        let query = query.at(at("2026-04-05T12:00:00Z"))?;
        Ok((query.from.rfc3339_seconds(), query.to.rfc3339_seconds()))
    }

    #[test]
    fn nothing_said_means_the_last_24_hours_of_every_kind() {
        let query = FeedQuery { kinds: vec![], lead: None, from: None, to: None, paging: Paging::default() };
        let query = query.at(at("2026-04-05T12:00:00Z")).expect("a range");
        assert_eq!((query.from, query.to), (at("2026-04-04T12:00:00Z"), at("2026-04-05T12:00:00Z")));
        assert_eq!(query.kinds, EventKind::IN_FEED);
    }

    #[test]
    fn an_end_before_its_start_and_more_than_365_days_are_refused() {
        assert_eq!(
            asked(None, Some("2026-04-04T12:00:00Z")).map(|(from, _)| from),
            Ok("2026-04-04T12:00:00Z".to_owned()),
            "an instant is a range"
        );
        assert_eq!(asked(None, Some("2026-04-04T11:59:59Z")), Err(PeriodError::EndBeforeDefaultStart("24 hours ago")));
        assert_eq!(asked(Some("2026-04-05T12:00:01Z"), None), Err(PeriodError::StartAfterEnd));
        assert!(asked(Some("2025-04-05T00:00:00Z"), Some("2026-04-05T23:59:59Z")).is_ok());
        assert_eq!(asked(Some("2025-04-04T23:59:59Z"), None), Err(PeriodError::TooLong));
        assert_eq!(asked(Some("0000-01-01T00:00:00Z"), Some("9999-12-31T00:00:00Z")), Err(PeriodError::TooLong));
    }
}
