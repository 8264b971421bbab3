//! Figures of periods in v1 (contract § 9).

use serde_json::{Value, json};
use synaptiq_domain::{
    access::{KeyKind, PermissionSet},
    analytics::{Visit, VisitNote},
    changes::{Change, Changes},
    conversation::{Channel, VisitorId},
    lead::{FirstConversation, LeadStatus, Score, StatusChange},
    money::Money,
    time::Timestamp,
    use_cases::{CreateKey, create_key},
};
use synaptiq_testkit::fixtures;
use time::Duration;

use crate::stage::Stage;

async fn get(stage: &Stage, path: &str) -> Value {
    let seen = stage.ask("GET", path).seen().await;
    assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    seen.json()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("an instant")
}

/// What happened in some days, in numbers.
struct Weeks {
    /// An instant of the first of these days.
    from: &'static str,
    conversations: u32,
    leads: u32,
    qualified: u32,
}

/// Numbers for the fixtures, none of which is given twice.
struct Numbers(u32);

impl Numbers {
    fn take(&mut self, count: u32) -> std::ops::Range<u32> {
        self.0 += count;
        self.0 - count..self.0
    }
}

/// Conversations, leads and qualified leads of some days: the first conversations are the leads'.
async fn commit_weeks(stage: &Stage, numbers: &mut Numbers, weeks: &Weeks) -> Vec<synaptiq_domain::lead::Lead> {
    let view = stage.services.store.tenant_view(stage.scope).await.expect("a store").expect("a tenant");
    let begun = at(weeks.from);
    let mut changes = Changes::default();
    for (nth, n) in numbers.take(weeks.conversations).enumerate() {
        let mut conversation = fixtures::conversation(n, view.default_assistant().id);
        (conversation.started_at, conversation.created_at, conversation.last_message_at) = (begun, begun, begun);
        // Two fifths have nine messages and the others eight: 8.4 on average.
        conversation.message_count = if nth % 5 < 2 { 9 } else { 8 };
        conversation.responses = 4;
        conversation.response_millis = 4 * 1_200;
        // 12 of a hundred.
        conversation.was_handed_off = nth % 100 < 12;
        changes.conversations.push(Change::created(conversation));
    }
    let mut leads = Vec::new();
    for (nth, n) in numbers.take(weeks.leads).enumerate() {
        let mut lead = fixtures::lead(n);
        (lead.created_at, lead.first_seen_at, lead.updated_at) = (begun, begun, begun);
        lead.first_conversation = Some(FirstConversation { channel: Channel::WebChat, at: begun });
        // Three in ten have 55 and the others 54: 54.3 on average.
        lead.score = Score::clamped(if nth % 10 < 3 { 55 } else { 54 });
        lead.status_history = vec![StatusChange { status: LeadStatus::New, at: begun }];
        lead.estimated_deal_size = None;
        if nth < weeks.qualified as usize {
            lead.status = LeadStatus::Qualified;
            lead.qualified_at = Some(begun);
            lead.status_history.push(StatusChange { status: LeadStatus::Qualified, at: begun });
        }
        leads.push(lead);
    }
    if let Some(first) = leads.first_mut() {
        first.estimated_deal_size = Some(Money::from_minor(21_187_500));
    }
    changes.leads = leads.iter().cloned().map(Change::created).collect();
    stage.services.store.commit(stage.scope, changes).await.expect("committed");
    leads
}

/// The history that the published page shows the figures of.
async fn commit_published(stage: &Stage) {
    stage.clock.set(at("2026-03-31T12:00:00Z"));
    let mut numbers = Numbers(1_000);
    let february = Weeks { from: "2026-02-10T09:00:00Z", conversations: 3_102, leads: 498, qualified: 221 };
    commit_weeks(stage, &mut numbers, &february).await;
    let mut qualified = Vec::new();
    for weeks in [
        Weeks { from: "2026-03-01T00:00:00Z", conversations: 892, leads: 143, qualified: 67 },
        Weeks { from: "2026-03-14T23:59:59.999Z", conversations: 1_021, leads: 168, qualified: 82 },
        Weeks { from: "2026-03-18T10:00:00Z", conversations: 978, leads: 152, qualified: 71 },
        Weeks { from: "2026-03-31T23:59:59.999Z", conversations: 956, leads: 149, qualified: 69 },
    ] {
        let leads = commit_weeks(stage, &mut numbers, &weeks).await;
        qualified.extend(leads.into_iter().filter(|lead| lead.qualified_at.is_some()));
    }
    let mut changes = Changes::default();
    for (nth, before) in qualified.into_iter().take(100).enumerate() {
        // As it was committed.
        let before = synaptiq_domain::lead::Lead { version: 1, ..before };
        let mut after = before.clone();
        let reached = [LeadStatus::Booked, LeadStatus::Converted];
        for status in reached.into_iter().take(if nth < 62 { 2 } else { 1 }) {
            after.status = status;
            after.status_history.push(StatusChange { status, at: at("2026-03-31T10:00:00Z") });
        }
        changes.leads.push(Change::updated(before, after));
    }
    let seen = at("2026-03-20T08:00:00Z");
    changes.visits = (0..18_420)
        .map(|n| VisitNote {
            visit: Visit {
                visitor: VisitorId::parse(&format!("visitor-{n}")).expect("a visitor's id"),
                channel: Channel::WebChat,
                at: seen,
                page: None,
            },
            takes_over: None,
        })
        .collect();
    stage.services.store.commit(stage.scope, changes).await.expect("committed");
}

#[actix_web::test]
async fn every_published_figure_is_answered_to_the_digit() {
    let stage = Stage::new().await;
    commit_published(&stage).await;
    let weekly =
        get(&stage, "/api/v1/analytics/overview?startDate=2026-03-01&endDate=2026-03-31&granularity=week").await;
    assert_eq!(
        weekly,
        json!({
            "period": {"startDate": "2026-03-01", "endDate": "2026-03-31"},
            "summary": {
                "totalConversations": 3847,
                "totalLeads": 612,
                "qualifiedLeads": 289,
                "conversionRate": 0.0751,
                "avgLeadScore": 54.3,
                "avgResponseTime": 1.2,
                "avgMessagesPerConversation": 8.4,
                "handoffRate": 0.12,
                "totalRevenuePipeline": 847_500.00,
            },
            "comparison": null,
            "timeSeries": [
                {"period": "2026-03-01/2026-03-07", "conversations": 892, "leads": 143, "qualifiedLeads": 67, "conversionRate": 0.0751},
                {"period": "2026-03-08/2026-03-14", "conversations": 1021, "leads": 168, "qualifiedLeads": 82, "conversionRate": 0.0803},
                {"period": "2026-03-15/2026-03-21", "conversations": 978, "leads": 152, "qualifiedLeads": 71, "conversionRate": 0.0726},
                {"period": "2026-03-22/2026-03-31", "conversations": 956, "leads": 149, "qualifiedLeads": 69, "conversionRate": 0.0722},
            ],
        })
    );
    // Today is the last of these days, and 30 days before it the first.
    let compared = get(&stage, "/api/v1/analytics/overview?compareWith=previous_period").await;
    assert_eq!(compared["summary"], weekly["summary"]);
    assert_eq!(
        compared["comparison"],
        json!({
            "period": {"startDate": "2026-01-30", "endDate": "2026-02-28"},
            "totalConversations": {"value": 3102, "change": 0.24},
            "totalLeads": {"value": 498, "change": 0.23},
            "qualifiedLeads": {"value": 221, "change": 0.31},
            "conversionRate": {"value": 0.0712, "change": 0.055},
        })
    );
    assert_eq!(compared["timeSeries"].as_array().map(Vec::len), Some(31), "days, where nothing is said");
    let funnel = get(&stage, "/api/v1/analytics/funnel?startDate=2026-03-01&endDate=2026-03-31").await;
    assert_eq!(
        funnel,
        json!({
            "period": {"startDate": "2026-03-01", "endDate": "2026-03-31"},
            "stages": [
                {"name": "Visitors", "count": 18420, "conversionToNext": 0.209},
                {"name": "Engaged (Started Chat)", "count": 3847, "conversionToNext": 0.159},
                {"name": "Lead Captured", "count": 612, "conversionToNext": 0.472},
                {"name": "Qualified", "count": 289, "conversionToNext": 0.346},
                {"name": "Demo Booked", "count": 100, "conversionToNext": 0.620},
                {"name": "Converted", "count": 62, "conversionToNext": null},
            ],
            "overallConversion": 0.00337,
            "topDropoffStage": "Visitors -> Engaged (Started Chat)",
        })
    );
}

fn counts(funnel: &Value) -> Vec<i64> {
    let stages = funnel["stages"].as_array().expect("stages");
    stages.iter().map(|stage| stage["count"].as_i64().expect("a count")).collect()
}

#[actix_web::test]
async fn figures_follow_every_change_at_once_and_stand_on_their_day() {
    let stage = Stage::new().await;
    stage.clock.set(at("2026-03-30T23:00:00Z"));
    let chat = |visitor: &str, message: &str| json!({"message": message, "visitorId": visitor});
    let said = stage.ask("POST", "/api/v1/chat").json(&chat("v1", "hello, email:a@example.com")).seen().await;
    assert_eq!(said.status, 200, "{}", said.text());
    let chatted = said.json()["leadId"].as_str().expect("a lead").to_owned();
    let form = json!({"email": "b@example.com", "source": "form"});
    let formed = stage.ask("POST", "/api/v1/leads").json(&form).seen().await.json();
    let formed = formed["id"].as_str().expect("an id").to_owned();
    let overview = get(&stage, "/api/v1/analytics/overview?startDate=2026-03-30&endDate=2026-03-31").await;
    assert_eq!(overview["timeSeries"][0]["leads"], 2);
    assert_eq!(overview["summary"]["qualifiedLeads"], 0);

    stage.clock.advance(Duration::hours(2));
    for id in [&chatted, &formed] {
        let patched = stage
            .ask("PATCH", &format!("/api/v1/leads/{id}"))
            .json(&json!({"status": "converted", "estimatedDealSize": 1250.5}))
            .seen()
            .await;
        assert_eq!(patched.status, 200, "{}", patched.text());
    }
    let overview = get(&stage, "/api/v1/analytics/overview?startDate=2026-03-30&endDate=2026-03-31").await;
    let series = &overview["timeSeries"];
    assert_eq!((&series[0]["leads"], &series[0]["qualifiedLeads"]), (&json!(2), &json!(0)));
    assert_eq!(
        (&series[1]["leads"], &series[1]["qualifiedLeads"]),
        (&json!(0), &json!(2)),
        "they converted a day later"
    );
    assert_eq!(series[1]["conversionRate"], json!(0.0), "a rate over nothing");
    assert_eq!(overview["summary"]["totalRevenuePipeline"], json!(2501.0));

    let funnel = |filter: &str| format!("/api/v1/analytics/funnel?startDate=2026-03-30&endDate=2026-03-31{filter}");
    assert_eq!(counts(&get(&stage, &funnel("")).await), [1, 1, 2, 2, 0, 2], "whoever converts need not have booked");
    assert_eq!(counts(&get(&stage, &funnel("&channel=api")).await), [1, 1, 1, 1, 0, 1]);
    assert_eq!(counts(&get(&stage, &funnel("&source=form")).await), [1, 1, 1, 1, 0, 1], "visitors have no source");
    assert_eq!(counts(&get(&stage, &funnel("&channel=slack")).await), [0; 6]);

    let deleted = stage.ask("DELETE", &format!("/api/v1/leads/{formed}")).seen().await;
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    assert_eq!(counts(&get(&stage, &funnel("")).await), [1, 1, 1, 1, 0, 1]);
}

#[actix_web::test]
async fn figures_of_nothing_are_zeros_and_nulls() {
    let stage = Stage::new().await;
    let day = "startDate=2026-01-01&endDate=2026-01-01";
    let overview = get(&stage, &format!("/api/v1/analytics/overview?{day}&compareWith=previous_year")).await;
    assert_eq!(overview["period"], json!({"startDate": "2026-01-01", "endDate": "2026-01-01"}));
    assert_eq!(overview["summary"]["conversionRate"], json!(0.0));
    assert_eq!(overview["summary"]["totalRevenuePipeline"], json!(0.0));
    assert_eq!(
        overview["timeSeries"],
        json!([{"period": "2026-01-01/2026-01-01", "conversations": 0, "leads": 0, "qualifiedLeads": 0, "conversionRate": 0.0}])
    );
    assert_eq!(overview["comparison"]["period"], json!({"startDate": "2025-01-01", "endDate": "2025-01-01"}));
    assert_eq!(overview["comparison"]["conversionRate"], json!({"value": 0.0, "change": null}));
    let funnel = get(&stage, &format!("/api/v1/analytics/funnel?{day}")).await;
    assert_eq!(counts(&funnel), [0; 6]);
    assert!(funnel["stages"].as_array().expect("stages").iter().all(|stage| stage["conversionToNext"].is_null()));
    assert_eq!((&funnel["overallConversion"], &funnel["topDropoffStage"]), (&json!(0.0), &json!(null)));
}

#[actix_web::test]
async fn i1_a_wrong_range_or_word_is_told_with_its_parameter() {
    let stage = Stage::new().await;
    for (path, status, code, param) in [
        ("overview?startDate=1.3.2026", 400, "invalid_request", "startDate"),
        ("overview?endDate=2026-02-30", 400, "invalid_request", "endDate"),
        ("overview?startDate=2025-12-02&endDate=2025-12-01", 400, "invalid_request", "startDate"),
        ("overview?endDate=2025-11-01", 400, "invalid_request", "endDate"),
        ("overview?granularity=hour", 400, "invalid_request", "granularity"),
        ("overview?compareWith=last_week", 400, "invalid_request", "compareWith"),
        ("overview?startDate=2024-01-01&endDate=2025-01-01", 422, "unprocessable", "startDate"),
        ("overview?startDate=0001-01-01", 422, "unprocessable", "startDate"),
        ("funnel?startDate=2024-01-01&endDate=2025-01-01", 422, "unprocessable", "startDate"),
        ("funnel?channel=fax", 400, "invalid_request", "channel"),
        ("funnel?source=web", 400, "invalid_request", "source"),
        ("activity?startDate=2024-01-01&endDate=2025-01-01", 422, "unprocessable", "startDate"),
        ("activity?endDate=2025-12-01", 400, "invalid_request", "endDate"),
        ("activity?type=lead.updated", 400, "invalid_request", "type"),
        ("activity?limit=101", 400, "invalid_request", "limit"),
        ("activity?format=xml", 400, "invalid_request", "format"),
    ] {
        let seen = stage.ask("GET", &format!("/api/v1/analytics/{path}")).seen().await;
        let error = &seen.json()["error"];
        assert_eq!(
            (seen.status, &error["code"], &error["param"]),
            (status, &json!(code), &json!(param)),
            "{path}: {}",
            seen.text()
        );
    }
    let longest = stage.ask("GET", "/api/v1/analytics/overview?startDate=2024-01-01&endDate=2024-12-31").seen().await;
    assert_eq!((longest.status, longest.json()["timeSeries"].as_array().map(Vec::len)), (200, Some(366)));
}

#[actix_web::test]
async fn t5_figures_of_a_sandbox_and_of_another_company_are_their_own() {
    let stage = Stage::new().await;
    let lead = json!({"email": "a@example.com"});
    assert_eq!(stage.ask("POST", "/api/v1/leads").json(&lead).seen().await.status, 201);
    let test = stage.key_with(KeyKind::Test, "admin").await;
    let other = stage.another_key().await;
    for key in [&test, &other] {
        for (path, figure) in [("overview", "/summary/totalLeads"), ("activity", "/pagination/total")] {
            let bearer = format!("Bearer {key}");
            let path = format!("/api/v1/analytics/{path}");
            let seen = stage.ask_publicly("GET", &path).header("authorization", &bearer).seen().await;
            assert_eq!((seen.status, seen.json().pointer(figure)), (200, Some(&json!(0))), "{}", seen.text());
        }
    }
    let bearer = format!("Bearer {test}");
    let made = stage.ask_publicly("POST", "/api/v1/leads").header("authorization", &bearer).json(&lead).seen().await;
    assert_eq!(made.status, 201);
    let seen = stage.ask_publicly("GET", "/api/v1/analytics/overview").header("authorization", &bearer).seen().await;
    assert_eq!(seen.json()["summary"]["totalLeads"], 1, "a sandbox counts what happens in it");
    assert_eq!(get(&stage, "/api/v1/analytics/overview").await["summary"]["totalLeads"], 1, "and nothing beyond it");
}

#[actix_web::test]
async fn analytics_count_against_the_plans_limit_of_analytics() {
    let stage = Stage::new().await;
    let command = CreateKey {
        name: "Starter".to_owned(),
        kind: KeyKind::Live,
        permissions: "analytics:read".parse().expect("a scope"),
        plan: Some("starter".to_owned()),
    };
    let key = create_key(&stage.services, stage.scope, PermissionSet::all(), command, None).await.expect("a key");
    let bearer = format!("Bearer {}", key.secret.reveal());
    for path in ["overview", "funnel", "activity"] {
        let path = format!("/api/v1/analytics/{path}");
        let seen = stage.ask_publicly("GET", &path).header("authorization", &bearer).seen().await;
        assert_eq!((seen.status, seen.header("x-ratelimit-limit")), (200, Some("20")), "{path}");
    }
}
