//! How well passages are found on public collections, where they are at hand: they lie beside the
//! project, not in it, and none of them is a part of the product.
//!
//! Each floor is the figure that plain BM25 reaches on the same data.

#![expect(clippy::print_stderr, reason = "the figures, and what was not tested")]

#[path = "support/beir.rs"]
mod beir;
#[expect(dead_code, reason = "the other tests use more of it")]
mod support;

use std::path::Path;

/// Fails if the collection is there and nDCG at 10 is below the floor.
async fn measure(name: &str, floor: f64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/retrieval").join(name);
    let Some(collection) = beir::Collection::read(&folder) else {
        eprintln!("NOT TESTED: there is no collection in ../shared/data/retrieval/{name}");
        return;
    };
    let quality = collection.measure().await;
    eprintln!(
        "{name}: nDCG@10 {:.3}, MAP {:.3} over {} queries and {} passages",
        quality.ndcg_at_10, quality.mean_average_precision, quality.queries, quality.passages
    );
    assert!(quality.ndcg_at_10 >= floor, "nDCG@10 {:.3} is below {floor}", quality.ndcg_at_10);
}

#[tokio::test]
async fn english_questions_find_their_paragraph() {
    measure("xquad_en", 0.964).await;
}

#[tokio::test]
async fn german_questions_find_their_paragraph() {
    measure("xquad_de", 0.915).await;
}

#[tokio::test]
async fn chinese_questions_find_their_paragraph() {
    measure("xquad_zh", 0.960).await;
}

#[tokio::test]
async fn questions_to_an_authority_find_their_page() {
    measure("feedbackqa_australia_valid", 0.527).await;
    measure("feedbackqa_who_valid", 0.742).await;
}
