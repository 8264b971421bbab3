//! The scopes of a key (contract § 3).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One right that a key may have and a route may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Permission {
    /// `leads:read`
    LeadsRead,
    /// `leads:write`
    LeadsWrite,
    /// `conversations:read`
    ConversationsRead,
    /// `conversations:write`
    ConversationsWrite,
    /// `analytics:read`
    AnalyticsRead,
    /// `chat:write`
    ChatWrite,
    /// `knowledge:manage`
    KnowledgeManage,
    /// `webhooks:manage`
    WebhooksManage,
    /// `keys:manage`
    KeysManage,
    /// `data:delete`
    DataDelete,
}

impl Permission {
    /// Every right there is, in the order in which they are printed.
    pub const ALL: [Self; 10] = [
        Self::LeadsRead,
        Self::LeadsWrite,
        Self::ConversationsRead,
        Self::ConversationsWrite,
        Self::AnalyticsRead,
        Self::ChatWrite,
        Self::KnowledgeManage,
        Self::WebhooksManage,
        Self::KeysManage,
        Self::DataDelete,
    ];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeadsRead => "leads:read",
            Self::LeadsWrite => "leads:write",
            Self::ConversationsRead => "conversations:read",
            Self::ConversationsWrite => "conversations:write",
            Self::AnalyticsRead => "analytics:read",
            Self::ChatWrite => "chat:write",
            Self::KnowledgeManage => "knowledge:manage",
            Self::WebhooksManage => "webhooks:manage",
            Self::KeysManage => "keys:manage",
            Self::DataDelete => "data:delete",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is neither a scope nor a bundle of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown scope '{0}'")]
pub struct UnknownPermission(pub String);

/// A set of rights. Empty denies everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet(u16);

impl PermissionSet {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// Every right there is: the bundle `admin`.
    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    /// Whether the right is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// The rights in the set, in printing order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | 1 << permission as u8))
    }
}

/// Reads scopes separated by commas; `read`, `write` and `admin` stand for their bundles.
impl FromStr for PermissionSet {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        use Permission as P;
        let mut bits = 0;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let read = [P::LeadsRead, P::ConversationsRead, P::AnalyticsRead];
            let write = [P::LeadsWrite, P::ConversationsWrite, P::ChatWrite];
            let set: Self = match word {
                "read" => read.into_iter().collect(),
                "write" => read.into_iter().chain(write).collect(),
                "admin" => Self::all(),
                _ => P::ALL
                    .into_iter()
                    .find(|permission| permission.as_str() == word)
                    .map(|permission| [permission].into_iter().collect())
                    .ok_or_else(|| UnknownPermission(word.to_owned()))?,
            };
            bits |= set.0;
        }
        Ok(Self(bits))
    }
}

impl fmt::Display for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Permission::as_str).collect();
        f.write_str(&words.join(","))
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k2_scopes_deny_by_default_and_bundles_add_up() {
        let write: PermissionSet = "write".parse().expect("a bundle");
        assert!(write.contains(Permission::LeadsRead) && write.contains(Permission::ChatWrite));
        assert!(!write.contains(Permission::DataDelete) && !write.contains(Permission::WebhooksManage));
        assert_eq!(PermissionSet::NONE.iter().count(), 0);
        assert_eq!("admin".parse(), Ok(PermissionSet::all()));
        assert_eq!("leads:read,reed".parse::<PermissionSet>(), Err(UnknownPermission("reed".to_owned())));
        assert_eq!(write.to_string().parse(), Ok(write));
    }
}
