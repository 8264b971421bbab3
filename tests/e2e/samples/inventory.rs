//! Which test runs which published sample. A sample that is new on a page, or a test that is gone,
//! fails here.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    page::{Language, samples},
    published,
};

const V1_EXAMPLES: &str = "synaptiq-v1-code-examples.txt";
const V1_CONVERSATIONS: &str = "synaptiq-v1-conversations.txt";
const V1_ANALYTICS: &str = "synaptiq-v1-analytics.txt";
const APP: &str = "synaptiq-app-api.txt";
const SYRUS: &str = "syrus-chat-v1.txt";
const PAGES: [&str; 5] = [V1_EXAMPLES, V1_CONVERSATIONS, V1_ANALYTICS, APP, SYRUS];

/// A page, what asks the API there, and the test that runs it.
type Run = (&'static str, &'static str, &'static str);

const V1_CURLS: &str = "every_published_curl_sample_does_what_it_says";
const CONVERSATIONS: &str = "every_published_conversation_sample_is_answered_as_the_page_shows";
const ANALYTICS: &str = "every_published_curl_of_v1s_analytics_does_what_it_says";
const APP_LEADS: &str = "every_published_curl_of_apps_leads_and_conversations_does_what_it_says";
const APP_KNOWLEDGE: &str = "every_published_curl_of_the_knowledge_base_does_what_it_says";
const SYRUS_CURLS: &str = "every_published_syrus_sample_is_answered_as_the_page_shows";

/// Every curl: method and address without the host.
const CURLS: [Run; 27] = [
    (V1_EXAMPLES, "POST /api/v1/leads", V1_CURLS),
    (V1_EXAMPLES, "GET /api/v1/leads?status=qualified&sortBy=score&sortOrder=desc&limit=10", V1_CURLS),
    (V1_EXAMPLES, "POST /api/v1/chat", V1_CURLS),
    (V1_CONVERSATIONS, "GET /api/v1/conversations?status=active&limit=5&sortBy=lastMessageAt", CONVERSATIONS),
    (V1_CONVERSATIONS, "GET /api/v1/conversations/conv_01HQ7ABC2DEF3GHI4JKL5MNO6P?messageLimit=10", CONVERSATIONS),
    (V1_CONVERSATIONS, "GET /api/v1/conversations?leadId=lead_01HQ3VXK9BWMN4F6T2P8R5GYSC", CONVERSATIONS),
    (
        V1_CONVERSATIONS,
        "GET /api/v1/conversations?startDate=2026-04-01T00:00:00Z&endDate=2026-04-05T23:59:59Z&status=closed",
        CONVERSATIONS,
    ),
    (
        V1_ANALYTICS,
        "GET /api/v1/analytics/overview?startDate=2026-03-01&endDate=2026-03-31&granularity=week",
        ANALYTICS,
    ),
    (
        V1_ANALYTICS,
        "GET /api/v1/analytics/overview?startDate=2026-03-01&endDate=2026-03-31&compareWith=previous_period",
        ANALYTICS,
    ),
    (V1_ANALYTICS, "GET /api/v1/analytics/funnel?startDate=2026-03-01&endDate=2026-03-31", ANALYTICS),
    (V1_ANALYTICS, "GET /api/v1/analytics/activity?type=lead.qualified,intent.high_value&limit=5", ANALYTICS),
    (APP, "GET /api/admin/leads", APP_LEADS),
    (APP, "POST /api/admin/auth", "the_published_login_gives_a_cookie_that_reads_and_from_a_page_of_the_server_writes"),
    (APP, "GET /api/leads", APP_LEADS),
    (APP, "GET /api/leads/550e8400-e29b-41d4-a716-446655440000", APP_LEADS),
    (APP, "POST /api/admin/leads", APP_LEADS),
    (APP, "PATCH /api/leads/550e8400...", APP_LEADS),
    (APP, "GET /api/leads?q=acme", APP_LEADS),
    (APP, "GET /api/leads/550e8400.../conversations", APP_LEADS),
    (APP, "GET /api/conversations/660e8400...", APP_LEADS),
    (APP, "POST /api/admin/knowledge-base", APP_KNOWLEDGE),
    (APP, "GET /api/admin/knowledge-base", APP_KNOWLEDGE),
    (APP, "DELETE /api/admin/knowledge-base/doc-id", APP_KNOWLEDGE),
    (APP, "GET /api/analytics/overview", "the_published_curl_of_analytics_does_what_it_says"),
    (SYRUS, "GET /api/v1/leads", SYRUS_CURLS),
    (SYRUS, "GET /api/v1/leads?since=2026-04-01T00:00:00Z", SYRUS_CURLS),
    (SYRUS, "POST /api/v1/webhooks", SYRUS_CURLS),
];

const JAVASCRIPT: &str = "every_published_javascript_sample_does_what_it_says";
const PYTHON: &str = "every_published_python_sample_does_what_it_says";

/// Every JavaScript and Python sample that talks to the API or is talked to: the line it begins with.
const PROGRAMS: [Run; 10] = [
    (V1_EXAMPLES, "async function createLead() {", JAVASCRIPT),
    (V1_EXAMPLES, "def create_lead():", PYTHON),
    (V1_EXAMPLES, "async function listQualifiedLeads() {", JAVASCRIPT),
    (V1_EXAMPLES, "def list_qualified_leads():", PYTHON),
    (V1_EXAMPLES, "async function sendChatMessage(message, visitorId, sessionId = null) {", JAVASCRIPT),
    (V1_EXAMPLES, "def send_chat_message(message, visitor_id, session_id=None):", PYTHON),
    (
        V1_EXAMPLES,
        "const express = require(\"express\");",
        "the_published_express_receiver_accepts_and_reads_every_event_that_it_handles",
    ),
    (V1_EXAMPLES, "async function synaptiqFetch(path, options = {}) {", JAVASCRIPT),
    (V1_EXAMPLES, "def synaptiq_request(method, path, **kwargs):", PYTHON),
    (APP, "import crypto from 'crypto';", "the_published_verify_webhook_accepts_real_deliveries_and_no_changed_byte"),
];

/// Method and address of a command, without the host.
fn request(curl: &str) -> String {
    let method = curl.split_once("-X ").map_or("GET", |(_, rest)| rest.split_whitespace().next().unwrap_or_default());
    let (_, address) = curl.split_once("https://").expect("the command names an address");
    let address = address.split(['"', ' ', '\n']).next().unwrap_or_default();
    format!("{method} {}", &address[address.find('/').expect("a path follows the host")..])
}

fn begins_a_program(line: &str) -> bool {
    ["async function ", "def ", "const express", "import crypto"].iter().any(|begin| line.starts_with(begin))
}

#[test]
fn every_published_sample_is_run_by_a_test_and_every_such_test_is_there() {
    let mut found = BTreeSet::new();
    for name in PAGES {
        let Some(page) = published(name, "the inventory of published samples") else { return };
        let curls = samples(&page).into_iter().filter(|sample| sample.language == Language::Curl);
        found.extend(curls.map(|curl| (name, request(&curl.text()))));
        found.extend(page.lines().filter(|line| begins_a_program(line)).map(|line| (name, line.to_owned())));
    }
    let known: BTreeSet<(&str, String)> =
        CURLS.iter().chain(&PROGRAMS).map(|(page, sample, _)| (*page, (*sample).to_owned())).collect();
    assert_eq!(known.len(), CURLS.len() + PROGRAMS.len(), "each stands there once");
    assert_eq!(found, known);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/samples");
    let sources: Vec<String> = fs::read_dir(folder)
        .expect("this file is there")
        .map(|entry| fs::read_to_string(entry.expect("listed").path()).expect("readable"))
        .collect();
    for (page, sample, test) in CURLS.iter().chain(&PROGRAMS) {
        let definition = format!("\nasync fn {test}() {{");
        assert!(sources.iter().any(|text| text.contains(&definition)), "{page}: {sample}: there is no test {test}");
    }
}
