//! What is left of a lead when the person is erased: that there was one, when, how far it came and what
//! it counted, so that past figures stand and can be counted again (security D6).

use crate::{
    lead::{Contact, Lead, Utm},
    money::JsonMap,
    qualification::Adjustment,
    time::Timestamp,
};

impl Lead {
    /// The lead without anything that tells who it was. Hidden from lists; its address is free again.
    /// One that was erased before stays as it is.
    #[must_use]
    pub fn erased(&self, now: Timestamp) -> Self {
        if self.erased_at.is_some() {
            return self.clone();
        }
        let Self {
            id,
            version,
            contact: _,
            status,
            status_by_hand,
            status_history,
            score,
            score_override,
            adjustments,
            source,
            source_url: _,
            utm: _,
            first_conversation,
            tags: _,
            custom_fields: _,
            metadata: _,
            archived: _,
            first_message: _,
            estimated_deal_size,
            qualification_reason: _,
            disqualification_reason: _,
            qualified_at,
            assigned_to,
            merged_into,
            first_seen_at,
            last_active_at,
            created_at,
            updated_at,
            erased_at: _,
        } = self.clone();
        Self {
            id,
            version,
            contact: Contact::default(),
            status,
            status_by_hand,
            status_history,
            score,
            score_override,
            // The points are part of the score; why they were given may name the person.
            adjustments: adjustments
                .into_iter()
                .map(|Adjustment { reason: _, points }| Adjustment { reason: "erased".to_owned(), points })
                .collect(),
            source,
            source_url: None,
            utm: Utm::default(),
            first_conversation,
            tags: Vec::new(),
            custom_fields: JsonMap::new(),
            metadata: JsonMap::new(),
            archived: true,
            first_message: None,
            estimated_deal_size,
            qualification_reason: None,
            disqualification_reason: None,
            qualified_at,
            assigned_to,
            merged_into,
            first_seen_at,
            last_active_at,
            created_at,
            updated_at: updated_at.max(now),
            erased_at: Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        analytics::contribution_of_lead,
        id::Id,
        lead::{LeadDraft, LeadStatus, Score, Tag},
        money::Money,
        text::{Email, Phone},
    };

    #[test]
    fn d6_an_erased_lead_has_no_words_left_and_counts_what_it_counted() {
        let word = "Zwetschgenknödel";
        let mut lead = Lead::create(
            Id::from_bits(1),
            LeadDraft {
                contact: Contact {
                    email: Email::parse("zwetschgenknödel@example.com").ok(),
                    phone: Phone::parse("+49 30 77123").ok(),
                    name: Some(word.to_owned()),
                    company: Some(word.to_owned()),
                    title: Some(word.to_owned()),
                },
                tags: vec![Tag::parse(word).expect("short")],
                custom_fields: [(word.to_owned(), json!(word))].into_iter().collect(),
                metadata: [(word.to_owned(), json!(word))].into_iter().collect(),
                source_url: Some(format!("/{word}")),
                utm: Utm { term: Some(word.to_owned()), ..Utm::default() },
                source: None,
            },
            Timestamp::from_seconds(1),
        );
        lead.first_message = Some(word.to_owned());
        lead.qualification_reason = Some(word.to_owned());
        lead.disqualification_reason = Some(word.to_owned());
        lead.adjustments = vec![Adjustment { reason: word.to_owned(), points: 7 }];
        lead.score = Score::clamped(70);
        lead.estimated_deal_size = Some(Money::from_major(9));
        lead.move_to(LeadStatus::Booked, Timestamp::from_seconds(2));
        let erased = lead.erased(Timestamp::from_seconds(3));
        let text = serde_json::to_string(&erased).expect("a lead prints").to_lowercase();
        assert!(!text.contains("zwetschgen") && !text.contains("77123"), "{text}");
        assert!(erased.archived && erased.erased_at == Some(Timestamp::from_seconds(3)));
        assert_eq!(contribution_of_lead(&erased), contribution_of_lead(&lead), "past figures stand");
        assert_eq!(erased.erased(Timestamp::from_seconds(9)), erased, "once");
    }
}
