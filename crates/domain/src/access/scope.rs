//! Proof of authentication, carried as a parameter.

use crate::{access::Tenant, id::Id};

/// What every store method of a tenant takes. It names two tenants (contract § 3): `data` owns
/// leads, conversations, events, webhooks and receipts; `content` owns settings, assistants and
/// knowledge. They differ for test keys alone, whose data belongs to the tenant's sandbox twin.
///
/// Made only by authentication ([`crate::use_cases::authenticate`]) and by the system's own work,
/// which starts from rows that carry their tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TenantScope {
    data: Id<Tenant>,
    content: Id<Tenant>,
}

impl TenantScope {
    /// The scope of a tenant's live data.
    pub const fn live(tenant: Id<Tenant>) -> Self {
        Self { data: tenant, content: tenant }
    }

    /// The scope of a tenant's sandbox: its own data, the tenant's content.
    pub const fn sandbox(twin: Id<Tenant>, content: Id<Tenant>) -> Self {
        Self { data: twin, content }
    }

    /// The tenant whose leads, conversations, events, webhooks and receipts are meant.
    pub const fn data(&self) -> Id<Tenant> {
        self.data
    }

    /// The tenant whose settings, assistants and knowledge are meant.
    pub const fn content(&self) -> Id<Tenant> {
        self.content
    }

    /// Whether content may be changed: a sandbox reads it only.
    pub fn may_change_content(&self) -> bool {
        self.data == self.content
    }
}

/// What the methods of `SystemStore` take: the right to work across tenants. Only the `app` crate,
/// where servers and commands are wired, makes one; the layers check guards the word.
#[derive(Debug, Clone, Copy)]
pub struct SystemScope {
    _private: (),
}

impl SystemScope {
    /// The right to work across tenants. To be called in `app` and in tests alone.
    pub const fn assume() -> Self {
        Self { _private: () }
    }
}
