//! Three tenants on one server, each with a sandbox, each with one of everything.

use std::fmt::Write as _;

use synaptiq_domain::{
    access::{KeyKind, PermissionSet, TenantScope},
    conversation::{ConversationQuery, MessageRange},
    lead::LeadQuery,
    limit::{Allowance, PublicLimits},
    paging::{Order, Paging},
    webhook::DeliveryQuery,
};

use super::{
    belongings::{Belongings, Named, Spelling},
    case::{Asked, Thing},
};
use crate::stage::{Setting, Stage, new_key, new_tenant};

/// Somebody with data of their own: a tenant, or a tenant's sandbox.
pub(crate) struct Owner {
    pub(crate) name: &'static str,
    pub(crate) scope: TenantScope,
    key: String,
    /// A syrus key with every scope; there are none of a sandbox.
    syrus_key: Option<String>,
    pub(crate) own: Belongings,
}

impl Owner {
    pub(crate) fn is_sandbox(&self) -> bool {
        !self.scope.may_change_content()
    }

    /// The key with every scope that a place asks for, if this owner can have one.
    pub(crate) fn key_for(&self, asked: Asked) -> Option<&str> {
        match asked.kind() {
            KeyKind::Syrus => self.syrus_key.as_deref(),
            KeyKind::Live | KeyKind::Test | KeyKind::Publishable => Some(&self.key),
        }
    }

    /// The key of its server: a live one, or a test key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// All of them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        [&*self.key].into_iter().chain(self.syrus_key.as_deref())
    }

    /// Whether a thing of another owner is one that this one may not see.
    pub(crate) fn is_foreign(&self, thing: Thing, other: &Self) -> bool {
        if thing.is_content() {
            self.scope.content() != other.scope.content()
        } else {
            self.scope.data() != other.scope.data()
        }
    }
}

/// Everybody there is.
pub(crate) struct World {
    pub(crate) stage: Stage,
    /// Three tenants, then their sandboxes. The first is the default tenant.
    pub(crate) owners: Vec<Owner>,
}

const NAMES: [(&str, &str); 3] = [("zzava", "zzaxa"), ("zzbvb", "zzbxb"), ("zzcvc", "zzcxc")];

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    pub(crate) async fn with(setting: Setting) -> Self {
        // A matrix asks more than any visitor, at one moment and from one address.
        let any = Allowance::Unlimited;
        let public_limits = PublicLimits { session: any, address: any, day: any, other: any };
        let stage = Stage::with(Setting { public_limits, ..setting }).await;
        let (mut live, mut sandboxes) = (Vec::new(), Vec::new());
        for (at, (name, sandbox_name)) in NAMES.into_iter().enumerate() {
            let scope = if at == 0 { stage.scope } else { new_tenant(&stage.services, false).await };
            let tenant = stage.services.store.find_tenant(Some(scope.content())).await;
            let tenant = tenant.expect("a store").expect("a tenant");
            let sandbox = TenantScope::sandbox(tenant.sandbox, tenant.id);
            for (name, scope, kind, owners) in
                [(name, scope, KeyKind::Live, &mut live), (sandbox_name, sandbox, KeyKind::Test, &mut sandboxes)]
            {
                let content = TenantScope::live(scope.content());
                let key = new_key(&stage.services, content, kind, PermissionSet::all()).await;
                let own = Belongings::of(&stage.services, scope, name, 0).await;
                let syrus_key = match kind {
                    KeyKind::Live => {
                        Some(new_key(&stage.services, content, KeyKind::Syrus, PermissionSet::all()).await)
                    }
                    _ => None,
                };
                owners.push(Owner { name, scope, key, syrus_key, own });
            }
        }
        live.extend(sandboxes);
        Self { stage, owners: live }
    }

    /// More of everything for an owner.
    pub(crate) async fn more(&self, owner: &Owner, number: usize) -> Belongings {
        Belongings::of(&self.stage.services, owner.scope, owner.name, number).await
    }

    /// Every spelling of every such thing of other tenants, and of the owner's own other side.
    pub(crate) fn foreign(&self, owner: &Owner, thing: Thing) -> Vec<Spelling> {
        if thing == Thing::Tenant {
            // A tenant's id is public; its sandbox's is nobody's.
            return self.owners.iter().filter(|other| other.is_sandbox()).flat_map(sandbox_spellings).collect();
        }
        let others = self.owners.iter().filter(|other| owner.is_foreign(thing, other));
        let others = others.filter(|other| !other.is_sandbox() || other.scope.content() == owner.scope.content());
        others.flat_map(|other| other.own.spellings(thing)).collect()
    }

    /// Everything that is stored, by owner.
    pub(crate) async fn stored(&self) -> Vec<String> {
        let mut all = Vec::new();
        for owner in &self.owners {
            all.push(self.stored_of(owner.scope).await);
        }
        all
    }

    async fn stored_of(&self, scope: TenantScope) -> String {
        let store = &self.stage.services.store;
        let paging = Paging::Page { page: 1, limit: 1_000 };
        let leads = LeadQuery { paging, ..LeadQuery::default() };
        let leads = store.list_leads(scope, &leads).await.expect("leads").items;
        let conversations = ConversationQuery { paging, ..ConversationQuery::default() };
        let conversations = store.list_conversations(scope, &conversations).await.expect("conversations").items;
        let mut text = format!("{leads:?}\n{conversations:?}\n");
        for conversation in &conversations {
            let range = MessageRange { offset: 0, limit: 1_000, order: Order::Ascending };
            let messages = store.list_messages(scope, conversation.id, range).await.expect("messages");
            let _ = writeln!(text, "{messages:?}");
        }
        for endpoint in store.list_endpoints(scope).await.expect("endpoints") {
            let query = DeliveryQuery { paging, ..DeliveryQuery::default() };
            let deliveries = store.list_deliveries(scope, endpoint.id, &query).await.expect("deliveries").items;
            let _ = writeln!(text, "{endpoint:?}\n{deliveries:?}");
        }
        let documents = store.list_documents(scope).await.expect("documents");
        let keys = store.list_keys(scope).await.expect("keys");
        let view = store.tenant_view(scope).await.expect("a view");
        let _ = writeln!(text, "{documents:?}\n{keys:?}\n{view:?}");
        text
    }
}

fn sandbox_spellings(owner: &Owner) -> Vec<Spelling> {
    let named = Named::of(owner.scope.data());
    [named.prefixed(), named.ulid(), named.uuid(), named.uuid().to_uppercase()].map(Spelling::from).into()
}
