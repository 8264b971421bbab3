//! What is known from a conversation, so that the assistant asks nothing twice.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    conversation::{BuyingIntent, Intent, KnownFacts, Question},
    qualification::Criterion,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
    number::major_units,
};

use super::field::{self, MAX_ITEMS, MAX_TEXT, maybe_text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FactsLine<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buying_intent: Option<BuyingLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    competitor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seats: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    unanswered: u32,
}

#[derive(Serialize)]
struct BuyingLine {
    confidence: f64,
    intent: &'static str,
}

impl<'a> FactsLine<'a> {
    /// The facts, unless nothing is known.
    pub(super) fn of(facts: &'a KnownFacts) -> Option<Self> {
        let KnownFacts { budget, seats, competitor, name, company, title, asked, pending, unanswered, buying_intent } =
            facts;
        (*facts != KnownFacts::default()).then(|| Self {
            asked: asked.iter().copied().map(word).collect(),
            budget: budget.map(major_units),
            buying_intent: buying_intent
                .map(|BuyingIntent { intent, confidence }| BuyingLine { confidence, intent: intent.as_str() }),
            company: company.as_deref(),
            competitor: competitor.as_deref(),
            name: name.as_deref(),
            pending: pending.map(word),
            seats: *seats,
            title: title.as_deref(),
            unanswered: *unanswered,
        })
    }
}

const QUESTIONS: [Question; 6] = [
    Question::About(Criterion::Budget),
    Question::About(Criterion::Authority),
    Question::About(Criterion::Need),
    Question::About(Criterion::Timeline),
    Question::TeamSize,
    Question::Contact,
];

const fn word(question: Question) -> &'static str {
    match question {
        Question::About(criterion) => criterion.as_str(),
        Question::TeamSize => "team_size",
        Question::Contact => "contact",
    }
}

pub(super) fn read_facts(given: &Given<'_>) -> Result<KnownFacts, FieldError> {
    let fields: Fields<'_> = given.object()?;
    let count = |name| {
        let given = fields.optional(name, |given| given.integer(0..=i64::from(u32::MAX)))?;
        Ok(given.and_then(|count| u32::try_from(count).ok()))
    };
    Ok(KnownFacts {
        budget: fields.optional("budget", |given| given.money())?,
        seats: count("seats")?,
        competitor: maybe_text(&fields, "competitor", MAX_TEXT)?,
        name: maybe_text(&fields, "name", MAX_TEXT)?,
        company: maybe_text(&fields, "company", MAX_TEXT)?,
        title: maybe_text(&fields, "title", MAX_TEXT)?,
        asked: fields
            .optional("asked", |given| given.array_of(MAX_ITEMS, |item| item.one_of(&QUESTIONS, word)))?
            .unwrap_or_default(),
        pending: fields.optional("pending", |given| given.one_of(&QUESTIONS, word))?,
        unanswered: count("unanswered")?.unwrap_or(0),
        buying_intent: fields.optional("buyingIntent", |given| read_buying(&given))?,
    })
}

fn read_buying(given: &Given<'_>) -> Result<BuyingIntent, FieldError> {
    let fields = given.object()?;
    Ok(BuyingIntent {
        intent: fields.required("intent", |given| given.one_of(&Intent::ALL, Intent::as_str))?,
        confidence: fields.required("confidence", |given| field::fraction(&given))?,
    })
}
