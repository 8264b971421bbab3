//! `synaptiq doctor`: the effective settings, and whether the installation is sound.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use synaptiq_domain::ports::store::StoreHealth;

use crate::{
    cli::Output,
    commands::{print, say},
    config::Config,
    database,
    installation::Installation,
};

pub(super) async fn run(output: Output, config: &Config) -> Result<()> {
    let settings: Vec<Value> = config
        .redacted()
        .into_iter()
        .map(|(name, value, origin)| json!({ "setting": name, "value": value, "from": origin.to_string() }))
        .collect();
    let (checks, sound) = check(config).await;
    if output.json {
        print(output, &json!({ "settings": settings, "checks": checks, "ok": sound }));
    } else {
        say("settings");
        for row in &settings {
            say(&format!("  {:<24} {}  ({})", text(row, "setting"), text(row, "value"), text(row, "from")));
        }
        say("checks");
        for row in &checks {
            say(&format!("  {:<24} {}", text(row, "check"), text(row, "result")));
        }
    }
    if sound { Ok(()) } else { bail!("the installation is not sound; see the checks above") }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

async fn check(config: &Config) -> (Vec<Value>, bool) {
    let mut checks = Vec::new();
    let mut note = |check: &str, result: String| checks.push(json!({ "check": check, "result": result }));
    if !config.database.exists() {
        note("database", "not there yet; it is made at the first start".to_owned());
        return (checks, true);
    }
    let sqlite = match database::open_for_command(config) {
        Ok(sqlite) => sqlite,
        Err(error) => {
            note("database", format!("{error:#}"));
            return (checks, false);
        }
    };
    let integrity = sqlite.integrity().await;
    note("integrity", integrity.as_ref().map_or_else(|error| format!("{error}"), |()| "ok".to_owned()));
    let installation = match Installation::new(config, sqlite).await {
        Ok(installation) => installation,
        Err(error) => {
            note("secret key", format!("{error:#}"));
            return (checks, false);
        }
    };
    note("secret key", "ok".to_owned());
    let plans = installation.check_plans(&config.plans).await;
    note("plans", plans.as_ref().map_or_else(|error| format!("{error:#}"), |()| "ok".to_owned()));
    let health = installation.store.health(installation.system).await;
    let writes = match health {
        StoreHealth::Ok => "ok",
        StoreHealth::ReadOnly => "refused: the disk is full or read-only",
        StoreHealth::Down => "refused: the database does not answer",
    };
    note("writes", writes.to_owned());
    match installation.command_services(config) {
        Ok(services) => match services.model {
            Some(model) if model.is_reachable().await => note("model", "ok".to_owned()),
            Some(_) => note("model", "unreachable; the built-in assistant answers".to_owned()),
            None => note("model", "built-in assistant".to_owned()),
        },
        Err(error) => note("model", format!("{error:#}")),
    }
    (checks, integrity.is_ok() && plans.is_ok() && health == StoreHealth::Ok)
}
