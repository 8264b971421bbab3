//! Tries at a delivery, and which deliveries a list shows.

use serde::Serialize;
use synaptiq_domain::{
    id::Id,
    paging::Paging,
    webhook::{Attempt, DeliveryQuery, DeliveryStatus, Endpoint},
};
use utoipa::ToSchema;

use crate::{cursor::Binding, field::FieldError, paging::read_paging, query::Query};

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

#[cfg(test)]
mod tests {
    use synaptiq_domain::paging::Position;

    use super::*;
    use crate::cursor;

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
