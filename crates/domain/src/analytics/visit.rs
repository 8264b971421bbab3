//! Who visited on a day (contract § 12).

use crate::{
    analytics::{CounterKey, DayFigures, Figures},
    conversation::{Channel, VisitorId},
    time::Timestamp,
};

/// A visitor of a UTC day: there is one for each visitor and day, whatever they do on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The site's name for the visitor, or an opaque `anon_…` before there is one.
    pub visitor: VisitorId,
    /// Where they were first seen on that day.
    pub channel: Channel,
    /// When. An anonymous visit has its day's first instant, so that no time ties it to a log.
    pub at: Timestamp,
    /// The page they were first seen on; never kept of an anonymous visit.
    pub page: Option<String>,
}

/// A visit as a commit notes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitNote {
    /// The visit. Nothing happens if this visitor was seen on that day already.
    pub visit: Visit,
    /// The anonymous visitor of the same address and agent on that day, whose row is taken over, if it
    /// is there, instead of adding one.
    pub takes_over: Option<VisitorId>,
}

/// What a visit adds on its day.
pub fn contribution_of_visit(visit: &Visit) -> DayFigures {
    DayFigures {
        key: CounterKey { day: visit.at.day(), channel: Some(visit.channel), source: None },
        figures: Figures { visitors: 1, ..Figures::default() },
    }
}
