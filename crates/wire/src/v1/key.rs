//! API keys in v1 (contract § 3): the record, without the key, and what a creation asks and answers.

use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    access::{ApiKey, KeyKind, Permission, PermissionSet},
    money::JsonMap,
    time::Timestamp,
    use_cases::{CreateKey, CreatedKey},
};
use utoipa::ToSchema;

use crate::{
    field::{FieldError, Fields, Given},
    paging::List,
    words::{BundleWord, KeyKindWord, ScopeWord},
};

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct KeyRecord {
    /// Its id, by which it is named everywhere else.
    #[schema(example = "key_01HQ7ABC2DEF3GH14JK15MN06P")]
    pub id: String,
    /// What the team calls it.
    pub name: String,
    /// `live`, `test`, `publishable` or `syrus`.
    #[schema(value_type = KeyKindWord)]
    pub kind: &'static str,
    /// What it may do.
    #[schema(value_type = Vec<ScopeWord>, example = json!(["leads:read", "leads:write"]))]
    pub scopes: Vec<&'static str>,
    /// What tells keys apart and gives nothing away.
    #[schema(example = "sk_live_…ab12")]
    pub hint: String,
    /// The plan whose limits apply, if not the tenant's.
    pub plan: Option<String>,
    /// When it was made.
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it was last used.
    #[schema(format = "date-time")]
    pub last_used_at: Option<String>,
    /// From when on it is refused.
    #[schema(format = "date-time")]
    pub revoked_at: Option<String>,
}

impl From<&ApiKey> for KeyRecord {
    fn from(key: &ApiKey) -> Self {
        let hint = key.hint();
        let ApiKey {
            id,
            tenant: _,
            kind,
            name,
            permissions,
            hash: _,
            tail: _,
            plan,
            created_at,
            last_used_at,
            revoked_at,
        } = key;
        Self {
            id: id.prefixed(),
            name: name.clone(),
            kind: kind.as_str(),
            scopes: permissions.iter().map(Permission::as_str).collect(),
            hint,
            plan: plan.clone(),
            created_at: created_at.rfc3339_millis(),
            last_used_at: last_used_at.map(Timestamp::rfc3339_millis),
            revoked_at: revoked_at.map(Timestamp::rfc3339_millis),
        }
    }
}

/// A key with its secret, for the one time that it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ApiKeyWithSecret)]
pub struct KeyWithSecret {
    /// The key's record.
    #[serde(flatten)]
    pub record: KeyRecord,
    /// The whole key. It is never shown again.
    pub key: String,
}

impl From<&CreatedKey> for KeyWithSecret {
    fn from(created: &CreatedKey) -> Self {
        let CreatedKey { key, secret } = created;
        Self { record: key.into(), key: secret.reveal().to_owned() }
    }
}

/// Every key: there are few enough for one part.
pub fn list(keys: &[ApiKey]) -> List<KeyRecord> {
    List::whole(keys, |key| KeyRecord::from(key))
}

/// Reads `{name, kind?, scopes?, plan?}`. Scopes are a list or words with commas; `read`, `write`
/// and `admin` stand for their bundles. A publishable key needs none.
pub fn read_creation(body: &JsonMap) -> Result<CreateKey, FieldError> {
    let fields = Fields::of_body(body);
    Ok(CreateKey {
        name: fields.required("name", |given| given.bounded(100))?,
        kind: fields.optional("kind", |given| given.one_of(&KeyKind::ALL, KeyKind::as_str))?.unwrap_or(KeyKind::Live),
        permissions: fields.optional("scopes", |given| scopes(&given))?.unwrap_or_default(),
        plan: fields.optional("plan", |given| given.bounded(100))?,
    })
}

fn scopes(given: &Given<'_>) -> Result<PermissionSet, FieldError> {
    let parse = |given: &Given<'_>| given.text()?.parse().map_err(|unknown| given.error(format!("has an {unknown}")));
    if given.text().is_ok() {
        return parse(given);
    }
    let sets: Vec<PermissionSet> = given.array_of(50, |item| parse(&item))?;
    Ok(sets.into_iter().flat_map(PermissionSet::iter).collect())
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ApiKeyCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_creation`")]
pub struct KeyCreateBody {
    /// What the team calls it.
    #[schema(
        max_length = 100,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "CRM"
    )]
    name: String,
    /// `live`, `test`, `publishable` or `syrus`; `live` where nothing is said.
    #[schema(value_type = Option<KeyKindWord>)]
    kind: Option<String>,
    /// Scopes, or `read`, `write` or `admin` for their bundles.
    #[schema(value_type = Option<Vec<BundleWord>>, max_items = 50, example = json!(["write"]))]
    scopes: Option<Vec<String>>,
    /// The plan whose limits apply, if not the tenant's.
    #[schema(max_length = 100, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    plan: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::{access::KeySecret, id::Id};

    use super::*;
    use crate::samples;

    #[test]
    fn k1_a_key_is_shown_once_and_its_record_gives_nothing_away() {
        let secret = KeySecret::new("sk_live_", [7; 32]);
        let key = ApiKey {
            id: Id::from_bits(13),
            tenant: Id::from_bits(14),
            kind: KeyKind::Live,
            name: "CRM".to_owned(),
            permissions: "leads:read,chat:write".parse().expect("known"),
            hash: secret.hash(),
            tail: secret.tail(),
            plan: None,
            created_at: samples::at("2026-04-01T09:00:00Z"),
            last_used_at: None,
            revoked_at: None,
        };
        let record = json!({
            "id": "key_0000000000000000000000000D", "name": "CRM", "kind": "live", "scopes": ["leads:read", "chat:write"],
            "hint": format!("sk_live_…{}", secret.tail()), "plan": null, "createdAt": "2026-04-01T09:00:00.000Z", "lastUsedAt": null,
            "revokedAt": null,
        });
        samples::assert_prints(&KeyRecord::from(&key), &record);
        let created = CreatedKey { key, secret };
        let printed = serde_json::to_value(KeyWithSecret::from(&created)).expect("prints");
        assert_eq!(printed["key"], created.secret.reveal());
        assert_eq!(printed["id"], record["id"]);
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        let read = |body: &Value| read_creation(body.as_object().expect("an object"));
        for (body, param) in [
            (json!({}), "name"),
            (json!({"name": "x".repeat(101)}), "name"),
            (json!({"name": "n", "kind": "master"}), "kind"),
            (json!({"name": "n", "scopes": 7}), "scopes"),
            (json!({"name": "n", "scopes": "leads:reed"}), "scopes"),
            (json!({"name": "n", "scopes": ["read", "leads:reed"]}), "scopes[1]"),
            (json!({"name": "n", "plan": 7}), "plan"),
        ] {
            assert_eq!(read(&body).expect_err("wrong").param, param, "{body}");
        }
        let words = read(&json!({"name": "n", "scopes": "read,chat:write"})).expect("valid");
        let list = read(&json!({"name": "n", "scopes": ["chat:write", "read"], "kind": "live"})).expect("valid");
        assert_eq!(words, list);
        assert!(words.permissions.contains(Permission::AnalyticsRead));
        assert_eq!(read(&json!({"name": "n"})).expect("valid").permissions, PermissionSet::NONE, "nothing by default");
    }
}
