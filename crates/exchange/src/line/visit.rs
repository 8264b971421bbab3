//! A visitor of a day: `visitorId, occurredAt, page?, channel?`.

use serde::Serialize;
use synaptiq_domain::{
    analytics::Visit,
    conversation::{Channel, VisitorId},
};
use synaptiq_wire::{FieldError, field::Fields};

use super::field::{self, MAX_URL, maybe_text};
use crate::canonical::At;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VisitLine<'a> {
    channel: &'static str,
    object: &'static str,
    occurred_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    visitor_id: &'a str,
}

impl<'a> From<&'a Visit> for VisitLine<'a> {
    fn from(visit: &'a Visit) -> Self {
        let Visit { visitor, channel, at, page } = visit;
        Self {
            channel: channel.as_str(),
            object: "visit",
            occurred_at: At(*at),
            page: page.as_deref(),
            visitor_id: visitor.as_str(),
        }
    }
}

/// Reads a visit; where no channel is said it was on a web page. It has no id: there is one for each
/// visitor and day.
pub(super) fn read(fields: &Fields<'_>) -> Result<Visit, FieldError> {
    Ok(Visit {
        visitor: fields.required("visitorId", |given| given.parsed(VisitorId::parse))?,
        channel: fields
            .optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?
            .unwrap_or(Channel::WebChat),
        at: fields.required("occurredAt", |given| field::at(&given))?,
        page: maybe_text(fields, "page", MAX_URL)?,
    })
}
