//! Files that are wrong: each is refused at its line, naming the field, and what came before it stays.

use synaptiq_exchange::import::{FileForm, ImportError, OnError};

use crate::stage::Stage;

const GOOD: &str = r#"{"object":"lead","email":"a@example.com","createdAt":"2026-01-01T00:00:00Z"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn i3_every_wrong_line_is_named_with_its_field() {
    for (line, field, reason) in [
        ("{\"object\":\"lead\"", "line", "EOF while parsing"),
        ("[1]", "line", "must be a JSON object"),
        ("\u{1f}\u{8b}\u{8} gzip", "line", "is not valid JSON"),
        ("not json at all", "line", "is not valid JSON"),
        (r#"{"email":"x@example.com"}"#, "object", "is required"),
        (r#"{"object":"person"}"#, "object", "must be one of lead, conversation"),
        (r#"{"object":"export","format":2}"#, "format", "is 2; this version of synaptiq reads formats up to 1"),
        (r#"{"object":"lead"}"#, "createdAt", "is required"),
        (r#"{"object":"lead","createdAt":"yesterday"}"#, "createdAt", "must be an ISO 8601"),
        (r#"{"object":"lead","createdAt":"2026-01-01","email":"x"}"#, "email", "must be a valid e-mail"),
        (r#"{"object":"lead","createdAt":"2026-01-01","email":"a@b.io","email":"c@d.io"}"#, "email", "given twice"),
        (r#"{"object":"lead","createdAt":"2026-01-01","name":"a\u0000b"}"#, "name", "U+0000"),
        (r#"{"object":"lead","createdAt":"2026-01-01","id":"lead_01HQ7ABC2DEF3GHI4JKL5MNO6P"}"#, "id", "must be an id"),
        (r#"{"object":"lead","createdAt":"2026-01-01","status":"hot"}"#, "status", "must be one of new"),
        (r#"{"object":"lead","createdAt":"2026-01-01","score":101}"#, "score", "must be an integer from 0 to 100"),
        (
            r#"{"object":"lead","createdAt":"2026-01-01","statusHistory":[{"status":"new"}]}"#,
            "statusHistory[0].at",
            "is required",
        ),
        (r#"{"object":"conversation","createdAt":"2026-01-01"}"#, "visitorId", "is required"),
        (
            r#"{"object":"conversation","createdAt":"2026-01-01","visitorId":"v","messages":[{"role":"bot","content":"x"}]}"#,
            "messages[0].role",
            "must be one of user, assistant, agent",
        ),
        (
            r#"{"object":"conversation","visitorId":"v","messages":[{"role":"user","content":"x","createdAt":"2026-01-02"},{"role":"user","content":"x","createdAt":"2026-01-01"}]}"#,
            "messages[1].createdAt",
            "must not be before",
        ),
        (
            r#"{"object":"conversation","createdAt":"2026-01-01","visitorId":"v","assistantId":"asst_01HQ7ABC2DEF3GH14JK15MN06P"}"#,
            "assistantId",
            "names no assistant",
        ),
        (r#"{"object":"visit","visitorId":"v"}"#, "occurredAt", "is required"),
        (
            r#"{"object":"meeting","leadId":"lead_01HQ7ABC2DEF3GH14JK15MN06P","bookedAt":"2026-01-01","startsAt":"2026-01-03","endsAt":"2026-01-02"}"#,
            "endsAt",
            "must not be before startsAt",
        ),
        (r#"{"object":"event","type":"lead.born","occurredAt":"2026-01-01"}"#, "type", "must be one of"),
        (r#"{"object":"webhook","createdAt":"2026-01-01","url":"ftp://x","events":["lead.created"]}"#, "url", "http"),
        (
            r#"{"object":"tenant","settings":{"weights":{"budget":1,"authority":1,"need":1,"timeline":1}}}"#,
            "settings.weights",
            "must sum to 100",
        ),
    ] {
        let stage = Stage::in_memory().await;
        let file = format!("{GOOD}\n\n{line}\n{}\n", GOOD.replace("a@", "b@"));
        let refused = match stage.import(file.as_bytes()).await {
            Err(ImportError::Refused(refused)) => refused,
            other => panic!("{line} was not refused: {other:?}"),
        };
        assert_eq!((refused.line, refused.field.as_str()), (3, field), "{line}: {refused}");
        assert!(refused.reason.contains(reason), "{line}: {refused}");
        let leads = stage.lines().await.into_iter().filter(|line| line.contains(r#""object":"lead""#)).count();
        assert_eq!(leads, 1, "what came before stays, what comes after is not imported: {line}");
        let (skipped, listed) = stage.import_as(FileForm::Lines, OnError::Skip, file.as_bytes()).await;
        let skipped = skipped.expect("skipped");
        assert_eq!((skipped.refused, skipped.added.leads, skipped.already_there), (1, 1, 1), "{line}");
        assert_eq!(listed, [refused]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_off_stops_at_its_last_line() {
    let stage = Stage::in_memory().await;
    let cut = format!("{GOOD}\n{}", &GOOD[..30]);
    let error = stage.import(cut.as_bytes()).await.expect_err("cut off").to_string();
    assert!(error.starts_with("line 2: ") && error.ends_with("(the file ends within this line)"), "{error}");
    let whole = format!("{GOOD}\n{}", GOOD.replace("a@", "b@"));
    let summary = stage.import(whole.as_bytes()).await.expect("a last line needs no end");
    assert_eq!((summary.added.leads, summary.already_there), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_cut_off_between_two_lines_is_known_and_what_came_before_stays() {
    let stage = Stage::in_memory().await;
    stage.import(format!("{GOOD}\n{}", GOOD.replace("a@", "b@")).as_bytes()).await.expect("imported");
    let whole = String::from_utf8(stage.export().await).expect("UTF-8");
    let lines: Vec<&str> = whole.lines().collect();
    let count = lines.len();
    assert_eq!(lines[count - 1], format!(r#"{{"lines":{},"object":"end"}}"#, count - 1));
    let refused = async |lines: &[&str]| {
        let stage = Stage::in_memory().await;
        let error = stage.import((lines.join("\n") + "\n").as_bytes()).await.expect_err("refused").to_string();
        (error, stage.lines().await.into_iter().filter(|line| line.contains(r#""object":"lead""#)).count())
    };
    for kept in [1, count - 1] {
        let (error, leads) = refused(&lines[..kept]).await;
        assert!(error.starts_with(&format!("line {kept}: ")) && error.contains("cut off"), "{error}");
        assert_eq!(leads, if kept == 1 { 0 } else { 2 }, "what came stays");
    }
    let mut lacking = lines.clone();
    lacking.remove(count - 2);
    let (error, _) = refused(&lacking).await;
    assert!(error.starts_with(&format!("line {}: lines says that {}", count - 1, count - 1)), "{error}");
    let (error, _) = refused(&[lines.as_slice(), &[GOOD]].concat()).await;
    assert!(error.contains("comes behind the last line"), "{error}");
    let (error, _) = refused(&lines[1..]).await;
    assert!(error.contains("does not begin like one"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_changes_nothing() {
    let stage = Stage::in_memory().await;
    let before = stage.export().await;
    for file in ["", "\n\n", "\u{feff}"] {
        assert_eq!(stage.import(file.as_bytes()).await.expect("nothing").rows, 0);
    }
    assert_eq!(stage.export().await, before);
}
