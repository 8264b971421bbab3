//! A lead: v1's fields, `statusHistory`, and what the store has besides.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    access::Member,
    conversation::Channel,
    lead::{Contact, FirstConversation, Lead, LeadSource, LeadStatus, Score, ScoreOverride, StatusChange, Tag, Utm},
    qualification::Adjustment,
    text::{Email, Phone},
    time::Timestamp,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
    number::major_units,
};

use super::{
    Completeness, Naming, Reading,
    field::{self, MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_URL, flag, maybe_at, maybe_id, maybe_text},
};
use crate::canonical::{At, CanonicalMap, Name, is_false};

/// A lead as a line prints it. The fields are in the order of their names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeadLine<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    adjustments: Vec<AdjustmentLine<'a>>,
    #[serde(skip_serializing_if = "is_false")]
    archived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<Name<Member>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    created_at: At,
    #[serde(skip_serializing_if = "CanonicalMap::is_empty")]
    custom_fields: CanonicalMap<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disqualification_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_deal_size: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_conversation: Option<FirstLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_message: Option<&'a str>,
    first_seen_at: At,
    id: Name<Lead>,
    last_active_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<Name<Lead>>,
    #[serde(skip_serializing_if = "CanonicalMap::is_empty")]
    metadata: CanonicalMap<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualification_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualified_at: Option<At>,
    score: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_override: Option<OverrideLine>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_url: Option<&'a str>,
    status: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    status_by_hand: bool,
    status_history: Vec<StepLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a [Tag]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    updated_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm: Option<UtmLine<'a>>,
}

#[derive(Serialize)]
struct AdjustmentLine<'a> {
    points: i8,
    reason: &'a str,
}

#[derive(Serialize)]
struct FirstLine {
    at: At,
    channel: &'static str,
}

#[derive(Serialize)]
struct OverrideLine {
    at: At,
    score: u8,
}

#[derive(Serialize)]
struct StepLine {
    at: At,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UtmLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<&'a str>,
}

impl<'a> UtmLine<'a> {
    /// The campaign, unless nothing is known of it.
    pub(super) fn of(utm: &'a Utm) -> Option<Self> {
        let Utm { source, medium, campaign, term, content } = utm;
        (*utm != Utm::default()).then_some(Self {
            campaign: campaign.as_deref(),
            content: content.as_deref(),
            medium: medium.as_deref(),
            source: source.as_deref(),
            term: term.as_deref(),
        })
    }
}

impl<'a> From<&'a Lead> for LeadLine<'a> {
    fn from(lead: &'a Lead) -> Self {
        let Lead {
            id,
            // Counts the commits of one database.
            version: _,
            contact: Contact { email, phone, name, company, title },
            status,
            status_by_hand,
            status_history,
            score,
            score_override,
            adjustments,
            source,
            source_url,
            utm,
            first_conversation,
            tags,
            custom_fields,
            metadata,
            archived,
            first_message,
            estimated_deal_size,
            qualification_reason,
            disqualification_reason,
            qualified_at,
            assigned_to,
            merged_into,
            first_seen_at,
            last_active_at,
            created_at,
            updated_at,
            erased_at,
        } = lead;
        Self {
            adjustments: adjustments
                .iter()
                .map(|Adjustment { reason, points }| AdjustmentLine { points: *points, reason })
                .collect(),
            archived: *archived,
            assigned_to: assigned_to.map(Name),
            company: company.as_deref(),
            created_at: At(*created_at),
            custom_fields: CanonicalMap(custom_fields),
            disqualification_reason: disqualification_reason.as_deref(),
            email: email.as_ref().map(Email::as_str),
            erased_at: erased_at.map(At),
            estimated_deal_size: estimated_deal_size.map(major_units),
            first_conversation: first_conversation
                .map(|FirstConversation { channel, at }| FirstLine { at: At(at), channel: channel.as_str() }),
            first_message: first_message.as_deref(),
            first_seen_at: At(*first_seen_at),
            id: Name(*id),
            last_active_at: At(*last_active_at),
            merged_into: merged_into.map(Name),
            metadata: CanonicalMap(metadata),
            name: name.as_deref(),
            object: "lead",
            phone: phone.as_ref().map(Phone::as_str),
            qualification_reason: qualification_reason.as_deref(),
            qualified_at: qualified_at.map(At),
            score: score.get(),
            score_override: score_override
                .map(|ScoreOverride { score, at }| OverrideLine { at: At(at), score: score.get() }),
            source: source.as_str(),
            source_url: source_url.as_deref(),
            status: status.as_str(),
            status_by_hand: *status_by_hand,
            status_history: status_history
                .iter()
                .map(|StatusChange { status, at }| StepLine { at: At(*at), status: status.as_str() })
                .collect(),
            tags: (!tags.is_empty()).then_some(tags),
            title: title.as_deref(),
            updated_at: At(*updated_at),
            utm: UtmLine::of(utm),
        }
    }
}

/// Reads a lead. What a hand-made line leaves out follows from what it says: the history from the
/// status, `qualifiedAt` from the history, the other times from `createdAt`.
pub(super) fn read(fields: &Fields<'_>, reading: &Reading, naming: &mut Naming<'_>) -> Result<Lead, FieldError> {
    let history = fields
        .optional("statusHistory", |given| given.array_of(MAX_ITEMS, |item| read_step(&item)))?
        .unwrap_or_default();
    let first_seen_at = maybe_at(fields, "firstSeenAt")?;
    let said = maybe_at(fields, "createdAt")?.or(first_seen_at).or_else(|| history.iter().map(|step| step.at).min());
    let created_at = said.or(reading.created_unless_told).ok_or_else(|| fields.error("createdAt", "is required"))?;
    let status = fields.optional("status", |given| read_status(&given))?;
    let updated_at = maybe_at(fields, "updatedAt")?;
    let qualified_at = maybe_at(fields, "qualifiedAt")?;
    let known = Known { created_at, updated_at, qualified_at, status };
    let status_history = match reading.completeness {
        Completeness::Whole => history,
        Completeness::AsGiven => known.whole_history(history),
    };
    let status = status_history.last().map(|step| step.status).or(status).unwrap_or(LeadStatus::New);
    let qualified_at = qualified_at.or_else(|| match reading.completeness {
        Completeness::Whole => None,
        Completeness::AsGiven => {
            status_history.iter().find(|step| step.status.counts_as_qualified()).map(|step| step.at)
        }
    });
    let last_step = status_history.last().map_or(created_at, |step| step.at.max(created_at));
    Ok(Lead {
        // The time of the import is no part of an id: the same line has the same one tomorrow.
        id: naming.id(fields, said.unwrap_or_default())?,
        version: 0,
        contact: read_contact(fields)?,
        status,
        status_by_hand: flag(fields, "statusByHand")?,
        status_history,
        score: fields.optional("score", |given| read_score(&given))?.unwrap_or_default(),
        score_override: fields.optional("scoreOverride", |given| read_override(&given))?,
        adjustments: fields
            .optional("adjustments", |given| given.array_of(MAX_ITEMS, |item| read_adjustment(&item)))?
            .unwrap_or_default(),
        source: fields
            .optional("source", |given| given.one_of(&LeadSource::ALL, LeadSource::as_str))?
            .unwrap_or(LeadSource::Import),
        source_url: maybe_text(fields, "sourceUrl", MAX_URL)?,
        utm: read_utm(fields)?,
        first_conversation: fields.optional("firstConversation", |given| read_first(&given))?,
        tags: fields
            .optional("tags", |given| given.array_of(MAX_ITEMS, |item| item.parsed(Tag::parse)))?
            .unwrap_or_default(),
        custom_fields: field::free_data(fields, "customFields", reading)?,
        metadata: field::free_data(fields, "metadata", reading)?,
        archived: flag(fields, "archived")?,
        first_message: maybe_text(fields, "firstMessage", MAX_TEXT)?,
        estimated_deal_size: fields.optional("estimatedDealSize", |given| given.money())?,
        qualification_reason: maybe_text(fields, "qualificationReason", MAX_TEXT)?,
        disqualification_reason: maybe_text(fields, "disqualificationReason", MAX_TEXT)?,
        qualified_at,
        assigned_to: maybe_id(fields, "assignedTo")?,
        merged_into: maybe_id(fields, "mergedInto")?,
        first_seen_at: first_seen_at.unwrap_or(created_at),
        last_active_at: maybe_at(fields, "lastActiveAt")?.unwrap_or(last_step),
        created_at,
        updated_at: updated_at.unwrap_or(last_step),
        erased_at: maybe_at(fields, "erasedAt")?,
    })
}

fn read_contact(fields: &Fields<'_>) -> Result<Contact, FieldError> {
    Ok(Contact {
        email: fields.optional("email", |given| given.parsed(Email::parse))?,
        phone: fields.optional("phone", |given| given.parsed(Phone::parse))?,
        name: maybe_text(fields, "name", MAX_NAME)?,
        company: maybe_text(fields, "company", MAX_NAME)?,
        title: maybe_text(fields, "title", MAX_NAME)?,
    })
}

/// What a hand-made line says of how a lead got where it is.
struct Known {
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    qualified_at: Option<Timestamp>,
    status: Option<LeadStatus>,
}

impl Known {
    /// The history from `new` to the status that is given, in the order of its times.
    fn whole_history(&self, mut history: Vec<StatusChange>) -> Vec<StatusChange> {
        history.sort_by_key(|step| step.at);
        if history.first().is_none_or(|step| step.status != LeadStatus::New) {
            let at = history.first().map_or(self.created_at, |step| step.at.min(self.created_at));
            history.insert(0, StatusChange { status: LeadStatus::New, at });
        }
        let is_alone = history.len() == 1;
        if let Some(at) = self.qualified_at.filter(|_| is_alone && self.status != Some(LeadStatus::New)) {
            history.push(StatusChange { status: LeadStatus::Qualified, at: at.max(history[0].at) });
        }
        let last = *history.last().expect("there is at least the creation");
        // A history that knows the status has every transition; one that does not lacks the last.
        let is_known = |status: &LeadStatus| history.iter().any(|step| step.status == *status);
        if let Some(status) = self.status.filter(|status| !is_known(status)) {
            let at = self.updated_at.map_or(last.at, |at| at.max(last.at));
            history.push(StatusChange { status, at });
        }
        history
    }
}

fn read_step(given: &Given<'_>) -> Result<StatusChange, FieldError> {
    let fields = given.object()?;
    Ok(StatusChange {
        status: fields.required("status", |given| read_status(&given))?,
        at: fields.required("at", |given| field::at(&given))?,
    })
}

fn read_status(given: &Given<'_>) -> Result<LeadStatus, FieldError> {
    given.one_of(&LeadStatus::ALL, LeadStatus::as_str)
}

/// A score from 0 to 100.
pub(super) fn read_score(given: &Given<'_>) -> Result<Score, FieldError> {
    given.integer(0..=100).map(Score::clamped)
}

fn read_override(given: &Given<'_>) -> Result<ScoreOverride, FieldError> {
    let fields = given.object()?;
    Ok(ScoreOverride {
        score: fields.required("score", |given| read_score(&given))?,
        at: fields.required("at", |given| field::at(&given))?,
    })
}

fn read_adjustment(given: &Given<'_>) -> Result<Adjustment, FieldError> {
    let fields = given.object()?;
    let points = fields.required("points", |given| given.integer(-100..=100))?;
    Ok(Adjustment {
        reason: fields.required("reason", |given| given.verbatim(MAX_NAME))?,
        points: i8::try_from(points).expect("-100 to 100 here"),
    })
}

fn read_first(given: &Given<'_>) -> Result<FirstConversation, FieldError> {
    let fields = given.object()?;
    Ok(FirstConversation {
        channel: fields.required("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
        at: fields.required("at", |given| field::at(&given))?,
    })
}

/// A campaign, empty where it is absent.
pub(super) fn read_utm(fields: &Fields<'_>) -> Result<Utm, FieldError> {
    let read = |given: Given<'_>| {
        let fields = given.object()?;
        let part = |name| maybe_text(&fields, name, MAX_URL);
        Ok(Utm {
            source: part("source")?,
            medium: part("medium")?,
            campaign: part("campaign")?,
            term: part("term")?,
            content: part("content")?,
        })
    };
    Ok(fields.optional("utm", read)?.unwrap_or_default())
}
