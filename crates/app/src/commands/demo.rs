//! `synaptiq demo load | drop`: a made-up tenant with a month behind it, to look at.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    history::Record,
    knowledge::DocumentDraft,
    use_cases::{CreateTenant, Services, add_document, create_demo_tenant, drop_demo_tenant},
};
use synaptiq_exchange::demo::{DOCUMENTS, Demo, month};

use crate::{
    cli::DemoCommand,
    commands::{print, progress::Progress},
    config::Config,
    database,
    installation::Installation,
};

/// How many records one commit adds: a server beside this command waits for no more.
const BATCH: usize = 50;
/// How long a server beside this command has the file for itself after each.
const PAUSE: Duration = Duration::from_millis(2);

pub(super) async fn run(command: DemoCommand, config: &Config) -> Result<()> {
    match command {
        DemoCommand::Load { tenant_name, output } => {
            let installation = Installation::new(config, database::open_or_create(config)?).await?;
            let services = installation.command_services(config)?;
            print(output, &load(&services, tenant_name, config).await?);
        }
        DemoCommand::Drop { tenant, output } => {
            let installation = Installation::new(config, database::open_for_command(config)?).await?;
            let services = installation.command_services(config)?;
            let dropped = match tenant {
                Some(id) => vec![installation.tenant(Some(&id)).await?.0],
                None => made_up(&installation).await?,
            };
            if dropped.is_empty() {
                bail!("there is no tenant that `demo load` made");
            }
            for tenant in &dropped {
                drop_demo_tenant(&services, TenantScope::live(tenant.id)).await?;
            }
            let ids: Vec<String> = dropped.iter().map(|tenant| tenant.id.prefixed()).collect();
            print(output, &json!({ "dropped": ids }));
        }
    }
    Ok(())
}

async fn made_up(installation: &Installation) -> Result<Vec<Tenant>> {
    let tenants = installation.store.list_tenants(installation.system).await?;
    Ok(tenants.into_iter().filter(|tenant| tenant.settings.demo).collect())
}

async fn load(services: &Services, name: String, config: &Config) -> Result<Value> {
    let command = CreateTenant { name, plan: config.plan.clone(), is_default: false };
    let tenant = create_demo_tenant(services, command).await?;
    let scope = TenantScope::live(tenant.id);
    let loaded = fill(services, scope, &tenant).await;
    if loaded.is_err() {
        // Half a month is nothing to look at.
        drop_demo_tenant(services, scope).await.context("the rest of a demo that failed stays: run `demo drop`")?;
    }
    let counts = loaded?;
    Ok(json!({
        "id": tenant.id.prefixed(),
        "name": tenant.name,
        "visits": counts.visits,
        "conversations": counts.conversations,
        "messages": counts.messages,
        "leads": counts.leads,
        "meetings": counts.meetings,
        "documents": DOCUMENTS.len(),
    }))
}

#[derive(Default)]
struct Counts {
    visits: u64,
    conversations: u64,
    messages: u64,
    leads: u64,
    meetings: u64,
}

impl Counts {
    fn add(&mut self, record: &Record) {
        match record {
            Record::Lead(_) => self.leads += 1,
            Record::Conversation { messages, .. } => {
                self.conversations += 1;
                self.messages += messages.len() as u64;
            }
            Record::Visit(_) => self.visits += 1,
            Record::Meeting(_) => self.meetings += 1,
            Record::Activity(_) => {}
        }
    }
}

async fn fill(services: &Services, scope: TenantScope, tenant: &Tenant) -> Result<Counts> {
    let mut documents = Vec::new();
    for (title, content) in DOCUMENTS {
        let draft = DocumentDraft { title: title.to_owned(), label: "md".to_owned(), content: content.to_owned() };
        documents.push(add_document(services, scope, draft, None).await?.id);
    }
    let view = services.store.tenant_view(scope).await?.context("the tenant is gone")?;
    let demo = Demo {
        tenant: tenant.id,
        settings: tenant.settings.clone(),
        assistant: view.default_assistant().id,
        member: view.members.first().context("the tenant has no member")?.id,
        prices: documents[0],
        now: services.clock.now(),
    };
    let records = month(&demo);
    let mut counts = Counts::default();
    let progress = Progress::begin();
    for batch in records.chunks(BATCH) {
        for record in batch {
            counts.add(record);
        }
        services.store.add_history(scope, batch.to_vec()).await?;
        // A server beside this command gets its turn.
        tokio::time::sleep(PAUSE).await;
        progress.show(&format!("{} visits, {} conversations", counts.visits, counts.conversations));
    }
    progress.end();
    Ok(counts)
}
