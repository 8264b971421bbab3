//! Work across tenants: claiming, settling and sweeping. The other half of `ports/store/system.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    ports::store::{DueDelivery, Settlement},
    time::Timestamp,
    webhook::{Attempt, DeliveryStatus},
};

use super::{
    Connection, Outcome, access, codec,
    schema::{deliveries, endpoints, generation, installation},
    webhooks::{self, DeliveryRow},
};

/// Whether any delivery is due: cheap, so that polling need not take the writer.
pub(crate) fn any_due(conn: &mut Connection, now: Timestamp) -> Outcome<bool> {
    Ok(next_due(conn)?.is_some_and(|due| due <= now))
}

/// When the next pending delivery is due, leases included.
pub(crate) fn next_due(conn: &mut Connection) -> Outcome<Option<Timestamp>> {
    let next: Option<i64> = deliveries::table
        .filter(deliveries::due_at.is_not_null())
        .select(diesel::dsl::min(deliveries::due_at))
        .first(conn)?;
    Ok(codec::maybe_instant(next))
}

/// Leases due deliveries, oldest first, at most `per_endpoint` of one endpoint. Looks at each
/// endpoint that has something pending once, by index, so that a long queue of one costs nothing.
pub(crate) fn claim(
    conn: &mut Connection,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
    per_endpoint: u32,
) -> Outcome<Vec<DueDelivery>> {
    let mut due: Vec<DeliveryKey> = Vec::new();
    let mut place = (String::new(), String::new());
    while let Some(endpoint) = endpoint_after(conn, &place)? {
        due.extend(due_of(conn, &endpoint, now, limit, per_endpoint)?);
        place = endpoint;
    }
    due.sort_by(|a, b| (a.2, &a.1).cmp(&(b.2, &b.1)));
    due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut claimed = Vec::with_capacity(due.len());
    for (tenant, id, _) in due {
        let due = match read_due(conn, &tenant, &id) {
            Ok(Some(due)) => due,
            Ok(None) => continue,
            Err(fault) if fault.is_unreadable() => {
                // One row that cannot be read must not keep every other from being claimed.
                tracing::error!(tenant, delivery = id, %fault, "a delivery cannot be read and is given up");
                give_up(conn, &tenant, &id)?;
                continue;
            }
            Err(fault) => return Err(fault),
        };
        diesel::update(deliveries::table.find((&tenant, &id)))
            .set((
                deliveries::lease_until.eq(lease_until.micros()),
                deliveries::due_at.eq(due.delivery.next_attempt_at.unwrap_or(now).max(lease_until).micros()),
            ))
            .execute(conn)?;
        claimed.push(due);
    }
    Ok(claimed)
}

/// A delivery with its scope and its endpoint, if that is there.
fn read_due(conn: &mut Connection, tenant: &str, id: &str) -> Outcome<Option<DueDelivery>> {
    let row: DeliveryRow = deliveries::table.find((tenant, id)).select(DeliveryRow::as_select()).first(conn)?;
    let delivery = row.delivery()?;
    let scope = access::scope_of(conn, tenant)?;
    let endpoint = webhooks::find_endpoint(conn, scope, delivery.endpoint)?;
    Ok(endpoint.map(|endpoint| DueDelivery { scope, delivery, endpoint }))
}

/// Takes a delivery out of the queue for good; what is in its other columns stays as it is.
fn give_up(conn: &mut Connection, tenant: &str, id: &str) -> Outcome<()> {
    let nothing = None::<i64>;
    diesel::update(deliveries::table.find((tenant, id)))
        .set((
            deliveries::status.eq(DeliveryStatus::Failed.as_str()),
            deliveries::next_attempt_at.eq(nothing),
            deliveries::due_at.eq(nothing),
            deliveries::lease_until.eq(nothing),
        ))
        .execute(conn)?;
    Ok(())
}

/// Tenant, id and next try of a delivery.
type DeliveryKey = (String, String, Option<i64>);

/// The next endpoint, in order of tenant and id, that has a pending delivery.
fn endpoint_after(conn: &mut Connection, place: &(String, String)) -> Outcome<Option<(String, String)>> {
    let pending = || deliveries::table.filter(deliveries::due_at.is_not_null());
    let columns = (deliveries::tenant_id, deliveries::endpoint_id);
    // One condition at a time, so that each is a single step in the index.
    let same_tenant = pending()
        .filter(deliveries::tenant_id.eq(&place.0))
        .filter(deliveries::endpoint_id.gt(&place.1))
        .order(deliveries::endpoint_id.asc())
        .select(columns)
        .first(conn)
        .optional()?;
    if same_tenant.is_some() {
        return Ok(same_tenant);
    }
    Ok(pending()
        .filter(deliveries::tenant_id.gt(&place.0))
        .order((deliveries::tenant_id.asc(), deliveries::endpoint_id.asc()))
        .select(columns)
        .first(conn)
        .optional()?)
}

fn due_of(
    conn: &mut Connection,
    (tenant, endpoint): &(String, String),
    now: Timestamp,
    limit: u32,
    per_endpoint: u32,
) -> Outcome<Vec<DeliveryKey>> {
    let mine =
        || deliveries::table.filter(deliveries::tenant_id.eq(tenant)).filter(deliveries::endpoint_id.eq(endpoint));
    let in_hand: i64 = mine().filter(deliveries::lease_until.gt(now.micros())).count().get_result(conn)?;
    let free = (i64::from(per_endpoint) - in_hand).min(i64::from(limit));
    if free <= 0 {
        return Ok(Vec::new());
    }
    // The first condition is implied by the second and is there for the index.
    Ok(mine()
        .filter(deliveries::next_attempt_at.le(now.micros()))
        .filter(deliveries::due_at.le(now.micros()))
        .order((deliveries::next_attempt_at.asc(), deliveries::id.asc()))
        .limit(free)
        .select((deliveries::tenant_id, deliveries::id, deliveries::next_attempt_at))
        .load(conn)?)
}

/// What a settlement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// Nothing: the lease was lost, or the delivery cancelled or replayed.
    Nothing,
    /// The delivery was written.
    Delivery,
    /// The delivery was written and its endpoint switched off.
    DeliveryAndEndpoint,
}

/// Ends a lease. What is settled must be what is stored and one more try: if it is not, another
/// holder settled it meanwhile, or it was cancelled or replayed.
pub(crate) fn settle(conn: &mut Connection, scope: TenantScope, settlement: &Settlement) -> Outcome<Settled> {
    let Settlement { delivery, disable_endpoint } = settlement;
    let tenant = scope.data().ulid();
    let row = || deliveries::table.find((tenant.as_str(), delivery.id.ulid()));
    let held: Option<String> = row()
        .filter(deliveries::status.eq(DeliveryStatus::Pending.as_str()))
        .filter(deliveries::lease_until.is_not_null())
        .select(deliveries::attempts)
        .first(conn)
        .optional()?;
    let Some(held) = held else { return Ok(Settled::Nothing) };
    let tries: Vec<Attempt> = codec::json("deliveries.attempts", &held)?;
    if delivery.attempts.len() != tries.len() + 1 || !delivery.attempts.starts_with(&tries) {
        return Ok(Settled::Nothing);
    }
    diesel::update(row()).set(DeliveryRow::of(&tenant, delivery)?).execute(conn)?;
    let Some(reason) = disable_endpoint else { return Ok(Settled::Delivery) };
    let tried_at = delivery.attempts.last().map_or(delivery.created_at, |attempt| attempt.at);
    let written = diesel::update(endpoints::table.find((tenant.as_str(), delivery.endpoint.ulid())))
        .set((
            endpoints::active.eq(false),
            endpoints::disabled_reason.eq(reason),
            endpoints::updated_at.eq(tried_at.micros()),
            endpoints::version.eq(endpoints::version + 1),
        ))
        .execute(conn)?;
    if written == 0 {
        return Ok(Settled::Delivery);
    }
    access::raise_generation(conn)?;
    Ok(Settled::DeliveryAndEndpoint)
}

/// Deletes up to `limit` old deliveries, by their last try; says how many.
pub(crate) fn sweep_deliveries(
    conn: &mut Connection,
    delivered_before: Timestamp,
    failed_before: Timestamp,
    limit: u32,
) -> Outcome<u32> {
    let mut swept = 0;
    for (status, before) in [
        (DeliveryStatus::Delivered, delivered_before),
        (DeliveryStatus::Failed, failed_before),
        (DeliveryStatus::Cancelled, failed_before),
    ] {
        let old: Vec<(String, String)> = deliveries::table
            .filter(deliveries::status.eq(status.as_str()))
            .filter(deliveries::tried_at.lt(before.micros()))
            .order(deliveries::tried_at.asc())
            .limit(i64::from(limit - swept))
            .select((deliveries::tenant_id, deliveries::id))
            .load(conn)?;
        for key in old {
            diesel::delete(deliveries::table.find(key)).execute(conn)?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// A value of the installation.
pub(crate) fn find_setting(conn: &mut Connection, name: &str) -> Outcome<Option<String>> {
    Ok(installation::table.find(name).select(installation::value).first(conn).optional()?)
}

/// Writes a value of the installation, and raises the generation.
pub(crate) fn put_setting(conn: &mut Connection, name: &str, value: &str) -> Outcome<()> {
    diesel::insert_into(installation::table)
        .values((installation::name.eq(name), installation::value.eq(value)))
        .on_conflict(installation::name)
        .do_update()
        .set(installation::value.eq(value))
        .execute(conn)?;
    access::raise_generation(conn)
}

/// Writes something that means nothing, to learn whether the store takes writes.
pub(crate) fn beat(conn: &mut Connection) -> Outcome<()> {
    diesel::update(generation::table.find(1))
        .set(generation::heartbeats.eq(generation::heartbeats + 1))
        .execute(conn)?;
    Ok(())
}
