//! Rate limits as callers meet them (contract § 5): what counts against what, and what every answer
//! tells.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use synaptiq_domain::{
    access::KeyKind,
    limit::{Allowance, PublicLimits},
    ports::Clock,
    time::{Day, Steady, Timestamp},
    use_cases::{authenticate, set_plan},
};
use synaptiq_http::front::Limits;
use time::Duration as Time;

use crate::stage::{Asking, Seen, Setting, Stage};

/// What an answer tells of its limit.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    limit: i64,
    remaining: i64,
    /// Seconds from now until the next slot is free.
    reset: i64,
}

fn told(stage: &Stage, seen: &Seen) -> Told {
    let number = |name: &str| {
        let value = seen.header(name).unwrap_or_else(|| panic!("no {name}: {} {}", seen.status, seen.text()));
        value.parse::<i64>().unwrap_or_else(|_| panic!("{name}: {value}"))
    };
    let reset = number("x-ratelimit-reset") - stage.clock.now().seconds();
    Told { limit: number("x-ratelimit-limit"), remaining: number("x-ratelimit-remaining"), reset }
}

fn retry_after(seen: &Seen) -> i64 {
    assert_eq!(seen.header("retry-after"), seen.header("x-ratelimit-retryafter"), "the two say the same");
    seen.header("retry-after").and_then(|value| value.parse().ok()).expect("a refusal says when to come again")
}

async fn on_plan(plan: &str) -> Stage {
    let stage = Stage::new().await;
    set_plan(&stage.services, stage.scope, plan).await.expect("a plan");
    stage
}

/// How many of so many requests are let in; each other one is refused with 429.
async fn let_in<'a>(requests: usize, ask: impl Fn() -> Asking<'a>) -> usize {
    let mut count = 0;
    for _ in 0..requests {
        count += usize::from(ask().seen().await.status != 429);
    }
    count
}

fn chat(stage: &Stage) -> Asking<'_> {
    stage.ask("POST", "/api/v1/chat").json(&json!({"message": "hi", "visitorId": "v1"}))
}

fn public_chat<'a>(stage: &'a Stage, session: Option<&str>) -> Asking<'a> {
    let mut body = json!({"message": "hi", "visitorId": "v1"});
    if let Some(session) = session {
        body["sessionId"] = json!(session);
    }
    stage.ask_publicly("POST", "/api/chat").json(&body)
}

#[actix_web::test]
async fn a_plan_lets_in_its_limit_and_tells_when_to_come_again() {
    let stage = on_plan("starter").await;
    for remaining in (0..60).rev() {
        let seen = stage.ask("GET", "/api/v1/leads").seen().await;
        assert_eq!((seen.status, told(&stage, &seen)), (200, Told { limit: 60, remaining, reset: 60 }));
    }
    stage.clock.advance(Time::milliseconds(20_500));
    let refused = stage.ask("GET", "/api/v1/leads").seen().await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert_eq!(told(&stage, &refused), Told { limit: 60, remaining: 0, reset: 40 });
    assert_eq!(retry_after(&refused), 40, "39.5 s, told in whole seconds");
    let body = refused.json();
    assert_eq!(body["error"]["code"], "rate_limited", "{body}");
    assert!(body["error"]["requestId"].is_string() && body["error"]["message"].is_string(), "{body}");
    stage.clock.advance(Time::seconds(40));
    assert_eq!(let_in(70, || stage.ask("GET", "/api/v1/leads")).await, 60);
}

#[actix_web::test]
async fn costly_routes_have_lower_limits_of_their_own() {
    let lead = json!({"phone": "+1-555-0100"});
    let leads = json!({"leads": [{"phone": "+1-555-0101"}]});
    for (plan, limits) in [("starter", [30, 15, 30, 20, 60]), ("pro", [150, 75, 150, 100, 300])] {
        let stage = on_plan(plan).await;
        let most = limits[4] + 5;
        let counts = [
            let_in(most, || chat(&stage)).await,
            {
                stage.clock.advance(Time::MINUTE);
                let_in(most, || chat(&stage).header("accept", "text/event-stream")).await
            },
            {
                stage.clock.advance(Time::MINUTE);
                let one = let_in(most / 2, || stage.ask("POST", "/api/v1/leads").json(&lead)).await;
                one.max(let_in(most, || stage.ask("POST", "/api/v1/leads").json(&lead)).await + one)
            },
            {
                stage.clock.advance(Time::MINUTE);
                let_in(most, || stage.ask("GET", "/api/v1/leads/search?q=x")).await
            },
            {
                stage.clock.advance(Time::MINUTE);
                let_in(most, || stage.ask("PATCH", "/api/v1/leads/unknown").json(&json!({}))).await
            },
        ];
        assert_eq!(counts, limits, "{plan}");
        stage.clock.advance(Time::MINUTE);
        let bulks = let_in(most, || stage.ask("POST", "/api/v1/leads/bulk").json(&leads)).await;
        assert_eq!(bulks, limits[2], "{plan}: a bulk is one creation");
        assert_eq!(stage.ask("POST", "/api/v1/leads").json(&lead).seen().await.status, 429, "they share");
    }
}

#[actix_web::test]
async fn a_list_that_searches_counts_as_a_search_wherever_it_is_asked_for() {
    let stage = on_plan("starter").await;
    let limit = async |path: &str| told(&stage, &stage.ask("GET", path).seen().await).limit;
    for list in ["/api/v1/leads", "/api/leads", "/api/admin/leads"] {
        assert_eq!(limit(list).await, 60, "{list}");
        for nothing in ["q=", "q=%20", "q=%C2%85", "limit=1"] {
            assert_eq!(limit(&format!("{list}?{nothing}")).await, 60, "{list}?{nothing}: nothing is looked for");
        }
        assert_eq!(limit(&format!("{list}?limit=1&q=ada")).await, 20, "{list}");
    }
    let searched = let_in(30, || stage.ask("GET", "/api/leads?%71=ada")).await;
    assert_eq!(searched, 20 - 3, "every list and the search share one limit");
    assert_eq!(stage.ask("GET", "/api/v1/leads/search?q=ada").seen().await.status, 429);
    assert_eq!(stage.ask("GET", "/api/v1/leads").seen().await.status, 200, "the list itself goes on");
}

#[actix_web::test]
async fn a_stream_is_counted_once_when_it_begins_and_a_group_leaves_the_rest_to_others() {
    let stage = on_plan("starter").await;
    let seen = chat(&stage).header("accept", "text/event-stream").seen().await;
    assert_eq!(seen.header("content-type"), Some("text/event-stream"));
    assert_eq!(told(&stage, &seen), Told { limit: 15, remaining: 14, reset: 60 });
    assert_eq!(let_in(20, || chat(&stage).header("accept", "text/event-stream")).await, 14);
    let seen = chat(&stage).seen().await;
    assert_eq!(told(&stage, &seen), Told { limit: 30, remaining: 29, reset: 60 }, "plain chats have their own");
    assert_eq!(let_in(40, || chat(&stage)).await, 29);
    let seen = stage.ask("GET", "/api/v1/leads").seen().await;
    assert_eq!(told(&stage, &seen), Told { limit: 60, remaining: 14, reset: 60 }, "15 + 30 + 1 of 60");
}

#[actix_web::test]
async fn every_answer_of_every_dialect_tells_its_limit() {
    let stage = on_plan("starter").await;
    let bad = "Bearer sk_live_nonsense";
    let large = "x".repeat(2_000_000);
    let asked = vec![
        (stage.ask("GET", "/api/v1/leads"), 200),
        (stage.ask("GET", "/api/v1/leads?limit=0"), 400),
        (stage.ask("POST", "/api/v1/leads").raw("{"), 400),
        (stage.ask("POST", "/api/v1/leads").header("content-type", "text/plain"), 415),
        (stage.ask("POST", "/api/v1/leads").raw(large.clone()), 413),
        (stage.ask("POST", "/api/v1/chat").raw("{"), 400),
        (stage.ask("GET", "/api/v1/leads/unknown"), 404),
        (stage.ask("GET", "/api/v1/nothing"), 404),
        (stage.ask("DELETE", "/api/v1/leads"), 405),
        (stage.ask("HEAD", "/api/v1/leads"), 200),
        (stage.ask_publicly("GET", "/api/v1/leads"), 401),
        (stage.ask_publicly("GET", "/api/v1/leads").header("authorization", bad), 401),
        (stage.ask_publicly("GET", "/api/v1/openapi.json"), 200),
        (public_chat(&stage, None), 200),
        (stage.ask_publicly("POST", "/api/chat").raw("{"), 400),
        (stage.ask_publicly("POST", "/api/chat").raw(large), 413),
        (stage.ask_publicly("GET", "/api/chat/messages"), 401),
        (stage.ask_publicly("GET", "/api/nothing"), 404),
        (stage.ask_publicly("PATCH", "/api/chat"), 405),
        (stage.ask_publicly("GET", "/api/health"), 200),
        (stage.ask_publicly("GET", "/livez"), 200),
        (stage.ask_publicly("GET", "/nothing"), 404),
        (stage.ask_publicly("GET", &format!("/{}", "x".repeat(9_000))), 414),
    ];
    for (case, (asking, status)) in asked.into_iter().enumerate() {
        let answer = asking.seen().await;
        assert_eq!(answer.status, status, "case {case}: {}", answer.text());
        let Told { limit, remaining, reset } = told(&stage, &answer);
        assert!(
            (0..=limit).contains(&remaining) && (0..=60).contains(&reset),
            "case {case}: {limit} {remaining} {reset}"
        );
    }
}

#[actix_web::test]
async fn whoever_may_not_is_counted_against_the_key_all_the_same() {
    let stage = on_plan("starter").await;
    let reader = stage.key_with(KeyKind::Live, "leads:read").await;
    let bearer = format!("Bearer {reader}");
    let forbidden = || stage.ask_publicly("POST", "/api/v1/webhooks").header("authorization", &bearer).json(&json!({}));
    let seen = forbidden().seen().await;
    assert_eq!((seen.status, told(&stage, &seen)), (403, Told { limit: 60, remaining: 59, reset: 60 }));
    assert_eq!(let_in(70, forbidden).await, 59);
}

fn few_others(other: i64) -> Setting {
    let public_limits = PublicLimits { other: Allowance::at_most(other).expect("a limit"), ..PublicLimits::default() };
    Setting { public_limits, ..Setting::default() }
}

#[actix_web::test]
async fn refused_credentials_are_limited_by_address_and_take_nothing_from_a_key() {
    let stage = Stage::with(few_others(5)).await;
    set_plan(&stage.services, stage.scope, "starter").await.expect("a plan");
    let bearers = ["Bearer sk_live_guess".to_owned(), format!("Bearer {}x", stage.key), "Bearer guess".to_owned()];
    let mut statuses = Vec::new();
    for n in 0..9 {
        let guess = stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &bearers[n % 3]);
        statuses.push(guess.seen().await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429, 429]);
    for (method, path) in [("GET", "/api/v1/nothing"), ("DELETE", "/api/chat"), ("GET", "/")] {
        assert_eq!(stage.ask_publicly(method, path).seen().await.status, 429, "strangers share: {path}");
    }
    assert_eq!(stage.ask_publicly("GET", "/api/health").seen().await.status, 200, "a probe is never refused");
    assert_eq!(let_in(70, || stage.ask("GET", "/api/v1/leads")).await, 60, "the key has its whole budget");
    assert_eq!(public_chat(&stage, None).seen().await.status, 200, "and so have visitors");
    stage.clock.advance(Time::MINUTE);
    let again = stage.ask_publicly("GET", "/api/v1/leads").seen().await;
    assert_eq!((again.status, told(&stage, &again)), (401, Told { limit: 5, remaining: 4, reset: 60 }));
}

#[actix_web::test]
async fn v4_a_session_has_twenty_messages_a_minute_and_an_address_more() {
    let stage = Stage::new().await;
    let first = public_chat(&stage, None).seen().await;
    assert_eq!(told(&stage, &first), Told { limit: 120, remaining: 119, reset: 60 });
    let session = first.json()["sessionId"].as_str().expect("a session").to_owned();
    let seen = public_chat(&stage, Some(&session)).seen().await;
    assert_eq!(told(&stage, &seen), Told { limit: 20, remaining: 18, reset: 60 }, "the session is tighter");
    assert_eq!(let_in(30, || public_chat(&stage, Some(&session))).await, 18, "twenty, the first one included");
    let refused = public_chat(&stage, Some(&session)).seen().await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate_limited")), "{}", refused.text());
    let other = public_chat(&stage, None).seen().await;
    assert_eq!((other.status, told(&stage, &other).remaining), (200, 120 - 21), "another session goes on");
    assert_eq!(let_in(200, || public_chat(&stage, None)).await, 99);
    let transcript =
        stage.ask_publicly("GET", "/api/chat/messages").header("authorization", &format!("Session {session}"));
    assert_eq!(transcript.seen().await.status, 200, "reading is no message");
    let elsewhere = public_chat(&stage, Some(&session)).from([192, 0, 2, 99]).seen().await;
    assert_eq!(elsewhere.status, 429, "the session's own limit goes where it goes");
    assert_eq!(public_chat(&stage, None).from([192, 0, 2, 99]).seen().await.status, 200);
}

/// Chats with a page's publishable key, as its visitors do.
fn page_chat<'a>(stage: &'a Stage, key: &str, session: Option<&str>) -> Asking<'a> {
    let mut body = json!({"message": "hi", "visitorId": "v1"});
    if let Some(session) = session {
        body["sessionId"] = json!(session);
    }
    stage.ask_publicly("POST", "/api/v1/chat").header("authorization", &format!("Bearer {key}")).json(&body)
}

#[actix_web::test]
async fn v4_a_visitor_with_a_pages_key_has_the_publics_budgets_and_its_plans() {
    let stage = on_plan("pro").await;
    let key = stage.key_with(KeyKind::Publishable, "chat:write").await;
    let first = page_chat(&stage, &key, None).seen().await;
    assert_eq!(told(&stage, &first), Told { limit: 120, remaining: 119, reset: 60 }, "tighter than the plan's 150");
    let session = first.json()["sessionId"].as_str().expect("a session").to_owned();
    let seen = page_chat(&stage, &key, Some(&session)).seen().await;
    assert_eq!(told(&stage, &seen), Told { limit: 20, remaining: 18, reset: 60 }, "the first message counts too");
    assert_eq!(let_in(30, || page_chat(&stage, &key, Some(&session))).await, 18);
    let refused = page_chat(&stage, &key, Some(&session)).seen().await;
    assert_eq!((refused.status, told(&stage, &refused).limit), (429, 20), "{}", refused.text());
    let elsewhere = || page_chat(&stage, &key, Some(&session)).from([192, 0, 2, 99]);
    assert_eq!(elsewhere().seen().await.status, 429, "the session's own limit goes where it goes");
    let spent = public_chat(&stage, None).seen().await;
    assert_eq!(told(&stage, &spent).remaining, 120 - 21, "an address has one budget, with the key and without");
    assert_eq!(let_in(200, || page_chat(&stage, &key, None)).await, 99);
    let other = || page_chat(&stage, &key, None).from([192, 0, 2, 99]);
    assert_eq!(told(&stage, &other().seen().await), Told { limit: 150, remaining: 30, reset: 60 }, "now the plan's");
    assert_eq!(let_in(60, other).await, 30, "whose limit all visitors share");
    let streamed = || page_chat(&stage, &key, None).from([192, 0, 2, 98]).header("accept", "text/event-stream");
    assert_eq!(told(&stage, &streamed().seen().await), Told { limit: 75, remaining: 74, reset: 60 });
    assert_eq!(chat(&stage).seen().await.status, 200, "a secret key is no visitor");
}

#[actix_web::test]
async fn v4_a_visitor_with_a_pages_key_has_the_days_budget_of_its_address() {
    let limit = |limit| Allowance::at_most(limit).expect("a limit");
    let public_limits = PublicLimits { day: limit(3), ..PublicLimits::default() };
    let stage = Stage::with(Setting { public_limits, ..Setting::default() }).await;
    let key = stage.key_with(KeyKind::Publishable, "chat:write").await;
    assert_eq!(let_in(5, || page_chat(&stage, &key, None)).await, 3);
    stage.clock.advance(Time::MINUTE);
    let refused = page_chat(&stage, &key, None).seen().await;
    assert_eq!((refused.status, told(&stage, &refused).limit), (429, 3), "a minute later it is the same day");
    assert_eq!(page_chat(&stage, &key, None).from([192, 0, 2, 99]).seen().await.status, 200);
    assert_eq!(let_in(5, || chat(&stage)).await, 5, "a secret key has no such budget");
}

#[actix_web::test]
async fn v4_an_address_has_a_budget_by_the_utc_day() {
    let limit = |limit| Allowance::at_most(limit).expect("a limit");
    let public_limits = PublicLimits { day: limit(7), address: limit(5), ..PublicLimits::default() };
    let stage = Stage::with(Setting { public_limits, ..Setting::default() }).await;
    let midnight = Day(stage.clock.now().day().0 + 1).start();
    stage.clock.set(midnight.plus(Time::minutes(-3)));
    assert_eq!(let_in(9, || public_chat(&stage, None)).await, 5);
    stage.clock.advance(Time::MINUTE);
    assert_eq!(let_in(9, || public_chat(&stage, None)).await, 2);
    let refused = public_chat(&stage, None).seen().await;
    assert_eq!((told(&stage, &refused), retry_after(&refused)), (Told { limit: 7, remaining: 0, reset: 120 }, 120));
    stage.clock.advance(Time::seconds(120));
    assert_eq!(let_in(9, || public_chat(&stage, None)).await, 5, "a new day");
}

fn stream<'a>(stage: &'a Stage, session: &str) -> Asking<'a> {
    stage.ask_publicly("GET", "/api/chat/stream").header("authorization", &format!("Session {session}"))
}

async fn new_session(stage: &Stage) -> String {
    let seen = public_chat(stage, None).seen().await;
    seen.json()["sessionId"].as_str().expect("a session").to_owned()
}

#[actix_web::test]
async fn v4_a_session_has_five_streams_and_its_oldest_ends_for_a_new_one() {
    let stage = Stage::new().await;
    let (session, other) = (new_session(&stage).await, new_session(&stage).await);
    let mut others = stream(&stage, &other).open().await;
    assert!(others.next().await.is_some_and(|first| first.contains("event: status")));
    let mut open = Vec::new();
    for _ in 0..7 {
        let mut stream = stream(&stage, &session).open().await;
        assert!(stream.next().await.is_some_and(|first| first.contains("event: status")));
        open.push(stream);
    }
    for lost in open.drain(..2) {
        let mut lost = lost;
        assert_eq!(lost.next().await, None, "it ends, and its client may come again");
    }
    open.push(others);
    for stream in &mut open {
        let more = tokio::time::timeout(Duration::from_millis(100), stream.next()).await;
        assert!(more.is_err(), "it goes on: {more:?}");
    }
}

#[actix_web::test]
async fn v4_an_address_has_its_part_of_all_streams_and_is_told_so() {
    let limits = Limits { streams_of_address: 3, ..Limits::default() };
    let stage = Stage::with(Setting { limits, ..Setting::default() }).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let session = new_session(&stage).await;
        open.push(stream(&stage, &session).open().await);
    }
    let session = new_session(&stage).await;
    let refused = stream(&stage, &session).seen().await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate_limited")), "{}", refused.text());
    assert_eq!(retry_after(&refused), 15);
    assert_eq!(told(&stage, &refused), Told { limit: 3, remaining: 0, reset: 15 });
    open.push(stream(&stage, &session).from([192, 0, 2, 99]).open().await);
    drop(open.remove(0));
    let mut again = stream(&stage, &session).begun().await;
    for _ in 0..100 {
        if again.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        again = stream(&stage, &session).begun().await;
    }
    assert_eq!(again.status, 200, "a place that was given back is free");
}

#[actix_web::test]
async fn t5_limits_of_a_tenant_a_key_and_a_sandbox_are_their_own() {
    let stage = on_plan("starter").await;
    assert_eq!(let_in(70, || stage.ask("GET", "/api/v1/leads")).await, 60);
    let test = stage.key_with(KeyKind::Test, "admin").await;
    let twin = stage.key_with(KeyKind::Live, "admin").await;
    let other = stage.another_key().await;
    for (key, limit) in [(test, 60), (twin, 60), (other, 70)] {
        let bearer = format!("Bearer {key}");
        let asking = || stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &bearer);
        assert_eq!(let_in(70, asking).await, limit);
    }
    let operator = format!("Bearer {}", crate::stage::ADMIN_TOKEN);
    assert_eq!(let_in(70, || stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &operator)).await, 60);
    assert_eq!(public_chat(&stage, None).seen().await.status, 200);
}

#[actix_web::test]
async fn a_replay_counts_and_a_refusal_is_not_kept() {
    let stage = on_plan("starter").await;
    let create = |key: &'static str| {
        stage.ask("POST", "/api/v1/leads").header("idempotency-key", key).json(&json!({"phone": "+1-555-0100"}))
    };
    let made = create("a").seen().await;
    assert_eq!((made.status, told(&stage, &made).remaining), (201, 29));
    let replayed = create("a").seen().await;
    assert_eq!((replayed.header("idempotent-replayed"), told(&stage, &replayed).remaining), (Some("true"), 28));
    assert_eq!(let_in(40, || create("a")).await, 28);
    let refused = create("b").seen().await;
    assert_eq!(refused.status, 429);
    stage.clock.advance(Time::seconds(retry_after(&refused)));
    let after = create("b").seen().await;
    assert_eq!((after.status, after.header("idempotent-replayed")), (201, None), "{}", after.text());
    assert_eq!(after.header("x-ratelimit-remaining"), Some("29"), "and what is kept has no limits of then in it");
}

#[actix_web::test]
async fn a_plan_applies_from_the_next_request_on_and_a_key_may_have_its_own() {
    let stage = on_plan("starter").await;
    let limit = |seen: &Seen| told(&stage, seen).limit;
    assert_eq!(limit(&stage.ask("GET", "/api/v1/leads").seen().await), 60);
    set_plan(&stage.services, stage.scope, "unlimited").await.expect("a plan");
    let seen = stage.ask("GET", "/api/v1/leads").seen().await;
    assert_eq!(told(&stage, &seen), Told { limit: i64::from(i32::MAX), remaining: i64::from(i32::MAX), reset: 0 });
    set_plan(&stage.services, stage.scope, "pro").await.expect("a plan");
    assert_eq!(limit(&stage.ask("GET", "/api/v1/leads").seen().await), 300);
    let make = |plan: &Value| {
        let body = json!({"name": "n", "scopes": ["read"], "plan": plan});
        stage.ask("POST", "/api/v1/keys").json(&body)
    };
    let made = make(&json!("starter")).seen().await;
    assert_eq!((made.status, &made.json()["plan"]), (201, &json!("starter")), "{}", made.text());
    let bearer = format!("Bearer {}", made.json()["key"].as_str().expect("a key"));
    let seen = stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &bearer).seen().await;
    assert_eq!(limit(&seen), 60);
    for (plan, status) in [(json!("enterprise"), 403), (json!("unlimited"), 403), (json!("gold"), 400), (json!(7), 400)]
    {
        let refused = make(&plan).seen().await;
        assert_eq!(refused.status, status, "{plan}: {}", refused.text());
        if status == 400 {
            assert_eq!(refused.json()["error"]["param"], "plan");
        }
    }
    let operator = format!("Bearer {}", crate::stage::ADMIN_TOKEN);
    let body = json!({"name": "n", "scopes": ["read"], "plan": "enterprise"});
    let given = stage.ask_publicly("POST", "/api/v1/keys").header("authorization", &operator).json(&body).seen().await;
    assert_eq!(given.status, 201, "the operator gives what they like: {}", given.text());
    let path = format!("/api/v1/keys/{}/rotate", given.json()["id"].as_str().expect("an id"));
    let refused = stage.ask("POST", &path).seen().await;
    assert_eq!(refused.status, 403, "a new secret is as good as a new key: {}", refused.text());
    let rotated = stage.ask_publicly("POST", &path).header("authorization", &operator).seen().await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
}

#[actix_web::test]
async fn a_syrus_key_has_the_published_limit_unless_it_has_a_plan() {
    let stage = on_plan("starter").await;
    let key = stage.key_with(KeyKind::Syrus, "read").await;
    let principal = authenticate(&stage.services, &key).await.expect("a key");
    assert_eq!(principal.plan, "syrus");
    let plan = stage.services.settings.plans.find(&principal.plan).expect("published");
    assert_eq!(plan.requests.to_string(), "100");
}

#[actix_web::test]
async fn requests_at_once_never_exceed_the_limit() {
    let stage = on_plan("starter").await;
    let seen = join_all((0..150).map(|_| stage.ask("GET", "/api/v1/leads").seen())).await;
    assert_eq!(seen.iter().filter(|seen| seen.status == 200).count(), 60);
    assert_eq!(seen.iter().filter(|seen| seen.status == 429).count(), 90);
}

/// The machine's time, for the one test that lets it pass.
struct Passing(Instant);

impl Clock for Passing {
    fn now(&self) -> Timestamp {
        synaptiq_testkit::fixtures::at(0).plus(Time::try_from(self.0.elapsed()).expect("a short time"))
    }

    fn steady(&self) -> Steady {
        Steady::from_micros(u64::try_from(self.0.elapsed().as_micros()).expect("a short time"))
    }
}

/// In real time, in windows of two seconds that are told as such: as fast as it can, then asleep.
#[actix_web::test]
async fn in_real_time_no_window_has_more_than_the_limit_and_none_is_kept_out_below_it() {
    const WINDOW: Duration = Duration::from_secs(2);
    let begun = Instant::now();
    let clock: Arc<dyn Clock> = Arc::new(Passing(begun));
    let stage = Stage::with(Setting { window: WINDOW, clock: Some(clock), ..Setting::default() }).await;
    set_plan(&stage.services, stage.scope, "starter").await.expect("a plan");
    // Each request with the moments before and after it: its own moment is between the two.
    let mut let_in: Vec<(Instant, Instant)> = Vec::new();
    let mut refused: Vec<(Instant, Instant)> = Vec::new();
    while begun.elapsed() < WINDOW * 3 {
        let before = Instant::now();
        let seen = stage.ask("GET", "/api/v1/leads").seen().await;
        let list = if seen.status == 200 { &mut let_in } else { &mut refused };
        list.push((before, Instant::now()));
    }
    assert!(let_in.len() >= 180 && !refused.is_empty(), "{} let in, {} refused", let_in.len(), refused.len());
    for pair in let_in.windows(61) {
        // As far apart as they can have been: if even that is too little, there was one too many.
        let apart = pair[60].1 - pair[0].0;
        assert!(apart >= WINDOW, "61 within {apart:?}");
    }
    for (before, after) in &refused {
        // Of those let in within the window before it there were sixty, if the edges are taken in.
        let lately = let_in.iter().filter(|(asked, done)| *asked <= *after && *before < *done + WINDOW).count();
        assert!(lately >= 60, "kept out after {lately}");
    }
    for _ in 0..2 {
        let mut seen = stage.ask("GET", "/api/v1/leads").seen().await;
        while seen.status == 200 {
            seen = stage.ask("GET", "/api/v1/leads").seen().await;
        }
        let wait = u64::try_from(retry_after(&seen)).expect("seconds");
        assert!((1..=2).contains(&wait), "{wait}");
        tokio::time::sleep(Duration::from_secs(wait)).await;
        assert_eq!(stage.ask("GET", "/api/v1/leads").seen().await.status, 200, "sleeping that long succeeds");
    }
}

#[actix_web::test]
async fn every_key_of_a_tenant_counts_for_itself_however_it_is_rotated() {
    let stage = on_plan("starter").await;
    let made = stage.ask("POST", "/api/v1/keys").json(&json!({"name": "n", "scopes": ["read"]})).seen().await.json();
    let bearer = |key: &Value| format!("Bearer {}", key["key"].as_str().expect("a key"));
    let old = bearer(&made);
    assert_eq!(let_in(30, || stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &old)).await, 30);
    let path = format!("/api/v1/keys/{}/rotate", made["id"].as_str().expect("an id"));
    let new = bearer(&stage.ask("POST", &path).seen().await.json());
    let asking = || stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &new);
    assert_eq!(let_in(70, asking).await, 30, "a new secret is no new budget");
}

#[actix_web::test]
async fn v4_visits_have_the_budget_of_messages_and_take_nothing_from_them() {
    let limit = |limit| Allowance::at_most(limit).expect("a limit");
    let public_limits = PublicLimits { day: limit(7), address: limit(5), ..PublicLimits::default() };
    let stage = Stage::with(Setting { public_limits, ..Setting::default() }).await;
    let visit = || stage.ask_publicly("POST", "/api/widget/visit").json(&json!({}));
    assert_eq!(let_in(9, visit).await, 5);
    assert_eq!(visit().from([192, 0, 2, 99]).seen().await.status, 200, "another address has its own");
    assert_eq!(let_in(9, || public_chat(&stage, None)).await, 5, "whoever writes is not kept out");
    stage.clock.advance(Time::MINUTE);
    assert_eq!(let_in(9, visit).await, 2, "so many a day");
    assert_eq!(visit().seen().await.status, 429);
}
