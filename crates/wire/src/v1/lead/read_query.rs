//! The parameters of v1's lists of leads, and of a creation.

use synaptiq_domain::{
    lead::{LeadQuery, LeadSort, LeadSource, LeadStatus, Score, Tag},
    paging::{Order, Paging},
    text::Email,
    use_cases::OnDuplicate,
};

use crate::{
    field::FieldError,
    lead::{binding, sort_word, words},
    paging::{read_order, read_paging},
    query::Query,
};

/// Reads `status` (one or several with commas), `source`, `email`, `tag`, `q`, `minScore`,
/// `createdAfter`, `createdBefore`, `archived`, `sortBy`, `sortOrder`, and `page`, `limit` or `cursor`.
pub fn read_query(query: &Query) -> Result<LeadQuery, FieldError> {
    let mut read = LeadQuery {
        statuses: query
            .optional("status", |given| given.some_of(&LeadStatus::ALL, LeadStatus::as_str))?
            .unwrap_or_default(),
        source: query.optional("source", |given| given.one_of(&LeadSource::ALL, LeadSource::as_str))?,
        email: query.optional("email", |given| given.parsed(Email::parse))?,
        tag: query.optional("tag", |given| given.parsed(Tag::parse))?,
        words: query.optional("q", |given| words(&given))?.unwrap_or_default(),
        min_score: query.optional("minScore", |given| given.integer(0..=100).map(Score::clamped))?,
        created_after: query.optional("createdAfter", |given| given.instant())?,
        created_before: query.optional("createdBefore", |given| given.instant_as_end())?,
        updated_since: None,
        ever_qualified: None,
        spoke_with: None,
        include_archived: query.optional("archived", |given| given.boolean())?.unwrap_or(false),
        sort: query.optional("sortBy", |given| given.one_of(&SORTS, sort_word))?.unwrap_or_default(),
        order: read_order(query, "sortOrder", Order::Descending)?,
        paging: Paging::default(),
    };
    read.paging = read_paging(query, binding(&read))?;
    Ok(read)
}

const SORTS: [LeadSort; 3] = [LeadSort::CreatedAt, LeadSort::UpdatedAt, LeadSort::Score];

/// Reads a creation's `onDuplicate`: `merge`, or `error` for a conflict that names the lead.
pub fn read_on_duplicate(query: &Query) -> Result<OnDuplicate, FieldError> {
    let word = |choice| match choice {
        OnDuplicate::Merge => "merge",
        OnDuplicate::Refuse => "error",
    };
    let all = [OnDuplicate::Merge, OnDuplicate::Refuse];
    Ok(query.optional("onDuplicate", |given| given.one_of(&all, word))?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::paging::Position;

    use super::*;
    use crate::{cursor, samples};

    fn read(raw: &str) -> Result<LeadQuery, FieldError> {
        read_query(&Query::of(raw))
    }

    #[test]
    fn without_parameters_it_is_the_first_25_newest() {
        assert_eq!(read(""), Ok(LeadQuery::default()));
        assert_eq!(
            read("q=&utm_source=x"),
            Ok(LeadQuery::default()),
            "an empty search and unknown parameters filter nothing"
        );
    }

    #[test]
    fn every_parameter_is_read() {
        let raw = "status=qualified,booked&source=chat&email=Ada%40example.com&tag=saas&q=ada+%25&minScore=60&\
                   createdAfter=2026-04-01&createdBefore=2026-04-30&archived=true&sortBy=score&sortOrder=asc&page=3&limit=100";
        assert_eq!(
            read(raw),
            Ok(LeadQuery {
                statuses: vec![LeadStatus::Qualified, LeadStatus::Booked],
                source: Some(LeadSource::Chat),
                email: Some(Email::parse("Ada@example.com").expect("valid")),
                tag: Some(Tag::parse("saas").expect("valid")),
                words: vec!["ada".to_owned(), "%".to_owned()],
                min_score: Score::new(60),
                created_after: Some(samples::at("2026-04-01T00:00:00Z")),
                created_before: Some(samples::at("2026-04-30T23:59:59.999Z")),
                updated_since: None,
                ever_qualified: None,
                spoke_with: None,
                include_archived: true,
                sort: LeadSort::Score,
                order: Order::Ascending,
                paging: Paging::Page { page: 3, limit: 100 },
            })
        );
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in [
            "status=hot",
            "status=",
            "status=new,",
            "source=fax",
            "email=x",
            "tag=",
            "minScore=101",
            "minScore=x",
            "createdAfter=soon",
            "createdBefore=2026-02-30",
            "archived=1",
            "sortBy=name",
            "sortOrder=up",
            "page=0",
            "limit=0",
            "limit=101",
            "limit=ten",
            "cursor=x",
            "q=%ff",
            "q=%00",
            "q=a&q=b",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err("wrong").param, param, "{raw}");
        }
    }

    #[test]
    fn duplicates_are_merged_unless_an_error_is_asked_for() {
        let read = |raw| read_on_duplicate(&Query::of(raw));
        assert_eq!(read(""), Ok(OnDuplicate::Merge));
        assert_eq!(read("onDuplicate=merge"), Ok(OnDuplicate::Merge));
        assert_eq!(read("onDuplicate=error"), Ok(OnDuplicate::Refuse));
        assert_eq!(read("onDuplicate=ignore").expect_err("wrong").param, "onDuplicate");
    }

    #[test]
    fn a_cursor_continues_its_own_list_alone() {
        let position = Position { value: 60, id: 1 };
        let cursor = cursor::encode(position, binding(&read("status=new,lost&sortBy=score").expect("valid")));
        let continued = read(&format!("sortBy=score&status=lost,new&limit=7&cursor={cursor}")).expect("the same list");
        assert_eq!(continued.paging, Paging::After { position, limit: 7 });
        for other in [
            "",
            "sortBy=score",
            "status=new,lost",
            "status=new,lost&sortBy=score&sortOrder=asc",
            "status=new,lost&sortBy=score&q=a",
        ] {
            assert_eq!(read(&format!("{other}&cursor={cursor}")).expect_err("another list").param, "cursor", "{other}");
        }
        assert_eq!(
            read(&format!("status=new,lost&sortBy=score&page=1&cursor={cursor}")).expect_err("both").param,
            "cursor"
        );
    }
}
