//! One message, understood: the parts of the crate in the order in which they need one another.

use std::borrow::Cow;

use synaptiq_domain::{
    conversation::{Intent, Question},
    lead::Grade,
    ports::{Contacts, Facts, Understanding, Understood, Utterance},
    qualification::{Criterion, Finding, Signal, Topic},
};

use crate::{
    contacts, facts, findings,
    intent::{self, Clues},
    language,
    text::{Number, Reading, numbers},
};

/// The most bytes of a message that are read; a chat message has at most 4,000 characters.
const MAX_BYTES: usize = 16_000;

/// Understands messages by rules and a small trained model, without a network.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltinUnderstanding {
    _private: (),
}

impl BuiltinUnderstanding {
    /// The assistant's ears. Costs nothing: patterns and weights are made ready by the first message.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Understanding for BuiltinUnderstanding {
    fn contacts(&self, text: &str) -> Contacts {
        let text = bounded(text);
        contacts::contacts(text, language::detect(text, Reading::new(text).folded(), None, None))
    }

    fn understand(&self, utterance: Utterance<'_>) -> Understood {
        let text = bounded(utterance.text);
        let whole = Reading::new(text);
        let language = language::detect(text, whole.folded(), utterance.stated_language, utterance.previous_language);
        let addresses = contacts::addresses(text);
        let phone = contacts::first_phone(text, &addresses, language);
        let commanded = findings::commands_the_machine(text, whole.folded());

        // Addresses and numbers to call are nobody's words: what is in them is no fact.
        let cleared = without_contacts(text, &addresses, phone.as_ref().map(synaptiq_domain::text::Phone::as_str));
        let cleared = match findings::without_data(&cleared) {
            Some(cleared) => Cow::Owned(cleared),
            None => cleared,
        };
        let reading = Reading::masked(text, &cleared);
        let numbers = numbers(reading.folded(), language);
        let name = facts::name(&whole, &addresses, language);

        let mut findings = findings::signals(&reading);
        let turned_away = findings.iter().any(|finding| finding.grade > Grade::NONE && is_disqualifying(finding));
        let mut facts = Facts { name, ..Facts::default() };
        let title = facts::title(&reading);
        if !commanded {
            facts.company = facts::company(&reading);
            facts.title = title.as_ref().map(|title| title.text.clone());
            facts.competitor = facts::competitor(&reading);
            facts.seats =
                facts::seats(&reading, &numbers).or_else(|| pending_seats(utterance.pending, &reading, &numbers));
        }
        let asked = |criterion| utterance.pending == Some(Question::About(criterion));
        if !commanded && !turned_away {
            let amounts = facts::money::amounts(&reading, &numbers);
            let money = findings::budget(&reading, &amounts, facts.seats, asked(Criterion::Budget));
            facts.budget = money.amount;
            let not_now = findings.iter().any(|finding| finding.topic == Topic::Signal(Signal::NotNow));
            let when = findings::timeline(&reading, utterance.at, language, &numbers, asked(Criterion::Timeline))
                .filter(|finding| !not_now || finding.grade.get() < 50);
            findings.extend(money.finding);
            findings.extend(findings::authority(&reading, title.as_ref(), asked(Criterion::Authority)));
            findings.extend(findings::need(&reading, facts.competitor.is_some(), asked(Criterion::Need)));
            findings.extend(when);
        }
        let clues = Clues {
            commanded,
            signals: findings
                .iter()
                .filter(|finding| finding.grade > Grade::NONE)
                .filter_map(|finding| match finding.topic {
                    Topic::Signal(signal) => Some(signal),
                    Topic::Criterion(_) => None,
                })
                .collect(),
            seats: facts.seats,
            competitor: facts.competitor.is_some(),
            names_product: facts::mentions_product(reading.folded()),
        };
        let (intent, confidence) = intent::classify(reading.folded(), &clues);
        Understood {
            language: language.to_owned(),
            intent,
            confidence,
            contacts: Contacts { email: addresses.into_iter().next().map(|address| address.email), phone },
            facts,
            findings,
        }
    }
}

fn is_disqualifying(finding: &Finding) -> bool {
    matches!(finding.topic, Topic::Signal(signal) if signal.disqualifies())
}

fn pending_seats(pending: Option<Question>, reading: &Reading<'_>, numbers: &[Number]) -> Option<u32> {
    (pending == Some(Question::TeamSize)).then(|| facts::bare_count(reading, numbers)).flatten()
}

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The text with addresses and the phone number made blank, so that all places stay the same.
fn without_contacts<'a>(text: &'a str, addresses: &[contacts::Address], phone: Option<&str>) -> Cow<'a, str> {
    let mut spans: Vec<_> = addresses.iter().map(|address| address.span.clone()).collect();
    spans.extend(phone.and_then(|phone| text.find(phone).map(|at| at..at + phone.len())));
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_by_key(|span| span.start);
    let mut cleared = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        if span.start < from {
            continue;
        }
        cleared.push_str(&text[from..span.start]);
        // A mark that no pattern reads, as wide as what it stands for.
        cleared.extend(std::iter::repeat_n('~', span.len()));
        from = span.end;
    }
    cleared.push_str(&text[from..]);
    Cow::Owned(cleared)
}

/// Whether an intent wants something that the knowledge base may answer.
pub(crate) const fn is_question(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::PricingInquiry
            | Intent::IntegrationQuestion
            | Intent::CompetitorComparison
            | Intent::OnboardingInquiry
            | Intent::EnterprisePricing
            | Intent::ProductQuestion
            | Intent::SupportRequest
            | Intent::Objection
            | Intent::Other
            | Intent::DemoRequest
    )
}
