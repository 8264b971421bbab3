//! The app page: its curl samples for the login, and for leads and conversations, their ids
//! replaced by real ones.

use std::process::Command;

use serde_json::{Value, json};
use synaptiq_tests::{Server, ServerSettings, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, Sample, samples},
    published,
};

const PAGE: &str = "synaptiq-app-api.txt";

/// The JSON that the page shows from these words on.
fn shown(page: &str, begin: &str) -> Value {
    let at = page.find(begin).expect("the page shows it");
    let mut values = serde_json::Deserializer::from_str(&page[at..]).into_iter();
    values.next().expect("a value").expect("well-formed")
}

/// Every field that the page shows is there, with a value of the same type.
fn assert_shows(answer: &Value, published: &Value) {
    match published {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert!(!answer[name].is_null(), "{name} of {answer}");
                assert_shows(&answer[name], value);
            }
        }
        Value::Array(items) => {
            let answered = answer.as_array().unwrap_or_else(|| panic!("no list: {answer}"));
            assert!(!answered.is_empty(), "nothing to compare");
            for item in answered {
                assert_shows(item, &items[0]);
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(answer),
            std::mem::discriminant(published),
            "{answer} where the page shows {published}"
        ),
    }
}

#[tokio::test]
async fn every_published_curl_of_apps_leads_and_conversations_does_what_it_says() {
    let what = "the app page's curls of leads and conversations";
    let Some(page) = published(PAGE, what) else { return };
    if Tools::find().shell_with_curl(what).is_none() {
        return;
    }
    let server = Server::start();
    let admin = server.admin();
    let (address, key) = (server.address(), admin.key().expect("made with a key"));
    let all: Vec<Sample> = samples(&page).into_iter().filter(|sample| sample.language == Language::Curl).collect();
    assert_eq!(all.len(), 13, "the page has other samples than this test knows");
    let mine: Vec<String> = all
        .iter()
        .map(|sample| sample.text_for(address, key))
        .filter(|text| text.contains("/leads") || text.contains("/conversations"))
        .collect();
    let [admin_list, list, get, create, update, search, of_lead, conversation] = &mine[..] else {
        panic!("the page has other samples than this test knows: {mine:?}");
    };
    let folder = TempDir::new().expect("a temporary folder");
    let run = |text: &str, id: &str| {
        let whole = text.replace("550e8400-e29b-41d4-a716-446655440000", id);
        let text = whole.replace("550e8400...", id).replace("660e8400...", id);
        run_script(&mut Command::new("bash"), folder.path(), "sample.sh", &text).succeeded().json()
    };

    let created = run(create, "");
    let lead = &created["lead"];
    let id = lead["id"].as_str().expect("a lead has an id").to_owned();
    assert_eq!(
        (&lead["name"], &lead["email"], &lead["company"]),
        (&json!("Jane Smith"), &json!("jane@example.com"), &json!("Acme Corp"))
    );
    // Another lead, so that the search has something to leave out and the list an order.
    let other = json!({"name": "Bo Lind", "email": "bo.lind@example.com", "company": "Lindwerk"});
    admin.post("/api/leads", &other).await.expect(201);

    for sample in [admin_list, list] {
        let listed = run(sample, "");
        assert_shows(&listed, &shown(&page, "{\n\"leads\""));
        let names: Vec<&str> =
            listed["leads"].as_array().expect("a list").iter().filter_map(|lead| lead["name"].as_str()).collect();
        assert_eq!(names, ["Bo Lind", "Jane Smith"], "newest first");
    }
    assert_eq!(run(get, &id), created);
    let found = run(search, "");
    assert_eq!(found, json!({"leads": [lead]}));
    let updated = run(update, &id);
    assert_eq!(
        (&updated["lead"]["status"], &updated["lead"]["qualificationScore"]),
        (&json!("booked"), &json!(92)),
        "{updated}"
    );

    // A visitor of a page who gives that address.
    let turn =
        json!({"message": "I need help handling inbound leads faster. I am jane@example.com.", "visitorId": "v1"});
    server.anonymous().post("/api/chat", &turn).await.expect(200);
    let conversations = run(of_lead, &id);
    let of_jane = conversations["conversations"][0]["id"].as_str().expect("a conversation has an id");
    let read = run(conversation, of_jane);
    assert_shows(&read, &shown(&page, "{\n\"conversation\""));
    assert_eq!(
        (&read["conversation"]["leadId"], &read["conversation"]["channel"]),
        (&json!(id), &json!("web_chat")),
        "{read}"
    );
    let roles: Vec<&str> = read["conversation"]["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|message| message["role"].as_str())
        .collect();
    assert_eq!(roles, ["assistant", "user", "assistant"], "{read}");
}

#[tokio::test]
async fn the_published_login_gives_a_cookie_that_reads_and_from_a_page_of_the_server_writes() {
    let what = "the app page's curl of the login";
    let Some(page) = published(PAGE, what) else { return };
    if Tools::find().shell_with_curl(what).is_none() {
        return;
    }
    let token = "correct-horse-battery-staple";
    let server = ServerSettings::default().with("SYNAPTIQ_ADMIN_TOKEN", token).start();
    let address = server.address();
    let login: Vec<Sample> =
        samples(&page).into_iter().filter(|sample| sample.text().contains("/api/admin/auth")).collect();
    let [login] = &login[..] else { panic!("the page has other samples than this test knows: {login:?}") };
    let folder = TempDir::new().expect("a temporary folder");
    // What a browser does by itself: it keeps cookies and sends them back.
    let browser = "curl() { command curl -sS -b jar -c jar \"$@\"; }";
    let run = |text: &str| {
        let text = format!("{browser}\n{text}");
        run_script(&mut Command::new("bash"), folder.path(), "sample.sh", &text).succeeded().json()
    };
    let leads = format!("curl {address}/api/admin/leads");
    assert_eq!(run(&leads)["code"], "unauthorized");
    let answer = run(&login.text_for(address, "").replace("your-admin-token", "wrong-horse-battery-staple"));
    assert_eq!(answer["code"], "unauthorized", "{answer}");
    let answer = run(&login.text_for(address, "").replace("your-admin-token", token));
    assert_eq!(answer["success"], true, "{answer}");
    assert_eq!(run(&leads), json!({"leads": []}));
    let create = format!(
        "{leads} -H 'Content-Type: application/json' -d '{{\"name\": \"Jane Smith\", \"email\": \"jane@example.com\"}}'"
    );
    assert_eq!(run(&create)["code"], "insufficient_scope", "nothing says that a page of the server asked");
    let created = run(&format!("{create} -H 'Origin: {address}'"));
    assert_eq!(run(&leads), json!({"leads": [created["lead"]]}));
}
