//! The app page's samples for the knowledge base, analytics and webhooks.

use std::fs;

use serde_json::{Value, json};
use synaptiq_tests::{Client, Receiver, Server, ServerSettings, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, Sample, samples},
    published,
};

const PAGE: &str = "synaptiq-app-api.txt";

/// The commands of a page that name an address, in order.
fn curls(page: &str, address: &str) -> Vec<Sample> {
    let curls = samples(page).into_iter().filter(|sample| sample.language == Language::Curl);
    curls.filter(|curl| curl.text().contains(address)).collect()
}

/// Runs commands of the page against a server, with its address, a key and an id of its own.
struct Shell<'a> {
    page: &'a str,
    tools: Tools,
    folder: TempDir,
    address: &'a str,
    key: &'a str,
}

impl Shell<'_> {
    fn run(&self, address: &str, which: usize, id: &str) -> Value {
        let curl = &curls(self.page, address)[which];
        let text = curl.text_for(self.address, self.key).replace("doc-id", id);
        assert!(!text.contains("synaptiq.ai"), "{text}");
        self.script(&text)
    }

    fn script(&self, text: &str) -> Value {
        let mut shell = self.tools.shell_with_curl("the app page's curls").expect("it was there a moment ago");
        run_script(&mut shell, self.folder.path(), "sample.sh", text).succeeded().json()
    }
}

/// Whether the chat's answer to a question rests on a document.
async fn is_cited(client: &Client, document: &Value) -> bool {
    let turn = json!({"message": "What is Synaptiq?", "visitorId": "visitor_1"});
    let answer = client.post("/api/v1/chat", &turn).await.expect(200).json();
    let citations = answer["citations"].as_array().expect("citations").clone();
    let in_v1 = client.get("/api/v1/knowledge").await.expect(200).json();
    let document =
        in_v1["data"].as_array().and_then(|all| all.iter().find(|known| known["title"] == document["title"]));
    document.is_some_and(|document| citations.iter().any(|cited| cited["documentId"] == document["id"]))
}

#[tokio::test]
async fn every_published_curl_of_the_knowledge_base_does_what_it_says() {
    let what = "the app page's curls of the knowledge base";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.shell_with_curl(what).is_none() {
        return;
    }
    assert_eq!(curls(&page, "/api/admin/knowledge-base").len(), 3, "the page has other samples than this test knows");
    let server = Server::start();
    let admin = server.admin();
    let key = admin.key().expect("made with a key");
    let folder = TempDir::new().expect("a temporary folder");
    let shell = Shell { page: &page, tools, folder, address: server.address(), key };

    let document = shell.run("/api/admin/knowledge-base", 0, "")["document"].clone();
    assert_eq!(
        (&document["title"], &document["type"], &document["status"]),
        (&json!("Product FAQ"), &json!("faq"), &json!("ready")),
        "{document}"
    );
    assert!(is_cited(&admin, &document).await, "it is answered from at once");
    assert_eq!(shell.run("/api/admin/knowledge-base", 1, ""), json!({"documents": [document]}));
    let id = document["id"].as_str().expect("a document has an id");
    assert_eq!(shell.run("/api/admin/knowledge-base", 2, id), json!({"success": true}));
    assert!(!is_cited(&admin, &document).await, "and nothing is answered from it any more");
    assert_eq!(shell.run("/api/admin/knowledge-base", 1, ""), json!({"documents": []}));
}

#[tokio::test]
async fn files_that_curl_sends_become_documents_that_are_answered_from() {
    let what = "files sent with curl";
    let tools = Tools::find();
    if tools.shell_with_curl(what).is_none() {
        return;
    }
    let server = Server::start();
    let admin = server.admin();
    let key = admin.key().expect("made with a key");
    let folder = TempDir::new().expect("a temporary folder");
    let faq = "# What is Synaptiq?\n\nSynaptiq is an agent that answers the visitors of a website.\n";
    fs::write(folder.path().join("Häufige Fragen.md"), faq).expect("written");
    fs::write(folder.path().join("brochure.pdf"), b"%PDF-1.7\n\xe2\xe3\xcf\xd3").expect("written");
    let shell = Shell { page: "", tools, folder, address: server.address(), key };
    let sent = shell.script(&format!(
        "curl -sS {}/api/admin/knowledge-base -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: one' \
         -F 'file=@Häufige Fragen.md' -F 'file=@brochure.pdf'",
        server.address()
    ));
    let documents = sent["documents"].as_array().expect("outcomes");
    assert_eq!(
        (&documents[0]["title"], &documents[0]["type"]),
        (&json!("Häufige Fragen"), &json!("markdown")),
        "{sent}"
    );
    assert_eq!(
        (&documents[1]["status"], &documents[1]["filename"]),
        (&json!("failed"), &json!("brochure.pdf")),
        "{sent}"
    );
    assert!(is_cited(&admin, &documents[0]).await);
    let again = shell.script(&format!(
        "curl -sS {}/api/admin/knowledge-base -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: one' \
         -F 'file=@Häufige Fragen.md' -F 'file=@brochure.pdf'",
        server.address()
    ));
    assert_eq!(again, sent, "curl delimits the parts anew; it is the same request");
}

#[tokio::test]
async fn the_published_curl_of_analytics_does_what_it_says() {
    let what = "the app page's curl of analytics";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.shell_with_curl(what).is_none() {
        return;
    }
    assert_eq!(curls(&page, "/api/analytics").len(), 1, "the page has other samples than this test knows");
    let server = Server::start();
    let admin = server.admin();
    for (name, status) in [("a", None), ("b", Some("qualified")), ("c", Some("booked")), ("d", Some("lost"))] {
        let lead = json!({"email": format!("{name}@example.com")});
        let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
        if let Some(status) = status {
            let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
            admin.patch(&path, &json!({"status": status})).await.expect(200);
        }
    }
    let turn = json!({"message": "Hello", "visitorId": "visitor_1"});
    admin.post("/api/v1/chat", &turn).await.expect(200);
    let key = admin.key().expect("made with a key");
    let folder = TempDir::new().expect("a temporary folder");
    let shell = Shell { page: &page, tools, folder, address: server.address(), key };
    assert_eq!(
        shell.run("/api/analytics/overview", 0, ""),
        json!({"totalLeads": 4, "totalConversations": 1, "avgMessagesPerConversation": 2.0, "conversionRate": 0.5})
    );
    // What the page shows of the other two has the shape that they have.
    let shown = |from: &str| {
        let at = page.find(from).expect("the page shows it");
        let mut values = serde_json::Deserializer::from_str(&page[at..]).into_iter::<Value>();
        values.next().expect("JSON").expect("well-formed")
    };
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let funnel = admin.get("/api/analytics/funnel").await.expect(200).json();
    let published = shown("{\n\"funnel\"");
    assert_eq!(keys(&funnel["funnel"]), keys(&published["funnel"]));
    assert_eq!(
        funnel["funnel"],
        json!({
            "new": 1, "qualifying": 0, "qualified": 1, "booked": 1, "disqualified": 1, "nurturing": 0,
        })
    );
    let activity = admin.get("/api/analytics/activity").await.expect(200).json();
    let published = shown("{\n\"activity\"");
    let days = activity["activity"].as_array().expect("days");
    assert_eq!(keys(&days[0]), keys(&published["activity"][0]));
    assert_eq!(days.len(), 30);
    // The test may begin on one UTC day and end on the next.
    let of_last_two: u64 = days[28..].iter().filter_map(|day| day["count"].as_u64()).sum();
    assert_eq!(of_last_two, 4, "{activity}");
}

/// The page's `verifyWebhook` with the line that imports what it needs.
fn verify_webhook(page: &str) -> &str {
    let begin = page.find("import crypto from 'crypto';").expect("the page has a receiver");
    let length = page[begin..].find("\n}").expect("the function ends") + 2;
    &page[begin..begin + length]
}

#[tokio::test]
async fn the_published_verify_webhook_accepts_real_deliveries_and_no_changed_byte() {
    let what = "the app page's verifyWebhook";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.node(what).is_none() {
        return;
    }
    let server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start();
    let admin = server.admin();
    let receiver = Receiver::start();
    let wanted = json!({"url": receiver.url(), "events": ["lead.created", "lead.qualified", "lead.deleted"]});
    let endpoint = admin.post("/api/admin/webhooks", &wanted).await.expect(201).json()["webhook"].clone();
    assert_eq!(endpoint["signatureScheme"], "body", "{endpoint}");
    let secret = endpoint["secret"].as_str().expect("a generated secret is shown once");
    let lead = json!({"email": "jane@example.com", "name": "Jänë ✓ \"Smith\"", "company": "Acme Corp"});
    let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
    admin.patch(&path, &json!({"status": "qualified"})).await.expect(200);
    admin.delete(&path).await.expect(200);
    let deliveries = receiver.wait_for(3).await;

    let script = format!(
        "{}\nimport {{ readFileSync }} from 'node:fs';\n\
         const given = JSON.parse(readFileSync(process.argv[1] + '.json', 'utf8'));\n\
         console.log(verifyWebhook(given.body, given.signature, given.secret));\n",
        verify_webhook(&page)
    );
    let folder = TempDir::new().expect("a temporary folder");
    let run = |name: String, body: &str, signature: &str, secret: &str| {
        let given = json!({"body": body, "signature": signature, "secret": secret});
        fs::write(folder.path().join(format!("{name}.json")), given.to_string()).expect("written");
        let mut node = tools.node(what).expect("it was there a moment ago");
        run_script(&mut node, folder.path(), &name, &script).succeeded().stdout.trim().to_owned()
    };
    let mut kinds = Vec::new();
    for (number, delivery) in deliveries.iter().enumerate() {
        let signature = delivery.header("x-synaptiq-signature").expect("it is signed");
        let body = String::from_utf8(delivery.body.clone()).expect("a body is UTF-8");
        assert_eq!(run(format!("{number}.mjs"), &body, signature, secret), "true", "{body}");
        let changed = body.replacen("Corp", "Corq", 1);
        assert_ne!(changed, body);
        assert_eq!(run(format!("{number}-changed.mjs"), &changed, signature, secret), "false");
        assert_eq!(run(format!("{number}-foreign.mjs"), &body, signature, "whsec_foreign"), "false");
        let event = delivery.json();
        assert!(event["timestamp"].is_string() && event["data"]["qualificationScore"].is_number(), "{event}");
        assert_eq!((&event["data"]["email"], &event["data"]["company"]), (&lead["email"], &lead["company"]), "{event}");
        kinds.push(event["event"].as_str().expect("a kind").to_owned());
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["lead.created", "lead.deleted", "lead.qualified"]);
}
