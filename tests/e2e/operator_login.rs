//! The operator's login over real HTTP, across restarts and a change of the token, and which pages
//! may chat (contract § 3, security K5–K8, V5).

use reqwest::Method;
use serde_json::json;
use synaptiq_tests::{Answer, Client, Server, ServerSettings};

const TOKEN: &str = "correct-horse-battery-staple";

fn server() -> Server {
    ServerSettings::default().with("SYNAPTIQ_ADMIN_TOKEN", TOKEN).start()
}

async fn try_token(server: &Server, token: &str) -> Answer {
    let client = server.anonymous();
    client.post("/api/admin/auth", &json!({ "token": token })).await
}

/// Logs in and gives the cookie's name and value, as a browser sends it back.
async fn log_in(server: &Server, token: &str) -> String {
    let answer = try_token(server, token).await.expect(200);
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(cookie.split("; ").any(|given| given == part), "{part}: {cookie}");
    }
    cookie.split(';').next().expect("a first part").to_owned()
}

async fn log_out(client: &Client, cookie: &str, origin: Option<&str>) -> Answer {
    let mut request = client.request(Method::DELETE, "/api/admin/auth").header("cookie", cookie);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    client.send(request).await
}

/// Whether a session is good: a write without its proof is refused as such, or for want of a session.
async fn is_good(server: &Server, cookie: &str) -> bool {
    match log_out(&server.anonymous(), cookie, None).await.status {
        403 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn k6_a_login_outlives_a_restart_and_ends_by_logging_out() {
    let mut server = server();
    let cookie = log_in(&server, TOKEN).await;
    server.restart();
    assert!(is_good(&server, &cookie).await, "a restart ends no session");
    let client = server.anonymous();
    let refused = log_out(&client, &cookie, Some("https://evil.example")).await.expect(403).json();
    assert_eq!(refused["code"], "insufficient_scope", "{refused}");
    let own = server.address().to_owned();
    let answer = log_out(&client, &cookie, Some(&own)).await.expect(200);
    assert!(answer.header("set-cookie").expect("a cookie").contains("Max-Age=0"));
    assert!(!is_good(&server, &cookie).await);
    server.restart();
    assert!(!is_good(&server, &cookie).await, "a restart brings none back");
}

#[tokio::test]
async fn k6_another_token_ends_every_session_at_once() {
    let server = server();
    let sessions = [log_in(&server, TOKEN).await, log_in(&server, TOKEN).await];
    let rotated = server.command_line(&["token", "rotate", "--json"]).succeeded().json();
    for cookie in &sessions {
        assert!(!is_good(&server, cookie).await);
    }
    try_token(&server, TOKEN).await.expect(401);
    let current = log_in(&server, rotated["token"].as_str().expect("a token")).await;
    assert!(is_good(&server, &current).await);
}

#[tokio::test]
async fn k5_guessing_is_slowed_down_and_the_operators_scripts_go_on() {
    let server = server();
    let operator = server.client(TOKEN);
    operator.get("/api/v1/leads").await.expect(200);
    let guesses: Vec<String> = (0..10).map(|guess| format!("guess-number-{guess}")).collect();
    for guess in &guesses {
        let refused = try_token(&server, guess).await.expect(401).json();
        assert_eq!(refused["code"], "unauthorized", "{refused}");
    }
    let refused = try_token(&server, TOKEN).await.expect(429);
    assert_eq!(refused.json()["code"], "rate_limited");
    let seconds: u32 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    operator.get("/api/v1/leads").await.expect(200);
}

#[tokio::test]
async fn p4_no_log_has_a_token_or_a_session() {
    let mut server =
        ServerSettings::default().with("SYNAPTIQ_ADMIN_TOKEN", TOKEN).with("SYNAPTIQ_LOG", "trace").start();
    let cookie = log_in(&server, TOKEN).await;
    assert!(is_good(&server, &cookie).await);
    let (_, output) = server.terminate();
    let secret = cookie.split_once('=').expect("a value").1;
    assert!(output.contains("logOut"), "the request is logged");
    assert!(!output.contains(TOKEN), "a token is logged");
    assert!(!output.contains(secret), "a session is logged");
}

#[tokio::test]
async fn v5_the_team_says_which_pages_may_chat_while_the_server_runs() {
    let server = Server::start();
    let tenants = server.command_line(&["tenant", "list", "--json"]).succeeded().json();
    let tenant = tenants[0]["id"].as_str().expect("an id").to_owned();
    let client = server.anonymous();
    let chat = async |origin: &str| {
        let request = client.request(Method::POST, "/api/chat").json(&json!({ "message": "Hello" }));
        let answer = client.send(request.header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{origin}");
        answer.status
    };
    let set = |arguments: &[&str]| server.command_line(&[&["tenant", "set", &tenant, "--json"], arguments].concat());
    assert_eq!(chat("https://anywhere.example").await, 200);

    let origins = ["--allowed-origin", "https://Shop.example/", "--allowed-origin", "http://localhost:3000"];
    let changed = set(&origins).succeeded().json();
    assert_eq!(changed["allowedOrigins"], json!(["https://shop.example", "http://localhost:3000"]));
    assert_eq!(chat("https://shop.example").await, 200);
    assert_eq!(chat("http://localhost:3000").await, 200);
    assert_eq!(chat("https://anywhere.example").await, 403);
    assert_eq!(chat("null").await, 403);

    for wrong in [&["--allowed-origin", "shop.example"][..], &["--allowed-origin", "https://shop.example/path"], &[]] {
        let refused = set(wrong);
        assert!(!refused.success && !refused.stderr.trim().is_empty(), "{wrong:?}");
    }
    assert_eq!(set(&["--any-origin"]).succeeded().json()["allowedOrigins"], json!([]));
    assert_eq!(chat("https://anywhere.example").await, 200);
}
