//! The page of code examples: every curl, JavaScript and Python sample.

use serde_json::{Value, json};
use synaptiq_tests::{Client, Finished, Server, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, Sample, samples},
    published,
};

const PAGE: &str = "synaptiq-v1-code-examples.txt";

/// How deep each line of each Python sample stands.
const PYTHON_DEPTHS: [&str; 4] =
    ["000012233223333333443211111", "01222333321111121", "012221121223322111111100110001110", "0011112122332321"];

/// What the samples of one language run against.
struct Stage {
    server: Server,
    admin: Client,
    folder: TempDir,
    samples: Vec<Sample>,
}

impl Stage {
    /// A server with one qualified lead, whose score is 88.
    async fn set(page: &str, language: Language, expected: usize) -> Self {
        let server = Server::start();
        let admin = server.admin();
        let lead = json!({"email": "ines.moreau@example.com", "name": "Inès Moreau", "company": "Quai Neuf"});
        let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
        let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
        admin.patch(&path, &json!({"status": "qualified", "score": 88})).await.expect(200);
        let samples: Vec<Sample> = samples(page).into_iter().filter(|sample| sample.language == language).collect();
        assert_eq!(samples.len(), expected, "the page has other samples than this test knows");
        Self { server, admin, folder: TempDir::new().expect("a temporary folder"), samples }
    }

    fn key(&self) -> &str {
        self.admin.key().expect("made with a key")
    }

    fn text(&self, sample: usize) -> String {
        self.samples[sample].text_for(self.server.address(), self.key())
    }

    async fn conversations(&self) -> Vec<Value> {
        let list = self.admin.get("/api/v1/conversations?limit=100&sortBy=startedAt").await.expect(200).json();
        list["data"].as_array().expect("a list").clone()
    }

    /// The lead of the samples is there once, with everything they sent.
    async fn assert_the_lead_is_there(&self) {
        let found = self.admin.get("/api/v1/leads?limit=100").await.expect(200).json();
        let leads: Vec<&Value> = found["data"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|lead| lead["email"] != "ines.moreau@example.com")
            .collect();
        assert_eq!(leads.len(), 1, "{found}");
        let lead = leads[0];
        for field in ["email", "name", "company", "title", "phone"] {
            assert!(lead[field].as_str().is_some_and(|value| !value.is_empty()), "{field} of {lead}");
        }
        assert_eq!(lead["tags"].as_array().map(Vec::len), Some(2), "{lead}");
        assert_eq!(lead["customFields"].as_object().map(serde_json::Map::len), Some(2), "{lead}");
        assert_eq!(lead["source"], "api", "{lead}");
    }

    /// The samples talked in one conversation: two messages of the visitor and two answers.
    async fn assert_they_talked_in_one_conversation(&self) {
        let conversations = self.conversations().await;
        assert_eq!(conversations.len(), 1, "{conversations:?}");
        assert_eq!(conversations[0]["messageCount"], 4, "{conversations:?}");
    }
}

#[tokio::test]
async fn every_published_curl_sample_does_what_it_says() {
    let what = "the published curl samples";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.shell_with_curl(what).is_none() {
        return;
    }
    let stage = Stage::set(&page, Language::Curl, 3).await;
    let run = |sample: usize| {
        let mut shell = tools.shell_with_curl(what).expect("it was there a moment ago");
        run_script(&mut shell, stage.folder.path(), &format!("{sample}.sh"), &stage.text(sample)).succeeded().json()
    };
    let answers = [run(0), run(1), run(2)];
    assert!(answers[0]["id"].as_str().is_some_and(|id| id.starts_with("lead_")), "{}", answers[0]);
    stage.assert_the_lead_is_there().await;

    assert_eq!(answers[1]["pagination"]["total"], 1, "{}", answers[1]);
    assert_eq!(answers[1]["pagination"]["limit"], 10, "{}", answers[1]);
    assert_eq!(answers[1]["data"][0]["score"], 88, "{}", answers[1]);

    let reply = &answers[2];
    assert_eq!(reply["role"], "assistant", "{reply}");
    assert!(reply["sessionId"].as_str().is_some_and(|session| session.starts_with("sess_")), "{reply}");
    assert!(reply["content"].as_str().is_some_and(|content| !content.is_empty()), "{reply}");
    let conversations = stage.conversations().await;
    assert_eq!(conversations.len(), 1, "{conversations:?}");
    assert_eq!(conversations[0]["id"], reply["conversationId"], "{conversations:?}");
    assert_eq!(conversations[0]["channel"], "api", "{conversations:?}");
}

#[tokio::test]
async fn every_published_javascript_sample_does_what_it_says() {
    let what = "the published JavaScript samples";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.node(what).is_none() {
        return;
    }
    // The fourth is the webhook receiver, which has tests of its own.
    let stage = Stage::set(&page, Language::JavaScript, 5).await;
    let run = |name: &str, text: String| -> Finished {
        let mut node = tools.node(what).expect("it was there a moment ago");
        run_script(&mut node, stage.folder.path(), name, &text)
    };

    let created = run("create.mjs", format!("{}\nawait createLead();\n", stage.text(0))).succeeded();
    assert!(created.stdout.contains("Lead created: lead_"), "{created:?}");
    stage.assert_the_lead_is_there().await;

    let listed = run("list.mjs", format!("{}\nawait listQualifiedLeads();\n", stage.text(1))).succeeded();
    assert!(listed.stdout.contains("Found 1 qualified leads"), "{listed:?}");
    assert!(listed.stdout.contains("- Inès Moreau (Quai Neuf) — Score: 88"), "{listed:?}");

    // A page has a window; node has none.
    let window = "globalThis.window = { location: { pathname: \"/\" } };\n";
    let talked = run("chat.mjs", format!("{window}{}", stage.text(2))).succeeded();
    let sessions: Vec<&str> = talked.stdout.lines().filter(|line| line.starts_with("Session ID: sess_")).collect();
    assert_eq!(sessions.len(), 2, "{talked:?}");
    assert_eq!(sessions[0], sessions[1], "the second message continues the first: {talked:?}");
    stage.assert_they_talked_in_one_conversation().await;

    let definition = stage.text(4);
    let wrapped = run(
        "wrapper.mjs",
        format!("{definition}\nconst all = await synaptiqFetch(\"/leads\");\nconsole.log(all.pagination.total);\n"),
    )
    .succeeded();
    assert_eq!(wrapped.stdout.trim(), "2");
    let lead = "/leads/lead_00000000000000000000000000";
    let missing = run("missing.mjs", format!("{definition}\nawait synaptiqFetch(\"{lead}\");\n"));
    assert!(!missing.success && missing.stderr.contains("[404] not_found: "), "{missing:?}");
}

#[tokio::test]
async fn every_published_python_sample_does_what_it_says() {
    let what = "the published Python samples";
    let Some(page) = published(PAGE, what) else { return };
    let tools = Tools::find();
    if tools.python(what).is_none() {
        return;
    }
    let stage = Stage::set(&page, Language::Python, PYTHON_DEPTHS.len()).await;
    let text =
        |sample: usize| stage.samples[sample].indented_for(PYTHON_DEPTHS[sample], stage.server.address(), stage.key());
    // The first sample imports and names what the others use.
    let run = |name: &str, sample: usize, call: &str| -> Finished {
        let before = if sample == 0 { String::new() } else { text(0) };
        let mut python = tools.python(what).expect("it was there a moment ago");
        python.env("PYTHONIOENCODING", "utf-8");
        run_script(&mut python, stage.folder.path(), name, &format!("{before}\n{}\n{call}\n", text(sample)))
    };

    let created = run("create.py", 0, "create_lead()").succeeded();
    assert!(created.stdout.contains("Lead created: lead_"), "{created:?}");
    stage.assert_the_lead_is_there().await;

    let listed = run("list.py", 1, "list_qualified_leads()").succeeded();
    assert!(listed.stdout.contains("Found 1 qualified leads"), "{listed:?}");
    assert!(listed.stdout.contains(" - Inès Moreau (Quai Neuf) — Score: 88"), "{listed:?}");

    let talked = run("chat.py", 2, "").succeeded();
    let sessions: Vec<&str> = talked.stdout.lines().filter(|line| line.starts_with("Session: sess_")).collect();
    assert_eq!(sessions.len(), 2, "{talked:?}");
    assert_eq!(sessions[0], sessions[1], "the second message continues the first: {talked:?}");
    stage.assert_they_talked_in_one_conversation().await;

    let wrapped = run("wrapper.py", 3, "print(synaptiq_request(\"GET\", \"/leads\")[\"pagination\"][\"total\"])");
    assert_eq!(wrapped.succeeded().stdout.trim(), "2");
    let missing = run("missing.py", 3, "synaptiq_request(\"GET\", \"/leads/lead_00000000000000000000000000\")");
    assert!(!missing.success && missing.stdout.contains("[404] not_found: "), "{missing:?}");
}
