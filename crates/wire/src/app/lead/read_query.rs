//! The parameters of app's list of leads. It is sorted in one way alone: newest first.

use synaptiq_domain::lead::{LeadQuery, LeadStatus};

use crate::{
    app::{lead::Status, part::read_paging},
    field::FieldError,
    lead::{binding, words},
    query::Query,
};

/// Reads `q`, `status` (one or several of the six, with commas), `archived`, `limit` and `cursor`.
pub fn read_query(query: &Query) -> Result<LeadQuery, FieldError> {
    let mut read = LeadQuery {
        words: query.optional("q", |given| words(&given))?.unwrap_or_default(),
        statuses: query
            .optional("status", |given| given.some_of(&Status::ALL, Status::as_str))?
            .map(every_status)
            .unwrap_or_default(),
        include_archived: query.optional("archived", |given| given.boolean())?.unwrap_or(false),
        ..LeadQuery::default()
    };
    read.paging = read_paging(query, binding(&read))?;
    Ok(read)
}

fn every_status(asked: Vec<Status>) -> Vec<LeadStatus> {
    asked.into_iter().flat_map(Status::shows).copied().collect()
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{
        lead::LeadSort,
        paging::{Order, Paging, Position},
    };

    use super::*;
    use crate::cursor;

    fn read(raw: &str) -> Result<LeadQuery, FieldError> {
        read_query(&Query::of(raw))
    }

    #[test]
    fn without_parameters_it_is_the_thousand_newest() {
        let all = LeadQuery {
            sort: LeadSort::CreatedAt,
            order: Order::Descending,
            paging: Paging::Page { page: 1, limit: 1_000 },
            ..LeadQuery::default()
        };
        assert_eq!(read(""), Ok(all.clone()));
        assert_eq!(
            read("q=&page=7&sortBy=name"),
            Ok(all),
            "an empty search filters nothing, v1's parameters are unknown"
        );
    }

    #[test]
    fn every_parameter_is_read_and_a_status_means_all_that_it_shows() {
        assert_eq!(
            read("q=acme+%25&status=qualified,nurturing&archived=true&limit=7"),
            Ok(LeadQuery {
                words: vec!["acme".to_owned(), "%".to_owned()],
                statuses: vec![LeadStatus::Qualified, LeadStatus::Contacted, LeadStatus::Nurturing],
                include_archived: true,
                paging: Paging::Page { page: 1, limit: 7 },
                ..LeadQuery::default()
            })
        );
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in [
            "status=contacted",
            "status=converted",
            "status=lost",
            "status=",
            "status=new,",
            "archived=1",
            "limit=0",
            "limit=1001",
            "limit=ten",
            "cursor=",
            "cursor=x",
            "q=%ff",
            "q=%00",
            "q=a&q=b",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err("wrong").param, param, "{raw}");
        }
        let many = vec!["a"; 101].join("+");
        assert_eq!(read(&format!("q={many}")).expect_err("too many words").param, "q");
    }

    #[test]
    fn a_cursor_continues_its_own_list_alone() {
        let position = Position { value: 60, id: 1 };
        let cursor = cursor::encode(position, binding(&read("q=acme&status=booked").expect("valid")));
        let continued = read(&format!("status=booked&q=ACME&limit=7&cursor={cursor}")).expect("the same list");
        assert_eq!(continued.paging, Paging::After { position, limit: 7 });
        for other in ["", "q=acme", "status=booked", "q=acme&status=booked&archived=true"] {
            assert_eq!(read(&format!("{other}&cursor={cursor}")).expect_err("another list").param, "cursor", "{other}");
        }
    }
}
