//! Promises of reading leads.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::collections::BTreeSet;

use synaptiq_domain::{
    access::Assistant,
    changes::{Change, Changes},
    conversation::Conversation,
    id::Id,
    lead::{Lead, LeadMerge, LeadQuery, LeadSort, LeadSource, LeadStatus, Score, SpokeWith, Tag},
    paging::{Order, Page, Paging, Position},
    ports::store::LeadKey,
    qualification::Criterion,
    text::Email,
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at},
};

const SORTS: [LeadSort; 3] = [LeadSort::CreatedAt, LeadSort::UpdatedAt, LeadSort::Score];
const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];
/// Names whose characters mean something to a database, or fold into others.
const NAMES: [&str; 8] =
    ["Ada", "100% Sale_s", "Straße", "ΣΊΣΥΦΟΣ", "back\\slash", "O'Brien \"Q\"", "Łukasz*", "ﬁne ①"];

/// A lead as chance has it: few values each, so that there are many ties.
fn any_lead(dice: &mut Dice, n: u32) -> Lead {
    let mut lead = fixtures::lead(n);
    lead.contact.name = dice.maybe(2, |dice| dice.pick(&NAMES).to_owned());
    lead.contact.company = dice.maybe(2, |dice| dice.pick(&NAMES).to_owned());
    if dice.one_in(5) {
        lead.contact.email = None;
    }
    lead.status = dice.pick(&LeadStatus::ALL);
    lead.source = dice.pick(&LeadSource::ALL);
    lead.score = dice.pick(&[0, 42, 60, 100].map(Score::clamped));
    lead.tags = ["vip", "VIP", "50%", "a_b"].map(|tag| Tag::parse(tag).expect("a label")).into();
    lead.tags.retain(|_| dice.one_in(3));
    lead.archived = dice.one_in(6);
    lead.qualified_at = dice.maybe(3, |_| at(3));
    lead.created_at = at(i64::from(dice.below(6)));
    lead.updated_at = at(i64::from(dice.below(6)));
    lead
}

/// `count` leads, some of them absorbed by an earlier one, committed and as stored.
async fn add_any_leads(trial: &Trial, dice: &mut Dice, numbers: std::ops::Range<u32>) -> Vec<Lead> {
    let mut leads: Vec<Lead> = Vec::new();
    for n in numbers {
        let mut lead = any_lead(dice, n);
        if let Some(first) = leads.first().filter(|_| dice.one_in(8)) {
            lead.merged_into = Some(first.id);
        }
        leads.push(lead);
    }
    let changes = Changes { leads: leads.iter().cloned().map(Change::created).collect(), ..Changes::default() };
    trial.commit(changes).await;
    leads.into_iter().map(|lead| Lead { version: 1, ..lead }).collect()
}

fn any_query(dice: &mut Dice) -> LeadQuery {
    let words = ["a", "%", "_", "\\", "strasse", "STRASSE", "ς", "'", "\"", "*", "fine", "1", "initech.example", "@"];
    LeadQuery {
        statuses: LeadStatus::ALL.into_iter().filter(|_| dice.one_in(6)).collect(),
        source: dice.maybe(4, |dice| dice.pick(&LeadSource::ALL)),
        email: dice.maybe(8, |dice| {
            let n = dice.below(60);
            Email::parse(&fixtures::email(n).as_str().to_uppercase()).expect("an address")
        }),
        tag: dice.maybe(4, |dice| Tag::parse(dice.pick(&["vip", "VIP", "50%", "a_b", "a%b"])).expect("a label")),
        words: dice.maybe(3, |dice| LeadQuery::words_of(dice.pick(&words))).unwrap_or_default(),
        min_score: dice.maybe(4, |dice| dice.pick(&[0, 42, 43, 60, 100].map(Score::clamped))),
        created_after: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        created_before: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        updated_since: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        ever_qualified: dice.maybe(4, |dice| dice.one_in(2)),
        spoke_with: None,
        include_archived: dice.one_in(2),
        sort: dice.pick(&SORTS),
        order: dice.pick(&ORDERS),
        paging: any_paging(dice),
    }
}

/// A page or a cursor as chance has it; the cursor's row need not be there.
pub(super) fn any_paging(dice: &mut Dice) -> Paging {
    let limit = dice.pick(&[1, 2, 3, 7, 25, 100]);
    if dice.one_in(2) {
        Paging::Page { page: dice.pick(&[1, 1, 2, 3, 9, u32::MAX]), limit }
    } else {
        let value = dice.pick(&[i64::MIN, 0, 3, 42, at(2).micros(), at(4).micros(), i64::MAX]);
        Paging::After { position: Position::new(value, fixtures::id::<Lead>(dice.below(60))), limit }
    }
}

fn expected(all: &[Lead], query: &LeadQuery) -> Page<Lead> {
    let matching = all.iter().filter(|lead| query.matches(lead)).cloned().collect();
    Page::of_all(matching, query.order, query.paging, |lead| Position::new(query.sort.value_of(lead), lead.id))
}

pub async fn a_list_of_leads_agrees_with_its_query(trial: &Trial) {
    let mut dice = Dice::new(1);
    let leads = add_any_leads(trial, &mut dice, 0..60).await;
    let mut shown = 0;
    for _ in 0..300 {
        let query = any_query(&mut dice);
        let page = trial.store.list_leads(trial.scope(), &query).await.expect("a read");
        shown += page.items.len();
        assert_eq!(page, expected(&leads, &query), "{query:?}");
    }
    assert!(shown > 300, "the queries show something: {shown}");
}

pub async fn leads_are_listed_by_the_assistants_they_spoke_with(trial: &Trial) {
    let mut dice = Dice::new(6);
    let (first, second, third) = (fixtures::id(501), fixtures::id(502), fixtures::id(503));
    let mut spoken: Vec<(Lead, Vec<Id<Assistant>>)> = Vec::new();
    for n in 0..24 {
        let lead = trial.add_lead(any_lead(&mut dice, n)).await;
        let mut assistants = Vec::new();
        for k in 0..dice.below(4) {
            let assistant = dice.pick(&[first, second]);
            let conversation = Conversation { assistant, lead: Some(lead.id), ..trial.conversation(100 + 10 * n + k) };
            trial.add_conversation(conversation, 0).await;
            assistants.push(assistant);
        }
        spoken.push((lead, assistants));
    }
    // One that belongs to no lead, and one of another tenant, tell nothing.
    trial.add_conversation(Conversation { assistant: third, ..trial.conversation(900) }, 0).await;
    let mut shown = 0;
    for assistant in [first, second, third] {
        for or_with_none in [false, true] {
            for page in 1..=3 {
                let query = LeadQuery {
                    spoke_with: Some(SpokeWith { assistant, or_with_none }),
                    paging: Paging::Page { page, limit: 5 },
                    include_archived: dice.one_in(2),
                    ..LeadQuery::default()
                };
                let found = trial.store.list_leads(trial.scope(), &query).await.expect("a read");
                let matching: Vec<Lead> = spoken
                    .iter()
                    .filter(|(_, assistants)| query.matches_assistants(assistants))
                    .map(|(lead, _)| lead.clone())
                    .collect();
                shown += found.items.len();
                assert_eq!(found, expected(&matching, &query), "{query:?}");
                let elsewhere = trial.store.list_leads(trial.other.scope(), &query).await.expect("a read");
                assert_eq!(elsewhere.items, [], "another tenant sees none of them");
            }
        }
    }
    assert!(shown > 30, "the queries show something: {shown}");
}

pub async fn a_page_says_how_many_leads_there_are_and_where_the_next_begins(trial: &Trial) {
    for n in 1..=5 {
        trial.add_lead(fixtures::lead(n)).await;
    }
    let query = |page| LeadQuery { paging: Paging::Page { page, limit: 2 }, ..LeadQuery::default() };
    let mut seen = Vec::new();
    for (page, count, more) in [(1, 2, true), (2, 2, true), (3, 1, false), (4, 0, false)] {
        let page = trial.store.list_leads(trial.scope(), &query(page)).await.expect("a read");
        assert_eq!((page.items.len(), page.total, page.next.is_some()), (count, Some(5), more));
        seen.extend(page.items.into_iter().map(|lead| lead.id));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(fixtures::id), "newest first unless asked otherwise");
}

pub async fn a_cursor_shows_every_lead_once_while_others_come_and_go(trial: &Trial) {
    let mut dice = Dice::new(2);
    let mut fresh = 1_000;
    for sort in SORTS {
        for order in ORDERS {
            let known = add_any_leads(trial, &mut dice, fresh..fresh + 25).await;
            fresh += 25;
            let mut query = LeadQuery {
                include_archived: true,
                sort,
                order,
                paging: Paging::Page { page: 1, limit: 4 },
                ..LeadQuery::default()
            };
            let mut seen = Vec::new();
            loop {
                let page = trial.store.list_leads(trial.scope(), &query).await.expect("a read");
                seen.extend(page.items.iter().map(|lead| lead.id));
                let Some(position) = page.next else { break };
                query.paging = Paging::After { position, limit: 4 };
                add_any_leads(trial, &mut dice, fresh..fresh + 2).await;
                fresh += 2;
                // Even the row that the cursor names may go.
                if let Some(last) = page.items.last().filter(|_| dice.one_in(2)) {
                    let gone = trial.lead(last).await.expect("it was just listed");
                    trial.commit(Changes { leads: vec![Change::deleted(gone)], ..Changes::default() }).await;
                }
            }
            let distinct: BTreeSet<_> = seen.iter().copied().collect();
            assert_eq!(distinct.len(), seen.len(), "nothing twice by {sort:?} {order:?}");
            // A lead that was absorbed by one that was deleted is gone with it, but was never listed.
            let missed: Vec<Id<Lead>> = known
                .iter()
                .filter(|lead| lead.merged_into.is_none() && !distinct.contains(&lead.id))
                .map(|lead| lead.id)
                .collect();
            assert_eq!(missed, [], "nothing missed by {sort:?} {order:?}");
        }
    }
}

pub async fn an_address_finds_its_lead_without_case(trial: &Trial) {
    let lead = trial.add_lead(Lead { archived: true, ..fixtures::lead(1) }).await;
    trial.add_lead(fixtures::lead(2)).await;
    let address = lead.contact.email.as_ref().expect("an address").as_str();
    for spelling in [address.to_owned(), address.to_uppercase(), address.to_lowercase()] {
        let key = LeadKey::Email(Email::parse(&spelling).expect("an address"));
        let found = trial.store.load_lead(trial.scope(), &key).await.expect("a read");
        assert_eq!(found.map(|file| file.lead).as_ref(), Some(&lead), "{spelling}");
    }
    let unknown = LeadKey::Email(fixtures::email(3));
    assert_eq!(trial.store.load_lead(trial.scope(), &unknown).await.expect("a read"), None);
}

pub async fn a_lead_comes_with_the_evidence_of_all_its_conversations(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let (_, one) = trial.add_evidence(1, Some(&lead), Criterion::Need).await;
    let (_, two) = trial.add_evidence(2, Some(&lead), Criterion::Budget).await;
    trial.add_evidence(3, None, Criterion::Need).await;
    let stranger = trial.add_lead(fixtures::lead(2)).await;
    trial.add_evidence(4, Some(&stranger), Criterion::Need).await;
    let file = trial.store.load_lead(trial.scope(), &LeadKey::Id(lead.id)).await.expect("a read").expect("the lead");
    let mut evidence = file.evidence;
    evidence.sort_by_key(|piece| piece.conversation);
    assert_eq!((file.lead, evidence), (lead, vec![one, two]));
}

pub async fn evidence_belongs_to_the_lead_of_its_conversation(trial: &Trial) {
    // What was said before the visitor left an address counts once they do.
    let (conversation, early) = trial.add_evidence(1, None, Criterion::Need).await;
    let lead = fixtures::lead(1);
    let tied = Conversation { lead: Some(lead.id), ..conversation.clone() };
    let message = fixtures::message(conversation.id, 2);
    let late = fixtures::evidence(&message, Criterion::Timeline);
    trial
        .commit(Changes {
            leads: vec![Change::created(lead.clone())],
            conversations: vec![Change::updated(conversation.clone(), tied.clone())],
            messages: vec![message],
            evidence: vec![late.clone()],
            ..Changes::default()
        })
        .await;
    let mut both = vec![early.quote, late.quote];
    both.sort();
    assert_eq!(trial.quotes(&lead).await, both);

    // And it moves when the conversation does.
    let other = trial.add_lead(fixtures::lead(2)).await;
    let before = Conversation { version: 2, ..tied };
    let after = Conversation { lead: Some(other.id), ..before.clone() };
    trial.commit(Changes { conversations: vec![Change::updated(before, after)], ..Changes::default() }).await;
    assert_eq!(trial.quotes(&lead).await, [""; 0]);
    assert_eq!(trial.quotes(&other).await, both);
}

pub async fn the_id_of_an_absorbed_lead_finds_the_survivor(trial: &Trial) {
    let first = trial.add_lead(fixtures::lead(1)).await;
    let second = trial.add_lead(fixtures::lead(2)).await;
    let third = trial.add_lead(fixtures::lead(3)).await;
    trial.absorb(&first, &second).await;
    assert_eq!(trial.lead(&first).await.as_ref(), Some(&second));
    trial.absorb(&second, &third).await;
    for absorbed in [&first, &second] {
        assert_eq!(trial.lead(absorbed).await.as_ref(), Some(&third), "however often it was absorbed");
        let file = trial.store.load_lead(trial.scope(), &LeadKey::Id(absorbed.id)).await.expect("a read");
        assert_eq!(file.map(|file| file.lead).as_ref(), Some(&third));
    }
    let all = LeadQuery { include_archived: true, ..LeadQuery::default() };
    let listed = trial.store.list_leads(trial.scope(), &all).await.expect("a read");
    assert_eq!(listed.items, [third], "absorbed leads are never listed");
}

pub async fn a_merge_moves_conversations_and_evidence_to_the_survivor(trial: &Trial) {
    let absorbed = trial.add_lead(fixtures::lead(1)).await;
    let survivor = trial.add_lead(fixtures::lead(2)).await;
    let (moved, piece) = trial.add_evidence(1, Some(&absorbed), Criterion::Need).await;
    let (own, own_piece) = trial.add_evidence(2, Some(&survivor), Criterion::Budget).await;
    let (loose, _) = trial.add_evidence(3, None, Criterion::Timeline).await;
    trial.absorb(&absorbed, &survivor).await;
    let expected = Conversation { lead: Some(survivor.id), version: moved.version + 1, ..moved.clone() };
    assert_eq!(trial.stored(&moved).await, Some(expected), "it has the survivor, and a new version");
    assert_eq!(trial.stored(&own).await, Some(own));
    assert_eq!(trial.stored(&loose).await, Some(loose));
    let mut both = vec![piece.quote, own_piece.quote];
    both.sort();
    assert_eq!(trial.quotes(&survivor).await, both);
    assert_eq!(trial.quotes(&absorbed).await, both, "by the absorbed id too");
    let stale = Changes { conversations: vec![Change::updated(moved.clone(), moved)], ..Changes::default() };
    trial.refuses("who read the conversation before the merge", stale).await;
}

pub async fn a_conversation_changed_with_its_merge_counts_one_version(trial: &Trial) {
    let absorbed = trial.add_lead(fixtures::lead(1)).await;
    let survivor = trial.add_lead(fixtures::lead(2)).await;
    let (before, _) = trial.add_evidence(1, Some(&absorbed), Criterion::Need).await;
    let after = Conversation { lead: Some(survivor.id), subject: "Merged".to_owned(), ..before.clone() };
    let mut changes = Trial::absorption(&absorbed, &survivor);
    changes.conversations = vec![Change::updated(before.clone(), after.clone())];
    trial.commit(changes).await;
    assert_eq!(trial.stored(&before).await, Some(Conversation { version: before.version + 1, ..after }));
}

pub async fn a_merge_with_a_lead_that_is_gone_is_refused(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let gone = fixtures::id(99);
    let merges = vec![LeadMerge { from: lead.id, into: gone }];
    let absorbed = Lead { merged_into: Some(gone), ..lead.clone() };
    let changes = Changes { leads: vec![Change::updated(lead.clone(), absorbed)], merges, ..Changes::default() };
    let outcome = trial.store.commit(trial.scope(), changes).await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(trial.lead(&lead).await, Some(lead));
}

pub async fn a_deleted_lead_takes_its_evidence_and_lets_its_conversations_go(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let (conversation, _) = trial.add_evidence(1, Some(&lead), Criterion::Need).await;
    let other = trial.add_lead(fixtures::lead(2)).await;
    let (_, kept) = trial.add_evidence(2, Some(&other), Criterion::Need).await;
    trial.commit(Changes { leads: vec![Change::deleted(lead.clone())], ..Changes::default() }).await;
    assert_eq!(trial.lead(&lead).await, None);
    let untied = Conversation { lead: None, version: conversation.version + 1, ..conversation };
    assert_eq!(trial.stored(&untied).await.as_ref(), Some(&untied), "it has no lead, and a new version");
    let messages = trial.store.messages_after(trial.scope(), untied.id, 0, 9).await.expect("a read");
    assert_eq!(messages.len(), 1, "its messages stay");
    let heir = trial.add_lead(fixtures::lead(3)).await;
    let tied = Conversation { lead: Some(heir.id), ..untied.clone() };
    trial.commit(Changes { conversations: vec![Change::updated(untied, tied)], ..Changes::default() }).await;
    assert_eq!(trial.quotes(&heir).await, [""; 0], "its evidence is gone for good");
    assert_eq!(trial.quotes(&other).await, [kept.quote]);
}

pub async fn the_ids_that_a_deleted_lead_answered_for_find_no_one(trial: &Trial) {
    let absorbed = trial.add_lead(fixtures::lead(1)).await;
    let survivor = trial.add_lead(fixtures::lead(2)).await;
    trial.absorb(&absorbed, &survivor).await;
    trial.commit(Changes { leads: vec![Change::deleted(survivor)], ..Changes::default() }).await;
    assert_eq!(trial.lead(&absorbed).await, None);
    let listed = trial.store.list_leads(trial.scope(), &LeadQuery::default()).await.expect("a read");
    assert_eq!(listed.items, []);
}
