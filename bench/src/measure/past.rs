//! What a year's figures and the depths of a list cost, in a small history and in a large one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    history::RANGE,
    load::{Connection, latencies, request},
    measure::{Extent, comparison::quantile, moving::Histories, stage::Stage},
    note,
    report::{Figure, Report, Target},
    spread::Spread,
};

/// How often the overview is asked for in a round.
const ASKED: u32 = 300;
/// Rows of a page.
const PAGE: u64 = 100;
/// How often a page is asked for.
const TURNED: u32 = 200;

/// Measures both.
pub(super) async fn measure(stage: &Stage, extent: &Extent, histories: &Histories, report: &mut Report) -> Result<()> {
    let (small, _) = overview(stage, &histories.small, extent).await?;
    let (large, p99) = overview(stage, &histories.large, extent).await?;
    let conversations = extent.conversations;
    let mut figure = |name: String, measured: Vec<f64>, unit, target| {
        let measured = Spread::of(measured);
        note(&format!("{name}: {} {unit}", measured.print(2)));
        report.figures.push(Figure { name, measured, digits: 2, unit, target });
    };
    let name = format!("overview over 360 days, {conversations} conversations");
    figure(format!("{name}: p99"), p99, "ms", Target::AtMost(15.0));
    let ratios = large.iter().zip(&small).map(|(large, small)| large / small).collect();
    figure(format!("{name}: median ÷ that at 10000"), ratios, "", Target::AtMost(1.5));
    let (first, deep) = pages(stage, &histories.large, conversations).await?;
    let name = format!("page of {PAGE} conversations by cursor, at depth {conversations} ÷ behind the first page");
    figure(name, vec![deep / first], "", Target::AtMost(2.0));
    Ok(())
}

/// The medians and the 99th percentiles of the rounds, in milliseconds.
async fn overview(stage: &Stage, folder: &Path, extent: &Extent) -> Result<(Vec<f64>, Vec<f64>)> {
    let key = stage.new_key(folder).await?;
    let server = stage.start_product(folder).await?;
    let (from, to) = RANGE;
    let path = format!("/api/v1/analytics/overview?startDate={from}&endDate={to}&granularity=month");
    let request = request("GET", &path, &key, None);
    let mut connection = Connection::open(server.address).await?;
    connection.exchange(&request).await?.expect(200)?;
    let (mut medians, mut slowest) = (Vec::new(), Vec::new());
    for _ in 0..extent.rounds {
        let mut measured = latencies();
        for _ in 0..ASKED {
            measured.saturating_record(time(&mut connection, &request).await?);
        }
        medians.push(quantile(&measured, 0.5));
        slowest.push(quantile(&measured, 0.99));
    }
    server.end().await?;
    Ok((medians, slowest))
}

/// How long a page behind the first one takes, and one at the end of the list, in microseconds.
async fn pages(stage: &Stage, folder: &Path, conversations: u64) -> Result<(f64, f64)> {
    note("turning pages …");
    let key = stage.new_key(folder).await?;
    let server = stage.start_product(folder).await?;
    let mut connection = Connection::open(server.address).await?;
    let ask = |cursor: Option<&str>| {
        let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let path = format!("/api/v1/conversations?sortBy=startedAt&sortOrder=asc&limit={PAGE}{cursor}");
        request("GET", &path, &key, None)
    };
    let mut cursors: Vec<String> = Vec::new();
    let mut seen = PAGE;
    loop {
        let response = connection.exchange(&ask(cursors.last().map(String::as_str))).await?;
        response.expect(200)?;
        let page: Value = serde_json::from_slice(response.body).context("a page is not JSON")?;
        let Some(next) = page["pagination"]["nextCursor"].as_str() else { break };
        cursors.push(next.to_owned());
        seen += PAGE;
    }
    if seen < conversations {
        bail!("the list ended at {seen} of {conversations} conversations");
    }
    let (Some(first), Some(last)) = (cursors.first(), cursors.get(cursors.len().saturating_sub(2))) else {
        bail!("the list has one page");
    };
    let (first, last) = (ask(Some(first)), ask(Some(last)));
    let (mut near, mut far) = (latencies(), latencies());
    for _ in 0..TURNED {
        near.saturating_record(time(&mut connection, &first).await?);
        far.saturating_record(time(&mut connection, &last).await?);
    }
    server.end().await?;
    Ok((quantile(&near, 0.5), quantile(&far, 0.5)))
}

async fn time(connection: &mut Connection, request: &[u8]) -> Result<u64> {
    let asked = Instant::now();
    connection.exchange(request).await?.expect(200)?;
    Ok(u64::try_from(asked.elapsed().min(Duration::from_secs(60)).as_micros())?)
}
