//! Measures how well passages are found, on collections in BEIR form: one folder each with
//! `corpus.jsonl` (or `.gz`), `queries.jsonl` and `qrels.tsv`.
//!
//! `cargo run -p synaptiq-search --example evaluate -- ../shared/data/retrieval/*`
//!
//! Documents go through the product's own cutting into passages; a document's rank is that of its
//! best passage. Printed: nDCG at 10 and MAP at 1,000.

#![expect(clippy::print_stdout, reason = "a command that prints its findings")]

#[path = "../tests/support/beir.rs"]
mod beir;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

#[tokio::main]
async fn main() {
    let folders: Vec<_> = std::env::args_os().skip(1).collect();
    if folders.is_empty() {
        println!("NOTHING MEASURED: name one or more folders of a collection in BEIR form");
    }
    for folder in folders {
        let folder = std::path::Path::new(&folder);
        match beir::Collection::read(folder) {
            Some(collection) => {
                let quality = collection.measure().await;
                println!(
                    "{:32} {:5} passages {:5} queries   nDCG@10 {:.3}   MAP {:.3}",
                    folder.file_name().unwrap_or_default().display().to_string(),
                    quality.passages,
                    quality.queries,
                    quality.ndcg_at_10,
                    quality.mean_average_precision
                );
            }
            None => println!("NOT MEASURED: no collection in {}", folder.display()),
        }
    }
}
