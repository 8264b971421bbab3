//! Deliveries of an endpoint: the record and the list.

use serde::Serialize;
use synaptiq_domain::{
    id::Id,
    paging::Page,
    time::Timestamp,
    webhook::{Delivery, DeliveryQuery, Endpoint},
};
use utoipa::ToSchema;

use crate::{
    endpoint::{AttemptRecord, binding},
    paging::List,
    words::{DeliveryStatusWord, EventWord},
};

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub struct DeliveryRecord {
    /// Its id, the same in every try.
    #[schema(example = "dlv_01HQ7ABC2DEF3GH14JK15MN06P")]
    pub id: String,
    /// Where it goes.
    pub webhook_id: String,
    /// What it tells.
    pub event_id: String,
    /// What kind of thing that is.
    #[schema(value_type = EventWord)]
    pub event_type: &'static str,
    /// `pending`, `delivered`, `failed` or `cancelled`.
    #[schema(value_type = DeliveryStatusWord)]
    pub status: &'static str,
    /// Every try so far, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// When it is tried next, while it is pending.
    #[schema(format = "date-time")]
    pub next_attempt_at: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<&Delivery> for DeliveryRecord {
    fn from(delivery: &Delivery) -> Self {
        let Delivery {
            id,
            endpoint,
            event,
            kind,
            lead: _,
            conversation: _,
            body: _,
            status,
            attempts,
            tries_used: _,
            next_attempt_at,
            created_at,
        } = delivery;
        Self {
            id: id.prefixed(),
            webhook_id: endpoint.prefixed(),
            event_id: event.prefixed(),
            event_type: kind.as_str(),
            status: status.as_str(),
            attempts: attempts.iter().map(AttemptRecord::from).collect(),
            next_attempt_at: next_attempt_at.map(Timestamp::rfc3339_millis),
            created_at: created_at.rfc3339_millis(),
        }
    }
}

/// A part of the list that `query` asked for.
pub fn list_deliveries(page: &Page<Delivery>, query: &DeliveryQuery, endpoint: Id<Endpoint>) -> List<DeliveryRecord> {
    List::of(page, query.paging, binding(query, endpoint), |delivery| DeliveryRecord::from(delivery))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_delivery_prints_its_tries_and_not_its_body() {
        samples::assert_prints(
            &DeliveryRecord::from(&samples::delivery()),
            &json!({
                "id": "dlv_0000000000000000000000000C",
                "webhookId": "wh_0000000000000000000000000A",
                "eventId": "evt_00000000000000000000000009",
                "eventType": "lead.qualified",
                "status": "pending",
                "attempts": [{
                    "at": "2026-04-01T09:20:01.000Z", "statusCode": 500, "error": "the receiver answered 500", "durationMs": 41,
                }],
                "nextAttemptAt": "2026-04-01T09:21:01.000Z",
                "createdAt": "2026-04-01T09:20:00.000Z",
            }),
        );
    }
}
