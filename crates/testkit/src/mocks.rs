//! Ports that misbehave: what a test says, and nothing of what the port promises.

use async_trait::async_trait;
use mockall::mock;
use synaptiq_domain::{
    access::TenantScope,
    knowledge::ScoredPassage,
    ports::{IndexError, PassageIndex},
};

mock! {
    /// An index that can break.
    pub PassageIndex {}

    #[async_trait]
    impl PassageIndex for PassageIndex {
        async fn search(&self, scope: TenantScope, query: &str, limit: usize) -> Result<Vec<ScoredPassage>, IndexError>;
    }
}
