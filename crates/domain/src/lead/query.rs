//! Which leads a list shows, and in which order.

use crate::{
    access::Assistant,
    id::Id,
    lead::{Lead, LeadSource, LeadStatus, Score, Tag},
    paging::{Order, Paging},
    text::{Email, fold},
    time::Timestamp,
};

/// What a list of leads is sorted by. Ties are broken by id, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LeadSort {
    /// When the lead was created.
    #[default]
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// Its score.
    Score,
}

impl LeadSort {
    /// The sort value of a lead, as cursors carry it.
    pub fn value_of(self, lead: &Lead) -> i64 {
        match self {
            Self::CreatedAt => lead.created_at.micros(),
            Self::UpdatedAt => lead.updated_at.micros(),
            Self::Score => i64::from(lead.score.get()),
        }
    }
}

/// Whom a lead spoke with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpokeWith {
    /// Leads with a conversation with this assistant.
    pub assistant: Id<Assistant>,
    /// And leads without any conversation: they count as the default assistant's.
    pub or_with_none: bool,
}

/// Which leads to list. Absorbed leads are never listed; archived ones only if asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadQuery {
    /// Any of these; empty allows all.
    pub statuses: Vec<LeadStatus>,
    /// Only from this source.
    pub source: Option<LeadSource>,
    /// Only with this address, without case.
    pub email: Option<Email>,
    /// Only with this label, exactly.
    pub tag: Option<Tag>,
    /// Folded words, each of which is a substring of name, e-mail or company.
    pub words: Vec<String>,
    /// Only with at least this score.
    pub min_score: Option<Score>,
    /// Created at or after.
    pub created_after: Option<Timestamp>,
    /// Created at or before.
    pub created_before: Option<Timestamp>,
    /// Changed at or after.
    pub updated_since: Option<Timestamp>,
    /// Only leads that have ever qualified (or never).
    pub ever_qualified: Option<bool>,
    /// Only of one assistant.
    pub spoke_with: Option<SpokeWith>,
    /// Whether to show archived leads too.
    pub include_archived: bool,
    /// What to sort by.
    pub sort: LeadSort,
    /// In which direction.
    pub order: Order,
    /// Which part of the list.
    pub paging: Paging,
}

impl LeadQuery {
    /// The words of a search text: folded, separated by blanks; every character is literal.
    pub fn words_of(text: &str) -> Vec<String> {
        text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect()
    }

    /// Whether a lead is in the list, by its conversations' assistants. Stores that filter by
    /// themselves must agree with this and with [`LeadQuery::matches`].
    pub fn matches_assistants(&self, assistants: &[Id<Assistant>]) -> bool {
        self.spoke_with.is_none_or(|SpokeWith { assistant, or_with_none }| {
            assistants.contains(&assistant) || (or_with_none && assistants.is_empty())
        })
    }

    /// Whether a lead is in the list, by its own fields.
    pub fn matches(&self, lead: &Lead) -> bool {
        let text = lead.search_text();
        lead.merged_into.is_none()
            && (self.include_archived || !lead.archived)
            && (self.statuses.is_empty() || self.statuses.contains(&lead.status))
            && self.source.is_none_or(|source| lead.source == source)
            && self
                .email
                .as_ref()
                .is_none_or(|wanted| lead.contact.email.as_ref().is_some_and(|email| email.folded() == wanted.folded()))
            && self.tag.as_ref().is_none_or(|tag| lead.tags.contains(tag))
            && self.words.iter().all(|word| text.contains(word.as_str()))
            && self.min_score.is_none_or(|score| lead.score >= score)
            && self.created_after.is_none_or(|at| lead.created_at >= at)
            && self.created_before.is_none_or(|at| lead.created_at <= at)
            && self.updated_since.is_none_or(|at| lead.updated_at >= at)
            && self.ever_qualified.is_none_or(|ever| lead.qualified_at.is_some() == ever)
    }
}

impl Lead {
    /// Name, e-mail and company, folded and kept apart by line feeds, which no search word contains.
    pub fn search_text(&self) -> String {
        [self.contact.name.as_deref(), self.contact.email.as_ref().map(Email::as_str), self.contact.company.as_deref()]
            .into_iter()
            .flatten()
            .map(fold)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
