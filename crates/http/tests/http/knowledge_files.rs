//! The knowledge base in app: JSON, and forms with files (contract § 11, security F1).

use serde_json::{Value, json};
use synaptiq_domain::access::KeyKind;
use synaptiq_http::front::Limits;

use crate::stage::{Asking, Seen, Setting, Stage};

const PATH: &str = "/api/admin/knowledge-base";

/// A part of a form: its field, its file's name, its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"").bytes());
        if let Some(file) = file {
            body.extend(format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream").bytes());
        }
        body.extend(b"\r\n\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    body
}

fn upload<'a>(stage: &'a Stage, parts: &[Part<'_>], boundary: &str) -> Asking<'a> {
    let content_type = format!("multipart/form-data; boundary={boundary}");
    stage.ask("POST", PATH).raw(form(parts, boundary)).header("content-type", &content_type)
}

async fn sent(stage: &Stage, parts: &[Part<'_>]) -> Seen {
    upload(stage, parts, "----form-7f3a").seen().await
}

fn file<'a>(name: &'a str, content: &'a [u8]) -> Part<'a> {
    ("file", Some(name), content)
}

async fn titles(stage: &Stage) -> Vec<Value> {
    let list = stage.ask("GET", PATH).seen().await.json();
    list["documents"].as_array().expect("a list").iter().map(|document| document["title"].clone()).collect()
}

#[actix_web::test]
async fn a_document_is_added_listed_and_deleted() {
    let stage = Stage::new().await;
    let body = json!({"title": "Product FAQ", "content": "Q: What is it?\nA: An agent.", "type": "faq"});
    let created = stage.ask("POST", PATH).json(&body).seen().await;
    assert_eq!(created.status, 201, "{}", created.text());
    let document = created.json()["document"].clone();
    assert_eq!(
        (&document["title"], &document["type"], &document["status"]),
        (&json!("Product FAQ"), &json!("faq"), &json!("ready"))
    );
    let id = document["id"].as_str().expect("an id");
    assert_eq!(id.len(), 36, "{id} is a UUID");
    assert_eq!(stage.ask("GET", PATH).seen().await.json(), json!({"documents": [document]}));
    let in_v1 = stage.ask("GET", "/api/v1/knowledge").seen().await.json();
    assert_eq!(in_v1["data"][0]["title"], "Product FAQ");
    let deleted = stage.ask("DELETE", &format!("{PATH}/{id}")).seen().await;
    assert_eq!((deleted.status, deleted.json()), (200, json!({"success": true})));
    assert_eq!(titles(&stage).await, Vec::<Value>::new());
    assert_eq!(stage.ask("DELETE", &format!("{PATH}/{id}")).seen().await.status, 404);
}

#[actix_web::test]
async fn each_file_of_a_form_has_an_outcome_of_its_own() {
    let stage = Stage::new().await;
    let seen = sent(
        &stage,
        &[
            ("title", None, b"Our plans"),
            ("type", None, b"pricing"),
            file("plans.md", "# Pro\n\nPro costs $149 – naïve, isn’t it?".as_bytes()),
            file("brochure.pdf", b"%PDF-1.7\n\xff\xfe"),
            file("photo.txt", b"\x89PNG\r\n\x1a\n\0\0"),
            ("ignored", None, b"whatever"),
            file("Opening hours.txt", b"Nine to five."),
        ],
    )
    .await;
    assert_eq!(seen.status, 201, "{}", seen.text());
    let documents = seen.json()["documents"].clone();
    assert_eq!(documents.as_array().map(Vec::len), Some(4));
    assert_eq!(
        (&documents[0]["title"], &documents[0]["type"], &documents[0]["status"], &documents[0]["filename"]),
        (&json!("Our plans"), &json!("pricing"), &json!("ready"), &json!("plans.md"))
    );
    assert_eq!(
        documents[1],
        json!({
            "filename": "brochure.pdf", "status": "failed", "code": "unsupported_media_type",
            "error": "brochure.pdf is a PDF document, which is not read yet; send its text as TXT or MD",
        })
    );
    assert_eq!(documents[2]["error"], "photo.txt is not text in UTF-8");
    assert_eq!(documents[3]["title"], "Opening hours");
    assert_eq!(titles(&stage).await, [json!("Opening hours"), json!("Our plans")]);
}

#[actix_web::test]
async fn f1_what_cannot_be_read_is_refused_and_named() {
    let stage = Stage::new().await;
    let too_long = vec![b'x'; 5_000_001];
    let too_large = vec![b'x'; 10 * 1024 * 1024 + 1];
    for (parts, status, code, said) in [
        (vec![file("a.pdf", b"%PDF-1.4")], 415, "unsupported_media_type", "a.pdf is a PDF document"),
        (vec![file("a.docx", b"PK\x03\x04word/")], 415, "unsupported_media_type", "a.docx is a DOCX document"),
        (vec![file("a.pdf", b"%PDF-1.4"), file("b.pdf", b"%PDF-1.4")], 415, "unsupported_media_type", "b.pdf is a PDF"),
        (vec![file("a.txt", b"%PDF-1.4")], 415, "unsupported_media_type", "a.txt is a PDF document"),
        (vec![file("a.exe", b"MZ")], 415, "unsupported_media_type", "a.exe is no TXT or MD file"),
        (vec![file("a.txt", b"a\0b")], 415, "unsupported_media_type", "a.txt is not text in UTF-8"),
        (vec![file("a.txt", b"na\xefve")], 415, "unsupported_media_type", "a.txt is not text in UTF-8"),
        (vec![file("a.txt", b" \n")], 400, "invalid_request", "a.txt must not be empty"),
        (vec![file("a.txt", &too_long)], 413, "payload_too_large", "a.txt has more than 5 MB of text"),
        (vec![file("a.txt", &too_large)], 413, "payload_too_large", "a.txt is larger than 10 MiB"),
        (vec![file("a.txt", b""), file("a.pdf", b"%PDF-1.4")], 400, "invalid_request", "a.pdf is a PDF"),
        (vec![("title", None, b" "), file("a.txt", b"x")], 400, "invalid_request", "title must not be empty"),
        (vec![("title", None, b"t")], 400, "invalid_request", "file is required"),
        (vec![("title", None, b"t"), ("title", None, b"u"), file("a.txt", b"x")], 400, "invalid_request", "title must"),
        (vec![("type", None, b"t"), ("type", None, b"u"), file("a.txt", b"x")], 400, "invalid_request", "type must"),
        (vec![file("a.txt", b"x"); 21], 400, "invalid_request", "file must be given at most 20 times"),
    ] {
        let seen = sent(&stage, &parts).await;
        assert_eq!((seen.status, &seen.json()["code"]), (status, &json!(code)), "{said}: {}", seen.text());
        assert!(seen.json()["error"].as_str().is_some_and(|error| error.contains(said)), "{said}: {}", seen.text());
    }
    assert_eq!(titles(&stage).await, Vec::<Value>::new(), "nothing was stored");
}

#[actix_web::test]
async fn twenty_files_are_not_too_many_and_one_too_large_costs_no_other() {
    let stage = Stage::new().await;
    let names: Vec<String> = (1..=19).map(|n| format!("{n}.txt")).collect();
    let too_large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let mut parts: Vec<Part<'_>> = names.iter().map(|name| file(name, b"Some words.")).collect();
    parts.insert(3, file("large.txt", &too_large));
    let seen = sent(&stage, &parts).await;
    assert_eq!(seen.status, 201, "{}", seen.text());
    assert_eq!(seen.json()["documents"][3]["code"], "payload_too_large");
    assert_eq!(titles(&stage).await.len(), 19);
}

#[actix_web::test]
async fn i5_other_types_are_415_and_broken_forms_are_400() {
    let stage = Stage::new().await;
    for content_type in ["text/plain", "multipart/mixed; boundary=x", "application/pdf", ""] {
        let seen = stage.ask("POST", PATH).raw("hello").header("content-type", content_type).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (415, &json!("unsupported_media_type")), "{content_type}");
    }
    for (content_type, body) in [
        ("multipart/form-data", "--x\r\n"),
        ("multipart/form-data; boundary=x", ""),
        ("multipart/form-data; boundary=x", "{}"),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf"),
        ("application/json", "{"),
    ] {
        let seen = stage.ask("POST", PATH).raw(body).header("content-type", content_type).seen().await;
        assert_eq!((seen.status, &seen.json()["param"]), (400, &json!("body")), "{content_type}: {}", seen.text());
    }
    for (body, param) in [
        (json!({"content": "x"}), "title"),
        (json!({"title": "t"}), "content"),
        (json!({"title": "t", "content": "c", "type": 7}), "type"),
    ] {
        let seen = stage.ask("POST", PATH).json(&body).seen().await;
        assert_eq!((seen.status, &seen.json()["param"]), (400, &json!(param)), "{body}");
    }
    let form_elsewhere = stage
        .ask("POST", "/api/v1/knowledge")
        .raw(form(&[file("a.txt", b"x")], "x"))
        .header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(form_elsewhere.seen().await.status, 415, "a form is taken where a route says so");
}

#[actix_web::test]
async fn p6_a_form_that_is_sent_again_is_answered_again_whatever_delimits_it() {
    let stage = Stage::new().await;
    let parts = [file("a.txt", b"one"), file("b.txt", b"two"), file("c.pdf", b"%PDF-1.4")];
    let first = upload(&stage, &parts, "first").header("idempotency-key", "k").seen().await;
    let again = upload(&stage, &parts, "second").header("idempotency-key", "k").seen().await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(titles(&stage).await.len(), 2);
    let other = [file("a.txt", b"one"), file("b.txt", b"TWO"), file("c.pdf", b"%PDF-1.4")];
    let reused = upload(&stage, &other, "first").header("idempotency-key", "k").seen().await;
    assert_eq!((reused.status, &reused.json()["code"]), (422, &json!("idempotency_key_reuse")));
    let refused = upload(&stage, &parts[2..], "x").header("idempotency-key", "l").seen().await;
    assert_eq!(refused.status, 415);
    let mended = upload(&stage, &parts[..1], "x").header("idempotency-key", "l").seen().await;
    assert_eq!(mended.status, 201, "what never reached its operation is not kept: {}", mended.text());
}

#[actix_web::test]
async fn who_may_not_add_documents_sends_no_file() {
    let stage = Stage::new().await;
    for (key, status) in [
        (stage.key_with(KeyKind::Live, "read").await, 403),
        (stage.key_with(KeyKind::Publishable, "chat:write").await, 403),
        (stage.key_with(KeyKind::Test, "admin").await, 403),
        ("sk_live_nothing".to_owned(), 401),
    ] {
        let seen = upload(&stage, &[file("a.txt", b"x")], "x").header("authorization", &format!("Bearer {key}")).seen();
        let seen = seen.await;
        assert_eq!(seen.status, status, "{}", seen.text());
        assert!(seen.json()["error"].is_string() && seen.json()["code"].is_string());
    }
    assert_eq!(titles(&stage).await, Vec::<Value>::new());
}

#[actix_web::test]
async fn p2_files_of_all_requests_share_bounded_room() {
    let limits = Limits { upload_bytes: 1024 * 1024, ..Limits::default() };
    let stage = Stage::with(Setting { limits, ..Setting::default() }).await;
    let seen = sent(&stage, &[file("a.txt", &vec![b'x'; 2 * 1024 * 1024])]).await;
    assert_eq!((seen.status, seen.header("retry-after")), (503, Some("1")), "{}", seen.text());
    let seen = sent(&stage, &[file("a.txt", &vec![b'x'; 1024 * 512])]).await;
    assert_eq!(seen.status, 201, "{}", seen.text());
}
