//! Deliveries of an endpoint as app prints them.

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
    paging::Pagination,
    words::{DeliveryStatusWord, EventWord},
};

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub struct DeliveryRecord {
    /// Its id, the same in every try.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
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
            id: id.uuid(),
            webhook_id: endpoint.uuid(),
            event_id: event.uuid(),
            event_type: kind.as_str(),
            status: status.as_str(),
            attempts: attempts.iter().map(AttemptRecord::from).collect(),
            next_attempt_at: next_attempt_at.map(Timestamp::rfc3339_millis),
            created_at: created_at.rfc3339_millis(),
        }
    }
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryAnswer {
    /// The delivery.
    pub delivery: DeliveryRecord,
}

impl From<&Delivery> for DeliveryAnswer {
    fn from(delivery: &Delivery) -> Self {
        Self { delivery: delivery.into() }
    }
}

/// A part of an endpoint's deliveries.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeliveryList {
    /// Newest first.
    pub deliveries: Vec<DeliveryRecord>,
    /// Where they stand in the whole list.
    pub pagination: Pagination,
}

impl DeliveryList {
    /// The part that `query` asked for.
    pub fn of(page: &Page<Delivery>, query: &DeliveryQuery, endpoint: Id<Endpoint>) -> Self {
        Self {
            deliveries: page.items.iter().map(DeliveryRecord::from).collect(),
            pagination: Pagination::of(page, query.paging, binding(query, endpoint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_list_of_deliveries_prints_tries_and_no_body() {
        let page = Page { items: vec![samples::delivery()], total: Some(1), next: None };
        samples::assert_prints(
            &DeliveryList::of(&page, &DeliveryQuery::default(), Id::from_bits(10)),
            &json!({
                "deliveries": [{
                    "id": "00000000-0000-0000-0000-00000000000c",
                    "webhookId": "00000000-0000-0000-0000-00000000000a",
                    "eventId": "00000000-0000-0000-0000-000000000009",
                    "eventType": "lead.qualified",
                    "status": "pending",
                    "attempts": [{
                        "at": "2026-04-01T09:20:01.000Z", "statusCode": 500, "error": "the receiver answered 500",
                        "durationMs": 41,
                    }],
                    "nextAttemptAt": "2026-04-01T09:21:01.000Z",
                    "createdAt": "2026-04-01T09:20:00.000Z",
                }],
                "pagination": {"page": 1, "limit": 25, "total": 1, "totalPages": 1, "hasMore": false, "nextCursor": null},
            }),
        );
    }
}
