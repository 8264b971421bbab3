//! Rate limits on the real server (contract § 5): exact, told with every answer, per key, session and
//! address, by plans that are settings.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Answer, Client, Server, ServerSettings};

fn number(answer: &Answer, name: &str) -> i64 {
    let value = answer.header(name).unwrap_or_else(|| panic!("{}: no {name}, {}", answer.request, answer.text));
    value.parse().unwrap_or_else(|_| panic!("{}: {name}: {value}", answer.request))
}

/// The limit and what is left of it; the reset must be within the next minute.
#[expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]
fn told(answer: &Answer) -> (i64, i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs().cast_signed();
    let reset = number(answer, "x-ratelimit-reset") - now;
    assert!((-1..=61).contains(&reset), "{}: in {reset} s", answer.request);
    (number(answer, "x-ratelimit-limit"), number(answer, "x-ratelimit-remaining"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn key(server: &Server, arguments: &[&str]) -> Client {
    let arguments = [&["key", "create", "--scopes", "admin", "--name", "n", "--json"], arguments].concat();
    server.client(&text(&server.command_line(&arguments).succeeded().json()["key"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_once_never_exceed_a_plan_and_other_keys_go_on() {
    let server = ServerSettings::default().with("SYNAPTIQ_PLAN", "starter").start();
    let (one, other, test) = (server.admin(), server.admin(), key(&server, &["--kind", "test"]));
    let begun = std::time::Instant::now();
    let all: Vec<_> = (0..150)
        .map(|_| {
            let client = one.clone();
            tokio::spawn(async move { client.get("/api/v1/leads").await })
        })
        .collect();
    let mut statuses = Vec::new();
    for request in all {
        let answer = request.await.expect("answered");
        told(&answer);
        statuses.push(answer.status);
    }
    assert!(begun.elapsed().as_secs() < 55, "too slow to say anything");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 60, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 90, "{statuses:?}");
    let refused = one.get("/api/v1/leads").await.expect(429);
    assert_eq!((told(&refused), text(&refused.json()["error"]["code"])), ((60, 0), "rate_limited".to_owned()));
    let wait = number(&refused, "retry-after");
    assert!((1..=60).contains(&wait) && wait == number(&refused, "x-ratelimit-retryafter"), "{wait}");
    for client in [other, test] {
        assert_eq!(told(&client.get("/api/v1/leads").await.expect(200)), (60, 59), "T5");
    }
}

#[tokio::test]
async fn every_answer_of_every_dialect_tells_its_limit() {
    let server = ServerSettings::default().with("SYNAPTIQ_PLAN", "pro").start();
    let (key, nobody, wrong) = (server.admin(), server.anonymous(), server.client("sk_live_wrong"));
    for (client, method, path, status, limit) in [
        (&key, Method::GET, "/api/v1/leads", 200, 300),
        (&key, Method::GET, "/api/v1/leads?limit=0", 400, 300),
        (&key, Method::GET, "/api/v1/leads/search?q=x", 200, 100),
        (&key, Method::POST, "/api/v1/chat", 415, 150),
        (&key, Method::GET, "/api/v1/leads/unknown", 404, 300),
        (&key, Method::GET, "/api/v1/nothing", 404, 6_000),
        (&key, Method::DELETE, "/api/v1/leads", 405, 6_000),
        (&nobody, Method::GET, "/api/v1/leads", 401, 6_000),
        (&wrong, Method::GET, "/api/v1/leads", 401, 6_000),
        (&nobody, Method::GET, "/api/chat/messages", 401, 6_000),
        (&nobody, Method::POST, "/api/chat", 415, 6_000),
        (&nobody, Method::GET, "/api/nothing", 404, 6_000),
        (&nobody, Method::GET, "/syrus/api/v1/leads", 401, 6_000),
        (&nobody, Method::GET, "/nothing", 404, 6_000),
        (&nobody, Method::GET, "/api/health", 200, i64::from(i32::MAX)),
        (&nobody, Method::GET, "/api/v1/openapi.json", 200, i64::from(i32::MAX)),
    ] {
        let answer = client.send(client.request(method, path)).await.expect(status);
        assert_eq!(told(&answer).0, limit, "{}", answer.request);
    }
}

#[tokio::test]
async fn v4_a_visitors_session_and_address_have_their_limits() {
    let server = Server::start();
    let visitor = server.anonymous();
    let say = |session: Value| {
        let body = json!({ "message": "hello", "visitorId": "v1", "sessionId": session });
        let visitor = visitor.clone();
        async move { visitor.post("/api/chat", &body).await }
    };
    let first = say(Value::Null).await.expect(200);
    assert_eq!(told(&first), (120, 119));
    let session = first.json()["sessionId"].clone();
    for remaining in (0..19).rev() {
        assert_eq!(told(&say(session.clone()).await.expect(200)), (20, remaining));
    }
    let refused = say(session).await.expect(429);
    assert_eq!((told(&refused), text(&refused.json()["code"])), ((20, 0), "rate_limited".to_owned()));
    assert_eq!(told(&say(Value::Null).await.expect(200)), (120, 99), "what was refused did not count");
}

#[tokio::test]
async fn plans_are_settings_and_apply_from_the_next_request_on() {
    let settings = ServerSettings::default()
        .with("SYNAPTIQ_PLANS", "{ gold = { requests = 7, search_leads = 2 } }")
        .with("SYNAPTIQ_PUBLIC_ADDRESS_LIMIT", "3")
        .with("SYNAPTIQ_PUBLIC_REQUEST_LIMIT", "unlimited");
    let server = settings.start();
    let client = server.admin();
    assert_eq!(told(&client.get("/api/v1/leads").await.expect(200)), (60_000, 59_999));
    let tenants = server.command_line(&["tenant", "list", "--json"]).succeeded().json();
    let tenant = text(&tenants[0]["id"]);
    server.command_line(&["tenant", "set", &tenant, "--plan", "gold"]).succeeded();
    assert_eq!(told(&client.get("/api/v1/leads").await.expect(200)), (7, 5), "the first one counts on");
    for remaining in [1, 0] {
        assert_eq!(told(&client.get("/api/v1/leads/search?q=x").await.expect(200)), (2, remaining));
    }
    client.get("/api/v1/leads/search?q=x").await.expect(429);
    let own = key(&server, &["--kind", "live", "--plan", "starter"]);
    assert_eq!(told(&own.get("/api/v1/leads").await.expect(200)), (60, 59));
    let refused = server.command_line(&["key", "create", "--kind", "live", "--name", "n", "--plan", "silver"]);
    assert!(
        !refused.success && refused.stderr.contains("plan must be one of enterprise, gold, pro"),
        "{}",
        refused.stderr
    );
    let refused = server.command_line(&["tenant", "set", &tenant, "--plan", "silver"]);
    assert!(!refused.success && refused.stderr.contains("plan must be one of"), "{}", refused.stderr);
    let visitor = server.anonymous();
    for status in [200, 200, 200, 429] {
        visitor.post("/api/chat", &json!({ "message": "hello" })).await.expect(status);
    }
    assert_eq!(told(&visitor.get("/api/nothing").await.expect(404)).0, i64::from(i32::MAX));
}

#[tokio::test]
async fn a_plan_that_no_setting_defines_any_more_stops_the_start_with_one_clear_line() {
    let gold = r"{ gold = { requests = 7 } }";
    let mut server = ServerSettings::default().with("SYNAPTIQ_PLANS", gold).with("SYNAPTIQ_PLAN", "gold").start();
    let database = format!("sqlite:{}", server.folder().join("synaptiq.db").display());
    server.terminate();
    let start = |plans: &str| {
        let mut command = std::process::Command::new(synaptiq_tests::server_binary());
        command.current_dir(server.folder()).env_clear().env("DATABASE_URL", &database);
        command.env("SYNAPTIQ_LISTEN", "127.0.0.1:0").env("SYNAPTIQ_PLANS", plans);
        synaptiq_tests::Finished::of(&mut command)
    };
    let refused = start("{ silver = { requests = 7 } }");
    assert!(!refused.success, "{}", refused.stdout);
    let line = refused.stderr.lines().last().unwrap_or_default();
    assert!(line.contains("the plan 'gold' of ten_") && line.contains("must be one of enterprise, pro"), "{line}");
    let refused = start("{ gold = { requests = 0 } }");
    assert!(
        refused.stderr.contains("setting plans: plan gold: requests: must be a whole number"),
        "{}",
        refused.stderr
    );
}
