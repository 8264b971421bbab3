//! `synaptiq erase PERSON`: removes a person everywhere, in the tenant's own data and in its sandbox.

use std::io::{IsTerminal as _, Write as _, stderr, stdin};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use synaptiq_domain::{
    access::TenantScope,
    erasure::{Erased, Person},
    use_cases::erase_person,
};

use crate::{
    cli::EraseArgs,
    commands::{print, say},
    config::Config,
    database,
    installation::Installation,
};

pub(super) async fn run(args: &EraseArgs, config: &Config) -> Result<()> {
    let person = Person::parse(&args.person).map_err(|error| anyhow!("PERSON {error}"))?;
    let installation = Installation::new(config, database::open_for_command(config)?).await?;
    let services = installation.command_services(config)?;
    let (tenant, live) = installation.tenant(args.tenant.as_deref()).await?;
    let scopes = [live, TenantScope::sandbox(tenant.sandbox, tenant.id)];
    if !args.yes {
        let (mut leads, mut conversations) = (0, 0);
        for scope in scopes {
            let found = services.store.find_person(scope, &person).await?;
            leads += found.leads.len();
            conversations += found.conversations.len();
        }
        confirm(&format!(
            "{leads} leads and {conversations} conversations of {} will be emptied for good.",
            tenant.name
        ))?;
    }
    let mut erased = Erased::default();
    for scope in scopes {
        let part = erase_person(&services, installation.system, scope, &person, None)
            .await
            .context("the erasure is not complete; run it again to complete it")?;
        erased += part;
    }
    if erased.is_nothing() && !args.output.json {
        say("nothing is known of this person");
        return Ok(());
    }
    print(args.output, &record(erased));
    Ok(())
}

/// Asks whoever sits at the terminal; refuses where nobody does.
fn confirm(what: &str) -> Result<()> {
    if !stdin().is_terminal() {
        bail!("nobody can be asked here: say --yes if it is meant");
    }
    let _ = write!(stderr(), "{what} Type yes to go on: ");
    let _ = stderr().flush();
    let mut answer = String::new();
    stdin().read_line(&mut answer).context("cannot read the answer")?;
    if answer.trim() == "yes" { Ok(()) } else { bail!("nothing was removed") }
}

fn record(erased: Erased) -> Value {
    let Erased { leads, conversations, messages, quotes, events, deliveries, answers, visits } = erased;
    json!({
        "leads": leads,
        "conversations": conversations,
        "messages": messages,
        "quotes": quotes,
        "events": events,
        "deliveries": deliveries,
        "answers": answers,
        "visits": visits,
    })
}
