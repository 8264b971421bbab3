//! Deliveries of an endpoint: the record and the list.

use serde::Serialize;
use synaptiq_domain::{
    id::Id,
    paging::{Page, Paging},
    time::Timestamp,
    webhook::{Attempt, Delivery, DeliveryQuery, DeliveryStatus, Endpoint},
};
use utoipa::ToSchema;

use crate::{
    cursor::Binding,
    field::FieldError,
    paging::{List, read_paging},
    query::Query,
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

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub struct AttemptRecord {
    /// When it began.
    #[schema(format = "date-time")]
    pub at: String,
    /// The receiver's answer, if there was one.
    pub status_code: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
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

impl From<&Attempt> for AttemptRecord {
    fn from(attempt: &Attempt) -> Self {
        let Attempt { at, status_code, error, duration_ms } = attempt;
        Self { at: at.rfc3339_millis(), status_code: *status_code, error: error.clone(), duration_ms: *duration_ms }
    }
}

/// Reads `status`, and `page`, `limit` or `cursor`, of an endpoint's deliveries.
pub fn read_query(query: &Query, endpoint: Id<Endpoint>) -> Result<DeliveryQuery, FieldError> {
    let status = query.optional("status", |given| given.one_of(&DeliveryStatus::ALL, DeliveryStatus::as_str))?;
    let mut read = DeliveryQuery { status, paging: Paging::default() };
    read.paging = read_paging(query, binding(&read, endpoint))?;
    Ok(read)
}

/// What a cursor of this list is bound to.
pub fn binding(query: &DeliveryQuery, endpoint: Id<Endpoint>) -> Binding {
    let DeliveryQuery { status, paging: _ } = query;
    Binding::of("deliveries", &[endpoint.ulid(), status.map_or("", DeliveryStatus::as_str).to_owned()])
}

/// A part of the list that `query` asked for.
pub fn list_deliveries(page: &Page<Delivery>, query: &DeliveryQuery, endpoint: Id<Endpoint>) -> List<DeliveryRecord> {
    List::of(page, query.paging, binding(query, endpoint), |delivery| DeliveryRecord::from(delivery))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::{event::EventKind, paging::Position};

    use super::*;
    use crate::{cursor, samples};

    #[test]
    fn a_delivery_prints_its_tries_and_not_its_body() {
        let delivery = Delivery {
            id: Id::from_bits(12),
            endpoint: Id::from_bits(10),
            event: Id::from_bits(9),
            kind: EventKind::LeadQualified,
            lead: Some(Id::from_bits(1)),
            conversation: None,
            body: b"{}".to_vec(),
            status: DeliveryStatus::Pending,
            attempts: vec![Attempt {
                at: samples::at("2026-04-01T09:20:01Z"),
                status_code: Some(500),
                error: Some("the receiver answered 500".to_owned()),
                duration_ms: 41,
            }],
            tries_used: 1,
            next_attempt_at: Some(samples::at("2026-04-01T09:21:01Z")),
            created_at: samples::at("2026-04-01T09:20:00Z"),
        };
        samples::assert_prints(
            &DeliveryRecord::from(&delivery),
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

    #[test]
    fn the_list_is_read_or_the_parameter_named() {
        let endpoint = Id::from_bits(10);
        let read = |raw: &str, endpoint| read_query(&Query::of(raw), endpoint);
        assert_eq!(read("", endpoint), Ok(DeliveryQuery::default()));
        let failed = read("status=failed&page=2&limit=10", endpoint).expect("valid");
        assert_eq!((failed.status, failed.paging), (Some(DeliveryStatus::Failed), Paging::Page { page: 2, limit: 10 }));
        for raw in ["status=lost", "limit=0", "page=x", "cursor=x"] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw, endpoint).expect_err("wrong").param, param, "{raw}");
        }
        let cursor = cursor::encode(Position { value: 1, id: 1 }, binding(&DeliveryQuery::default(), endpoint));
        assert!(read(&format!("cursor={cursor}"), endpoint).is_ok());
        assert!(read(&format!("cursor={cursor}"), Id::from_bits(11)).is_err(), "another endpoint's list");
    }
}
