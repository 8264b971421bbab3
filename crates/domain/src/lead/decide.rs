//! What happens to a lead: creation, filling, patching, merging, and the moves of the status
//! machine. Pure: values and a time in, the new value out.

use serde_json::Value;

use crate::{
    access::TenantSettings,
    conversation::KnownFacts,
    id::Id,
    lead::{
        Contact, FirstConversation, Lead, LeadDraft, LeadPatch, LeadSource, LeadStatus, Score, ScoreOverride,
        StatusChange, Tag, Utm,
    },
    money::{JsonMap, Money},
    qualification::Qualification,
    time::Timestamp,
};

impl Lead {
    /// A new lead from what a caller gave. Its status is `new` and its score 0.
    pub fn create(id: Id<Lead>, draft: LeadDraft, now: Timestamp) -> Self {
        let LeadDraft { contact, tags, custom_fields, metadata, source_url, utm, source } = draft;
        let mut distinct = Vec::new();
        unite(&mut distinct, tags);
        Self {
            id,
            version: 0,
            contact,
            status: LeadStatus::New,
            status_by_hand: false,
            status_history: vec![StatusChange { status: LeadStatus::New, at: now }],
            score: Score::default(),
            score_override: None,
            adjustments: Vec::new(),
            source: source.unwrap_or(LeadSource::Api),
            source_url,
            utm,
            first_conversation: None,
            tags: distinct,
            custom_fields,
            metadata,
            archived: false,
            first_message: None,
            estimated_deal_size: None,
            qualification_reason: None,
            disqualification_reason: None,
            qualified_at: None,
            assigned_to: None,
            merged_into: None,
            first_seen_at: now,
            last_active_at: now,
            created_at: now,
            updated_at: now,
            erased_at: None,
        }
    }

    /// Moves to a status: adds to the history, and notes the first time the lead counts as qualified.
    pub fn move_to(&mut self, status: LeadStatus, now: Timestamp) {
        if self.status == status {
            return;
        }
        let at = self.status_history.last().map_or(now, |last| now.max(last.at));
        self.status = status;
        if status != LeadStatus::Disqualified {
            self.disqualification_reason = None;
        }
        self.status_history.push(StatusChange { status, at });
        if status.counts_as_qualified() && self.qualified_at.is_none() {
            self.qualified_at = Some(at);
        }
    }

    /// Takes over what the evidence amounts to: the score, and the status if rules may move it.
    ///
    /// `spoke` says that the visitor wrote after the lead was created: a new lead is then
    /// `qualifying`. Rules never move a status that a person set, nor take back a qualification.
    pub fn apply(&mut self, qualification: &Qualification, spoke: bool, now: Timestamp) {
        self.score = self.score_override.map_or(qualification.score, |set| set.score);
        if !self.status_by_hand && self.status.moves_by_rules() {
            let status = self.status_by_rules(qualification, spoke);
            self.explain(status, qualification);
            self.move_to(status, now);
        }
    }

    /// Notes why rules move the lead to a status, where that needs a reason.
    fn explain(&mut self, status: LeadStatus, qualification: &Qualification) {
        match status {
            LeadStatus::Disqualified => {
                self.disqualification_reason = qualification
                    .disqualifying()
                    .map(|(signal, evidence)| format!("{}: “{}”", signal.as_str(), evidence.quote));
            }
            LeadStatus::Qualified if self.qualified_at.is_none() => {
                self.qualification_reason = Some(self.reason(qualification));
            }
            _ => {}
        }
    }

    fn reason(&self, qualification: &Qualification) -> String {
        match self.score_override {
            Some(set) => format!("score set to {} by hand", set.score.get()),
            None => qualification.reason(),
        }
    }

    fn status_by_rules(&self, qualification: &Qualification, spoke: bool) -> LeadStatus {
        if qualification.disqualifying().is_some() {
            LeadStatus::Disqualified
        } else if qualification.not_now().is_some() {
            LeadStatus::Nurturing
        } else if self.score >= qualification.threshold {
            LeadStatus::Qualified
        } else if self.status == LeadStatus::New && spoke {
            LeadStatus::Qualifying
        } else {
            self.status
        }
    }

    /// Fills empty contact fields with what a visitor said. Nothing that is stored is overwritten
    /// (security V3).
    pub fn fill(&mut self, contact: &Contact) {
        let Contact { email, phone, name, company, title } = contact;
        let mine = &mut self.contact;
        mine.email = mine.email.take().or_else(|| email.clone());
        mine.phone = mine.phone.take().or_else(|| phone.clone());
        mine.name = mine.name.take().or_else(|| name.clone());
        mine.company = mine.company.take().or_else(|| company.clone());
        mine.title = mine.title.take().or_else(|| title.clone());
    }

    /// Merges what another system gave for the same address: given values overwrite, labels unite,
    /// free data merges by key.
    pub fn merge_draft(&mut self, draft: LeadDraft) {
        let LeadDraft { contact, tags, custom_fields, metadata, source_url, utm, source: _ } = draft;
        let Contact { email, phone, name, company, title } = contact;
        overwrite(&mut self.contact.email, email);
        overwrite(&mut self.contact.phone, phone);
        overwrite(&mut self.contact.name, name);
        overwrite(&mut self.contact.company, company);
        overwrite(&mut self.contact.title, title);
        unite(&mut self.tags, tags);
        merge_json(&mut self.custom_fields, custom_fields);
        merge_json(&mut self.metadata, metadata);
        overwrite(&mut self.source_url, source_url);
        overwrite(&mut self.utm.source, utm.source);
        overwrite(&mut self.utm.medium, utm.medium);
        overwrite(&mut self.utm.campaign, utm.campaign);
        overwrite(&mut self.utm.term, utm.term);
        overwrite(&mut self.utm.content, utm.content);
    }

    /// Takes from another record of the same person what this one does not say. Nothing is overwritten.
    pub fn fill_from(&mut self, other: &Self) {
        let Contact { email, phone, name, company, title } = &other.contact;
        fill(&mut self.contact.email, email.as_ref());
        fill(&mut self.contact.phone, phone.as_ref());
        fill(&mut self.contact.name, name.as_ref());
        fill(&mut self.contact.company, company.as_ref());
        fill(&mut self.contact.title, title.as_ref());
        fill(&mut self.source_url, other.source_url.as_ref());
        let Utm { source, medium, campaign, term, content } = &other.utm;
        fill(&mut self.utm.source, source.as_ref());
        fill(&mut self.utm.medium, medium.as_ref());
        fill(&mut self.utm.campaign, campaign.as_ref());
        fill(&mut self.utm.term, term.as_ref());
        fill(&mut self.utm.content, content.as_ref());
        unite(&mut self.tags, other.tags.clone());
        for (mine, theirs) in [(&mut self.custom_fields, &other.custom_fields), (&mut self.metadata, &other.metadata)] {
            for (key, value) in theirs {
                if !mine.contains_key(key) {
                    mine.insert(key.clone(), value.clone());
                }
            }
        }
    }

    /// Changes what a caller asked to change. `qualification` is computed with the patch's
    /// adjustments already in it; `spoke` as for [`Lead::apply`].
    pub fn patch(&mut self, patch: LeadPatch, qualification: &Qualification, spoke: bool, now: Timestamp) {
        let LeadPatch {
            email,
            phone,
            name,
            company,
            title,
            tags,
            custom_fields,
            metadata,
            status,
            score,
            adjustments,
            archived,
            estimated_deal_size,
            assigned_to,
        } = patch;
        replace(&mut self.contact.email, email);
        replace(&mut self.contact.phone, phone);
        replace(&mut self.contact.name, name);
        replace(&mut self.contact.company, company);
        replace(&mut self.contact.title, title);
        replace(&mut self.tags, tags);
        merge_json(&mut self.custom_fields, custom_fields);
        merge_json(&mut self.metadata, metadata);
        replace(&mut self.adjustments, adjustments);
        replace(&mut self.archived, archived);
        replace(&mut self.estimated_deal_size, estimated_deal_size);
        replace(&mut self.assigned_to, assigned_to);
        if let Some(score) = score {
            self.score_override = score.map(|score| ScoreOverride { score, at: now });
        }
        match status {
            Some(Some(wanted)) => {
                let by_hand = wanted.reached_from(self.status);
                self.score = self.score_override.map_or(qualification.score, |set| set.score);
                self.status_by_hand = true;
                if by_hand == LeadStatus::Qualified && self.status != LeadStatus::Qualified {
                    self.qualification_reason = Some("set by hand".to_owned());
                }
                self.move_to(by_hand, now);
            }
            Some(None) => {
                self.status_by_hand = false;
                self.clear_status(qualification, spoke, now);
            }
            None => self.apply(qualification, spoke, now),
        }
    }

    /// A cleared status is `qualified` if the lead ever qualified, else what the rules say.
    fn clear_status(&mut self, qualification: &Qualification, spoke: bool, now: Timestamp) {
        self.score = self.score_override.map_or(qualification.score, |set| set.score);
        if self.qualified_at.is_some() {
            self.move_to(LeadStatus::Qualified, now);
        } else {
            let mut from_new = self.clone();
            from_new.status = LeadStatus::New;
            let status = from_new.status_by_rules(qualification, spoke);
            self.explain(status, qualification);
            self.move_to(status, now);
        }
    }

    /// Takes in another lead: the survivor keeps its id, fills its empty fields, unites labels, and
    /// has the earliest times and the union of both histories (`docs/architecture.md`).
    pub fn absorb(&mut self, other: &Self) {
        self.fill(&other.contact);
        unite(&mut self.tags, other.tags.clone());
        for (key, value) in &other.custom_fields {
            self.custom_fields.entry(key.clone()).or_insert_with(|| value.clone());
        }
        for (key, value) in &other.metadata {
            self.metadata.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if other.first_seen_at < self.first_seen_at {
            self.first_message = other.first_message.clone().or_else(|| self.first_message.take());
            self.source_url = other.source_url.clone().or_else(|| self.source_url.take());
        }
        self.estimated_deal_size = self.estimated_deal_size.max(other.estimated_deal_size);
        self.created_at = self.created_at.min(other.created_at);
        self.first_seen_at = self.first_seen_at.min(other.first_seen_at);
        self.last_active_at = self.last_active_at.max(other.last_active_at);
        self.qualified_at = match (self.qualified_at, other.qualified_at) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        // What a person has set sticks, on whichever of the two it was set.
        if other.status_by_hand && !self.status_by_hand {
            self.status = other.status;
            self.status_by_hand = true;
            self.disqualification_reason.clone_from(&other.disqualification_reason);
        } else if self.qualified_at.is_some() && !self.status_by_hand && self.status.moves_by_rules() {
            // Either of them had qualified, and a qualification is never taken back.
            self.status = LeadStatus::Qualified;
        }
        self.qualification_reason = self.qualification_reason.take().or_else(|| other.qualification_reason.clone());
        self.score_override = self.score_override.or(other.score_override);
        self.adjustments.extend(other.adjustments.iter().cloned());
        self.assigned_to = self.assigned_to.or(other.assigned_to);
        if let Some(first) = other.first_conversation {
            self.meet(first);
        }
        self.status_history.extend(other.status_history.iter().copied());
        self.status_history.sort_by_key(|change| change.at);
        self.status_history.dedup();
        // The history ends with the status that the survivor has. When it first reached that status
        // stays where it was: a stage counts at its first time.
        let at = self.status_history.last().map_or(self.created_at, |latest| latest.at);
        let current = StatusChange { status: self.status, at };
        self.status_history.retain(|change| *change != current);
        self.status_history.push(current);
    }

    /// Notes a conversation of the lead's. Only the earliest one is kept.
    pub fn meet(&mut self, conversation: FirstConversation) {
        if self.first_conversation.is_none_or(|first| conversation.at < first.at) {
            self.first_conversation = Some(conversation);
        }
    }

    /// The absorbed lead's row: hidden, and pointing to the survivor.
    #[must_use]
    pub fn absorbed_by(&self, survivor: Id<Self>) -> Self {
        Self { merged_into: Some(survivor), ..self.clone() }
    }
}

/// The size of the deal in sight: a stated budget, else seats × price per seat, else nothing.
pub fn deal_size(facts: &KnownFacts, settings: &TenantSettings) -> Option<Money> {
    facts.budget.or_else(|| facts.seats.map(|seats| settings.price_per_seat.times(seats)))
}

fn overwrite<T>(field: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *field = given;
    }
}

fn fill<T: Clone>(field: &mut Option<T>, given: Option<&T>) {
    if field.is_none() {
        *field = given.cloned();
    }
}

fn replace<T>(field: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *field = given;
    }
}

fn unite(tags: &mut Vec<Tag>, more: Vec<Tag>) {
    for tag in more {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
}

/// Merges by key; a `null` removes the key.
fn merge_json(into: &mut JsonMap, given: JsonMap) {
    for (key, value) in given {
        if value == Value::Null {
            into.shift_remove(&key);
        } else {
            into.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        conversation::Channel,
        lead::{Grade, WantedStatus},
        qualification::{Criterion, Evidence, Signal, Topic},
        text::Email,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn lead() -> Lead {
        let contact = Contact { email: Some(Email::parse("jane@example.com").expect("valid")), ..Contact::default() };
        Lead::create(Id::from_bits(1), LeadDraft { contact, ..LeadDraft::default() }, NOW)
    }

    fn graded(grade: u8) -> Qualification {
        let evidence: Vec<Evidence> =
            Criterion::ALL.iter().map(|criterion| piece(Topic::Criterion(*criterion), grade)).collect();
        Qualification::of(&evidence, &[], &TenantSettings::default())
    }

    fn piece(topic: Topic, grade: u8) -> Evidence {
        Evidence {
            topic,
            grade: Grade::clamped(i64::from(grade)),
            quote: "my own words".to_owned(),
            message: Id::from_bits(9),
            conversation: Id::from_bits(8),
            at: NOW,
        }
    }

    #[test]
    fn a_lead_qualifies_at_the_threshold_and_stays_qualified_when_the_score_falls() {
        let mut lead = lead();
        lead.apply(&graded(58), true, NOW);
        assert_eq!(lead.status, LeadStatus::Qualifying);
        lead.apply(&graded(60), true, NOW);
        assert_eq!((lead.status, lead.qualified_at), (LeadStatus::Qualified, Some(NOW)));
        assert!(lead.qualification_reason.as_deref().is_some_and(|reason| reason.contains("my own words")));
        lead.apply(&graded(0), true, NOW);
        assert_eq!(lead.status, LeadStatus::Qualified, "a falling score never un-qualifies");
    }

    #[test]
    fn a_disqualifying_fact_outweighs_any_score() {
        let mut evidence: Vec<Evidence> =
            Criterion::ALL.iter().map(|criterion| piece(Topic::Criterion(*criterion), 100)).collect();
        evidence.push(piece(Topic::Signal(Signal::Student), 100));
        let mut lead = lead();
        lead.apply(&Qualification::of(&evidence, &[], &TenantSettings::default()), true, NOW);
        assert_eq!(lead.status, LeadStatus::Disqualified);
        assert_eq!(lead.disqualification_reason.as_deref(), Some("student: “my own words”"));
    }

    #[test]
    fn a_status_set_by_hand_sticks_until_it_is_cleared() {
        let mut lead = lead();
        let patch = LeadPatch { status: Some(Some(LeadStatus::Lost.into())), ..LeadPatch::default() };
        lead.patch(patch, &graded(0), false, NOW);
        lead.apply(&graded(100), true, NOW);
        assert_eq!(lead.status, LeadStatus::Lost);
        lead.patch(LeadPatch { status: Some(None), ..LeadPatch::default() }, &graded(10), true, NOW);
        assert_eq!(lead.status, LeadStatus::Qualifying, "what the rules say");
    }

    #[test]
    fn who_asks_for_a_status_by_a_word_that_the_lead_has_already_moves_nothing() {
        let wanted = WantedStatus { status: LeadStatus::Qualified, or_already: &[LeadStatus::Contacted] };
        let ask = |lead: &mut Lead| {
            lead.patch(LeadPatch { status: Some(Some(wanted)), ..LeadPatch::default() }, &graded(0), false, NOW);
        };
        let mut contacted = lead();
        contacted.move_to(LeadStatus::Contacted, NOW);
        let before = contacted.clone();
        ask(&mut contacted);
        assert!(contacted.status_by_hand, "it sticks nevertheless");
        assert_eq!(contacted, Lead { status_by_hand: true, ..before });
        let mut booked = lead();
        booked.move_to(LeadStatus::Booked, NOW);
        ask(&mut booked);
        assert_eq!(booked.status, LeadStatus::Qualified, "another word is another status");
    }

    #[test]
    fn a_cleared_status_is_qualified_if_the_lead_ever_was() {
        let mut lead = lead();
        lead.patch(
            LeadPatch { status: Some(Some(LeadStatus::Booked.into())), ..LeadPatch::default() },
            &graded(0),
            false,
            NOW,
        );
        assert_eq!(lead.qualified_at, Some(NOW), "booked counts as qualified");
        lead.patch(LeadPatch { status: Some(None), ..LeadPatch::default() }, &graded(0), false, NOW);
        assert_eq!(lead.status, LeadStatus::Qualified);
    }

    #[test]
    fn a_score_set_by_hand_qualifies_and_sticks() {
        let mut lead = lead();
        lead.patch(LeadPatch { score: Some(Score::new(92)), ..LeadPatch::default() }, &graded(0), false, NOW);
        assert_eq!((lead.status, lead.score.get()), (LeadStatus::Qualified, 92));
        lead.apply(&graded(10), true, NOW);
        assert_eq!(lead.score.get(), 92);
        lead.patch(LeadPatch { score: Some(None), ..LeadPatch::default() }, &graded(10), true, NOW);
        assert_eq!(lead.score, graded(10).score);
    }

    #[test]
    fn v3_what_a_visitor_says_fills_but_never_overwrites() {
        let mut lead = lead();
        lead.contact.name = Some("Jane Smith".to_owned());
        let said = Contact { name: Some("Mallory".to_owned()), company: Some("Acme".to_owned()), ..Contact::default() };
        lead.fill(&said);
        assert_eq!(lead.contact.name.as_deref(), Some("Jane Smith"));
        assert_eq!(lead.contact.company.as_deref(), Some("Acme"));
    }

    fn any_status() -> impl Strategy<Value = LeadStatus> {
        (0usize..LeadStatus::ALL.len()).prop_map(|at| LeadStatus::ALL[at])
    }

    proptest! {
        #[test]
        fn the_history_ends_with_the_status_and_never_repeats_a_step(
            steps in proptest::collection::vec((proptest::option::of(any_status()), 0u8..=100, any::<bool>()), 0..20)
        ) {
            let mut lead = lead();
            for (at, (by_hand, grade, spoke)) in (0_i64..).zip(steps) {
                let now = NOW.plus(time::Duration::seconds(at));
                match by_hand {
                    Some(status) => {
                        lead.patch(LeadPatch { status: Some(Some(status.into())), ..LeadPatch::default() }, &graded(grade), spoke, now);
                    }
                    None => lead.apply(&graded(grade), spoke, now),
                }
                prop_assert_eq!(lead.status_history.last().map(|change| change.status), Some(lead.status));
                prop_assert!(lead.status_history.windows(2).all(|pair| pair[0].status != pair[1].status && pair[0].at <= pair[1].at));
                let first_qualified = lead.status_history.iter().find(|change| change.status.counts_as_qualified()).map(|change| change.at);
                prop_assert_eq!(lead.qualified_at, first_qualified);
            }
        }

        #[test]
        fn a_survivor_counts_each_stage_at_the_first_time_that_either_reached_it(
            steps in prop::collection::vec((any::<bool>(), 0i64..9, any_status()), 0..12),
            channels in prop::array::uniform2(prop::option::of((0i64..3, 0usize..4))),
        ) {
            let mut survivor = lead();
            let mut other = Lead::create(Id::from_bits(2), LeadDraft::default(), NOW);
            for (lead, channel) in [&mut survivor, &mut other].into_iter().zip(channels) {
                if let Some((at, channel)) = channel {
                    lead.meet(FirstConversation { channel: Channel::ALL[channel], at: Timestamp::from_seconds(at) });
                }
            }
            let mut now = NOW;
            for (mine, later, status) in steps {
                now = now.plus(time::Duration::seconds(later));
                if mine { survivor.move_to(status, now) } else { other.move_to(status, now) }
            }
            let first = |lead: &Lead, status| lead.status_history.iter().find(|step| step.status == status).map(|step| step.at);
            let earliest = |mine: Option<Timestamp>, theirs: Option<Timestamp>| mine.into_iter().chain(theirs).min();
            let before = survivor.clone();
            survivor.absorb(&other);
            for status in LeadStatus::ALL.into_iter().filter(|status| *status != survivor.status) {
                prop_assert_eq!(first(&survivor, status), earliest(first(&before, status), first(&other, status)));
            }
            // A status that neither had is reached by the merge itself.
            let reached = earliest(first(&before, survivor.status), first(&other, survivor.status));
            prop_assert!(reached.is_none_or(|at| first(&survivor, survivor.status) == Some(at)));
            let met = earliest(
                before.first_conversation.map(|first| first.at),
                other.first_conversation.map(|first| first.at),
            );
            prop_assert_eq!(survivor.first_conversation.map(|first| first.at), met);
        }

        #[test]
        fn a_merge_keeps_every_time_and_loses_no_step(early in 0i64..500, first in any_status(), second in any_status()) {
            let mut survivor = lead();
            survivor.move_to(first, NOW);
            let mut other = Lead::create(Id::from_bits(2), LeadDraft::default(), Timestamp::from_seconds(early));
            other.move_to(second, Timestamp::from_seconds(early + 1));
            let ever_qualified = survivor.qualified_at.is_some() || other.qualified_at.is_some();
            let kept = if ever_qualified && first.moves_by_rules() { LeadStatus::Qualified } else { first };
            let mine = survivor.clone();
            survivor.absorb(&other);
            prop_assert_eq!(survivor.status, kept);
            prop_assert_eq!(survivor.created_at, Timestamp::from_seconds(early));
            prop_assert_eq!(survivor.status_history.last().map(|change| change.status), Some(kept));
            for step in mine.status_history.iter().chain(&other.status_history) {
                prop_assert!(survivor.status_history.contains(step), "{step:?} is lost: {:?}", survivor.status_history);
            }
            prop_assert!(survivor.status_history.is_sorted_by_key(|step| step.at));
        }
    }
}
