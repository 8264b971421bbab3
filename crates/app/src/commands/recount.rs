//! `synaptiq doctor --recount`: whether the figures are what the rows say, and making them so.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use synaptiq_domain::{
    access::TenantScope,
    analytics::{Difference, Recount},
    conversation::Channel,
    lead::LeadSource,
    use_cases::recount,
};

use crate::{
    cli::RecountArgs,
    commands::{plain, print, progress::Progress, say},
    config::Config,
    database,
    installation::Installation,
};

/// How often a terminal is told that the count goes on.
const TICK: Duration = Duration::from_secs(1);

pub(super) async fn run(args: &RecountArgs, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_for_command(config)?).await?;
    let services = installation.command_services(config)?;
    let tenants = match &args.tenant {
        Some(tenant) => vec![installation.tenant(Some(tenant)).await?.0],
        None => services.store.list_tenants(installation.system).await?,
    };
    let scopes: Vec<TenantScope> = tenants
        .iter()
        .flat_map(|tenant| [TenantScope::live(tenant.id), TenantScope::sandbox(tenant.sandbox, tenant.id)])
        .collect();
    let mut reports = Vec::with_capacity(scopes.len());
    let mut sound = true;
    for (number, scope) in (1..).zip(&scopes) {
        let name = name_of(*scope);
        let place = format!("counting {name} ({number} of {})", scopes.len());
        let found = while_showing(&place, recount(&services, *scope, args.repair)).await?;
        sound &= found.differences.is_empty();
        let report = report(*scope, &found, args.repair);
        if !args.output.json {
            tell(&name, &report);
        }
        reports.push(report);
    }
    let sound = sound || args.repair;
    if args.output.json {
        print(args.output, &json!({ "tenants": reports, "ok": sound }));
    }
    if sound { Ok(()) } else { bail!("figures differ from the rows that they count; --repair makes them right") }
}

fn name_of(scope: TenantScope) -> String {
    let tenant = scope.content().prefixed();
    if scope.may_change_content() { tenant } else { format!("the sandbox of {tenant}") }
}

fn report(scope: TenantScope, found: &Recount, repair: bool) -> Value {
    let differences: Vec<Value> = found.differences.iter().flat_map(measures).collect();
    json!({
        "tenant": scope.content().prefixed(),
        "sandbox": !scope.may_change_content(),
        "rows": found.rows,
        "counters": found.counters,
        "repaired": if repair { differences.len() } else { 0 },
        "differences": differences,
    })
}

/// The measures of a counter that differ, a line each.
fn measures(difference: &Difference) -> impl Iterator<Item = Value> {
    let Difference { key, stored, counted } = *difference;
    let pairs = stored.measures().into_iter().zip(counted.measures());
    pairs.filter(|((_, stored), (_, counted))| stored != counted).map(move |((measure, stored), (_, counted))| {
        json!({
            "day": key.day.start().rfc3339_seconds()[..10],
            "channel": key.channel.map(Channel::as_str),
            "source": key.source.map(LeadSource::as_str),
            "measure": measure,
            "stored": stored,
            "counted": counted,
        })
    })
}

fn tell(name: &str, report: &Value) {
    say(&format!("{name}: {} rows, {} counters", report["rows"], report["counters"]));
    let differences = report["differences"].as_array().map(Vec::as_slice).unwrap_or_default();
    for row in differences {
        let cell = |field: &str| plain(&row[field]);
        say(&format!(
            "  {}  {:<8}  {:<6}  {:<15}  stored {}, counted {}",
            cell("day"),
            cell("channel"),
            cell("source"),
            cell("measure"),
            cell("stored"),
            cell("counted"),
        ));
    }
    match (differences.len(), report["repaired"] == json!(0)) {
        (0, _) => say("  every figure is what the rows say"),
        (count, true) => say(&format!("  {count} figures differ")),
        (count, false) => say(&format!("  {count} figures differed and were made right")),
    }
}

/// Waits for work, and shows on a terminal that it goes on.
async fn while_showing<T>(place: &str, work: impl Future<Output = T>) -> T {
    let progress = Progress::begin();
    let mut work = std::pin::pin!(work);
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            done = &mut work => {
                progress.end();
                return done;
            }
            _ = tick.tick() => progress.show(&format!("{place}: {} s", progress.elapsed().as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{
        analytics::{CounterKey, DayFigures, Figures},
        time::Day,
    };

    use super::*;
    use crate::{cli::Output, config::gather};

    fn args(repair: bool, tenant: Option<&str>) -> RecountArgs {
        RecountArgs { repair, tenant: tenant.map(str::to_owned), output: Output { json: true } }
    }

    #[test]
    fn a_wrong_figure_fails_the_command_until_it_is_repaired_in_live_data_and_in_a_sandbox() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let address = format!("sqlite:{}", folder.path().join("synaptiq.db").display());
            let config = Config::parse(gather(&[("database_url", address)], Vec::new(), None).expect("a setting"));
            let config = config.expect("valid");
            let sqlite = database::open_or_create(&config).expect("a database");
            let installation = Installation::new(&config, sqlite).await.expect("an installation");
            let (tenant, live) = installation.tenant(None).await.expect("the default tenant");
            run(&args(false, None), &config).await.expect("nothing is counted yet");
            let wrong = DayFigures {
                key: CounterKey { day: Day(20_544), channel: Some(Channel::Slack), source: None },
                figures: Figures { messages: 1, ..Figures::default() },
            };
            for scope in [live, TenantScope::sandbox(tenant.sandbox, tenant.id)] {
                installation.store.adjust_counters(scope, &[wrong]).await.expect("adjusted");
                let id = tenant.id.prefixed();
                for tenant in [None, Some(id.as_str())] {
                    run(&args(false, tenant), &config).await.expect_err("a figure is wrong");
                }
                run(&args(true, None), &config).await.expect("it is repaired");
                run(&args(false, None), &config).await.expect("nothing is wrong any more");
            }
            run(&args(false, Some("nobody")), &config).await.expect_err("no tenant's id");
        });
    }

    #[test]
    fn a_report_has_a_line_for_every_measure_that_differs() {
        let key = CounterKey { day: Day(20_544), channel: None, source: Some(LeadSource::Import) };
        let stored = Figures { leads: 3, booked: 1, ..Figures::default() };
        let counted = Figures { leads: 3, booked: 2, pipeline: -7, ..Figures::default() };
        let found = Recount { rows: 9, counters: 4, differences: vec![Difference { key, stored, counted }] };
        let (tenant, twin) = (synaptiq_domain::id::Id::from_bits(1), synaptiq_domain::id::Id::from_bits(2));
        let line = |measure, stored, counted| {
            json!({
                "day": "2026-04-01",
                "channel": null,
                "source": "import",
                "measure": measure,
                "stored": stored,
                "counted": counted,
            })
        };
        let expected = json!({
            "tenant": tenant.prefixed(),
            "sandbox": true,
            "rows": 9,
            "counters": 4,
            "repaired": 2,
            "differences": [line("pipeline", 0, -7), line("booked", 1, 2)],
        });
        assert_eq!(report(TenantScope::sandbox(twin, tenant), &found, true), expected);
    }
}
