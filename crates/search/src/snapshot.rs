//! A tenant's index at one generation of its knowledge. Immutable: searches keep the one they began
//! with while the next is made, and the two share their parts.
//!
//! Scores are BM25 over the living passages of all parts together, so how the passages came to be
//! spread over the parts moves nothing: an index that caught up step by step ranks like a new one.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::Arc,
};

use synaptiq_domain::{
    id::Id,
    knowledge::{Document, Passage},
    ports::store::PassageKey,
    time::Timestamp,
};
use tantivy::{
    Score, Term,
    query::{Bm25StatisticsProvider, BooleanQuery, BoostQuery, EnableScoring, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::{
    language::LanguageCounts,
    part::Part,
    terms::{QueryTerm, query_terms},
};

/// The most terms that are scored; of a longer query, the rarest.
const MAX_SCORED_TERMS: usize = 96;
/// From this many parts on the next catching up builds everything anew.
const MAX_PARTS: usize = 12;

/// What tells whether a document's passages are the ones that were indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// When the document last changed.
    pub(crate) updated_at: Timestamp,
    /// How many passages it says it has.
    pub(crate) passage_count: u32,
}

/// The documents of a snapshot.
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
        usize::try_from(self.living).unwrap_or(usize::MAX) / crate::part::MAX_PASSAGES
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
        let terms = query_terms(query, &self.languages);
        let Some(first) = self.parts.first().filter(|_| limit > 0 && !terms.is_empty()) else { return Ok(Vec::new()) };
        let mut frequencies = HashMap::new();
        let mut counted: Vec<(u64, &QueryTerm)> = Vec::new();
        for term in &terms {
            let frequency = self.count(&first.part.term(&term.text))?;
            if frequency > 0 {
                frequencies.insert(first.part.term(&term.text), frequency);
                counted.push((frequency, term));
            }
        }
        counted.sort_by_key(|(frequency, _)| *frequency);
        counted.truncate(MAX_SCORED_TERMS);
        let statistics = Statistics { passages: self.living, length: self.length, frequencies };
        let mut found = Vec::new();
        for living in &self.parts {
            let clauses: Vec<Box<dyn Query>> = counted.iter().map(|(_, term)| clause(&living.part, term)).collect();
            found.extend(living.search(&BooleanQuery::union(clauses), &statistics, limit)?);
        }
        found.sort_by_key(|(key, score)| (Reverse(*score), *key));
        found.truncate(limit);
        Ok(found.into_iter().map(|(key, score)| (key, f32::from_bits(score))).collect())
    }

    fn count(&self, term: &Term) -> tantivy::Result<u64> {
        self.parts.iter().map(|living| living.part.count_living(term, &living.dead)).sum()
    }
}

fn clause(part: &Part, term: &QueryTerm) -> Box<dyn Query> {
    let exact = TermQuery::new(part.term(&term.text), IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(exact), term.weight))
}

impl LivingPart {
    /// The best `limit` living passages with their scores' bits, in no order. Positive floats
    /// compare like their bits.
    fn search(
        &self,
        query: &dyn Query,
        statistics: &Statistics,
        limit: usize,
    ) -> tantivy::Result<impl Iterator<Item = (PassageKey, u32)>> {
        let mut best: BinaryHeap<Reverse<(u32, Reverse<usize>)>> = BinaryHeap::new();
        let scoring = EnableScoring::enabled_from_statistics_provider(statistics, self.part.searcher());
        query.weight(scoring)?.for_each_pruning(Score::MIN, self.part.segment(), &mut |place, score| {
            let place = place as usize;
            if self.dead.get(place) != Some(&true) {
                best.push(Reverse((rounded(score), Reverse(place))));
                if best.len() > limit {
                    best.pop();
                }
            }
            match best.peek() {
                // Later passages must be better to get in: of two that tie, the earlier one wins.
                Some(Reverse((worst, _))) if best.len() == limit => f32::from_bits(*worst),
                _ => Score::MIN,
            }
        })?;
        Ok(best.into_iter().map(|Reverse((score, Reverse(place)))| (self.part.entries()[place].key, score)))
    }
}

/// One more than the mask of the bits of a score that are rounded away.
const ROUNDED_BITS: u32 = 1 << 12;

/// A score's bits without the last digits, which depend on the order in which terms were added up.
fn rounded(score: Score) -> u32 {
    (score.max(f32::MIN_POSITIVE).to_bits() + ROUNDED_BITS / 2) & !(ROUNDED_BITS - 1)
}

/// What BM25 needs to know of all living passages.
struct Statistics {
    passages: u64,
    length: u64,
    frequencies: HashMap<Term, u64>,
}

impl Bm25StatisticsProvider for Statistics {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(self.length)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.passages)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.frequencies.get(term).copied().unwrap_or(0))
    }
}
