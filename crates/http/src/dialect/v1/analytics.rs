//! Figures of periods, and the activity feed (contract § 9).

use synaptiq_domain::use_cases;
use synaptiq_wire::{
    csv::CSV,
    v1::analytics::{
        self, Format, FunnelAnswer, OverviewAnswer, begin_table, read_feed, read_format, read_funnel, read_overview,
    },
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /analytics/overview`
pub(super) async fn overview(call: Call) -> Result<Answer, Refused> {
    let query = read_overview(&call.query())?;
    let overview = use_cases::overview(call.services(), call.scope(), query).await?;
    Ok(Answer::ok(&OverviewAnswer::from(&overview)))
}

/// `GET /analytics/funnel`
pub(super) async fn funnel(call: Call) -> Result<Answer, Refused> {
    let query = read_funnel(&call.query())?;
    let funnel = use_cases::funnel(call.services(), call.scope(), query).await?;
    Ok(Answer::ok(&FunnelAnswer::from(&funnel)))
}

/// `GET /analytics/activity`
pub(super) async fn activity(call: Call) -> Result<Answer, Refused> {
    let (query, format) = (read_feed(&call.query())?, read_format(&call.query())?);
    let page = use_cases::activity(call.services(), call.scope(), query.clone()).await?;
    if format.unwrap_or(if call.head.accepts_csv { Format::Csv } else { Format::Json }) == Format::Json {
        return Ok(Answer::ok(&analytics::list(&page, &query)));
    }
    let mut table = begin_table();
    for activity in &page.items {
        analytics::row(&mut table, activity);
    }
    let answer = Answer::bytes(200, CSV, table.take())
        .with_header("content-disposition", "attachment; filename=\"activity.csv\"");
    Ok(match page.total {
        Some(total) => answer.with_header("x-total-count", total.to_string()),
        None => answer,
    })
}
