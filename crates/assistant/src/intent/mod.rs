//! What a visitor wants: decisive rules first, then a small linear model that weighs words, parts
//! of words and the weaker rules. The model was trained on `training/*.toml`; its weights are
//! committed and a test proves them fresh.

mod features;
mod linear;
mod rules;
#[cfg(test)]
mod training;

use synaptiq_domain::{
    conversation::Intent,
    qualification::{Criterion, Signal},
};

use crate::text::asked;

/// What other parts of the understanding know that bears on the intent.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a clue of its own, read by name")]
pub(crate) struct Clues {
    /// The message orders the machine about.
    pub(crate) commanded: bool,
    /// Signals given.
    pub(crate) signals: Vec<Signal>,
    /// How many people would use it.
    pub(crate) seats: Option<u32>,
    /// A product in use or compared with is named.
    pub(crate) competitor: bool,
    /// What the message bears on.
    pub(crate) criteria: Vec<Criterion>,
    /// It tells who the visitor is, where, or how many.
    pub(crate) states: bool,
    /// A known product is named, in whatever role.
    pub(crate) names_product: bool,
}

/// Below this the model does not know: [`Intent::Other`].
const FLOOR: f64 = 0.30;
/// Below this the model does not call a person.
const HUMAN_FLOOR: f64 = 0.6;
/// Below this the model does not call a message spam.
const SPAM_FLOOR: f64 = 0.75;

/// How sure the model must be of what a question wants to set aside the rest of the message.
const QUESTION_FLOOR: f64 = 0.6;

/// The intent of a folded message and how sure it is.
pub(crate) fn classify(folded: &str, clues: &Clues) -> (Intent, f64) {
    if let Some(decided) = rules::decisive(folded, clues) {
        return decided;
    }
    let whole = modelled(folded, clues);
    let question = asked(folded);
    if !folded.contains('?') || question.len() >= folded.len() {
        return whole;
    }
    // Who tells about themselves and then asks wants what is asked.
    let clues = Clues { criteria: Vec::new(), states: false, seats: None, competitor: false, ..clues.clone() };
    let part = modelled(&question, &clues);
    let says_more = match part.0 {
        Intent::PricingInquiry
        | Intent::DemoRequest
        | Intent::IntegrationQuestion
        | Intent::CompetitorComparison
        | Intent::OnboardingInquiry
        | Intent::EnterprisePricing => {
            !matches!(whole.0, Intent::SupportRequest | Intent::HumanRequest | Intent::EnterprisePricing)
        }
        Intent::ProductQuestion => matches!(whole.0, Intent::Other | Intent::Greeting),
        _ => false,
    };
    if says_more && part.1 >= QUESTION_FLOOR { part } else { whole }
}

fn modelled(folded: &str, clues: &Clues) -> (Intent, f64) {
    let hints = rules::hints(folded, clues);
    settled(linear::model().classify(&features::features(folded, &hints)), folded, clues)
}

/// The model's answer as it is given out: what it is unsure of is [`Intent::Other`], and nobody is
/// called a spammer on a suspicion. Enterprise pricing, which alarms the team, needs a word about a
/// price; a person is not called, short of the clear words of a rule, by who tells about themselves,
/// their plans or looks for a job.
fn settled((intent, confidence): (Intent, f64), folded: &str, clues: &Clues) -> (Intent, f64) {
    let calls_nobody = clues.states || !clues.criteria.is_empty() || clues.signals.contains(&Signal::JobSeeker);
    let floor = match intent {
        Intent::Spam => SPAM_FLOOR,
        Intent::EnterprisePricing if !rules::asks_price(folded) => return (Intent::Other, 0.5),
        Intent::HumanRequest if calls_nobody => return (Intent::Other, 0.5),
        Intent::HumanRequest => HUMAN_FLOOR,
        _ => FLOOR,
    };
    if confidence < floor { (Intent::Other, (1.0 - confidence).clamp(0.05, 0.6)) } else { (intent, confidence) }
}
