//! BM25 of the passages of a part, by statistics that are the whole tenant's.
//!
//! A word of the query is looked for as its stem and, with less weight, as it is spelled. Its stems
//! in several languages count as one word: a passage that was taken for a rare language is no
//! better for it.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use synaptiq_domain::ports::store::PassageKey;
use tantivy::{
    Term,
    query::{Bm25StatisticsProvider, BooleanQuery, BoostQuery, EnableScoring, Query as _, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::{
    part::{Part, term},
    terms::QueryWord,
};

/// The most terms that are scored; of a longer query, the rarest.
const MAX_SCORED_TERMS: usize = 96;
/// What the spelling of a word counts against its stem.
const SPELLED_WEIGHT: f32 = 0.4;

/// How well a passage fits, comparable within one search. The last digits of tantivy's score are
/// rounded away: they depend on the order in which it added the terms up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RoundedScore(u32);

impl RoundedScore {
    /// How many of the 23 digits are rounded away; 1 in 2,048 is left.
    const BITS: u32 = 12;

    fn new(score: f32) -> Self {
        // Positive floats compare like their bits.
        let bits = score.max(f32::MIN_POSITIVE).to_bits();
        Self((bits + (1 << (Self::BITS - 1))) >> Self::BITS << Self::BITS)
    }

    /// The score as a number.
    pub(crate) fn value(self) -> f32 {
        f32::from_bits(self.0)
    }
}

/// A query, ready to be scored on any part of one snapshot.
pub(crate) struct Scoring {
    clauses: Vec<Clause>,
    statistics: Statistics,
}

/// A term and how much a match counts.
struct Clause {
    term: Term,
    /// How many passages have the word.
    frequency: u64,
    weight: f32,
}

/// What BM25 needs to know of all living passages.
struct Statistics {
    passages: u64,
    length: u64,
    frequencies: HashMap<Term, u64>,
}

impl Scoring {
    /// Looks the words up. `count` says how many living passages have a term, `passages` how many
    /// there are, `length` how many terms they have together.
    pub(crate) fn new(
        words: Vec<QueryWord>,
        count: impl Fn(&str) -> tantivy::Result<u64>,
        passages: u64,
        length: u64,
    ) -> tantivy::Result<Self> {
        let mut clauses = Vec::new();
        for word in words {
            let mut stems = Vec::new();
            let mut with_stem = 0;
            for stem in word.stems {
                let frequency = count(&stem)?;
                if frequency > 0 {
                    with_stem += frequency;
                    stems.push(stem);
                }
            }
            let clause =
                |text: &str, frequency, weight| Clause { term: term(text), frequency, weight: weight * word.weight };
            clauses.extend(stems.iter().map(|stem| clause(stem, with_stem, 1.0)));
            let spelled = count(&word.spelled)?;
            if spelled > 0 {
                clauses.push(clause(&word.spelled, spelled, if stems.is_empty() { 1.0 } else { SPELLED_WEIGHT }));
            }
        }
        clauses.sort_by_key(|clause| clause.frequency);
        clauses.truncate(MAX_SCORED_TERMS);
        let frequencies = clauses.iter().map(|clause| (clause.term.clone(), clause.frequency)).collect();
        Ok(Self { clauses, statistics: Statistics { passages, length, frequencies } })
    }

    /// The best `limit` passages of a part that are not `dead`, in no order.
    pub(crate) fn best_of(
        &self,
        part: &Part,
        dead: &[bool],
        limit: usize,
    ) -> tantivy::Result<Vec<(PassageKey, RoundedScore)>> {
        if limit == 0 || self.clauses.is_empty() {
            return Ok(Vec::new());
        }
        let query = BooleanQuery::union(self.clauses.iter().map(Clause::query).collect());
        let weight =
            query.weight(EnableScoring::enabled_from_statistics_provider(&self.statistics, part.searcher()))?;
        let mut best: BinaryHeap<Reverse<(RoundedScore, Reverse<usize>)>> = BinaryHeap::new();
        weight.for_each_pruning(f32::MIN, part.segment(), &mut |place, score| {
            let place = place as usize;
            if dead.get(place) != Some(&true) {
                best.push(Reverse((RoundedScore::new(score), Reverse(place))));
                if best.len() > limit {
                    best.pop();
                }
            }
            // Places come in order, so of two that tie the later one never gets in.
            best.peek().filter(|_| best.len() == limit).map_or(f32::MIN, |Reverse((worst, _))| worst.value())
        })?;
        Ok(best.into_iter().map(|Reverse((score, Reverse(place)))| (part.entries()[place].key, score)).collect())
    }
}

impl Clause {
    fn query(&self) -> Box<dyn tantivy::query::Query> {
        let exact = TermQuery::new(self.term.clone(), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(exact), self.weight))
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounding_keeps_the_order_and_moves_a_score_by_little(one in 0.0_f32..1e6, other in 0.0_f32..1e6) {
            prop_assert_eq!(RoundedScore::new(one) <= RoundedScore::new(other), one <= other || RoundedScore::new(one) == RoundedScore::new(other));
            prop_assert!((RoundedScore::new(one).value() - one).abs() <= one / 2_048.0 + f32::MIN_POSITIVE);
        }
    }
}
