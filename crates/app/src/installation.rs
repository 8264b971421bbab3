//! An opened installation: the store with its vault, and what use cases need around it.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use synaptiq_assistant::{BuiltinResponder, BuiltinUnderstanding};
use synaptiq_domain::{
    access::{SystemScope, Tenant, TenantScope},
    id::Id,
    limit::Plans,
    ports::{Clock, Ids, Model, Signals, Store},
    use_cases::{CreateTenant, KeyUsage, Lanes, Services, Settings, create_tenant},
};
use synaptiq_llm::{ApiKey, OpenAiModel, OpenAiOptions};
use synaptiq_search::{IndexOptions, TantivyIndex};
use synaptiq_storage::{
    SqliteStore, Vault,
    copy::{COPY_SETTING, unfinished},
};
use synaptiq_webhook::{OutboundGuard, SystemResolver, WebhookRenderer};

use crate::{
    clock::{MachineClock, MachineIds},
    config::{Config, ModelConfig},
    secret_key,
};

/// The most a model's answer may take: less than the time that a request has, so that there is
/// time to fall back.
const MODEL_DEADLINE: Duration = Duration::from_secs(20);

/// An opened installation.
pub(crate) struct Installation {
    pub(crate) sqlite: SqliteStore,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) guard: Arc<OutboundGuard>,
    pub(crate) system: SystemScope,
}

impl Installation {
    /// Puts an opened database together with its key, and makes sure that there is a default tenant.
    pub(crate) async fn new(config: &Config, sqlite: SqliteStore) -> Result<Self> {
        let store: Arc<dyn Store> = Arc::new(sqlite.clone());
        let ids: Arc<dyn Ids> = Arc::new(MachineIds::new());
        let system = SystemScope::assume();
        if let Some(state) = store.find_setting(system, COPY_SETTING).await?
            && unfinished(&state)
        {
            bail!("this database is a copy that was not finished: run `synaptiq copy` again");
        }
        let vault = secret_key::open_vault(config.secret_key, &config.database, &*store, system, &*ids).await?;
        let guard = OutboundGuard::new(Arc::new(SystemResolver), config.outbound_allow.clone());
        let installation = Self {
            sqlite,
            store,
            vault: Arc::new(vault),
            clock: Arc::new(MachineClock),
            ids,
            guard: Arc::new(guard),
            system,
        };
        installation.ensure_default_tenant(config).await?;
        Ok(installation)
    }

    async fn ensure_default_tenant(&self, config: &Config) -> Result<()> {
        if self.store.find_tenant(None).await?.is_none() {
            let services = self.services(config, Arc::new(NoOneWaits))?;
            let command = CreateTenant { name: "Default".to_owned(), plan: config.plan.clone(), is_default: true };
            create_tenant(&services, command).await?;
        }
        Ok(())
    }

    /// Everything that use cases are given.
    pub(crate) fn services(&self, config: &Config, signals: Arc<dyn Signals>) -> Result<Services> {
        let index = TantivyIndex::new(Arc::new(self.sqlite.clone()), IndexOptions::default());
        Ok(Services {
            store: Arc::clone(&self.store),
            index: Arc::new(index),
            understanding: Arc::new(BuiltinUnderstanding::new()),
            responder: Arc::new(BuiltinResponder::new()),
            model: model(&config.model)?,
            renderer: Arc::new(WebhookRenderer),
            url_guard: Arc::clone(&self.guard) as _,
            vault: Arc::clone(&self.vault) as _,
            signals,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            lanes: Arc::new(Lanes::default()),
            key_usage: Arc::new(KeyUsage::default()),
            process: self.ids.next(),
            // A second server on one SQLite file is refused (security D4).
            settings: Settings {
                conversation_idle: config.conversation_idle,
                alone: true,
                plans: Arc::clone(&config.plans),
                ..Settings::default()
            },
        })
    }

    /// Stops at a tenant or key whose plan these settings do not know: its limits would be guesses.
    pub(crate) async fn check_plans(&self, plans: &Plans) -> Result<()> {
        for tenant in self.store.list_tenants(self.system).await? {
            plans.find(&tenant.plan).with_context(|| format!("the plan '{}' of {}", tenant.plan, tenant.id))?;
            for key in self.store.list_keys(TenantScope::live(tenant.id)).await? {
                if let (Some(plan), None) = (&key.plan, key.revoked_at) {
                    plans.find(plan).with_context(|| format!("the plan '{plan}' of {}", key.id))?;
                }
            }
        }
        Ok(())
    }

    /// The services of a command, which no one waits for.
    pub(crate) fn command_services(&self, config: &Config) -> Result<Services> {
        self.services(config, Arc::new(NoOneWaits))
    }

    /// The scope of the tenant that a command names, or of the default one.
    pub(crate) async fn tenant(&self, id: Option<&str>) -> Result<(Tenant, TenantScope)> {
        let id =
            id.map(|text| Id::parse(text).with_context(|| format!("'{text}' is not a tenant's id"))).transpose()?;
        let tenant = self.store.find_tenant(id).await?.context("there is no such tenant")?;
        let scope = TenantScope::live(tenant.id);
        Ok((tenant, scope))
    }
}

fn model(config: &ModelConfig) -> Result<Option<Arc<dyn Model>>> {
    match config {
        ModelConfig::BuiltIn => Ok(None),
        ModelConfig::OpenAi { url, name, key } => {
            let options = OpenAiOptions {
                api_key: key.as_deref().map(ApiKey::new),
                deadline: MODEL_DEADLINE,
                first_piece_timeout: MODEL_DEADLINE / 2,
                ..OpenAiOptions::new(url, name)
            };
            let model = OpenAiModel::new(options).context("setting model_url")?;
            Ok(Some(Arc::new(model)))
        }
    }
}

/// Signals of a process that ends by itself: a server beside it looks by itself.
struct NoOneWaits;

impl Signals for NoOneWaits {
    fn deliveries_due(&self) {}

    fn conversation_changed(&self, _: TenantScope, _: Id<synaptiq_domain::conversation::Conversation>) {}
}
