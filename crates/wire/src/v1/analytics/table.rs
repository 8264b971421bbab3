//! The activity feed as a table.

use synaptiq_domain::event::Activity;

use crate::{
    csv::CsvTable,
    v1::analytics::activity::{ActivityMetadata, ActivityRecord, ScoreChange},
};

/// The columns of the table: an event, and then what is known of it.
const COLUMNS: [&str; 18] = [
    "id",
    "type",
    "lead_id",
    "conversation_id",
    "description",
    "occurred_at",
    "source",
    "channel",
    "priority",
    "intent",
    "confidence",
    "estimated_deal_size",
    "previous_status",
    "new_status",
    "score_from",
    "score_to",
    "changed",
    "merged_from",
];

/// A table of the feed, without events as yet.
pub fn begin_table() -> CsvTable {
    CsvTable::begin(COLUMNS)
}

/// Adds an event to a table of the feed.
pub fn row(table: &mut CsvTable, activity: &Activity) {
    let ActivityRecord { id, kind, lead_id, conversation_id, description, metadata, occurred_at } = activity.into();
    let ActivityMetadata {
        source,
        channel,
        priority,
        intent,
        confidence,
        estimated_deal_size,
        previous_status,
        new_status,
        score_change,
        changed,
        merged_from,
    } = metadata;
    let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
    let ScoreChange { from, to } = score_change.unwrap_or(ScoreChange { from: None, to: 0 });
    let cells: [String; COLUMNS.len()] = [
        id,
        kind.to_owned(),
        lead_id.unwrap_or_default(),
        conversation_id.unwrap_or_default(),
        description,
        occurred_at,
        word(source),
        word(channel),
        word(priority),
        word(intent),
        confidence.map_or_else(String::new, |confidence| confidence.to_string()),
        estimated_deal_size.map_or_else(String::new, |size| size.to_string()),
        word(previous_status),
        word(new_status),
        from.map_or_else(String::new, |from| from.to_string()),
        score_change.map_or_else(String::new, |_| to.to_string()),
        changed.join(" "),
        merged_from.unwrap_or_default(),
    ];
    table.row(cells);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::analytics::activity::tests::published;

    #[test]
    fn d7_the_feed_is_a_table_whose_cells_are_text() {
        let [valuable, mut qualified] = published();
        qualified.description = "=cmd|' /C calc'!A0, \"CTO\"".to_owned();
        let mut table = begin_table();
        row(&mut table, &valuable);
        row(&mut table, &qualified);
        assert_eq!(
            String::from_utf8(table.take()).expect("UTF-8"),
            "\u{feff}id,type,lead_id,conversation_id,description,occurred_at,source,channel,priority,intent,confidence,\
             estimated_deal_size,previous_status,new_status,score_from,score_to,changed,merged_from\r\n\
             evt_00000000000000000000000002,intent.high_value,lead_00000000000000000000000001,\
             conv_00000000000000000000000003,\
             High-value buying intent detected: visitor requested enterprise pricing for 50+ seats.,\
             2026-04-05T11:42:00.000Z,,,,enterprise_pricing,0.94,45000,,,,,,\r\n\
             evt_00000000000000000000000005,lead.qualified,lead_00000000000000000000000004,,\
             \"'=cmd|' /C calc'!A0, \"\"CTO\"\"\",2026-04-05T10:48:00.000Z,,,,,,,new,qualified,22,64,,\r\n"
        );
    }
}
