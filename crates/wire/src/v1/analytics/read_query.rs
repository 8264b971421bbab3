//! The parameters of v1's analytics.

use synaptiq_domain::{
    analytics::{AskedPeriod, CompareWith, FunnelFilter, FunnelQuery, Granularity, OverviewQuery},
    conversation::Channel,
    event::{EventKind, FeedQuery},
    lead::LeadSource,
    paging::Paging,
};

use crate::{
    field::FieldError,
    paging::read_paging_by,
    query::Query,
    v1::analytics::activity::{binding, word},
};

/// How many events a page of the feed has where nothing is said.
const PER_PAGE: u32 = 50;

/// Reads `startDate`, `endDate`, `granularity` (day) and `compareWith`.
pub fn read_overview(query: &Query) -> Result<OverviewQuery, FieldError> {
    Ok(OverviewQuery {
        period: read_period(query)?,
        granularity: query
            .optional("granularity", |given| given.one_of(&Granularity::ALL, Granularity::as_str))?
            .unwrap_or_default(),
        compare_with: query.optional("compareWith", |given| given.one_of(&CompareWith::ALL, CompareWith::as_str))?,
    })
}

/// Reads `startDate`, `endDate`, `channel` and `source`.
pub fn read_funnel(query: &Query) -> Result<FunnelQuery, FieldError> {
    Ok(FunnelQuery {
        period: read_period(query)?,
        filter: FunnelFilter {
            channel: query.optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
            source: query.optional("source", |given| given.one_of(&LeadSource::ALL, LeadSource::as_str))?,
        },
    })
}

/// The UTC days of the two ends: a day is in or out as a whole, whatever time of it is said.
fn read_period(query: &Query) -> Result<AskedPeriod, FieldError> {
    Ok(AskedPeriod {
        first: query.optional("startDate", |given| Ok(given.instant()?.day()))?,
        last: query.optional("endDate", |given| Ok(given.instant_as_end()?.day()))?,
    })
}

/// Reads `startDate`, `endDate`, `type` (several, separated by commas), `leadId`, and `page`, `limit`
/// (1–100, 50) or `cursor`.
pub fn read_feed(query: &Query) -> Result<FeedQuery, FieldError> {
    let words = feed_words();
    let kinds = query.optional("type", |given| given.some_of(&words, |word| word))?.unwrap_or_default();
    let mut read = FeedQuery {
        kinds: kinds.into_iter().filter_map(EventKind::parse).collect(),
        lead: query.get("leadId")?.map(|given| given.id()),
        from: query.optional("startDate", |given| given.instant())?,
        to: query.optional("endDate", |given| given.instant_as_end())?,
        paging: Paging::default(),
    };
    read.paging = read_paging_by(query, binding(&read), PER_PAGE)?;
    Ok(read)
}

/// The names of what the feed tells of, and the other name of a conversion.
fn feed_words() -> Vec<&'static str> {
    EventKind::IN_FEED.map(word).into_iter().chain([EventKind::LeadConverted.as_str()]).collect()
}

/// In which form the feed is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A list.
    Json,
    /// A table.
    Csv,
}

/// Reads `format`; `None` where nothing is said, and the headers decide.
pub fn read_format(query: &Query) -> Result<Option<Format>, FieldError> {
    let word = |format| match format {
        Format::Json => "json",
        Format::Csv => "csv",
    };
    query.optional("format", |given| given.one_of(&[Format::Json, Format::Csv], word))
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{id::Id, paging::Position, time::Day};

    use super::*;
    use crate::{cursor, samples};

    fn days(first: &str, last: &str) -> AskedPeriod {
        let day = |text: &str| -> Day { samples::at(&format!("{text}T00:00:00Z")).day() };
        AskedPeriod { first: Some(day(first)), last: Some(day(last)) }
    }

    #[test]
    fn every_parameter_of_an_overview_and_of_a_funnel_is_read() {
        let raw = "startDate=2026-03-01&endDate=2026-03-31&granularity=week&compareWith=previous_year&nonsense=1";
        let period = days("2026-03-01", "2026-03-31");
        assert_eq!(
            read_overview(&Query::of(raw)),
            Ok(OverviewQuery { period, granularity: Granularity::Week, compare_with: Some(CompareWith::PreviousYear) })
        );
        assert_eq!(read_overview(&Query::of("")), Ok(OverviewQuery::default()));
        let raw = "startDate=2026-03-01&endDate=2026-03-31&channel=whatsapp&source=import";
        let filter = FunnelFilter { channel: Some(Channel::Whatsapp), source: Some(LeadSource::Import) };
        assert_eq!(read_funnel(&Query::of(raw)), Ok(FunnelQuery { period, filter }));
    }

    #[test]
    fn a_time_of_a_day_means_that_utc_day() {
        let raw = "startDate=2026-03-01T23:30:00-01:00&endDate=2026-03-31T00:00:00Z";
        let read = read_overview(&Query::of(raw)).expect("valid").period;
        assert_eq!(read, days("2026-03-02", "2026-03-31"));
    }

    #[test]
    fn every_parameter_of_the_feed_is_read() {
        let raw = "startDate=2026-04-01&endDate=2026-04-05&type=lead.qualified,intent.high_value&limit=5&page=2&\
                   leadId=lead_00000000000000000000000001";
        assert_eq!(
            read_feed(&Query::of(raw)),
            Ok(FeedQuery {
                kinds: vec![EventKind::LeadQualified, EventKind::IntentHighValue],
                lead: Some(Id::from_bits(1)),
                from: Some(samples::at("2026-04-01T00:00:00Z")),
                to: Some(samples::at("2026-04-05T23:59:59.999Z")),
                paging: Paging::Page { page: 2, limit: 5 },
            })
        );
        let read = read_feed(&Query::of("leadId=nonsense")).expect("valid");
        assert_eq!((read.lead, read.paging), (Some(Id::from_bits(0)), Paging::Page { page: 1, limit: 50 }));
        for name in ["conversion.completed", "lead.converted"] {
            let read = read_feed(&Query::of(&format!("type={name}"))).expect("valid");
            assert_eq!(read.kinds, [EventKind::LeadConverted]);
        }
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in [
            "startDate=soon",
            "endDate=2026-02-30",
            "startDate=",
            "granularity=hour",
            "granularity=",
            "compareWith=next",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read_overview(&Query::of(raw)).expect_err(raw).param, param);
        }
        for raw in ["endDate=31.3.2026", "channel=fax", "source=chats", "channel=web_chat,api"] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read_funnel(&Query::of(raw)).expect_err(raw).param, param);
        }
        for raw in [
            "startDate=x",
            "endDate=x",
            "type=lead.sold",
            "type=lead.updated",
            "type=",
            "type=lead.created,",
            "leadId=%00",
            "page=0",
            "limit=0",
            "limit=101",
            "cursor=x",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read_feed(&Query::of(raw)).expect_err(raw).param, param);
        }
        assert_eq!(read_format(&Query::of("format=xml")).expect_err("xml").param, "format");
        assert_eq!(read_format(&Query::of("format=csv")), Ok(Some(Format::Csv)));
        assert_eq!(read_format(&Query::of("")), Ok(None));
    }

    #[test]
    fn a_cursor_goes_on_in_the_same_feed_and_in_no_other() {
        let position = Position { value: 60, id: 1 };
        let cursor = |raw: &str| cursor::encode(position, binding(&read_feed(&Query::of(raw)).expect("valid")));
        let with = |raw: &str, cursor: String| read_feed(&Query::of(&format!("{raw}&cursor={cursor}")));
        let went_on = with("type=lead.created,lead.qualified", cursor("type=lead.qualified,lead.created"));
        assert_eq!(went_on.expect("the same feed").paging, Paging::After { position, limit: 50 });
        assert_eq!(with("type=lead.created", cursor("")).expect_err("another feed").param, "cursor");
        assert_eq!(with("startDate=2026-04-01", cursor("")).expect_err("another feed").param, "cursor");
    }
}
