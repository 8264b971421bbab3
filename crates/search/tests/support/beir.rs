//! Collections in BEIR form, and the usual figures of retrieval quality.

use std::{
    collections::{HashMap, HashSet},
    num::NonZeroUsize,
    path::Path,
    process::Command,
};

use serde_json::Value;
use synaptiq_domain::{
    id::Id,
    knowledge::{DocumentStatus, cut_into_passages},
    ports::PassageIndex as _,
};
use synaptiq_search::{IndexOptions, TantivyIndex};

use crate::support::{Shelves, scope};

/// The tenant that owns a collection.
const TENANT: u128 = 1;
/// How many passages are ranked for one query.
const DEPTH: usize = 1_000;

/// Documents, queries, and which documents answer which query.
pub(crate) struct Collection {
    /// Title and text; a document's id is its place plus one.
    documents: Vec<(String, String)>,
    queries: Vec<(String, HashSet<u128>)>,
}

/// How well a collection's answers are found.
pub(crate) struct Quality {
    /// How many passages the documents were cut into.
    pub(crate) passages: usize,
    /// How many queries have an answer.
    pub(crate) queries: usize,
    /// Normalised discounted cumulative gain of the first ten.
    pub ndcg_at_10: f64,
    /// Mean average precision of the first thousand.
    pub(crate) mean_average_precision: f64,
}

impl Collection {
    /// Reads a folder; `None` if there is no collection in it.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let packed = folder.join("corpus.jsonl.gz");
        let corpus = if packed.exists() {
            String::from_utf8(Command::new("gzip").arg("-dc").arg(packed).output().ok()?.stdout).ok()?
        } else {
            std::fs::read_to_string(folder.join("corpus.jsonl")).ok()?
        };
        let lines = |text: &str| -> Vec<Value> {
            text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
        };
        let text = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let corpus = lines(&corpus);
        let places: HashMap<String, u128> = corpus.iter().map(|record| text(record, "_id")).zip(1..).collect();
        let documents = corpus.iter().map(|record| (text(record, "title"), text(record, "text"))).collect();
        let mut relevant: HashMap<String, HashSet<u128>> = HashMap::new();
        for line in std::fs::read_to_string(folder.join("qrels.tsv")).ok()?.lines().skip(1) {
            let mut fields = line.split('\t');
            let (Some(query), Some(document), Some(grade)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            if grade.trim() != "0" {
                relevant.entry(query.to_owned()).or_default().extend(places.get(document));
            }
        }
        let queries = lines(&std::fs::read_to_string(folder.join("queries.jsonl")).ok()?);
        let queries = queries
            .iter()
            .filter_map(|record| Some((text(record, "text"), relevant.remove(&text(record, "_id"))?)))
            .collect();
        Some(Self { documents, queries })
    }

    /// Ranks every query.
    pub(crate) async fn measure(&self) -> Quality {
        let shelves = Shelves::new();
        let mut passages = 0;
        for ((title, text), id) in self.documents.iter().zip(1..) {
            let cut = cut_into_passages(Id::from_bits(id), title, text);
            passages += cut.len();
            shelves.add_passages(TENANT, id, DocumentStatus::Ready, cut);
        }
        let options = IndexOptions { max_open_tenants: NonZeroUsize::MIN, ..IndexOptions::default() };
        let index = TantivyIndex::new(shelves, options);
        let (mut gain, mut precision) = (0.0, 0.0);
        for (query, relevant) in &self.queries {
            let found = index.search(scope(TENANT), query, DEPTH).await.expect("a search never fails");
            let mut ranked: Vec<u128> = Vec::new();
            for scored in found {
                let document = scored.passage.document.bits();
                if !ranked.contains(&document) {
                    ranked.push(document);
                }
            }
            gain += ndcg_at_10(&ranked, relevant);
            precision += average_precision(&ranked, relevant);
        }
        let queries = self.queries.len();
        let count = f64::from(u32::try_from(queries.max(1)).expect("few queries"));
        Quality { passages, queries, ndcg_at_10: gain / count, mean_average_precision: precision / count }
    }
}

fn ndcg_at_10(ranked: &[u128], relevant: &HashSet<u128>) -> f64 {
    let discount = |rank: u32| 1.0 / f64::from(rank + 2).log2();
    let gained: f64 = (0..10).zip(ranked).filter(|(_, id)| relevant.contains(id)).map(|(rank, _)| discount(rank)).sum();
    let best: f64 = (0..10).zip(relevant).map(|(rank, _)| discount(rank)).sum();
    gained / best
}

fn average_precision(ranked: &[u128], relevant: &HashSet<u128>) -> f64 {
    let mut hits = 0.0;
    let mut sum = 0.0;
    for (rank, _) in (1_u32..).zip(ranked).filter(|(_, id)| relevant.contains(id)) {
        hits += 1.0;
        sum += hits / f64::from(rank);
    }
    sum / f64::from(u32::try_from(relevant.len().max(1)).expect("few answers"))
}
