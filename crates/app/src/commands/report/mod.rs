//! `synaptiq report` and `synaptiq report activity`: what the analytics routes answer, for a terminal, a
//! file, or another program.

mod activity;
mod plot;
mod table;

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;
use synaptiq_domain::{
    analytics::{AskedPeriod, FunnelFilter, FunnelQuery, OverviewQuery},
    use_cases::{self, UseCaseError},
};
use synaptiq_wire::v1::analytics::{FunnelAnswer, OverviewAnswer};

use crate::{
    cli::{ReportArgs, ReportCommand},
    commands::say,
    config::Config,
    database,
    installation::Installation,
};

pub(super) async fn run(args: ReportArgs, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_for_command(config)?).await?;
    let services = installation.command_services(config)?;
    let ReportArgs { command, from, to, granularity, compare, tenant, output, svg } = args;
    if let Some(ReportCommand::Activity(args)) = command {
        return activity::run(args, &installation, &services).await;
    }
    let (tenant, scope) = installation.tenant(tenant.as_deref()).await?;
    let period = AskedPeriod { first: from, last: to };
    let query = OverviewQuery { period, granularity: granularity.unwrap_or_default(), compare_with: compare };
    let overview = use_cases::overview(&services, scope, query).await.map_err(in_flags)?;
    let query = FunnelQuery { period, filter: FunnelFilter::default() };
    let funnel = use_cases::funnel(&services, scope, query).await.map_err(in_flags)?;
    if let Some(file) = &svg {
        let plot = plot::svg(&tenant.name, &overview, granularity.unwrap_or_default());
        std::fs::write(file, plot).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if output.json {
        let answer = json!({ "overview": OverviewAnswer::from(&overview), "funnel": FunnelAnswer::from(&funnel) });
        say(&answer.to_string());
    } else {
        say(table::report(&tenant.name, &overview, &funnel).trim_end());
        if let Some(file) = &svg {
            say(&format!("\nwrote {}", file.display()));
        }
    }
    Ok(())
}

/// A refusal in the words of the command line, whose flags have other names than the parameters.
fn in_flags(error: UseCaseError) -> anyhow::Error {
    match error {
        UseCaseError::Invalid { .. } | UseCaseError::Unprocessable { .. } => {
            anyhow!(error.to_string().replace("startDate", "--from").replace("endDate", "--to"))
        }
        other => other.into(),
    }
}

/// A whole number with a comma before every three digits.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (18_420, "18,420"), (-1_234_567, "-1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
