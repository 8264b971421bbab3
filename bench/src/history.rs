//! A year of a busy site as a file to import: conversations with their messages, the visits and the
//! leads that belong to them. The same bytes for the same size.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result};
use time::{Duration, OffsetDateTime, macros::datetime};
use ulid::Ulid;

/// The first and the last day of the history.
pub(crate) const RANGE: (&str, &str) = ("2025-11-01", "2026-10-26");
const BEGIN: OffsetDateTime = datetime!(2025-11-01 00:00 UTC);
const DAYS: i64 = 360;
/// One conversation in so many becomes a lead.
const LEADS_EVERY: u64 = 6;

/// What a visitor says and what is answered, in turns.
const TURNS: [(&str, &str); 4] = [
    (
        "Hello, we lose track of the people who write to us. Can your product help a team of forty?",
        "It can: every conversation becomes a record with a score, and nobody has to copy anything by hand.",
    ),
    (
        "What would that cost us in a year, and is there anything to pay for the set-up?",
        "The price depends on the number of seats; there is nothing to pay for the set-up. How many would use it?",
    ),
    (
        "We use another system now and would have to move about three thousand contacts.",
        "Contacts are imported from a file. A line that cannot be read is reported with its number and the reason.",
    ),
    (
        "Good. Can somebody show it to us next week? We decide before the end of the quarter.",
        "Gladly. Somebody of the team will write to you with a few times to choose from.",
    ),
];

/// What was written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Written {
    /// Lines.
    pub(crate) lines: u64,
    /// Bytes.
    pub(crate) bytes: u64,
}

/// Writes a history of so many conversations.
pub(crate) fn write(path: &Path, conversations: u64) -> Result<Written> {
    let file = File::create(path).context("the history cannot be written")?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let span = u64::try_from(DAYS).expect("days") * 86_400_000;
    let mut written = Written::default();
    let mut lines = String::new();
    for number in 0..conversations {
        lines.clear();
        let millis = u128::from(span) * u128::from(number) / u128::from(conversations);
        let at = BEGIN + Duration::milliseconds(i64::try_from(millis).context("a year is short")?);
        one_visitor(&mut lines, number, at)?;
        written.lines += lines.bytes().filter(|byte| *byte == b'\n').count() as u64;
        written.bytes += lines.len() as u64;
        file.write_all(lines.as_bytes()).context("the history cannot be written")?;
    }
    file.flush().context("the history cannot be written")?;
    Ok(written)
}

/// The lines of one visitor: a visit, a conversation of two to six messages, and, of some, a lead.
fn one_visitor(lines: &mut String, number: u64, at: OffsetDateTime) -> Result<()> {
    let conversation = id("conv", at, number);
    let began = print(at);
    write!(lines, r#"{{"object":"visit","occurredAt":"{began}","page":"/pricing","visitorId":"visitor_{number}"}}"#)?;
    lines.push('\n');
    let lead = number.is_multiple_of(LEADS_EVERY).then(|| id("lead", at, number));
    if let Some(lead) = &lead {
        one_lead(lines, lead, number, at)?;
    }
    let lead = lead.map_or_else(|| "null".to_owned(), |lead| format!(r#""{lead}""#));
    let turns = usize::try_from(1 + number % 3)?;
    let last = print(at + Duration::seconds(90 * i64::try_from(turns)?));
    write!(
        lines,
        concat!(
            r#"{{"object":"conversation","id":"{conversation}","leadId":{lead},"visitorId":"visitor_{number}","#,
            r#""channel":"web_chat","status":"closed","subject":"Pricing inquiry","summary":"Asked for the price.","#,
            r#""intents":["pricing_inquiry"],"leadScore":{score},"startedAt":"{began}","lastMessageAt":"{last}","#,
            r#""createdAt":"{began}","messages":["#
        ),
        conversation = conversation,
        lead = lead,
        number = number,
        score = number % 100,
        began = began,
        last = last,
    )?;
    for turn in 0..turns {
        let (said, answer) = TURNS[(turn + usize::try_from(number % 4)?) % TURNS.len()];
        let asked = at + Duration::seconds(90 * i64::try_from(turn)?);
        let answered = asked + Duration::milliseconds(900 + i64::try_from(number % 600)?);
        if turn > 0 {
            lines.push(',');
        }
        let (mine, theirs) = (id("msg", asked, 2 * number), id("msg", answered, 2 * number + 1));
        write!(
            lines,
            concat!(
                r#"{{"id":"{mine}","role":"user","content":"{said}","createdAt":"{asked}"}},"#,
                r#"{{"id":"{theirs}","role":"assistant","content":"{answer}","intent":"pricing_inquiry","#,
                r#""confidence":0.9,"createdAt":"{answered}"}}"#
            ),
            mine = mine,
            said = said,
            asked = print(asked),
            theirs = theirs,
            answer = answer,
            answered = print(answered),
        )?;
    }
    lines.push_str("]}\n");
    Ok(())
}

fn one_lead(lines: &mut String, lead: &str, number: u64, at: OffsetDateTime) -> Result<()> {
    let mut history = format!(r#"{{"at":"{}","status":"new"}}"#, print(at));
    let mut status = "new";
    for (minutes, every, reached) in [(1, 6, "qualifying"), (20, 12, "qualified"), (3_000, 36, "booked")] {
        if number.is_multiple_of(every) {
            status = reached;
            write!(history, r#",{{"at":"{}","status":"{reached}"}}"#, print(at + Duration::minutes(minutes)))?;
        }
    }
    writeln!(
        lines,
        concat!(
            r#"{{"object":"lead","id":"{lead}","email":"person{number}@example.com","name":"Person {number}","#,
            r#""company":"Company {company}","source":"chat","status":"{status}","score":{score},"#,
            r#""estimatedDealSize":24000,"tags":["imported"],"customFields":{{"region":"EMEA"}},"#,
            r#""createdAt":"{at}","statusHistory":[{history}]}}"#
        ),
        lead = lead,
        number = number,
        company = number % 5_000,
        status = status,
        score = number % 100,
        at = print(at),
        history = history,
    )?;
    Ok(())
}

/// An id of this moment. No two of a kind share their number.
fn id(kind: &str, at: OffsetDateTime, number: u64) -> String {
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("after 1970");
    format!("{kind}_{}", Ulid::from_parts(millis, u128::from(number)))
}

fn print(at: OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!("{date}T{:02}:{:02}:{:02}.{:03}Z", time.hour(), time.minute(), time.second(), time.millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_the_same_every_time_and_every_line_is_a_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        let written = write(&first, 100).expect("written");
        write(&second, 100).expect("written");
        let text = std::fs::read_to_string(&first).expect("readable");
        assert_eq!(text, std::fs::read_to_string(&second).expect("readable"));
        assert_eq!((written.lines, written.bytes), (text.lines().count() as u64, text.len() as u64));
        for line in text.lines() {
            let record: serde_json::Value = serde_json::from_str(line).expect("a record");
            assert!(record["object"].is_string(), "{line}");
        }
        assert_eq!(text.lines().filter(|line| line.contains(r#""object":"conversation""#)).count(), 100);
    }
}
