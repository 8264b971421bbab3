//! Who is counted as a visitor (contract §§ 9, 12), as the funnel tells it.

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Answer, Client, Server, ServerSettings};

/// The figure of the funnel's first stage over the last 30 days.
async fn visitors(team: &Client) -> u64 {
    let funnel = team.get("/api/v1/analytics/funnel").await.expect(200).json();
    assert_eq!(funnel["stages"][0]["name"], "Visitors", "{funnel}");
    funnel["stages"][0]["count"].as_u64().unwrap_or_else(|| panic!("a count: {funnel}"))
}

/// Somebody at an address, with a browser.
struct Person {
    client: Client,
    address: &'static str,
    browser: &'static str,
}

impl Person {
    fn at(server: &Server, address: &'static str, browser: &'static str) -> Self {
        Self { client: server.anonymous(), address, browser }
    }

    async fn send(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.request(Method::POST, path).json(body);
        let request = request.header("X-Forwarded-For", self.address).header("User-Agent", self.browser);
        self.client.send(request).await
    }

    async fn visit(&self, body: &Value) {
        let answer = self.send("/api/widget/visit", body).await.expect(200);
        assert_eq!(answer.text, r#"{"success":true}"#, "whoever was seen before");
        assert_eq!(answer.header("set-cookie"), None, "nothing is stored in the browser");
    }

    async fn say(&self, body: &Value) -> Value {
        self.send("/api/chat", body).await.expect(200).json()
    }
}

/// A server behind a proxy on this machine.
fn server() -> Server {
    ServerSettings::default().with("SYNAPTIQ_TRUSTED_PROXIES", "127.0.0.0/8").start()
}

fn assert_counted_right(server: &Server) {
    let report = server.command_line(&["doctor", "--recount", "--json"]).succeeded().json();
    assert_eq!(report["ok"], json!(true), "{report}");
}

#[tokio::test]
async fn a_visitor_who_loads_twice_and_then_chats_is_one() {
    let server = server();
    let team = server.admin();
    let ann = Person::at(&server, "192.0.2.1", "Browser/1.0");
    for page in ["https://acme.example/", "https://acme.example/pricing"] {
        ann.visit(&json!({ "page": page })).await;
    }
    assert_eq!(visitors(&team).await, 1);
    let first = ann.say(&json!({ "message": "Hello" })).await;
    let on = json!({ "message": "And?", "sessionId": first["sessionId"], "visitorId": first["visitorId"] });
    ann.say(&on).await;
    ann.visit(&json!({ "visitorId": first["visitorId"], "page": "/contact" })).await;
    assert_eq!(visitors(&team).await, 1);

    let other = Person::at(&server, "192.0.2.1", "Telephone/2.0");
    other.visit(&json!({})).await;
    assert_eq!(visitors(&team).await, 2, "two agents at one address are two");
    Person::at(&server, "192.0.2.2", "Browser/1.0").visit(&json!({})).await;
    assert_eq!(visitors(&team).await, 3, "and so is one agent at two addresses");
    assert_counted_right(&server);
}

#[tokio::test]
async fn a_page_with_a_key_and_a_server_with_one_count_whom_they_name() {
    let server = server();
    let team = server.admin();
    let reader = Person::at(&server, "192.0.2.7", "Browser/1.0");
    reader.visit(&json!({})).await;
    let page = Person { client: server.client(&server.create_key_of("publishable", "chat:write")), ..reader };
    page.send("/api/v1/chat", &json!({ "message": "Hello", "visitorId": "v7" })).await.expect(200);
    assert_eq!(visitors(&team).await, 1, "who opened the page is who writes in it");
    let servers = json!({ "message": "Hello", "visitorId": "v8" });
    team.post("/api/v1/chat", &servers).await.expect(200);
    team.post("/api/v1/chat", &servers).await.expect(200);
    assert_eq!(visitors(&team).await, 2, "a server's address is nobody's");

    let test = server.client(&server.create_key_of("test", "admin"));
    test.post("/api/v1/chat", &servers).await.expect(200);
    assert_eq!((visitors(&team).await, visitors(&test).await), (2, 1), "what is tried out counts in the sandbox");
    assert_counted_right(&server);
}

#[tokio::test]
async fn a_visit_counts_for_the_tenant_it_names_and_a_wrong_one_says_what_is_wrong() {
    let server = server();
    let made = server.command_line(&["tenant", "create", "--name", "Other", "--json"]).succeeded().json();
    let tenant = made["id"].as_str().expect("an id").to_owned();
    let arguments =
        ["key", "create", "--kind", "live", "--scopes", "admin", "--name", "o", "--tenant", &tenant, "--json"];
    let key = server.command_line(&arguments).succeeded().json()["key"].as_str().expect("a key").to_owned();
    let (mine, other) = (server.admin(), server.client(&key));
    let ann = Person::at(&server, "192.0.2.1", "Browser/1.0");
    ann.visit(&json!({ "tenantId": tenant })).await;
    assert_eq!((visitors(&mine).await, visitors(&other).await), (0, 1));

    let unknown = ann.send("/api/widget/visit", &json!({ "tenantId": "nobody" })).await.expect(404).json();
    assert_eq!(unknown["code"], "not_found", "{unknown}");
    for (body, field) in [
        (json!({ "visitorId": "" }), "visitorId"),
        (json!({ "page": 7 }), "page"),
        (json!({ "channel": "fax" }), "channel"),
        (json!({ "agentId": [] }), "agentId"),
    ] {
        let refused = ann.send("/api/widget/visit", &body).await.expect(400).json();
        assert_eq!((&refused["code"], &refused["param"]), (&json!("invalid_request"), &json!(field)), "{refused}");
    }
    assert_eq!((visitors(&mine).await, visitors(&other).await), (0, 1));
}

#[tokio::test]
async fn a_visit_sent_again_with_its_idempotency_key_gets_its_answer_again() {
    let server = server();
    let client = server.anonymous();
    let ask = async |visitor: &str| {
        let request = client.request(Method::POST, "/api/widget/visit").header("Idempotency-Key", "visit 1");
        client.send(request.json(&json!({ "visitorId": visitor }))).await
    };
    let (first, again) = (ask("v1").await.expect(200), ask("v1").await.expect(200));
    assert_eq!((&first.text, again.header("idempotent-replayed")), (&again.text, Some("true")));
    ask("v2").await.expect(422);
    assert_eq!(visitors(&server.admin()).await, 1);
}
