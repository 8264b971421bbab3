//! `synaptiq report`, beside a running server.

use std::fs;

use serde_json::{Value, json};
use synaptiq_tests::{Finished, Server};

/// A server with two leads, one of whom bought, and a conversation.
async fn busy() -> Server {
    let server = Server::start();
    let admin = server.admin();
    let turn = json!({"message": "Hello, I am odile.brandt@example.com", "visitorId": "v1"});
    admin.post("/api/v1/chat", &turn).await.expect(200);
    let lead = json!({"email": "ada@example.com", "title": "=HYPERLINK(\"http://evil.example\")"});
    let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("an id"));
    for status in ["qualified", "converted"] {
        admin.patch(&path, &json!({"status": status, "estimatedDealSize": 1250.5})).await.expect(200);
    }
    server
}

fn refused(finished: &Finished, part: &str) {
    assert!(!finished.success, "it was accepted: {}", finished.stdout);
    assert!(finished.stderr.contains(part), "{:?} does not say {part:?}", finished.stderr);
}

#[tokio::test]
async fn a_report_tells_what_the_routes_tell_as_tables_as_json_and_as_a_picture() {
    let server = busy().await;
    let admin = server.admin();
    let told = server.command_line(&["report", "--granularity", "week", "--compare", "previous_year", "--json"]);
    let told = told.succeeded().json();
    let query = "granularity=week&compareWith=previous_year";
    assert_eq!(told["overview"], admin.get(&format!("/api/v1/analytics/overview?{query}")).await.expect(200).json());
    assert_eq!(told["funnel"], admin.get("/api/v1/analytics/funnel").await.expect(200).json());
    assert_eq!(told["overview"]["summary"]["totalLeads"], 2);
    assert_eq!(told["overview"]["summary"]["totalRevenuePipeline"], json!(1250.5));

    let picture = server.folder().join("report.svg");
    let file = picture.to_str().expect("UTF-8");
    let report = server.command_line(&["report", "--granularity", "month", "--svg", file]).succeeded().stdout;
    for words in ["Summary", "Series", "Funnel", "Engaged (Started Chat)", "1,250.50", "report.svg"] {
        assert!(report.contains(words), "{words:?} is not in\n{report}");
    }
    let picture = fs::read_to_string(&picture).expect("written");
    assert!(picture.starts_with("<svg ") && picture.contains("<title id=\"title\">Default: "), "{picture}");
}

#[tokio::test]
async fn d7_the_feed_is_written_to_a_file_as_a_table_or_as_json() {
    let server = busy().await;
    let list = server.admin().get("/api/v1/analytics/activity").await.expect(200).json();
    let file = server.folder().join("feed.csv");
    let name = file.to_str().expect("UTF-8");
    let wrote = server.command_line(&["report", "activity", "--format", "csv", "--out", name]).succeeded();
    let rows = list["data"].as_array().expect("a feed").len();
    assert!(rows >= 5, "{list}");
    assert!(wrote.stdout.contains(&format!("wrote {rows} events to ")), "{}", wrote.stdout);
    let table = fs::read_to_string(&file).expect("written");
    assert!(table.starts_with("\u{feff}id,type,lead_id,"), "{table}");
    assert_eq!(table.matches("\r\n").count(), rows + 1, "{table}");

    let array = server.command_line(&["report", "activity"]).succeeded().json();
    assert_eq!(array, list["data"], "standard output has the same events in the same order");
    let some =
        server.command_line(&["report", "activity", "--type", "lead.qualified,conversion.completed"]).succeeded();
    let some = some.json();
    let types: Vec<&Value> = some.as_array().expect("an array").iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["conversion.completed", "lead.qualified"]);
    let none = server.command_line(&["report", "activity", "--from", "2020-01-01", "--to", "2020-12-31"]).succeeded();
    assert_eq!(none.json(), json!([]));
}

#[tokio::test]
async fn a_wrong_report_is_refused_by_the_name_of_its_flag_and_leaves_no_file() {
    let server = Server::start();
    let refusals: [(&[&str], &str); 9] = [
        (&["report", "--from", "soon"], "--from"),
        (&["report", "--to", "2026-02-30"], "--to"),
        (&["report", "--from", "2026-03-02", "--to", "2026-03-01"], "--from must not be after --to"),
        (&["report", "--from", "2020-01-01", "--to", "2026-01-01"], "maximum of 365 days"),
        (&["report", "--granularity", "hour"], "day, week, month"),
        (&["report", "--compare", "last_week"], "previous_period, previous_year"),
        (&["report", "--tenant", "nobody"], "'nobody' is not a tenant's id"),
        (&["report", "activity", "--type", "lead.sold"], "lead.created"),
        (&["report", "--svg", "/nowhere/at/all.svg"], "cannot write /nowhere/at/all.svg"),
    ];
    for (arguments, part) in refusals {
        refused(&server.command_line(arguments), part);
    }
    let file = server.folder().join("feed.json");
    let arguments = ["report", "activity", "--from", "2020-01-01", "--to", "2026-01-01", "--out"];
    let arguments = [&arguments[..], &[file.to_str().expect("UTF-8")]].concat();
    refused(&server.command_line(&arguments), "maximum of 365 days");
    assert!(!file.exists());
}
