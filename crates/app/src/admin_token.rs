//! The operator's token (security K4): generated at the first start or given, stored with Argon2id.

use std::sync::Arc;

use anyhow::Result;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use async_trait::async_trait;
use synaptiq_domain::{
    access::{KeySecret, SystemScope},
    ports::{
        Ids,
        store::{Store, SystemStore},
    },
};
use synaptiq_http::admin::{AdminToken, AdminTokenError};

const STORED: &str = "admin_token_hash";
/// What a generated token begins with.
const PREFIX: &str = "adm_";

/// The token as stored.
pub(crate) struct StoredAdminToken {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) system: SystemScope,
}

#[async_trait]
impl AdminToken for StoredAdminToken {
    async fn stored(&self) -> Result<Option<String>, AdminTokenError> {
        self.store.find_setting(self.system, STORED).await.map_err(|error| AdminTokenError(Box::new(error)))
    }

    async fn matches(&self, token: &str, stored: &str) -> bool {
        let (token, stored) = (token.to_owned(), stored.to_owned());
        tokio::task::spawn_blocking(move || is_token(&token, &stored)).await.unwrap_or(false)
    }

    fn is_well_formed(&self, token: &str) -> bool {
        KeySecret::parse(PREFIX, token).is_ok()
    }
}

fn is_token(token: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| Argon2::default().verify_password(token.as_bytes(), &hash).is_ok())
}

fn hash(token: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(token.as_bytes());
    Ok(hash.map_err(|error| anyhow::anyhow!("cannot hash the admin token: {error}"))?.to_string())
}

/// Makes the stored token the given one, or generates one if there is none. Answers with a
/// generated one, to be printed once.
pub(crate) async fn prepare(
    store: &dyn SystemStore,
    system: SystemScope,
    ids: &dyn Ids,
    given: Option<&str>,
) -> Result<Option<String>> {
    let stored = store.find_setting(system, STORED).await?;
    match (given, stored) {
        (Some(token), Some(stored)) if is_token(token, &stored) => Ok(None),
        (Some(token), _) => {
            store.put_setting(system, STORED, &hash(token)?).await?;
            Ok(None)
        }
        (None, Some(_)) => Ok(None),
        (None, None) => rotate(store, system, ids).await.map(Some),
    }
}

/// Generates a new token; the old one is refused from the next request on.
pub(crate) async fn rotate(store: &dyn SystemStore, system: SystemScope, ids: &dyn Ids) -> Result<String> {
    let token = KeySecret::new(PREFIX, ids.secret()).reveal().to_owned();
    store.put_setting(system, STORED, &hash(&token)?).await?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k4_a_token_is_stored_with_argon2id() {
        let stored = hash("correct horse battery staple").expect("hashes");
        assert!(stored.starts_with("$argon2id$") && !stored.contains("horse"));
        assert!(is_token("correct horse battery staple", &stored));
        assert!(!is_token("correct horse battery stable", &stored));
        assert!(!is_token("anything", "not a hash"));
    }
}
