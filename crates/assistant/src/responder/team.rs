//! What the team reads: a conversation's subject and summary, in English, made of what is known.

use synaptiq_domain::{
    conversation::{Conversation, Intent, KnownFacts},
    lead::Grade,
    qualification::{Criterion, Qualification, Signal},
};

/// A subject in a few words.
pub(super) fn subject(intents: &[Intent], facts: &KnownFacts) -> String {
    let mut topics: Vec<String> = intents.iter().filter_map(|intent| topic(*intent, facts)).collect();
    topics.dedup();
    topics.truncate(3);
    let subject = match topics.as_slice() {
        [] if facts.company.is_some() => format!("Conversation with {}", facts.company.as_deref().unwrap_or_default()),
        [] => "General inquiry".to_owned(),
        [only] => only.clone(),
        [first, last] => format!("{first} and {last}"),
        [first, middle @ .., last] => format!("{first}, {} and {last}", middle.join(", ")),
    };
    let mut characters = subject.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn topic(intent: Intent, facts: &KnownFacts) -> Option<String> {
    let words = match intent {
        Intent::PricingInquiry => "pricing inquiry",
        Intent::DemoRequest => "demo request",
        Intent::IntegrationQuestion => "integration question",
        Intent::CompetitorComparison => {
            return Some(
                facts
                    .competitor
                    .as_ref()
                    .map_or_else(|| "product comparison".to_owned(), |product| format!("comparison with {product}")),
            );
        }
        Intent::OnboardingInquiry => "onboarding question",
        Intent::EnterprisePricing => "enterprise pricing inquiry",
        Intent::ProductQuestion => "product question",
        Intent::SupportRequest => "support request",
        Intent::HumanRequest => "request for a person",
        Intent::Objection => "objection",
        Intent::NotInterested => "no interest",
        Intent::Spam => "unsolicited message",
        Intent::Greeting | Intent::Other => return None,
    };
    Some(words.to_owned())
}

/// A summary in a few sentences: who asked what, what is known, how it stands.
pub(super) fn summary(conversation: &Conversation, qualification: &Qualification) -> String {
    let facts = &conversation.facts;
    let mut sentences = vec![asked(conversation)];
    let known = known(facts);
    if !known.is_empty() {
        sentences.push(format!("Known: {}.", known.join(", ")));
    }
    let said: Vec<String> = qualification
        .criteria
        .iter()
        .filter_map(|score| {
            let latest = score.evidence.first()?;
            Some(format!("{} {} % (\u{201c}{}\u{201d})", name(score.criterion), latest.grade.get(), latest.quote))
        })
        .collect();
    if !said.is_empty() {
        sentences.push(format!("Said: {}.", said.join("; ")));
    }
    sentences.extend(outcome(conversation, qualification));
    sentences.join(" ")
}

fn asked(conversation: &Conversation) -> String {
    let facts = &conversation.facts;
    let who = match (&facts.name, &facts.title, &facts.company) {
        (Some(name), Some(title), Some(company)) => format!("{name} ({title}, {company})"),
        (Some(name), Some(detail), None) | (Some(name), None, Some(detail)) => format!("{name} ({detail})"),
        (Some(name), None, None) => name.clone(),
        (None, Some(title), Some(company)) => format!("A visitor ({title}, {company})"),
        (None, Some(detail), None) | (None, None, Some(detail)) => format!("A visitor ({detail})"),
        (None, None, None) => "A visitor".to_owned(),
    };
    let deeds: Vec<String> = conversation.intents.iter().filter_map(|intent| deed(*intent, facts)).collect();
    match deeds.as_slice() {
        [] => format!("{who} started a conversation."),
        [only] => format!("{who} {only}."),
        [first @ .., last] => format!("{who} {} and {last}.", first.join(", ")),
    }
}

fn deed(intent: Intent, facts: &KnownFacts) -> Option<String> {
    let words = match intent {
        Intent::PricingInquiry => "asked about pricing",
        Intent::DemoRequest => "requested a demo",
        Intent::IntegrationQuestion => "asked about integrations",
        Intent::CompetitorComparison => {
            let product = facts.competitor.as_deref().unwrap_or("another product");
            return Some(format!("compared with {product}"));
        }
        Intent::OnboardingInquiry => "asked about onboarding",
        Intent::EnterprisePricing => "asked about enterprise pricing",
        Intent::ProductQuestion => "asked about the product",
        Intent::SupportRequest => "reported a problem",
        Intent::HumanRequest => "asked for a person",
        Intent::Objection => "raised doubts",
        Intent::NotInterested => "was not interested",
        Intent::Spam => "sent unsolicited content",
        Intent::Greeting | Intent::Other => return None,
    };
    Some(words.to_owned())
}

fn known(facts: &KnownFacts) -> Vec<String> {
    let budget = facts.budget.map(|budget| format!("budget {:.0} a year", budget.major()));
    let seats = facts.seats.map(|seats| if seats == 1 { "1 user".to_owned() } else { format!("{seats} users") });
    let product = facts.competitor.as_ref().map(|product| format!("uses or compares {product}"));
    [seats, budget, product].into_iter().flatten().collect()
}

fn outcome(conversation: &Conversation, qualification: &Qualification) -> Vec<String> {
    let mut sentences = Vec::new();
    for (signal, evidence) in &qualification.signals {
        let what = match signal {
            Signal::Student => "Student",
            Signal::JobSeeker => "Looks for a job",
            Signal::Vendor => "Sells something",
            Signal::Spam => "Spam",
            Signal::NotNow => "Not now",
        };
        sentences.push(format!("{what}: \u{201c}{}\u{201d}.", evidence.quote));
    }
    let graded = qualification.criteria.iter().any(|score| score.grade > Grade::NONE);
    if graded {
        let met = if qualification.reaches_threshold() && qualification.disqualifying().is_none() {
            "reaches"
        } else {
            "is below"
        };
        let verdict = if qualification.disqualifying().is_some() {
            "disqualified by what was said".to_owned()
        } else {
            format!("{met} the threshold of {}", qualification.threshold.get())
        };
        sentences.push(format!("Score {}, {verdict}.", qualification.score.get()));
    }
    if let Some(handoff) = &conversation.handoff {
        sentences.push(format!("Handed over to a person ({}).", handoff.reason.as_str()));
    }
    match conversation.facts.unanswered {
        0 => {}
        1 => sentences.push("One question had no answer in the knowledge base.".to_owned()),
        many => sentences.push(format!("{many} questions had no answer in the knowledge base.")),
    }
    sentences
}

const fn name(criterion: Criterion) -> &'static str {
    criterion.as_str()
}
