//! Everything a use case is given, with fakes for all of it but the store.

use std::sync::Arc;

use async_trait::async_trait;
use synaptiq_domain::{
    access::TenantScope,
    event::Event,
    knowledge::ScoredPassage,
    ports::{DeliveryRenderer, IndexError, PassageIndex, RefusedUrl, Store, UrlGuard},
    use_cases::{KeyUsage, Lanes, Services, Settings},
    webhook::Endpoint,
};

use crate::{
    fakes::{ClearVault, FakeClock, RecordingSignals, SequentialIds},
    scripted::{ScriptedResponder, ScriptedUnderstanding},
};

/// Everything a use case is given: this store, this clock, no model, and fakes for the rest.
pub fn services(store: Arc<dyn Store>, clock: Arc<FakeClock>) -> Services {
    Services {
        index: Arc::new(PlainIndex::new(Arc::clone(&store))),
        store,
        understanding: Arc::new(ScriptedUnderstanding),
        responder: Arc::new(ScriptedResponder),
        model: None,
        renderer: Arc::new(EventAlone),
        url_guard: Arc::new(NotHere),
        vault: Arc::new(ClearVault),
        signals: Arc::new(RecordingSignals::default()),
        clock,
        ids: Arc::new(SequentialIds::default()),
        lanes: Arc::new(Lanes::default()),
        key_usage: Arc::new(KeyUsage::default()),
        process: 1,
        settings: Settings::default(),
    }
}

/// A delivery's body is the event itself, so that a test can read what was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventAlone;

impl DeliveryRenderer for EventAlone {
    fn render(&self, event: &Event, _: &Endpoint) -> Vec<u8> {
        serde_json::to_vec(event).expect("an event serialises")
    }
}

/// Finds the passages in which a word of the query stands, among the first hundred of the tenant.
pub struct PlainIndex(Arc<dyn Store>);

/// How many passages are looked at: a test has few.
const LOOKED_AT: u32 = 100;

impl PlainIndex {
    /// Looks into a store at every search.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }
}

#[async_trait]
impl PassageIndex for PlainIndex {
    async fn search(&self, scope: TenantScope, query: &str, limit: usize) -> Result<Vec<ScoredPassage>, IndexError> {
        let query = query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let passages = self.0.passages_after(scope, None, LOOKED_AT).await?;
        let found = passages.into_iter().filter_map(|passage| {
            let text = passage.text.to_lowercase();
            words.iter().any(|word| text.contains(word)).then_some(ScoredPassage { passage, score: 1.0 })
        });
        Ok(found.take(limit).collect())
    }
}

/// Refuses addresses that are none and those that name this machine, without looking anything up.
#[derive(Debug, Clone, Copy, Default)]
pub struct NotHere;

#[async_trait]
impl UrlGuard for NotHere {
    async fn check(&self, url: &str) -> Result<(), RefusedUrl> {
        match url {
            _ if !url.starts_with("http") => Err(RefusedUrl::Scheme),
            _ if url.contains("localhost") => Err(RefusedUrl::PrivateAddress),
            _ => Ok(()),
        }
    }
}
