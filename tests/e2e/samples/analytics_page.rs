//! The page on analytics: its four curls, and what the page shows of their answers.

use std::process::Command;

use serde_json::{Value, json};
use synaptiq_tests::{Server, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, samples, shown},
    published,
};

const PAGE: &str = "synaptiq-v1-analytics.txt";

/// The names in a value, all the way down; of a list those of its first item.
fn names(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), names(field))).collect(),
        Value::Array(items) => items.first().map_or(json!([]), |first| json!([names(first)])),
        _ => Value::Null,
    }
}

#[tokio::test]
async fn every_published_curl_of_v1s_analytics_does_what_it_says() {
    let what = "the published curls of v1's analytics";
    let Some(page) = published(PAGE, what) else { return };
    if Tools::find().shell_with_curl(what).is_none() {
        return;
    }
    let commands = samples(&page);
    assert!(commands.iter().all(|sample| sample.language == Language::Curl), "{commands:?}");
    assert_eq!(commands.len(), 4, "the page has other samples than this test knows");
    let [overview, compared, funnel, feed] = &shown(&page)[..] else { panic!("the page shows other answers") };

    let server = Server::start();
    let admin = server.admin();
    // A visitor who wants what is worth a lot, and a lead that qualifies.
    let said = "We need enterprise pricing for 80 seats, please write to odile.brandt@example.com.";
    admin.post("/api/v1/chat", &json!({"message": said, "visitorId": "visitor_page"})).await.expect(200);
    let lead = admin.post("/api/v1/leads", &json!({"email": "ada@example.com"})).await.expect(201).json();
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("an id"));
    admin.patch(&path, &json!({"status": "qualified"})).await.expect(200);

    let folder = TempDir::new().expect("a temporary folder");
    let key = admin.key().expect("made with a key");
    let mut answers: Vec<Value> = Vec::new();
    for (number, sample) in commands.iter().enumerate() {
        let text = sample.text_for(server.address(), key);
        let run = run_script(&mut Command::new("bash"), folder.path(), &format!("{number}.sh"), &text).succeeded();
        answers.push(run.json());
    }
    let [weekly, beside, stages, told] = &answers[..] else { unreachable!("four commands give four answers") };

    assert_eq!(names(weekly), names(overview));
    assert_eq!((&weekly["period"], &weekly["comparison"]), (&overview["period"], &Value::Null));
    let periods = |answer: &Value| -> Vec<Value> {
        answer["timeSeries"].as_array().expect("a series").iter().map(|part| part["period"].clone()).collect()
    };
    assert_eq!(periods(weekly), periods(overview));

    assert_eq!(names(&beside["comparison"]), names(&compared["comparison"]));
    assert_eq!(beside["comparison"]["period"], compared["comparison"]["period"]);

    assert_eq!(names(stages), names(funnel));
    let stage_names = |answer: &Value| -> Vec<Value> {
        answer["stages"].as_array().expect("stages").iter().map(|stage| stage["name"].clone()).collect()
    };
    assert_eq!(stage_names(stages), stage_names(funnel));

    let rows = told["data"].as_array().expect("a feed");
    assert_eq!(told["pagination"]["limit"], 5, "{told}");
    let of = |kind: &str| rows.iter().find(|row| row["type"] == kind).unwrap_or_else(|| panic!("no {kind} in {told}"));
    let published = feed["data"].as_array().expect("a feed");
    let valuable = of("intent.high_value");
    assert_eq!(names(valuable), names(&published[0]), "{valuable}");
    assert_eq!(valuable["metadata"]["intent"], "enterprise_pricing", "{valuable}");
    let qualified = of("lead.qualified");
    assert_eq!(
        (&qualified["metadata"]["previousStatus"], &qualified["metadata"]["newStatus"]),
        (&published[1]["metadata"]["previousStatus"], &published[1]["metadata"]["newStatus"]),
        "{qualified}"
    );
    for name in feed["pagination"].as_object().expect("an object").keys() {
        assert!(!told["pagination"][name].is_null(), "{name} of {told}");
    }
}
