//! Tenants, assistants, members and keys. The other half of `ports/store/access.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::{ApiKey, Assistant, Member, Tenant, TenantScope},
    changes::Change,
    id::Id,
    money::Money,
    ports::store::{Credential, TenantView},
    time::Timestamp,
};

use super::{
    Connection, Fault, Outcome, codec,
    schema::{
        api_keys, assistants, conversations, credentials, daily_counters, deliveries, documents, endpoints, events,
        generation, knowledge_generations, leads, meetings, members, receipts, tenants, visits,
    },
    webhooks,
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tenants, primary_key(tenant_id), treat_none_as_default_value = false)]
struct TenantRow {
    tenant_id: String,
    version: i64,
    name: String,
    sandbox_id: String,
    plan: String,
    is_default: bool,
    settings: String,
    created_at: i64,
}

impl TenantRow {
    fn of(tenant: &Tenant, version: i64) -> Outcome<Self> {
        let Tenant { id, version: _, name, sandbox, plan, is_default, settings, created_at } = tenant;
        Ok(Self {
            tenant_id: id.ulid(),
            version,
            name: name.clone(),
            sandbox_id: sandbox.ulid(),
            plan: plan.clone(),
            is_default: *is_default,
            settings: codec::to_json("tenants.settings", settings)?,
            created_at: created_at.micros(),
        })
    }

    fn tenant(self) -> Outcome<Tenant> {
        Ok(Tenant {
            id: codec::id("tenants.tenant_id", &self.tenant_id)?,
            version: codec::number("tenants.version", self.version)?,
            name: self.name,
            sandbox: codec::id("tenants.sandbox_id", &self.sandbox_id)?,
            plan: self.plan,
            is_default: self.is_default,
            settings: codec::json("tenants.settings", &self.settings)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = assistants,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct AssistantRow {
    tenant_id: String,
    id: String,
    version: i64,
    slug: String,
    name: String,
    greeting: Option<String>,
    language: String,
    high_value_amount: i64,
    is_default: bool,
    created_at: i64,
}

impl AssistantRow {
    fn of(tenant: &str, assistant: &Assistant, version: i64) -> Self {
        let Assistant { id, version: _, slug, name, greeting, language, high_value_amount, is_default, created_at } =
            assistant;
        Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            version,
            slug: slug.as_str().to_owned(),
            name: name.clone(),
            greeting: greeting.clone(),
            language: language.clone(),
            high_value_amount: high_value_amount.minor(),
            is_default: *is_default,
            created_at: created_at.micros(),
        }
    }

    fn assistant(self) -> Outcome<Assistant> {
        Ok(Assistant {
            id: codec::id("assistants.id", &self.id)?,
            version: codec::number("assistants.version", self.version)?,
            slug: codec::word("assistants.slug", &self.slug)?,
            name: self.name,
            greeting: self.greeting,
            language: self.language,
            high_value_amount: Money::from_minor(self.high_value_amount),
            is_default: self.is_default,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = members,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct MemberRow {
    tenant_id: String,
    id: String,
    name: String,
    email: Option<String>,
    created_at: i64,
}

impl MemberRow {
    fn of(tenant: &str, member: &Member) -> Self {
        let Member { id, name, email, created_at } = member;
        Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            name: name.clone(),
            email: email.clone(),
            created_at: created_at.micros(),
        }
    }

    fn member(self) -> Outcome<Member> {
        Ok(Member {
            id: codec::id("members.id", &self.id)?,
            name: self.name,
            email: self.email,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = api_keys,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct KeyRow {
    tenant_id: String,
    id: String,
    kind: String,
    name: String,
    permissions: String,
    hash: Vec<u8>,
    tail: String,
    plan: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl KeyRow {
    fn of(key: &ApiKey) -> Self {
        let ApiKey { id, tenant, kind, name, permissions, hash, tail, plan, created_at, last_used_at, revoked_at } =
            key;
        Self {
            tenant_id: tenant.ulid(),
            id: id.ulid(),
            kind: kind.as_str().to_owned(),
            name: name.clone(),
            permissions: permissions.to_string(),
            hash: hash.to_vec(),
            tail: tail.clone(),
            plan: plan.clone(),
            created_at: created_at.micros(),
            last_used_at: last_used_at.map(Timestamp::micros),
            revoked_at: revoked_at.map(Timestamp::micros),
        }
    }

    fn key(self) -> Outcome<ApiKey> {
        Ok(ApiKey {
            id: codec::id("api_keys.id", &self.id)?,
            tenant: codec::id("api_keys.tenant_id", &self.tenant_id)?,
            kind: codec::word("api_keys.kind", &self.kind)?,
            name: self.name,
            permissions: self
                .permissions
                .parse()
                .map_err(|_| Fault::corrupt("api_keys.permissions", &self.permissions))?,
            hash: codec::bytes32("api_keys.hash", &self.hash)?,
            tail: self.tail,
            plan: self.plan,
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: codec::maybe_instant(self.last_used_at),
            revoked_at: codec::maybe_instant(self.revoked_at),
        })
    }
}

/// The key with this hash, in any tenant. Needs a snapshot.
pub(crate) fn find_credential(conn: &mut Connection, hash: [u8; 32]) -> Outcome<Option<Credential>> {
    let found: Option<(String, String)> = credentials::table
        .find(hash.as_slice())
        .select((credentials::tenant_id, credentials::key_id))
        .first(conn)
        .optional()?;
    let Some((tenant, key)) = found else { return Ok(None) };
    let key: Option<KeyRow> =
        api_keys::table.find((&tenant, key)).select(KeyRow::as_select()).first(conn).optional()?;
    match (key, tenant_row(conn, &tenant)?) {
        (Some(key), Some(tenant)) => Ok(Some(Credential { key: key.key()?, tenant: tenant.tenant()? })),
        _ => Ok(None),
    }
}

fn tenant_row(conn: &mut Connection, id: &str) -> Outcome<Option<TenantRow>> {
    Ok(tenants::table.find(id).select(TenantRow::as_select()).first(conn).optional()?)
}

/// A tenant by its id, or the default one.
pub(crate) fn find_tenant(conn: &mut Connection, id: Option<Id<Tenant>>) -> Outcome<Option<Tenant>> {
    let row = match id {
        Some(id) => tenant_row(conn, &id.ulid())?,
        None => tenants::table
            .filter(tenants::is_default.eq(true))
            .order(tenants::tenant_id.asc())
            .select(TenantRow::as_select())
            .first(conn)
            .optional()?,
    };
    row.map(TenantRow::tenant).transpose()
}

/// A tenant by the id of one of its assistants. Needs a snapshot.
pub(crate) fn find_assistant_tenant(conn: &mut Connection, id: Id<Assistant>) -> Outcome<Option<Tenant>> {
    let owner: Option<String> = assistants::table
        .filter(assistants::id.eq(id.ulid()))
        .order(assistants::tenant_id.asc())
        .select(assistants::tenant_id)
        .first(conn)
        .optional()?;
    match owner {
        Some(owner) => tenant_row(conn, &owner)?.map(TenantRow::tenant).transpose(),
        None => Ok(None),
    }
}

/// What every use case needs to know of a tenant. Needs a snapshot.
pub(crate) fn view(conn: &mut Connection, scope: TenantScope) -> Outcome<Option<TenantView>> {
    let content = scope.content().ulid();
    let Some(tenant) = tenant_row(conn, &content)? else { return Ok(None) };
    let assistants: Vec<AssistantRow> = assistants::table
        .filter(assistants::tenant_id.eq(&content))
        .order((assistants::created_at.asc(), assistants::id.asc()))
        .select(AssistantRow::as_select())
        .load(conn)?;
    let members: Vec<MemberRow> = members::table
        .filter(members::tenant_id.eq(&content))
        .order((members::created_at.asc(), members::id.asc()))
        .select(MemberRow::as_select())
        .load(conn)?;
    Ok(Some(TenantView {
        tenant: tenant.tenant()?,
        assistants: assistants.into_iter().map(AssistantRow::assistant).collect::<Outcome<_>>()?,
        members: members.into_iter().map(MemberRow::member).collect::<Outcome<_>>()?,
        endpoints: webhooks::list_endpoints(conn, scope)?,
    }))
}

/// Every key of the content tenant, newest first.
pub(crate) fn list_keys(conn: &mut Connection, scope: TenantScope) -> Outcome<Vec<ApiKey>> {
    let rows: Vec<KeyRow> = api_keys::table
        .filter(api_keys::tenant_id.eq(scope.content().ulid()))
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .select(KeyRow::as_select())
        .load(conn)?;
    rows.into_iter().map(KeyRow::key).collect()
}

/// A key by its id, in any tenant.
pub(crate) fn find_key(conn: &mut Connection, id: Id<ApiKey>) -> Outcome<Option<ApiKey>> {
    api_keys::table
        .filter(api_keys::id.eq(id.ulid()))
        .select(KeyRow::as_select())
        .first(conn)
        .optional()?
        .map(KeyRow::key)
        .transpose()
}

/// Every tenant, oldest first. A sandbox is no tenant of its own: it has no row.
pub(crate) fn list_tenants(conn: &mut Connection) -> Outcome<Vec<Tenant>> {
    let rows: Vec<TenantRow> = tenants::table
        .order((tenants::created_at.asc(), tenants::tenant_id.asc()))
        .select(TenantRow::as_select())
        .load(conn)?;
    rows.into_iter().map(TenantRow::tenant).collect()
}

/// The scope in which rows of a data tenant are seen: a sandbox's content is its tenant's.
pub(crate) fn scope_of(conn: &mut Connection, data: &str) -> Outcome<TenantScope> {
    let twin = codec::id("tenant_id", data)?;
    let own: i64 = tenants::table.filter(tenants::tenant_id.eq(data)).count().get_result(conn)?;
    if own > 0 {
        return Ok(TenantScope::live(twin));
    }
    let content: Option<String> = tenants::table
        .filter(tenants::sandbox_id.eq(data))
        .order(tenants::tenant_id.asc())
        .select(tenants::tenant_id)
        .first(conn)
        .optional()?;
    Ok(match content {
        Some(content) => TenantScope::sandbox(twin, codec::id("tenants.tenant_id", &content)?),
        None => TenantScope::live(twin),
    })
}

/// Notes when a key was last used; never moves it back.
pub(crate) fn touch_key(conn: &mut Connection, id: Id<ApiKey>, at: Timestamp) -> Outcome<()> {
    let older = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(at.micros()));
    diesel::update(api_keys::table.filter(api_keys::id.eq(id.ulid())).filter(older))
        .set(api_keys::last_used_at.eq(at.micros()))
        .execute(conn)?;
    Ok(())
}

/// Raises the generation, which drops the caches of every process.
pub(crate) fn raise_generation(conn: &mut Connection) -> Outcome<()> {
    diesel::update(generation::table.find(1)).set(generation::value.eq(generation::value + 1)).execute(conn)?;
    Ok(())
}

/// The generation as it stands.
pub(crate) fn read_generation(conn: &mut Connection) -> Outcome<i64> {
    Ok(generation::table.find(1).select(generation::value).first(conn)?)
}

/// Writes the changed tenants. Deleting one deletes everything of it and of its sandbox.
pub(super) fn write_tenants(conn: &mut Connection, changes: &[Change<Tenant>]) -> Outcome<()> {
    for change in changes {
        let stored = change.before().map(|before| {
            tenants::table.find(before.id.ulid()).filter(tenants::version.eq(codec::version(before.version)))
        });
        let version = change.before().map_or(0, |before| codec::version(before.version));
        let written = match (stored, change.after()) {
            (Some(stored), Some(after)) => {
                diesel::update(stored).set(TenantRow::of(after, version + 1)?).execute(conn)?
            }
            (Some(stored), None) => diesel::delete(stored).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(tenants::table).values(TenantRow::of(after, 1)?).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
        if let (Some(gone), None) = (change.before(), change.after()) {
            for tenant in [gone.id.ulid(), gone.sandbox.ulid()] {
                forget_tenant(conn, &tenant)?;
            }
        }
    }
    Ok(())
}

/// Deletes every row of a tenant; messages, evidence and passages go with what they belong to.
fn forget_tenant(conn: &mut Connection, tenant: &str) -> Outcome<()> {
    macro_rules! forget {
        ($($table:ident)*) => {
            $(diesel::delete($table::table.filter($table::tenant_id.eq(tenant))).execute(conn)?;)*
        };
    }
    forget!(api_keys credentials assistants members leads conversations documents knowledge_generations);
    forget!(endpoints visits meetings events deliveries receipts daily_counters);
    Ok(())
}

/// Writes the changed assistants of a tenant.
pub(super) fn write_assistants(conn: &mut Connection, tenant: &str, changes: &[Change<Assistant>]) -> Outcome<()> {
    for change in changes {
        let stored = change.before().map(|before| {
            assistants::table
                .find((tenant, before.id.ulid()))
                .filter(assistants::version.eq(codec::version(before.version)))
        });
        let version = change.before().map_or(0, |before| codec::version(before.version));
        let written = match (stored, change.after()) {
            (Some(stored), Some(after)) => {
                diesel::update(stored).set(AssistantRow::of(tenant, after, version + 1)).execute(conn)?
            }
            (Some(stored), None) => diesel::delete(stored).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(assistants::table).values(AssistantRow::of(tenant, after, 1)).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
    }
    Ok(())
}

/// Writes the changed members of a tenant.
pub(super) fn write_members(conn: &mut Connection, tenant: &str, changes: &[Change<Member>]) -> Outcome<()> {
    for change in changes {
        let written = match (change.before(), change.after()) {
            (Some(before), Some(after)) => diesel::update(members::table.find((tenant, before.id.ulid())))
                .set(MemberRow::of(tenant, after))
                .execute(conn)?,
            (Some(before), None) => diesel::delete(members::table.find((tenant, before.id.ulid()))).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(members::table).values(MemberRow::of(tenant, after)).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
    }
    Ok(())
}

/// Writes the changed keys, each to the tenant that it names, and their hashes to the credentials.
/// Stale unless the stored key has the hash and the revocation of the one that was read: keys have
/// no version, and a rotation must not take a revocation back.
pub(super) fn write_keys(conn: &mut Connection, changes: &[Change<ApiKey>]) -> Outcome<()> {
    for change in changes {
        if let Some(before) = change.before() {
            let stored = || api_keys::table.find((before.tenant.ulid(), before.id.ulid()));
            let found: Option<(Vec<u8>, Option<i64>)> =
                stored().select((api_keys::hash, api_keys::revoked_at)).first(conn).optional()?;
            if found != Some((before.hash.to_vec(), before.revoked_at.map(Timestamp::micros))) {
                return Err(Fault::Stale);
            }
            diesel::delete(credentials::table.find(before.hash.as_slice())).execute(conn)?;
            diesel::delete(stored()).execute(conn)?;
        }
        if let Some(after) = change.after() {
            let owner: i64 =
                tenants::table.filter(tenants::tenant_id.eq(after.tenant.ulid())).count().get_result(conn)?;
            if owner == 0 {
                return Err(Fault::Stale);
            }
            diesel::insert_into(api_keys::table).values(KeyRow::of(after)).execute(conn)?;
            diesel::insert_into(credentials::table)
                .values((
                    credentials::hash.eq(after.hash.as_slice()),
                    credentials::tenant_id.eq(after.tenant.ulid()),
                    credentials::kind.eq(after.kind.as_str()),
                    credentials::key_id.eq(after.id.ulid()),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}
