//! The parameters of syrus' list of leads.

use synaptiq_domain::lead::LeadQuery;

use crate::{field::FieldError, query::Query, syrus::list::read_paging};

/// Which leads are wanted. Whose slug it is, the store knows.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadsWanted {
    /// Everything but the chatbot.
    pub query: LeadQuery,
    /// Only of the chatbot with this slug.
    pub chatbot_slug: Option<String>,
}

/// Reads `chatbot_slug`, `since` (created at or after), `updated_since` (changed at or after),
/// `page` and `per_page`. Newest first.
pub fn read_query(query: &Query) -> Result<LeadsWanted, FieldError> {
    Ok(LeadsWanted {
        chatbot_slug: query.get("chatbot_slug")?.map(|given| given.text().to_owned()),
        query: LeadQuery {
            created_after: query.optional("since", |given| given.instant())?,
            updated_since: query.optional("updated_since", |given| given.instant())?,
            paging: read_paging(query)?,
            ..LeadQuery::default()
        },
    })
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::paging::Paging;

    use super::*;
    use crate::samples;

    fn read(raw: &str) -> Result<LeadsWanted, FieldError> {
        read_query(&Query::of(raw))
    }

    #[test]
    fn every_parameter_is_read() {
        let paging = Paging::Page { page: 1, limit: 50 };
        assert_eq!(
            read("status=hot&limit=0"),
            Ok(LeadsWanted { query: LeadQuery { paging, ..LeadQuery::default() }, chatbot_slug: None }),
            "unknown parameters filter nothing"
        );
        assert_eq!(
            read("chatbot_slug=demo-bot&since=2026-04-01T00:00:00Z&updated_since=2026-04-02&page=2&per_page=500"),
            Ok(LeadsWanted {
                query: LeadQuery {
                    created_after: Some(samples::at("2026-04-01T00:00:00Z")),
                    updated_since: Some(samples::at("2026-04-02T00:00:00Z")),
                    paging: Paging::Page { page: 2, limit: 100 },
                    ..LeadQuery::default()
                },
                chatbot_slug: Some("demo-bot".to_owned()),
            })
        );
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in [
            "since=",
            "since=yesterday",
            "updated_since=2026-02-30",
            "page=0",
            "per_page=x",
            "chatbot_slug=%ff",
            "since=a&since=a",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err(raw).param, param, "{raw}");
        }
    }
}
