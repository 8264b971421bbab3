//! Receipts. The other half of `ports/store/receipts.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    id::Id,
    receipt::{Fingerprint, RECEIPT_LIFETIME, Receipt, ReceiptKey, ReceiptState},
    time::Timestamp,
};

use super::{Connection, Fault, Outcome, codec, schema::receipts};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = receipts,
    primary_key(tenant_id, key),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct ReceiptRow {
    tenant_id: String,
    key: Vec<u8>,
    fingerprint: Vec<u8>,
    owner: Option<Vec<u8>>,
    lease_until: Option<i64>,
    sealed: Vec<u8>,
    lead_id: Option<String>,
    conversation_id: Option<String>,
    created_at: i64,
    part_of: Option<Vec<u8>>,
}

impl ReceiptRow {
    fn of(tenant: &str, receipt: &Receipt) -> Self {
        let Receipt { key, fingerprint, state, lead, conversation, part_of, created_at } = receipt;
        let (owner, lease_until, sealed) = match state {
            ReceiptState::Begun { resume, owner, lease_until } => {
                (Some(owner.to_be_bytes().to_vec()), Some(lease_until.micros()), resume)
            }
            ReceiptState::Answered { sealed } => (None, None, sealed),
        };
        Self {
            tenant_id: tenant.to_owned(),
            key: key.0.to_vec(),
            fingerprint: fingerprint.0.to_vec(),
            owner,
            lease_until,
            sealed: sealed.clone(),
            lead_id: lead.map(Id::ulid),
            conversation_id: conversation.map(Id::ulid),
            created_at: created_at.micros(),
            part_of: part_of.map(|whole| whole.0.to_vec()),
        }
    }

    fn receipt(self) -> Outcome<Receipt> {
        let state = match (self.owner, self.lease_until) {
            (Some(owner), Some(lease_until)) => {
                let owner: [u8; 16] =
                    owner.try_into().map_err(|_| Fault::corrupt("receipts.owner", "bytes of another length"))?;
                ReceiptState::Begun {
                    resume: self.sealed,
                    owner: u128::from_be_bytes(owner),
                    lease_until: Timestamp::from_micros(lease_until),
                }
            }
            (None, None) => ReceiptState::Answered { sealed: self.sealed },
            _ => return Err(Fault::corrupt("receipts.owner", "an owner without a lease, or the reverse")),
        };
        Ok(Receipt {
            key: key_of("receipts.key", &self.key)?,
            fingerprint: Fingerprint(codec::bytes32("receipts.fingerprint", &self.fingerprint)?),
            state,
            lead: codec::maybe_id("receipts.lead_id", self.lead_id.as_deref())?,
            conversation: codec::maybe_id("receipts.conversation_id", self.conversation_id.as_deref())?,
            part_of: self.part_of.map(|whole| key_of("receipts.part_of", &whole)).transpose()?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

fn key_of(column: &'static str, bytes: &[u8]) -> Outcome<ReceiptKey> {
    codec::bytes32(column, bytes).map(ReceiptKey)
}

/// The receipt with this key, whatever its age.
pub(crate) fn find(conn: &mut Connection, scope: TenantScope, key: ReceiptKey) -> Outcome<Option<Receipt>> {
    receipts::table
        .find((scope.data().ulid(), key.0.as_slice()))
        .select(ReceiptRow::as_select())
        .first(conn)
        .optional()?
        .map(ReceiptRow::receipt)
        .transpose()
}

/// Writes a receipt: a new one, the answer in the place of its own beginning, or one in the place
/// of one that has outlived its time. Anything else that is in its place makes it stale.
pub(super) fn write(conn: &mut Connection, tenant: &str, receipt: &Receipt) -> Outcome<()> {
    let row = ReceiptRow::of(tenant, receipt);
    if matches!(receipt.state, ReceiptState::Answered { .. }) {
        let beginning = receipts::table
            .find((tenant, receipt.key.0.as_slice()))
            .filter(receipts::owner.is_not_null())
            .filter(receipts::fingerprint.eq(receipt.fingerprint.0.as_slice()));
        if diesel::update(beginning).set(&row).execute(conn)? > 0 {
            return Ok(());
        }
    }
    let outlived = receipts::table
        .find((tenant, receipt.key.0.as_slice()))
        .filter(receipts::created_at.lt(receipt.created_at.plus(-RECEIPT_LIFETIME).micros()));
    diesel::delete(outlived).execute(conn)?;
    diesel::insert_into(receipts::table).values(&row).execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` receipts begun before an instant; says how many.
pub(crate) fn sweep(conn: &mut Connection, before: Timestamp, limit: u32) -> Outcome<u32> {
    let old: Vec<(String, Vec<u8>)> = receipts::table
        .filter(receipts::created_at.lt(before.micros()))
        .order(receipts::created_at.asc())
        .limit(i64::from(limit))
        .select((receipts::tenant_id, receipts::key))
        .load(conn)?;
    let mut swept = 0;
    for (tenant, key) in old {
        diesel::delete(receipts::table.find((tenant, key))).execute(conn)?;
        swept += 1;
    }
    Ok(swept)
}
