//! Endpoints and deliveries: rows, reads and writes. The other half of `ports/store/webhooks.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    changes::Change,
    id::Id,
    paging::{Page, Position},
    time::Timestamp,
    webhook::{Delivery, DeliveryQuery, DeliveryStatus, Endpoint, SealedSecret, SecretRotation},
};

use super::{
    Connection, Fault, Outcome, codec, dialect,
    paging::Part,
    schema::{deliveries, endpoints},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = endpoints,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct EndpointRow {
    tenant_id: String,
    id: String,
    version: i64,
    url: String,
    description: Option<String>,
    events: String,
    assistant_id: Option<String>,
    profile: String,
    signature_scheme: String,
    secret: Vec<u8>,
    next_secret: Option<Vec<u8>>,
    next_secret_at: Option<i64>,
    active: bool,
    disabled_reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl EndpointRow {
    fn of(tenant: &str, endpoint: &Endpoint, version: i64) -> Outcome<Self> {
        let Endpoint {
            id,
            version: _,
            url,
            description,
            events,
            assistant,
            profile,
            signature_scheme,
            secret: SealedSecret(secret),
            rotation,
            active,
            disabled_reason,
            created_at,
            updated_at,
        } = endpoint;
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            version,
            url: url.clone(),
            description: description.clone(),
            events: codec::to_json("endpoints.events", events)?,
            assistant_id: assistant.map(Id::ulid),
            profile: profile.as_str().to_owned(),
            signature_scheme: signature_scheme.as_str().to_owned(),
            secret: secret.clone(),
            next_secret: rotation.as_ref().map(|rotation| rotation.next.0.clone()),
            next_secret_at: rotation.as_ref().map(|rotation| rotation.activates_at.micros()),
            active: *active,
            disabled_reason: disabled_reason.clone(),
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
        })
    }

    fn endpoint(self) -> Outcome<Endpoint> {
        let rotation = self
            .next_secret
            .zip(self.next_secret_at)
            .map(|(next, at)| SecretRotation { next: SealedSecret(next), activates_at: Timestamp::from_micros(at) });
        Ok(Endpoint {
            id: codec::id("endpoints.id", &self.id)?,
            version: codec::number("endpoints.version", self.version)?,
            url: self.url,
            description: self.description,
            events: codec::json("endpoints.events", &self.events)?,
            assistant: codec::maybe_id("endpoints.assistant_id", self.assistant_id.as_deref())?,
            profile: codec::word("endpoints.profile", &self.profile)?,
            signature_scheme: codec::word("endpoints.signature_scheme", &self.signature_scheme)?,
            secret: SealedSecret(self.secret),
            rotation,
            active: self.active,
            disabled_reason: self.disabled_reason,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = deliveries,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
pub(super) struct DeliveryRow {
    tenant_id: String,
    id: String,
    endpoint_id: String,
    event_id: String,
    kind: String,
    lead_id: Option<String>,
    conversation_id: Option<String>,
    body: Vec<u8>,
    status: String,
    attempts: String,
    tries_used: i64,
    next_attempt_at: Option<i64>,
    created_at: i64,
    due_at: Option<i64>,
    lease_until: Option<i64>,
    tried_at: i64,
}

impl DeliveryRow {
    /// The row of a delivery that nobody has in hand.
    pub(super) fn of(tenant: &str, delivery: &Delivery) -> Outcome<Self> {
        let Delivery {
            id,
            endpoint,
            event,
            kind,
            lead,
            conversation,
            body,
            status,
            attempts,
            tries_used,
            next_attempt_at,
            created_at,
        } = delivery;
        let next_attempt_at = next_attempt_at.map(Timestamp::micros);
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            endpoint_id: endpoint.ulid(),
            event_id: event.ulid(),
            kind: kind.as_str().to_owned(),
            lead_id: lead.map(Id::ulid),
            conversation_id: conversation.map(Id::ulid),
            body: body.clone(),
            status: status.as_str().to_owned(),
            attempts: codec::to_json("deliveries.attempts", attempts)?,
            tries_used: i64::from(*tries_used),
            next_attempt_at,
            created_at: created_at.micros(),
            due_at: next_attempt_at.filter(|_| *status == DeliveryStatus::Pending),
            lease_until: None,
            tried_at: attempts.last().map_or(*created_at, |attempt| attempt.at).micros(),
        })
    }

    pub(super) fn delivery(self) -> Outcome<Delivery> {
        Ok(Delivery {
            id: codec::id("deliveries.id", &self.id)?,
            endpoint: codec::id("deliveries.endpoint_id", &self.endpoint_id)?,
            event: codec::id("deliveries.event_id", &self.event_id)?,
            kind: codec::word("deliveries.kind", &self.kind)?,
            lead: codec::maybe_id("deliveries.lead_id", self.lead_id.as_deref())?,
            conversation: codec::maybe_id("deliveries.conversation_id", self.conversation_id.as_deref())?,
            body: self.body,
            status: codec::word("deliveries.status", &self.status)?,
            attempts: codec::json("deliveries.attempts", &self.attempts)?,
            tries_used: codec::number("deliveries.tries_used", self.tries_used)?,
            next_attempt_at: codec::maybe_instant(self.next_attempt_at),
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// One endpoint.
pub(crate) fn find_endpoint(conn: &mut Connection, scope: TenantScope, id: Id<Endpoint>) -> Outcome<Option<Endpoint>> {
    endpoints::table
        .find((scope.data().ulid(), id.ulid()))
        .select(EndpointRow::as_select())
        .first(conn)
        .optional()?
        .map(EndpointRow::endpoint)
        .transpose()
}

/// Every endpoint, newest first.
pub(crate) fn list_endpoints(conn: &mut Connection, scope: TenantScope) -> Outcome<Vec<Endpoint>> {
    let rows: Vec<EndpointRow> = endpoints::table
        .filter(endpoints::tenant_id.eq(scope.data().ulid()))
        .order((endpoints::created_at.desc(), endpoints::id.desc()))
        .select(EndpointRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EndpointRow::endpoint).collect()
}

/// One delivery of an endpoint.
pub(crate) fn find_delivery(
    conn: &mut Connection,
    scope: TenantScope,
    endpoint: Id<Endpoint>,
    id: Id<Delivery>,
) -> Outcome<Option<Delivery>> {
    deliveries::table
        .find((scope.data().ulid(), id.ulid()))
        .filter(deliveries::endpoint_id.eq(endpoint.ulid()))
        .select(DeliveryRow::as_select())
        .first(conn)
        .optional()?
        .map(DeliveryRow::delivery)
        .transpose()
}

/// A part of an endpoint's deliveries, newest first by id.
pub(crate) fn list_deliveries(
    conn: &mut Connection,
    scope: TenantScope,
    endpoint: Id<Endpoint>,
    query: &DeliveryQuery,
) -> Outcome<Page<Delivery>> {
    let filtered = || -> deliveries::BoxedQuery<'_, dialect::Backend> {
        let mine = deliveries::table
            .filter(deliveries::tenant_id.eq(scope.data().ulid()))
            .filter(deliveries::endpoint_id.eq(endpoint.ulid()))
            .into_boxed();
        match query.status {
            Some(status) => mine.filter(deliveries::status.eq(status.as_str())),
            None => mine,
        }
    };
    let part = Part::of(query.paging);
    let total: Option<i64> = if part.counts { Some(filtered().count().get_result(conn)?) } else { None };
    let rows = match &part.after {
        // The sort value is the same for all, so that the id decides.
        Some((_, id)) => filtered().filter(deliveries::id.lt(id.clone())),
        None => filtered(),
    };
    let rows: Vec<DeliveryRow> = rows
        .order(deliveries::id.desc())
        .offset(part.offset)
        .limit(part.limit)
        .select(DeliveryRow::as_select())
        .load(conn)?;
    let found = rows.into_iter().map(DeliveryRow::delivery).collect::<Outcome<Vec<Delivery>>>()?;
    part.page(found, total, |delivery| Position::new(0, delivery.id))
}

/// Writes the changed endpoints. Deleting one cancels its pending deliveries.
pub(super) fn write_endpoints(conn: &mut Connection, tenant: &str, changes: &[Change<Endpoint>]) -> Outcome<()> {
    for change in changes {
        let stored = change.before().map(|before| {
            endpoints::table
                .find((tenant, before.id.ulid()))
                .filter(endpoints::version.eq(codec::version(before.version)))
        });
        let version = change.before().map_or(0, |before| codec::version(before.version));
        let written = match (stored, change.after()) {
            (Some(stored), Some(after)) => {
                diesel::update(stored).set(EndpointRow::of(tenant, after, version + 1)?).execute(conn)?
            }
            (Some(stored), None) => diesel::delete(stored).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(endpoints::table).values(EndpointRow::of(tenant, after, 1)?).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
        if let (Some(gone), None) = (change.before(), change.after()) {
            cancel_deliveries(conn, tenant, &gone.id.ulid())?;
        }
    }
    Ok(())
}

fn cancel_deliveries(conn: &mut Connection, tenant: &str, endpoint: &str) -> Outcome<()> {
    let pending = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant))
        .filter(deliveries::endpoint_id.eq(endpoint))
        .filter(deliveries::status.eq(DeliveryStatus::Pending.as_str()));
    let nothing = None::<i64>;
    diesel::update(pending)
        .set((
            deliveries::status.eq(DeliveryStatus::Cancelled.as_str()),
            deliveries::next_attempt_at.eq(nothing),
            deliveries::due_at.eq(nothing),
            deliveries::lease_until.eq(nothing),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes new and changed deliveries. Ends the lease too: whoever has the old state in hand must
/// not write it over the new one.
pub(super) fn write_deliveries(conn: &mut Connection, tenant: &str, changes: &[Change<Delivery>]) -> Outcome<()> {
    for change in changes {
        if let Some(after) = change.after().filter(|after| after.status == DeliveryStatus::Pending) {
            // Its endpoint was deleted meanwhile, and whatever was pending for it cancelled.
            let known: i64 = endpoints::table
                .filter(endpoints::tenant_id.eq(tenant))
                .filter(endpoints::id.eq(after.endpoint.ulid()))
                .count()
                .get_result(conn)?;
            if known == 0 {
                return Err(Fault::Stale);
            }
        }
        let written = match (change.before(), change.after()) {
            (Some(before), Some(after)) => diesel::update(deliveries::table.find((tenant, before.id.ulid())))
                .set(DeliveryRow::of(tenant, after)?)
                .execute(conn)?,
            (Some(before), None) => diesel::delete(deliveries::table.find((tenant, before.id.ulid()))).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(deliveries::table).values(DeliveryRow::of(tenant, after)?).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
    }
    Ok(())
}
