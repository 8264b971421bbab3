//! A tenant's index at one generation of its knowledge. Immutable: searches keep the one they began
//! with while the next is made, and the two share their parts.
//!
//! Scores are BM25 over the living passages of all parts together, so how the passages came to be
//! spread over the parts moves nothing: an index that caught up step by step ranks like a new one.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use synaptiq_domain::{
    id::Id,
    knowledge::{Document, DocumentStatus, Passage},
    ports::store::PassageKey,
    time::Timestamp,
};

use crate::{
    language::LanguageCounts,
    part::{MAX_PASSAGES, Part},
    scoring::Scoring,
    terms::query_words,
};

/// From this many parts on the next catching up builds everything anew.
const MAX_PARTS: usize = 32;

/// What tells whether a document's passages are the ones that were indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Only a ready document has passages to be found.
    pub(crate) status: DocumentStatus,
    /// When the document last changed.
    pub(crate) updated_at: Timestamp,
    /// How many passages it says it has.
    pub(crate) passage_count: u32,
}

/// The documents that a tenant had when a snapshot was made, whatever their status.
pub(crate) type Documents = BTreeMap<Id<Document>, Mark>;

/// A part and which of its passages are gone.
#[derive(Clone)]
struct LivingPart {
    part: Arc<Part>,
    /// By the passage's place in the part; empty while all are there.
    dead: Arc<Vec<bool>>,
}

/// A tenant's index at one generation.
#[derive(Clone)]
pub(crate) struct Snapshot {
    generation: u64,
    documents: Documents,
    parts: Vec<LivingPart>,
    living: u64,
    dead: u64,
    /// The sum of the living passages' lengths.
    length: u64,
    languages: LanguageCounts,
}

impl Snapshot {
    /// An index of nothing.
    pub(crate) fn empty(generation: u64) -> Self {
        Self {
            generation,
            documents: Documents::new(),
            parts: Vec::new(),
            living: 0,
            dead: 0,
            length: 0,
            languages: LanguageCounts::default(),
        }
    }

    /// The generation of the knowledge that it has caught up with.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Its documents.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// How many passages it holds in memory, those that are gone included.
    pub(crate) fn held_passages(&self) -> u64 {
        self.living + self.dead
    }

    /// Whether so much was patched that building anew is due.
    pub(crate) fn is_worn(&self) -> bool {
        self.dead > self.living.max(1_000) || self.parts.len() >= MAX_PARTS + self.full_parts()
    }

    fn full_parts(&self) -> usize {
        usize::try_from(self.living).unwrap_or(usize::MAX) / MAX_PASSAGES
    }

    /// Notes that it is what the store has at `generation`.
    pub(crate) fn caught_up(&mut self, generation: u64, documents: Documents) {
        self.generation = generation;
        self.documents = documents;
    }

    /// Adds passages, sorted by name, of documents that it does not have. Blocks.
    pub(crate) fn add(&mut self, passages: &[Passage]) -> tantivy::Result<()> {
        if passages.is_empty() {
            return Ok(());
        }
        let part = Part::build(passages)?;
        for entry in part.entries() {
            self.living += 1;
            self.length += u64::from(entry.length);
            entry.language.into_iter().for_each(|language| self.languages.add(language));
        }
        self.parts.push(LivingPart { part: Arc::new(part), dead: Arc::default() });
        Ok(())
    }

    /// Forgets a document's passages.
    pub(crate) fn remove(&mut self, document: Id<Document>) {
        for living in &mut self.parts {
            let range = living.part.range_of(document);
            if range.is_empty() {
                continue;
            }
            let dead = Arc::make_mut(&mut living.dead);
            dead.resize(living.part.entries().len(), false);
            for (entry, dead) in living.part.entries()[range.clone()].iter().zip(&mut dead[range]) {
                if !std::mem::replace(dead, true) {
                    self.living -= 1;
                    self.dead += 1;
                    self.length -= u64::from(entry.length);
                    entry.language.into_iter().for_each(|language| self.languages.remove(language));
                }
            }
        }
        self.parts.retain(|living| living.dead.is_empty() || living.dead.contains(&false));
        self.dead = self.parts.iter().flat_map(|living| living.dead.iter()).filter(|dead| **dead).count() as u64;
    }

    /// The best `limit` passages for a query, best first, ties by name. Blocks.
    pub(crate) fn search(&self, query: &str, limit: usize) -> tantivy::Result<Vec<(PassageKey, f32)>> {
        let words = query_words(query, &self.languages);
        let count = |term: &str| self.parts.iter().map(|living| living.part.count_living(term, &living.dead)).sum();
        let scoring = Scoring::new(words, count, self.living, self.length)?;
        let mut found = Vec::new();
        for living in &self.parts {
            found.extend(scoring.best_of(&living.part, &living.dead, limit)?);
        }
        found.sort_by_key(|(key, score)| (Reverse(*score), *key));
        found.truncate(limit);
        Ok(found.into_iter().map(|(key, score)| (key, score.value())).collect())
    }
}
