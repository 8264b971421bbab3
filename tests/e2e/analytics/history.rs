//! A history of which every figure of the published page comes out, as a file to import (contract § 14).
//!
//! The page shows March 2026 in weeks, the days before it as the comparison, and the funnel. What a file says about
//! other days, and about leads that never qualified, must not be in these figures.

use serde_json::{Value, json};

/// What happened in some days of a month.
struct Span {
    month: u32,
    days: std::ops::RangeInclusive<u32>,
    conversations: usize,
    leads: usize,
    qualified: usize,
}

/// The published weeks. A shorter remainder belongs to the last of them.
const MARCH: [Span; 4] = [
    Span { month: 3, days: 1..=7, conversations: 892, leads: 143, qualified: 67 },
    Span { month: 3, days: 8..=14, conversations: 1_021, leads: 168, qualified: 82 },
    Span { month: 3, days: 15..=21, conversations: 978, leads: 152, qualified: 71 },
    Span { month: 3, days: 22..=31, conversations: 956, leads: 149, qualified: 69 },
];

/// The published comparison: 30 January to 28 February, whose days here are all in February.
const FEBRUARY: Span = Span { month: 2, days: 1..=28, conversations: 3_102, leads: 498, qualified: 221 };

/// The published stages of March that are not of its weeks.
const VISITORS: usize = 18_420;
const BOOKED: usize = 100;
const CONVERTED: usize = 62;

/// 3,847 conversations of eight messages, and so many with one more, are 8.4 on average.
const WITH_NINE_MESSAGES: usize = 1_539;
/// 0.12 of 3,847.
const HANDED_OFF: usize = 462;
/// 612 leads of 54, and so many with one more, are 54.3 on average.
const WITH_55: usize = 184;
/// 288 deals of 2,932.50 and this one are 847,500.00.
const LAST_DEAL: f64 = 2_940.0;
const DEAL: f64 = 2_932.5;

/// The file: NDJSON, a record on each line.
pub(super) fn ndjson() -> String {
    let mut lines: Vec<Value> = Vec::new();
    let mut march = Counted::default();
    for span in &MARCH {
        lines.extend(records(span, &mut march));
    }
    lines.extend(records(&FEBRUARY, &mut Counted { is_outside: true, ..Counted::default() }));
    // Those who looked and did not write, on every day of the month. Whoever wrote is among the visitors already.
    for nth in march.conversations..VISITORS {
        let day = 1 + nth % 31;
        let at = time(3, u32::try_from(day).expect("a day"), 7, nth);
        lines
            .push(json!({"object": "visit", "visitorId": format!("looker-{nth}"), "occurredAt": at, "page": "/plans"}));
    }
    for (at, visitor) in [("2026-02-28T23:59:59.999Z", "before"), ("2026-04-01T00:00:00.000Z", "after")] {
        lines.push(json!({"object": "visit", "visitorId": visitor, "occurredAt": at}));
    }
    lines.iter().fold(String::new(), |file, line| {
        file + &line.to_string()
            + "
"
    })
}

/// What was made so far, so that each record knows the how-manieth of its kind it is.
#[derive(Default)]
struct Counted {
    conversations: usize,
    leads: usize,
    qualified: usize,
    /// Whether it is of days that the month's figures must not hold.
    is_outside: bool,
}

/// An instant of a day: spread over an hour, never beyond it.
fn time(month: u32, day: u32, hour: u32, nth: usize) -> String {
    format!("2026-{month:02}-{day:02}T{hour:02}:{:02}:{:02}.000Z", nth / 60 % 60, nth % 60)
}

fn records(span: &Span, counted: &mut Counted) -> Vec<Value> {
    let days: Vec<u32> = span.days.clone().collect();
    let day_of = |nth: usize| days[nth % days.len()];
    let mut lines = Vec::new();
    for nth in 0..span.conversations {
        // The first conversations are those of the leads.
        let lead = (nth < span.leads).then(|| lead_id(span.month, counted.leads + nth));
        lines.extend(conversation(span.month, day_of(nth), counted, lead.as_deref()));
        counted.conversations += 1;
    }
    for nth in 0..span.leads {
        lines.extend(lead(span.month, day_of(nth), nth < span.qualified, counted));
    }
    lines
}

/// An id with a prefix, of a month and a number.
fn id(prefix: &str, month: u32, number: usize) -> String {
    format!("{prefix}_01HQ{month:02}{number:020}")
}

fn lead_id(month: u32, number: usize) -> String {
    id("lead", month, number)
}

/// A visit and the conversation that came of it.
fn conversation(month: u32, day: u32, counted: &Counted, lead: Option<&str>) -> [Value; 2] {
    let nth = counted.conversations;
    let visitor = format!("writer-{month}-{nth}");
    let count = if nth < WITH_NINE_MESSAGES { 9 } else { 8 };
    let count = if counted.is_outside { 2 } else { count };
    let messages: Vec<Value> = (0..count)
        .map(|at| {
            let is_visitor = usize::is_multiple_of(at, 2);
            // Answers take a second or 1.4 by turns; those of other days are slow.
            let pair = at / 2;
            let gap = if counted.is_outside { 9_000 } else { [1_000, 1_400][pair % 2] };
            let millis = pair * 30_000 + if is_visitor { 0 } else { gap };
            let created = format!(
                "2026-{month:02}-{day:02}T09:{:02}:{:02}.{:03}Z",
                millis / 60_000,
                millis / 1_000 % 60,
                millis % 1_000
            );
            let (role, content) = if is_visitor { ("user", "How does it work?") } else { ("assistant", "Like this.") };
            json!({"role": role, "content": content, "createdAt": created})
        })
        .collect();
    let begun = messages[0]["createdAt"].clone();
    let last = messages[messages.len() - 1]["createdAt"].clone();
    let mut line = json!({
        "object": "conversation",
        "id": id("conv", month, nth),
        "visitorId": visitor,
        "leadId": lead,
        "channel": "web_chat",
        "status": "closed",
        "startedAt": begun,
        "lastMessageAt": last,
        "endedAt": last,
        "createdAt": begun,
        "messages": messages,
    });
    if nth < HANDED_OFF && !counted.is_outside {
        line["handoff"] = json!({"reason": "wants a discount", "priority": "normal", "at": last});
    }
    [json!({"object": "visit", "visitorId": visitor, "occurredAt": begun}), line]
}

/// A lead, and the meeting that it booked.
fn lead(month: u32, day: u32, qualifies: bool, counted: &mut Counted) -> Vec<Value> {
    let nth = counted.leads;
    counted.leads += 1;
    let id = lead_id(month, nth);
    let at = |hour: u32| time(month, day, hour, nth);
    let step = |status: &str, hour: u32| json!({"status": status, "at": at(hour)});
    let mut history = vec![step("new", 10)];
    // Nothing of a lead that did not qualify is in the pipeline.
    let mut deal = 9_999.0;
    let mut status = "new";
    let mut meeting = None;
    if qualifies {
        let number = counted.qualified;
        counted.qualified += 1;
        history.push(step("qualified", 11));
        status = "qualified";
        deal = if number == 0 { LAST_DEAL } else { DEAL };
        if !counted.is_outside && number < BOOKED {
            history.push(step("booked", 12));
            status = "booked";
            meeting = Some(json!({
                "object": "meeting", "leadId": id, "status": "held", "bookedAt": at(12), "startsAt": at(13), "endsAt": at(14),
            }));
        }
        if !counted.is_outside && number < CONVERTED {
            history.push(step("converted", 15));
            status = "converted";
        }
    }
    let score = if counted.is_outside { 99 } else { 54 + usize::from(nth < WITH_55) };
    let last = history[history.len() - 1]["at"].clone();
    let line = json!({
        "object": "lead",
        "id": id,
        "email": format!("lead-{month}-{nth}@example.com"),
        "status": status,
        "statusHistory": history,
        "score": score,
        "source": "chat",
        "estimatedDealSize": deal,
        "firstSeenAt": at(9),
        "createdAt": at(10),
        "updatedAt": last,
        "lastActiveAt": last,
    });
    std::iter::once(line).chain(meeting).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The records of a kind whose time is in March.
    fn of_march<'a>(lines: &'a [Value], object: &str, time: &str) -> Vec<&'a Value> {
        let is_march = |line: &&Value| line[time].as_str().expect("a time").starts_with("2026-03-");
        lines.iter().filter(|line| line["object"] == object).filter(is_march).collect()
    }

    #[test]
    fn the_history_adds_up_to_the_published_counts() {
        let lines: Vec<Value> = ndjson().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let conversations = of_march(&lines, "conversation", "startedAt");
        let leads = of_march(&lines, "lead", "createdAt");
        assert_eq!((conversations.len(), leads.len()), (3_847, 612));
        assert_eq!(lines.iter().filter(|line| line["object"] == "conversation").count(), 3_847 + 3_102);
        assert_eq!(lines.iter().filter(|line| line["object"] == "lead").count(), 612 + 498);

        let visitors: BTreeSet<(String, String)> = of_march(&lines, "visit", "occurredAt")
            .into_iter()
            .map(|visit| {
                (visit["visitorId"].to_string(), visit["occurredAt"].as_str().expect("a time")[..10].to_owned())
            })
            .collect();
        assert_eq!(visitors.len(), 18_420, "distinct visitors of a day");
        let messages: usize = conversations.iter().map(|one| one["messages"].as_array().expect("messages").len()).sum();
        assert_eq!(messages, 32_315);
        assert_eq!(conversations.iter().filter(|one| one.get("handoff").is_some()).count(), 462);

        let mut reached: BTreeMap<String, usize> = BTreeMap::new();
        let mut pipeline = 0.0;
        for lead in &leads {
            for step in lead["statusHistory"].as_array().expect("a history") {
                assert!(step["at"].as_str().expect("a time").starts_with("2026-03-"));
                *reached.entry(step["status"].as_str().expect("a status").to_owned()).or_default() += 1;
            }
            if lead["status"] != "new" {
                pipeline += lead["estimatedDealSize"].as_f64().expect("an amount");
            }
        }
        let reached = |status: &str| reached.get(status).copied().unwrap_or_default();
        assert_eq!((reached("qualified"), reached("booked"), reached("converted")), (289, 100, 62));
        assert!((pipeline - 847_500.0).abs() < 0.001, "{pipeline}");
        let scores: i64 = leads.iter().map(|lead| lead["score"].as_i64().expect("a score")).sum();
        assert_eq!(scores, 33_232);

        let leads: BTreeSet<&str> =
            lines.iter().filter(|line| line["object"] == "lead").filter_map(|line| line["id"].as_str()).collect();
        let of = |object: &str| lines.iter().filter(|line| line["object"] == object).collect::<Vec<_>>();
        let named = of("conversation").into_iter().chain(of("meeting")).filter_map(|line| line["leadId"].as_str());
        assert!(named.into_iter().all(|id| leads.contains(id)), "every lead that is named is there");
    }
}
