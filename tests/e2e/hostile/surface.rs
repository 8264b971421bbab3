//! Every place of v1 and of app where a caller may put something, read from the `OpenAPI`
//! documents that the server gives of itself.

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use synaptiq_tests::{Client, Server, encoded};

/// A place for a value.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) place: Place,
    /// The body that the document shows as an example.
    body: Value,
    /// Whether it is asked with a session rather than a key.
    of_visitor: bool,
    /// Whether it is asked with a key.
    of_team: bool,
}

/// Where the value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Body(String),
    Query(String),
    Path,
}

/// A server with one of everything, and who may do what there.
pub(super) struct Surface {
    pub(super) server: Server,
    pub(super) admin: Client,
    visitor: Client,
    session: String,
    pub(super) targets: Vec<Target>,
}

impl Surface {
    pub(super) async fn open() -> Self {
        let server = Server::start();
        let (admin, visitor) = (server.admin(), server.anonymous());
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned();
        let lead = admin.post("/api/v1/leads", &json!({ "email": "target@example.com" })).await.expect(201).json();
        let turn = json!({ "message": "Hello", "visitorId": "v1" });
        let chat = admin.post("/api/v1/chat", &turn).await.expect(200).json();
        // Switched off, so that what is made here is not delivered anywhere.
        let hook = json!({ "url": "https://example.com/", "events": ["lead.created"], "active": false });
        let hook = admin.post("/api/v1/webhooks", &hook).await.expect(201).json();
        let faq = json!({ "title": "FAQ", "content": "Q: Are you open?\nA: Yes." });
        let document = admin.post("/api/v1/knowledge", &faq).await.expect(201).json();
        let greeted = visitor.post("/api/chat", &json!({ "message": "Hello" })).await.expect(200).json();
        let ids = [
            ("leads", text(&lead["id"])),
            ("conversations", text(&chat["conversationId"])),
            ("webhooks", text(&hook["id"])),
            ("knowledge", text(&document["id"])),
            ("keys", "key_00000000000000000000000000".to_owned()),
        ];
        let mut targets = Vec::new();
        for document in ["/api/v1/openapi.json", "/api/openapi.json", "/syrus/api/v1/openapi.json"] {
            let document = admin.get(document).await.expect(200).json();
            for (path, item) in document["paths"].as_object().expect("paths") {
                let id = ids.iter().find(|(part, _)| path.contains(&format!("/{part}/{{id}}"))).map(|(_, id)| id);
                for (method, operation) in item.as_object().expect("operations") {
                    targets.extend(targets_of(&document, path, id, method, operation));
                }
            }
        }
        let session = text(&greeted["sessionId"]);
        Self { server, admin, visitor, session, targets }
    }

    /// A request with a value in this place.
    pub(super) fn request(&self, target: &Target, value: &Value) -> RequestBuilder {
        let as_text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let path = match &target.place {
            Place::Query(name) => format!("{}?{name}={}", target.path, encoded(as_text())),
            Place::Path => target.path.replace("{id}", &encoded(as_text())),
            Place::Body(_) => target.path.clone(),
        };
        let visitor = &self.visitor;
        let request = if target.of_visitor {
            let session = format!("Session {}", self.session);
            visitor.request(target.method.clone(), &path).header("Authorization", session)
        } else if target.of_team {
            self.admin.request(target.method.clone(), &path)
        } else {
            visitor.request(target.method.clone(), &path)
        };
        match &target.place {
            Place::Body(name) => {
                let mut body = target.body.clone();
                body[name.as_str()] = value.clone();
                request.json(&body)
            }
            Place::Query(_) | Place::Path if target.body.is_object() => request.json(&target.body),
            Place::Query(_) | Place::Path => request,
        }
    }

    /// What the server must still be after all of it: alive, without a panic, its lists readable.
    pub(super) async fn check_alive(&self) {
        self.admin.get("/api/health").await.expect(200);
        for path in ["/api/v1/leads", "/api/v1/conversations", "/api/v1/webhooks", "/api/v1/knowledge", "/api/v1/keys"]
        {
            for page in 1.. {
                let paged = if path.ends_with("leads") || path.ends_with("conversations") {
                    format!("{path}?limit=100&page={page}")
                } else {
                    path.to_owned()
                };
                let list = self.admin.get(&paged).await.expect(200).json();
                if list["pagination"]["hasMore"] != json!(true) {
                    break;
                }
            }
        }
        let output = self.server.output();
        let panics: Vec<&str> = output.lines().filter(|line| line.contains("panicked")).collect();
        assert!(panics.is_empty(), "{panics:?}");
    }
}

fn targets_of(document: &Value, path: &str, id: Option<&String>, method: &str, operation: &Value) -> Vec<Target> {
    let filled = id.map_or_else(|| path.to_owned(), |id| path.replace("{id}", id)).replace("{deliveryId}", "dlv_x");
    let content = &operation["requestBody"]["content"]["application/json"];
    let mut body = content["example"].clone();
    if path == "/api/v1/webhooks" && body.is_object() {
        body["active"] = json!(false);
    }
    let target = |path: &str, place: Place| Target {
        method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
        path: path.to_owned(),
        place,
        body: body.clone(),
        of_visitor: operation["security"][0].get("session").is_some(),
        of_team: operation["security"][0].get("key").is_some(),
    };
    let mut targets = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name").to_owned();
        if parameter["in"] == "query" {
            targets.push(target(&filled, Place::Query(name)));
        } else if name == "id" {
            targets.push(target(path, Place::Path));
        }
    }
    if content.is_object() {
        let properties = properties_of(document, &content["schema"]);
        assert!(!properties.is_empty(), "{method} {path} has a body without fields");
        targets.extend(properties.keys().map(|name| target(&filled, Place::Body(name.clone()))));
    }
    targets
}

fn properties_of<'a>(document: &'a Value, schema: &'a Value) -> &'a Map<String, Value> {
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).expect("a reference");
    document["components"]["schemas"][name]["properties"].as_object().expect("an object's schema")
}
