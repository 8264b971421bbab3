//! Leads as tables.

use synaptiq_domain::{
    history::Record,
    lead::{FirstConversation, Lead, Tag},
};
use synaptiq_exchange::import::{FileForm, ImportError, OnError};
use synaptiq_testkit::fixtures;

use crate::stage::Stage;

async fn import(stage: &Stage, table: &str) -> Result<synaptiq_exchange::import::Summary, ImportError> {
    stage.import_as(FileForm::Leads, OnError::Stop, table.as_bytes()).await.0
}

fn lead(n: u32, name: &str) -> Lead {
    let mut lead = Lead { first_conversation: None::<FirstConversation>, ..fixtures::lead(n) };
    lead.contact.name = Some(name.to_owned());
    lead.contact.company = Some(format!("{name}, \"Inc.\""));
    lead.tags = vec![Tag::parse("a;b\\c").expect("a label"), Tag::parse("=1+1").expect("a label")];
    let fields = serde_json::json!({"=key": name, "n": 5, "text": "5", "list": [1, {"b": null}], "é": ""});
    lead.custom_fields = serde_json::from_value(fields).expect("an object");
    lead
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_leads_come_back_cell_for_cell_and_no_cell_is_a_formula() {
    let (first, second) = (Stage::in_memory().await, Stage::on_sqlite().await);
    let names = ["=cmd|' /C calc'!A0", "'=already", "''=twice", "+1", "@x", "-3", "plain", "two\r\nlines", "＝1", "'"];
    let leads: Vec<Lead> = (1..).zip(names).map(|(n, name)| lead(n, name)).collect();
    let records = leads.iter().cloned().map(|lead| Record::Lead(Box::new(lead))).collect();
    first.services.store.add_history(first.scope, records).await.expect("a batch");
    let table = String::from_utf8(first.export_leads().await).expect("UTF-8");
    assert!(table.starts_with(
        "\u{feff}id,email,name,phone,company,status,score,source_url,created_at,last_activity_at,tags,assigned_to,custom_"
    ));
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    for row in reader.records() {
        for cell in &row.expect("a row") {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?} is a formula");
        }
    }
    let summary = import(&second, &table).await.expect("in order");
    assert_eq!(summary.added.leads, 10);
    for lead in &leads {
        let read = second.services.store.find_lead(second.scope, lead.id).await.expect("a read").expect("it is there");
        assert_eq!(read.contact.name, lead.contact.name);
        assert_eq!(read.contact.company, lead.contact.company);
        assert_eq!(read.contact.email, lead.contact.email);
        assert_eq!(read.contact.phone, lead.contact.phone);
        assert_eq!((read.tags, read.custom_fields), (lead.tags.clone(), lead.custom_fields.clone()));
        assert_eq!((read.score, read.status, read.created_at), (lead.score, lead.status, lead.created_at));
        assert_eq!((read.last_active_at, read.source_url), (lead.last_active_at, lead.source_url.clone()));
    }
    assert_eq!(String::from_utf8(second.export_leads().await).expect("UTF-8"), table);
    assert_eq!(import(&second, &table).await.expect("in order").rows, 0, "the same table twice changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_contacts_is_enough_and_the_same_one_twice_changes_nothing() {
    let stage = Stage::on_sqlite().await;
    let table = "email,name,phone\nada@example.com,Ada,\n,Grace,+41 44 668 18 00\n";
    assert_eq!(import(&stage, table).await.expect("in order").added.leads, 2);
    let exported = stage.export_leads().await;
    assert_eq!(import(&stage, table).await.expect("in order").rows, 0);
    assert_eq!(stage.export_leads().await, exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tables_are_refused_at_their_line_naming_the_column() {
    for (table, told) in [
        ("email,first_name\n", "line 1: column 'first_name' is none of id, email"),
        ("email,email\n", "line 1: column 'email' is there twice"),
        ("email,name\na@example.com\n", "line 2: row has 1 cells where the table has 2 columns"),
        ("email,score\na@example.com,5\nb@example.com,high\n", "line 3: score must be an integer from 0 to 100"),
        ("email,created_at\na@example.com,soon\n", "line 2: created_at must be an ISO 8601"),
        ("email,custom_x\nnobody,1\n", "line 2: email must be a valid e-mail address"),
        ("email,name\n,\n", "line 2: row is empty"),
    ] {
        let stage = Stage::in_memory().await;
        let error = import(&stage, table).await.expect_err("must be refused").to_string();
        assert!(error.starts_with(told), "{table:?}: {error}");
    }
    let stage = Stage::in_memory().await;
    let endless = format!("email,name\na@example.com,\"{}", "x".repeat(5_000_000));
    let error = import(&stage, &endless).await.expect_err("must be refused").to_string();
    assert!(error.contains("is a quotation not closed?"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_leads_has_its_columns() {
    let stage = Stage::in_memory().await;
    let table = String::from_utf8(stage.export_leads().await).expect("UTF-8");
    assert_eq!(table.lines().count(), 1);
    assert!(table.ends_with("assigned_to\r\n"), "{table}");
}
