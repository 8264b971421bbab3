//! The promises of the port `PassageIndex`, one test each.

mod support;

use std::{collections::BTreeSet, num::NonZeroUsize, sync::Arc, sync::atomic::Ordering};

use futures_util::future::join_all;
use proptest::prelude::*;
use support::{Shelves, scope};
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    knowledge::{DocumentStatus, Passage, ScoredPassage},
    ports::{IndexError, PassageIndex as _},
};
use synaptiq_search::{IndexOptions, TantivyIndex};

const TENANT: u128 = 7;

fn index(shelves: &Arc<Shelves>) -> TantivyIndex {
    TantivyIndex::new(shelves.clone(), IndexOptions::default())
}

async fn search(index: &TantivyIndex, query: &str) -> Vec<ScoredPassage> {
    index.search(scope(TENANT), query, 10).await.expect("the search works")
}

async fn found(index: &TantivyIndex, query: &str) -> Vec<u128> {
    search(index, query).await.iter().map(|scored| scored.passage.document.bits()).collect()
}

fn passage(document: u128, ordinal: u32, text: &str) -> Passage {
    Passage { document: Id::from_bits(document), ordinal, title: String::new(), heading: None, text: text.to_owned() }
}

/// A small company's knowledge base.
fn company() -> Arc<Shelves> {
    let shelves = Shelves::new();
    shelves.add(TENANT, 1, "Pricing", "# Plans\n\nThe starter plan costs 49 dollars. The team plan costs 149 dollars.");
    shelves.add(TENANT, 2, "Security", "# Certificates\n\nOur data centre is certified. Data is encrypted at rest.");
    shelves.add(TENANT, 3, "Support", "Q: How do I reach support?\nA: Write to us on any working day.");
    shelves.add(TENANT, 4, "Prezzi", "Il piano base costa 49 euro al mese. Le fatture vengono inviate ogni mese.");
    shelves.add(TENANT, 5, "退款", "我们的退款政策：三十天内可以全额退款。");
    shelves
}

#[tokio::test]
async fn a_search_sees_every_commit_that_was_answered_before_it() {
    let shelves = company();
    let index = index(&shelves);
    assert!(found(&index, "kubernetes").await.is_empty());
    shelves.add(TENANT, 9, "Operations", "It runs on Kubernetes.");
    assert_eq!(found(&index, "kubernetes").await, [9]);
    shelves.add(TENANT, 9, "Operations", "It runs on one machine.");
    assert!(found(&index, "kubernetes").await.is_empty());
    assert_eq!(found(&index, "machine").await, [9]);
}

#[tokio::test]
async fn it_returns_the_stores_own_passages_best_first() {
    let shelves = company();
    let results = search(&index(&shelves), "what does the team plan cost").await;
    assert_eq!(results[0].passage.heading.as_deref(), Some("Plans"));
    assert_eq!(results[0].passage.text, "The starter plan costs 49 dollars. The team plan costs 149 dollars.");
    assert!(results.is_sorted_by(|one, next| one.score >= next.score));
}

#[tokio::test]
async fn ties_come_by_document_and_ordinal() {
    let shelves = Shelves::new();
    let text = "Every invoice is payable within thirty days of its date, by bank transfer or by card.";
    // Filler between them, so that the terms' lists differ in length.
    for document in (1..=40_u128).rev() {
        let passages = (0..5).map(|ordinal| {
            passage(document, ordinal, if ordinal == 3 { "Something about a bank and a card." } else { text })
        });
        shelves.add_passages(TENANT, document, DocumentStatus::Ready, passages.collect());
    }
    let index = index(&shelves);
    let names: Vec<_> = index
        .search(scope(TENANT), "is an invoice payable by bank transfer or card within thirty days", 30)
        .await
        .unwrap()
        .iter()
        .map(|scored| (scored.passage.document.bits(), scored.passage.ordinal))
        .collect();
    let expected: Vec<_> = (1..=40).flat_map(|id| [0, 1, 2, 4].map(|ordinal| (id, ordinal))).take(30).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn d6_a_deleted_document_is_never_found() {
    let shelves = company();
    let index = index(&shelves);
    assert_eq!(found(&index, "encrypted").await, [2]);
    shelves.delete(TENANT, 2);
    assert!(found(&index, "encrypted").await.is_empty());
    assert_eq!(found(&index, "support").await, [3]);
}

#[tokio::test]
async fn d6_a_document_deleted_while_a_search_runs_is_not_in_its_answer() {
    let shelves = company();
    let index = index(&shelves);
    assert_eq!(found(&index, "costs costa").await.len(), 2);
    shelves.delete_after_catching_up(1);
    assert_eq!(found(&index, "costs costa").await, [4]);
}

#[tokio::test]
async fn a_document_that_is_not_ready_is_not_found() {
    let shelves = company();
    let index = index(&shelves);
    let half = vec![passage(8, 0, "Half a handbook.")];
    shelves.add_passages(TENANT, 8, DocumentStatus::Processing, half.clone());
    assert!(found(&index, "handbook").await.is_empty());
    shelves.add_passages(TENANT, 8, DocumentStatus::Ready, half);
    assert_eq!(found(&index, "handbook").await, [8]);
}

#[tokio::test]
async fn t5_no_other_tenants_passage_is_found_or_moves_a_score() {
    let shelves = company();
    let index = index(&shelves);
    let before = search(&index, "data plan").await;
    for id in 100..160 {
        shelves.add(TENANT + 1, id, "Plan", "Our secret plan about data.");
    }
    assert_eq!(search(&index, "data plan").await, before);
    assert!(found(&index, "secret").await.is_empty());
    let foreign = index.search(scope(TENANT + 1), "certified", 10).await.unwrap();
    assert!(foreign.is_empty());
}

#[tokio::test]
async fn a_sandbox_finds_the_tenants_own_knowledge() {
    let shelves = company();
    let index = index(&shelves);
    let sandbox = TenantScope::sandbox(Id::<Tenant>::from_bits(99), Id::from_bits(TENANT));
    assert_eq!(index.search(sandbox, "encrypted", 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_query_without_words_finds_nothing() {
    let shelves = company();
    let index = index(&shelves);
    for query in ["", " ", "\t\n", "?", "…", "🙂", "\u{200b}", "***", "\"\"", "()", "。"] {
        assert!(found(&index, query).await.is_empty(), "{query:?}");
    }
    assert!(index.search(scope(TENANT), "plan", 0).await.unwrap().is_empty());
    assert!(index.search(scope(12345), "plan", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn no_query_makes_it_fail() {
    let shelves = company();
    let index = index(&shelves);
    let long = "plan ".repeat(100_000);
    let many = (0..20_000).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    let marks = format!("a{}", "\u{301}".repeat(50_000));
    let signs = "退款政策".repeat(10_000);
    let expanding = "\u{fdfa}".repeat(4_000);
    for query in [
        "plan AND",
        "plan OR (",
        "\"plan",
        "title:plan",
        "plan~2",
        "+plan -plan",
        "[a TO z]",
        "plan^9e99",
        "NOT",
        "\\",
        "*",
        "'; DROP TABLE passages; --",
        "\0plan\0",
        "\u{202e}plan",
        "en:plan",
        "plan\nplan",
        long.as_str(),
        many.as_str(),
        marks.as_str(),
        signs.as_str(),
        expanding.as_str(),
    ] {
        index.search(scope(TENANT), query, 10).await.unwrap_or_else(|error| panic!("{query:.40?}: {error}"));
    }
    assert_eq!(found(&index, "\"plan\" AND (dollars").await[0], 1, "signs are no syntax");
    assert_eq!(found(&index, &long).await[0], 1);
    index.search(scope(TENANT), "plan", usize::MAX).await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_long_message_is_read_too() {
    let shelves = company();
    let message = format!("{} Is my data encrypted?", "blah ".repeat(700));
    assert_eq!(found(&index(&shelves), &message).await, [2]);
}

#[tokio::test]
async fn other_forms_of_a_word_are_found_in_the_passages_language() {
    let shelves = company();
    let index = index(&shelves);
    assert_eq!(found(&index, "encrypting").await, [2]);
    assert_eq!(found(&index, "fattura").await, [4]);
    assert_eq!(found(&index, "CÉRTIFICATES").await, [2]);
    assert_eq!(found(&index, "退款要几天").await, [5]);
}

#[tokio::test]
async fn words_that_say_nothing_do_not_decide() {
    let shelves = company();
    // "how", "do" and "I" stand in the support passage alone, and so are rarer than "plan".
    assert_eq!(found(&index(&shelves), "how do I choose the plan").await[0], 1);
    assert_eq!(found(&index(&shelves), "how do I").await, [3], "but alone they find what there is");
}

#[tokio::test]
async fn a_word_in_the_heading_counts_more_than_one_in_the_text() {
    let shelves = Shelves::new();
    shelves.add(TENANT, 1, "Guide", "# Setup\n\nFirst read about refunds in the other guide before you begin.");
    shelves.add(TENANT, 2, "Guide", "# Refunds\n\nFirst read about setup in the other guide before you begin.");
    let index = index(&shelves);
    assert_eq!(found(&index, "refunds").await, [2, 1]);
    assert_eq!(found(&index, "setup").await, [1, 2]);
}

#[tokio::test]
async fn a_store_that_fails_is_reported_and_the_next_search_works() {
    let shelves = company();
    let index = index(&shelves);
    assert_eq!(found(&index, "encrypted").await, [2]);
    shelves.failing.store(true, Ordering::SeqCst);
    let error = index.search(scope(TENANT), "encrypted", 10).await.expect_err("the store fails");
    assert!(matches!(error, IndexError::Store(_)), "{error:?}");
    shelves.failing.store(false, Ordering::SeqCst);
    assert_eq!(found(&index, "encrypted").await, [2]);
}

#[tokio::test]
async fn searches_at_the_same_moment_share_one_catching_up() {
    let shelves = company();
    let index = index(&shelves);
    join_all((0..50).map(|_| search(&index, "plan"))).await;
    let cold = shelves.pages_read.swap(0, Ordering::SeqCst);
    assert_eq!(cold, 2, "one page, and one to know that there are no more");
    search(&index, "plan").await;
    assert_eq!(shelves.pages_read.load(Ordering::SeqCst), 0, "nothing changed, so nothing is read");
    shelves.add(TENANT, 6, "More", "More about the plan.");
    join_all((0..50).map(|_| search(&index, "plan"))).await;
    assert!(shelves.pages_read.load(Ordering::SeqCst) <= 2, "the new document alone is read");
}

#[tokio::test]
async fn a_document_that_is_still_being_stored_costs_no_new_index() {
    let shelves = company();
    let index = index(&shelves);
    search(&index, "plan").await;
    shelves.pages_read.store(0, Ordering::SeqCst);
    for slice in 0..3 {
        shelves.add_passages(TENANT, 8, DocumentStatus::Processing, vec![passage(8, slice, "Half a handbook.")]);
        assert!(found(&index, "handbook").await.is_empty());
    }
    shelves.add_passages(TENANT, 9, DocumentStatus::Failed, Vec::new());
    search(&index, "plan").await;
    assert_eq!(shelves.pages_read.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_knowledge_base_of_many_pages_is_read_to_its_end() {
    let shelves = Shelves::new();
    let long = |id: u128, word: &str| {
        let ordinary = (0..1_100).map(|ordinal| passage(id, ordinal, "An ordinary passage."));
        let passages = ordinary.chain([passage(id, 1_100, &format!("The last one says {word}."))]).collect();
        shelves.add_passages(TENANT, id, DocumentStatus::Ready, passages);
    };
    long(1, "aardvark");
    long(3, "buffalo");
    let index = index(&shelves);
    assert_eq!(found(&index, "aardvark").await, [1]);
    assert_eq!(found(&index, "buffalo").await, [3]);
    // Documents that come later, before, between and after those that are there.
    for (id, word) in [(0, "cheetah"), (2, "dolphin"), (4, "elephant")] {
        long(id, word);
        assert_eq!(found(&index, word).await, [id]);
    }
    let all = index.search(scope(TENANT), "passage", usize::MAX).await.unwrap();
    let names: Vec<_> = all.iter().map(|scored| (scored.passage.document.bits(), scored.passage.ordinal)).collect();
    assert_eq!(names.len(), 5 * 1_100);
    assert!(names.is_sorted(), "they tie, so they come by document and ordinal");
}

#[tokio::test]
async fn passages_that_come_to_a_document_later_are_found() {
    let shelves = company();
    let index = index(&shelves);
    assert!(found(&index, "appendix").await.is_empty());
    shelves.append_unmarked(TENANT, passage(3, 7, "The appendix."));
    assert_eq!(found(&index, "appendix").await, [3]);
}

#[tokio::test]
async fn p2_no_more_tenants_are_kept_than_allowed() {
    let shelves = Shelves::new();
    for tenant in 1..=3 {
        shelves.add(tenant, tenant, "Plan", "The plan.");
    }
    let two = IndexOptions { max_open_tenants: NonZeroUsize::new(2).unwrap(), ..IndexOptions::default() };
    let index = TantivyIndex::new(shelves.clone(), two);
    let reads = async |tenant: u128| {
        shelves.pages_read.store(0, Ordering::SeqCst);
        assert_eq!(index.search(scope(tenant), "plan", 10).await.unwrap().len(), 1);
        shelves.pages_read.load(Ordering::SeqCst) > 0
    };
    assert!(reads(1).await && reads(2).await);
    assert!(!reads(1).await && !reads(2).await, "two are kept");
    assert!(reads(3).await);
    assert!(reads(1).await, "the least recently searched went");
    assert!(!reads(3).await);
}

#[tokio::test]
async fn p2_no_more_passages_are_kept_than_allowed_but_for_the_last_tenants() {
    let shelves = Shelves::new();
    for tenant in 1..=2 {
        let passages = (0..30).map(|ordinal| passage(tenant, ordinal, "The plan.")).collect();
        shelves.add_passages(tenant, tenant, DocumentStatus::Ready, passages);
    }
    let index = TantivyIndex::new(shelves.clone(), IndexOptions { max_open_passages: 40, ..IndexOptions::default() });
    for _ in 0..2 {
        for tenant in 1..=2 {
            shelves.pages_read.store(0, Ordering::SeqCst);
            assert_eq!(index.search(scope(tenant), "plan", 100).await.unwrap().len(), 30);
            assert!(shelves.pages_read.load(Ordering::SeqCst) > 0, "the other tenant's index was closed");
        }
    }
}

/// One step in the life of a knowledge base.
#[derive(Debug, Clone)]
enum Step {
    Put(u128, Vec<String>),
    Delete(u128),
    Search(String),
}

fn text() -> impl Strategy<Value = String> {
    let words =
        &["plan", "plans", "price", "the", "is", "il prezzo", "data", "退款", "für", "month", "support", "euro"];
    prop::collection::vec(prop::sample::select(&words[..]), 0..12).prop_map(|words| words.join(" "))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..12_u128, prop::collection::vec(text(), 0..6)).prop_map(|(id, texts)| Step::Put(id, texts)),
        1 => (1..12_u128).prop_map(Step::Delete),
        2 => text().prop_map(Step::Search),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_index_built_from_nothing_gives_the_same_ranks(steps in prop::collection::vec(step(), 1..30), query in text()) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let shelves = Shelves::new();
            let old = index(&shelves);
            let mut there = BTreeSet::new();
            for step in steps {
                match step {
                    Step::Put(id, texts) => {
                        let passages = (0..).zip(&texts).map(|(ordinal, text)| passage(id, ordinal, text)).collect();
                        shelves.add_passages(TENANT, id, DocumentStatus::Ready, passages);
                        there.insert(id);
                    }
                    Step::Delete(id) => {
                        shelves.delete(TENANT, id);
                        there.remove(&id);
                    }
                    Step::Search(query) => {
                        let results = search(&old, &query).await;
                        prop_assert!(results.iter().all(|scored| there.contains(&scored.passage.document.bits())));
                    }
                }
            }
            prop_assert_eq!(search(&old, &query).await, search(&index(&shelves), &query).await);
            Ok(())
        })?;
    }

    #[test]
    fn any_text_can_be_indexed_and_searched(content in any::<String>(), query in any::<String>()) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let shelves = company();
            shelves.add_passages(TENANT, 50, DocumentStatus::Ready, vec![passage(50, 0, &content)]);
            let index = index(&shelves);
            search(&index, &query).await;
            if content.chars().any(|c| c.is_ascii_lowercase()) && content.is_ascii() {
                search(&index, &content).await;
            }
        });
    }
}
