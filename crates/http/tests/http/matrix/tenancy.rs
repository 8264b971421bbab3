//! Tenants cannot see each other (security T1–T5): whatever is foreign answers like what is
//! unknown, wherever and however it is named, and nothing that one tenant does changes an answer to
//! another.

use std::collections::BTreeMap;

use synaptiq_http::{
    dialect::{ALL, Dialect},
    route::Access,
};
use synaptiq_wire::Code;

use super::{
    belongings::{Spelling, unknown},
    case::{Asked, Case, Effect, Thing, Where, cases, every_case, places},
    envelope::assert_refused_as_documented,
    request::{Comparable, Wanted},
    world::{Owner, World},
};

async fn sent(world: &World, owner: &Owner, wanted: &Wanted) -> Comparable {
    Comparable::of(&wanted.ask(&world.stage, owner).begun().await)
}

/// The same answer, but for what a successful write made and for the text itself, if it is echoed.
fn alike(answer: Comparable, case: &Case, spelling: &Spelling) -> Comparable {
    let has_made_something = !answer.is_refusal() && case.effect != Effect::Reads;
    if has_made_something { answer.without_new_names(spelling) } else { answer }
}

/// Who may ask: whoever has a key for the place, or visitors, who are always a live tenant's.
fn askers(world: &World, asked: Asked) -> impl Iterator<Item = &Owner> {
    let with_a_key = asked.permission().is_some();
    let may = move |owner: &&Owner| owner.key_for(asked).is_some() && (with_a_key || !owner.is_sandbox());
    world.owners.iter().filter(may)
}

/// Asks with everything foreign at once, and with nothing known at all.
async fn compare_all(world: &World, owner: &Owner, asked: Asked) {
    let places = places(asked);
    let wanted = Wanted::of(asked, &owner.own);
    let nothing = places
        .iter()
        .enumerate()
        .fold(wanted, |wanted, (place, (_, thing))| wanted.with(place, unknown(*thing).remove(0)));
    let expected = sent(world, owner, &nothing).await;
    let begins_anew = !expected.is_refusal() && asked.case.effect != Effect::Reads;
    if begins_anew || places.iter().any(|(_, thing)| *thing == Thing::Tenant) {
        // It names new things, or whoever names another tenant is its visitor; each place by itself was compared.
        return;
    }
    for other in world.owners.iter().filter(|other| places.iter().all(|(_, thing)| owner.is_foreign(*thing, other))) {
        let answer = sent(world, owner, &Wanted::of(asked, &other.own)).await;
        assert_eq!(answer, expected, "{} asks {asked:?} with all of {}", owner.name, other.name);
    }
}

/// Asks with every foreign text in one place, and with texts that name nothing.
async fn compare(world: &World, owner: &Owner, asked: Asked, place: usize) -> usize {
    let Asked { case, .. } = asked;
    let (at, thing) = places(asked)[place];
    let wanted = Wanted::of(asked, &owner.own);
    let mut texts = unknown(thing);
    if at == Where::Path {
        // Dots are what a client makes other paths of; a path without its last part is another path.
        texts.retain(|spelling| spelling.text != "..");
    }
    let unknowns = texts.len();
    texts.extend(world.foreign(owner, thing));
    assert!(texts.len() > unknowns, "{asked:?}: nobody else has a {thing:?}");
    let mut expected = None;
    for spelling in &texts {
        let wanted = wanted.clone().with(place, spelling.clone());
        let seen = wanted.ask(&world.stage, owner).begun().await;
        let answer = Comparable::of(&seen);
        assert!(answer.status < 500, "{asked:?}: {} to {spelling:?}: {}", answer.status, answer.body);
        let may_not_anyway = owner.is_sandbox() && case.effect == Effect::ChangesContent;
        if at == Where::Path && expected.is_none() && !may_not_anyway {
            assert_refused_as_documented(asked, &seen, 404, Code::NotFound, "with an unknown id");
        }
        let answer = alike(answer, case, spelling);
        let expected = expected.get_or_insert_with(|| answer.clone());
        assert_eq!(answer, *expected, "{} asks {asked:?} with {spelling:?} in {at:?}: {}", owner.name, wanted.target());
    }
    texts.len()
}

async fn t3_t4(dialect: &'static dyn Dialect) {
    let mut compared = 0;
    for asked in cases(dialect) {
        let places = places(asked);
        if places.is_empty() {
            continue;
        }
        let world = World::new().await;
        let mut before = world.stored().await;
        // Three tenants, and one of the sandboxes, which are all made alike.
        for owner in askers(&world, asked).take(4) {
            for (place, (_, thing)) in places.iter().enumerate() {
                compared += compare(&world, owner, asked, place).await;
                let after = world.stored().await;
                for ((before, after), other) in before.iter().zip(&after).zip(&world.owners) {
                    let is_own = other.scope.data() == owner.scope.data();
                    let may_change = is_own && asked.case.effect != Effect::Reads && thing.is_refusable();
                    assert!(may_change || before == after, "{asked:?} by {} changed {}", owner.name, other.name);
                }
                before = after;
            }
            compare_all(&world, owner, asked).await;
            before = world.stored().await;
        }
    }
    assert!(compared > 0, "{} names nothing", dialect.name());
}

impl Thing {
    /// Whether what names nothing may be answered with success all the same: a chat begins anew.
    const fn is_refusable(self) -> bool {
        matches!(self, Self::Session | Self::Visitor | Self::Email | Self::Word)
    }
}

#[actix_web::test]
async fn t3_t4_what_is_foreign_answers_byte_for_byte_like_what_is_unknown_in_v1() {
    Box::pin(t3_t4(dialect("v1"))).await;
}

#[actix_web::test]
async fn t3_t4_what_is_foreign_answers_byte_for_byte_like_what_is_unknown_in_app() {
    Box::pin(t3_t4(dialect("app"))).await;
}

#[actix_web::test]
async fn t3_t4_what_is_foreign_answers_byte_for_byte_like_what_is_unknown_in_syrus() {
    Box::pin(t3_t4(dialect("syrus"))).await;
}

fn dialect(name: &str) -> &'static dyn Dialect {
    synaptiq_http::dialect::named(name).expect("a dialect")
}

#[test]
fn every_dialect_has_its_tests_here() {
    let tested = include_str!("tenancy.rs");
    for dialect in ALL {
        for test in ["t3_t4", "every_spelling"] {
            let call = format!("{test}(dialect(\"{}\"))", dialect.name());
            assert!(tested.contains(&call), "{} has none: add {call}", dialect.name());
        }
    }
}

/// What the comparison above would not be worth without: the same requests succeed for whoever owns
/// what they name, in every spelling, and answer something else.
async fn every_spelling(dialect: &'static dyn Dialect) {
    for asked in cases(dialect) {
        let Asked { case, .. } = asked;
        let world = World::new().await;
        let owner = &world.owners[0];
        let first = sent(&world, owner, &Wanted::of(asked, &world.more(owner, 99).await)).await;
        assert!(!first.is_refusal(), "{asked:?}: {} {}", first.status, first.body);
        let mut number = 0;
        for (place, (at, thing)) in places(asked).into_iter().enumerate() {
            for nth in 0..owner.own.spellings(thing).len() {
                number += 1;
                // What a write has used up is not there for the next one.
                let own = match case.effect {
                    Effect::Reads => owner.own.clone(),
                    Effect::ChangesData | Effect::ChangesContent | Effect::OwnSession => {
                        world.more(owner, number).await
                    }
                };
                let usual = Wanted::of(asked, &own);
                let spelling = own.spellings(thing).remove(nth);
                let answer = sent(&world, owner, &usual.clone().with(place, spelling.clone())).await;
                assert!(!answer.is_refusal(), "{asked:?} with {spelling:?} in {at:?}: {}", answer.body);
                if case.effect == Effect::Reads {
                    assert_eq!(answer, sent(&world, owner, &usual).await, "{asked:?} with {spelling:?} in {at:?}");
                    let nothing = sent(&world, owner, &usual.with(place, unknown(thing).remove(0))).await;
                    assert_ne!(answer, nothing, "{asked:?} does not heed a {thing:?} in {at:?}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn v1_reads_every_spelling_of_an_id_wherever_one_stands() {
    Box::pin(every_spelling(dialect("v1"))).await;
}

#[actix_web::test]
async fn app_reads_every_spelling_of_an_id_wherever_one_stands() {
    Box::pin(every_spelling(dialect("app"))).await;
}

#[actix_web::test]
async fn syrus_reads_every_spelling_of_an_id_wherever_one_stands() {
    Box::pin(every_spelling(dialect("syrus"))).await;
}

/// Everything that an owner can read, by what was asked.
async fn everything_read(world: &World, owner: &Owner) -> BTreeMap<String, Comparable> {
    let mut all = BTreeMap::new();
    for asked in every_case().filter(|asked| asked.case.effect == Effect::Reads) {
        let may = askers(world, asked).any(|asker| asker.name == owner.name);
        if asked.route.access == Access::Public || !may {
            continue;
        }
        let wanted = Wanted::of(asked, &owner.own);
        // Without its query, a list shows all there is.
        let whole = wanted.target();
        let whole = whole.split('?').next().unwrap_or_default().to_owned();
        let asking = world.stage.ask_publicly("GET", &whole).header("x-request-id", "same");
        let key = owner.key_for(asked).expect("a key");
        let asking = asking.header("authorization", &format!("Bearer {key}"));
        all.insert(format!("{asked:?} {whole}"), Comparable::of(&asking.begun().await));
        all.insert(format!("{asked:?} {}", wanted.target()), sent(world, owner, &wanted).await);
    }
    assert!(all.values().any(|answer| !answer.is_refusal()));
    all
}

/// Everybody else does everything they may; then the reader reads the same as before.
async fn nothing_changes_for(reader: usize) {
    let world = World::new().await;
    let reader = &world.owners[reader];
    let mut acts = Vec::new();
    for owner in world.owners.iter().filter(|owner| owner.name != reader.name) {
        let shares_content = owner.scope.content() == reader.scope.content();
        for asked in every_case().filter(|asked| asked.case.effect != Effect::Reads) {
            let changes_content = asked.case.effect == Effect::ChangesContent;
            let may = askers(&world, asked).any(|asker| asker.name == owner.name);
            if may && !(changes_content && (shares_content || owner.is_sandbox())) {
                // Made before anything is read, because a sandbox's belongings are partly its tenant's.
                let own = world.more(owner, acts.len() + 1).await;
                acts.push((owner, asked, Wanted::of(asked, &own)));
            }
        }
    }
    for owner in &world.owners {
        // Lists of keys show their last use, which is not what is looked at here.
        for key in owner.keys() {
            let asking = world.stage.ask_publicly("GET", "/api/v1/leads");
            assert_eq!(asking.header("authorization", &format!("Bearer {key}")).seen().await.status, 200);
        }
    }
    let before = everything_read(&world, reader).await;
    for (owner, asked, wanted) in &acts {
        let answer = sent(&world, owner, wanted).await;
        assert!(!answer.is_refusal(), "{} asks {asked:?}: {} {}", owner.name, answer.status, answer.body);
    }
    for (asked, answer) in everything_read(&world, reader).await {
        assert_eq!(Some(&answer), before.get(&asked), "GET {asked} answers {} something else", reader.name);
    }
    for other in world.owners.iter().filter(|other| other.scope.content() != reader.scope.content()) {
        let traces: Vec<String> = other.own.traces().collect();
        for (asked, answer) in &before {
            let found = traces.iter().find(|trace| answer.body.contains(&**trace));
            assert_eq!(found, None, "GET {asked} tells {} of {}: {}", reader.name, other.name, answer.body);
        }
    }
}

#[actix_web::test]
async fn t5_nothing_that_other_tenants_and_sandboxes_do_changes_an_answer_to_a_tenant() {
    Box::pin(nothing_changes_for(0)).await;
}

#[actix_web::test]
async fn t5_nothing_that_other_tenants_and_its_own_do_changes_an_answer_to_a_sandbox() {
    Box::pin(nothing_changes_for(3)).await;
}

#[actix_web::test]
async fn t5_p6_an_idempotency_key_of_somebody_else_is_free_and_unread() {
    for asked in every_case().filter(|asked| asked.route.idempotent) {
        let world = World::new().await;
        let ask = async |owner: &Owner| {
            let asking = Wanted::of(asked, &owner.own).ask(&world.stage, owner);
            asking.header("idempotency-key", "one for all").begun().await
        };
        for owner in askers(&world, asked) {
            if owner.is_sandbox() && asked.case.effect == Effect::ChangesContent {
                continue;
            }
            let (first, again) = (ask(owner).await, ask(owner).await);
            assert!(first.status < 300, "{} asks {asked:?}: {} {}", owner.name, first.status, first.text());
            assert_eq!(first.header("idempotent-replayed"), None, "{} asks {asked:?}", owner.name);
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{} asks {asked:?} again", owner.name);
            assert_eq!((again.status, &again.body), (first.status, &first.body), "{asked:?}");
        }
    }
}

#[actix_web::test]
async fn t3_a_delivery_is_found_under_its_own_webhook_alone() {
    let world = World::new().await;
    let owner = &world.owners[0];
    let more = world.more(owner, 1).await;
    for asked in every_case().filter(|asked| asked.case.path == [Thing::Webhook, Thing::Delivery]) {
        let wanted = Wanted::of(asked, &owner.own);
        let unknown = sent(&world, owner, &wanted.clone().with(1, unknown(Thing::Delivery).remove(0))).await;
        assert!(unknown.is_refusal());
        assert_eq!(sent(&world, owner, &wanted.with(1, more.text(Thing::Delivery))).await, unknown);
    }
}

#[actix_web::test]
async fn t5_an_open_stream_tells_of_its_own_conversation_alone() {
    let world = World::new().await;
    let session = world.owners[0].own.text(Thing::Session).text;
    let asking = world.stage.ask_publicly("GET", "/api/chat/stream");
    let mut stream = asking.header("authorization", &format!("Session {session}")).open().await;
    assert!(stream.next().await.is_some_and(|first| first.contains("event: status")));
    // The reader's own turn comes last: whatever a stream tells of the others comes before it.
    for owner in world.owners.iter().rev() {
        let conversation = owner.own.text(Thing::Conversation).text;
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let asking =
            world.stage.ask_publicly("POST", &path).header("authorization", &format!("Bearer {}", owner.key()));
        let said = asking.json(&serde_json::json!({"content": format!("said by {}", owner.name)})).seen().await;
        assert_eq!(said.status, 201, "{}", said.text());
    }
    let mut told = String::new();
    while !told.contains("event: message") {
        told += &stream.next().await.expect("an open stream");
    }
    assert!(told.contains(&format!("said by {}", world.owners[0].name)), "{told}");
    assert_eq!(told.matches("said by").count(), 1, "{told}");
}
