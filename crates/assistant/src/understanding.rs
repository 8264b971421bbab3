//! One message, understood: the parts of the crate in the order in which they need one another.

use std::borrow::Cow;

use synaptiq_domain::{
    conversation::{Intent, Question},
    lead::Grade,
    ports::{Contacts, Facts, Understanding, Understood, Utterance},
    qualification::{Criterion, Finding, Signal, Topic},
    time::Timestamp,
};

use crate::{
    contacts, facts, findings,
    intent::{self, Clues},
    language,
    text::{Number, Reading, begins_like_a_question, numbers},
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

    /// Makes patterns, weights and numbering plans ready, so that no visitor waits for it. The
    /// first message does the same; a server calls this once beside its start.
    pub fn warm_up(&self) {
        for (index, question) in Criterion::ALL.into_iter().map(Question::About).chain([Question::TeamSize]).enumerate()
        {
            let utterance = Utterance {
                text: WARM_UP,
                stated_language: Some(language::SPOKEN[index % language::SPOKEN.len()]),
                previous_language: None,
                pending: Some(question),
                at: Timestamp::default(),
            };
            self.understand(utterance);
            self.understand(Utterance { text: "?", ..utterance });
        }
    }
}

/// A message that every part looks at.
const WARM_UP: &str =
    "Hello, this is Maria from Acme Ltd, call +1 415 555 2671. Is 20k a year enough for 20 users? Regards, Maria";

impl Understanding for BuiltinUnderstanding {
    fn contacts(&self, text: &str) -> Contacts {
        let text = bounded(text);
        contacts::contacts(text, language::detect(text, None, None))
    }

    fn understand(&self, utterance: Utterance<'_>) -> Understood {
        let (mut understood, folded, clues) = without_intent(utterance);
        (understood.intent, understood.confidence) = intent::classify(&folded, &clues);
        understood
    }
}

/// All but the intent, with the folded text and the clues that the intent is told from.
pub(crate) fn without_intent(utterance: Utterance<'_>) -> (Understood, String, Clues) {
    let text = bounded(utterance.text);
    let whole = Reading::new(text);
    let language = language::detect(text, utterance.stated_language, utterance.previous_language);
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
        facts.seats = facts::seats(&reading, &numbers).or_else(|| pending_seats(utterance.pending, &reading, &numbers));
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
        // Who was asked for a purpose and tells something else, or asks, has not named one.
        let tells_else = facts != Facts::default()
            || !findings.is_empty()
            || when.is_some()
            || !addresses.is_empty()
            || phone.is_some()
            || text.contains('?')
            || begins_like_a_question(text);
        findings.extend(findings::need(&reading, facts.competitor.is_some(), asked(Criterion::Need) && !tells_else));
        findings.extend(when);
    }
    let states = utterance.text.len() < 400 && (facts != Facts::default() || !addresses.is_empty() || phone.is_some());
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
        criteria: findings
            .iter()
            .filter_map(|finding| match finding.topic {
                Topic::Criterion(criterion) => Some(criterion),
                Topic::Signal(_) => None,
            })
            .collect(),
        seats: facts.seats,
        competitor: facts.competitor.is_some(),
        names_product: facts::mentions_product(reading.folded()),
        states,
    };
    let understood = Understood {
        language: language.to_owned(),
        intent: Intent::Other,
        confidence: 0.0,
        contacts: Contacts { email: addresses.into_iter().next().map(|address| address.email), phone },
        facts,
        findings,
    };
    (understood, reading.folded().to_owned(), clues)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rows::Rows;

    fn understand(text: &str, pending: Option<Question>) -> Understood {
        let at = Timestamp::from_seconds(1_773_100_800);
        let utterance = Utterance { text, stated_language: None, previous_language: None, pending, at };
        BuiltinUnderstanding::new().understand(utterance)
    }

    fn grades(understood: &Understood) -> Vec<(Criterion, u8)> {
        understood
            .findings
            .iter()
            .filter_map(|finding| match finding.topic {
                Topic::Criterion(criterion) => Some((criterion, finding.grade.get())),
                Topic::Signal(_) => None,
            })
            .collect()
    }

    #[test]
    fn an_address_alone_bears_on_nothing() {
        for text in [
            "maria@cloudsoft.io",
            "My e-mail is maria@cloudsoft.io",
            "call me at +39 02 7200 1234",
            "Maria Garcia, maria@cloudsoft.io",
            "scrivimi a ceo@budget20k.io",
        ] {
            let understood = understand(text, None);
            assert_eq!(understood.findings, [], "{text}");
            assert!(understood.contacts != Contacts::default(), "{text}");
        }
    }

    #[test]
    fn one_message_may_say_it_all() {
        let text = "Hi, I'm Nora Lind, Head of Sales at Lindfabrik GmbH (nora@lindfabrik.io, +49 30 901820). We need a tool to \
                    answer visitors at night for our 50 sales reps, our budget is 20-30k EUR, and we want to start next month.";
        let understood = understand(text, None);
        assert_eq!(understood.language, "en");
        assert_eq!(
            understood.contacts.email.as_ref().map(synaptiq_domain::text::Email::as_str),
            Some("nora@lindfabrik.io")
        );
        assert_eq!(understood.contacts.phone.as_ref().map(synaptiq_domain::text::Phone::as_str), Some("+49 30 901820"));
        let facts = &understood.facts;
        assert_eq!(facts.name.as_deref(), Some("Nora Lind"));
        assert_eq!(facts.company.as_deref(), Some("Lindfabrik GmbH"));
        assert_eq!(facts.title.as_deref(), Some("Head of Sales"));
        assert_eq!(facts.seats, Some(50));
        assert_eq!(facts.budget, Some((20_000.0, Some(synaptiq_domain::access::Currency::EUR))));
        assert_eq!(
            grades(&understood),
            [(Criterion::Budget, 100), (Criterion::Authority, 100), (Criterion::Need, 100), (Criterion::Timeline, 100)]
        );
        for finding in &understood.findings {
            assert!(text.contains(&finding.quote), "{finding:?}");
            assert!(finding.quote.len() < text.len(), "a clause, not the whole message: {finding:?}");
        }
    }

    #[test]
    fn short_answers_are_read_by_what_was_asked() {
        let mut rows = Rows::default();
        for (text, question, expected) in [
            ("next month", Question::About(Criterion::Timeline), vec![(Criterion::Timeline, 100)]),
            ("20k", Question::About(Criterion::Budget), vec![(Criterion::Budget, 100)]),
            ("yes, I do", Question::About(Criterion::Authority), vec![(Criterion::Authority, 100)]),
            ("no", Question::About(Criterion::Authority), vec![(Criterion::Authority, 20)]),
            (
                "answering the same questions again and again",
                Question::About(Criterion::Need),
                vec![(Criterion::Need, 100)],
            ),
            ("about 50", Question::TeamSize, vec![]),
            ("yes", Question::About(Criterion::Budget), vec![]),
            ("What do you mean?", Question::About(Criterion::Need), vec![]),
        ] {
            rows.eq(text, grades(&understand(text, Some(question))), expected);
        }
        rows.eq("about 50", understand("about 50", Some(Question::TeamSize)).facts.seats, Some(50));
        rows.eq("una ventina", understand("una ventina", Some(Question::TeamSize)).facts.seats, Some(20));
        rows.eq("about 50 alone", understand("about 50", None).facts.seats, None);
    }

    #[test]
    fn whoever_was_asked_for_a_purpose_and_tells_something_else_has_named_none() {
        for text in [
            "Our budget is 20k for this",
            "we are about 30 people",
            "Tell me more about the Plus plan",
            "you can write to maria@cloudsoft.io",
            "My name is Maria Garcia",
            "Confirm that I am now qualified",
            "Preferisco non dirlo, grazie",
        ] {
            let found = grades(&understand(text, Some(Question::About(Criterion::Need))));
            assert!(!found.contains(&(Criterion::Need, 100)), "{text}: {found:?}");
        }
    }

    #[test]
    fn m3_orders_to_the_machine_bear_on_nothing() {
        for attack in crate::findings::ATTACKS {
            let understood = understand(attack, None);
            assert_eq!(grades(&understood), [], "{attack}");
            assert_eq!(understood.facts.budget, None, "{attack}");
            for criterion in Criterion::ALL {
                assert_eq!(grades(&understand(attack, Some(Question::About(criterion)))), [], "{attack}");
            }
        }
    }

    #[test]
    fn intents_of_ordinary_messages_are_told_apart() {
        let mut rows = Rows::default();
        for (text, expected) in [
            ("Hi, I read your price list. What sets Plus apart from Basic?", Intent::PricingInquiry),
            (
                "There are some 50 sales reps here. Today we're using Drift, but we want to switch.",
                Intent::CompetitorComparison,
            ),
            (
                "Our reps need help sorting good leads from bad ones. What does your tool do for that?",
                Intent::ProductQuestion,
            ),
            ("Would you give us a quick demo on Friday?", Intent::DemoRequest),
            ("does it connect with our Pipedrive account?", Intent::IntegrationQuestion),
            ("how long until we're live after signing?", Intent::OnboardingInquiry),
            ("enterprise pricing for 400 seats please", Intent::EnterprisePricing),
            ("the chat window shows an error since yesterday", Intent::SupportRequest),
            ("can I speak with a real person", Intent::HumanRequest),
            ("honestly this looks too expensive for us", Intent::Objection),
            ("no thanks, not interested", Intent::NotInterested),
            ("hello!", Intent::Greeting),
            ("we offer cheap SEO services and backlinks", Intent::Spam),
            ("ok", Intent::Other),
            ("Wie viel kostet der Plus-Tarif im Jahr?", Intent::PricingInquiry),
            ("Possiamo vedere una demo del prodotto?", Intent::DemoRequest),
            ("Est-ce que cela se connecte à notre CRM ?", Intent::IntegrationQuestion),
            ("No puedo iniciar sesión, me da error", Intent::SupportRequest),
            ("maria@cloudsoft.io", Intent::Other),
            (
                "We're 40 in sales, I decide, our budget is $20,000 and we want to begin in May. What would it cost?",
                Intent::PricingInquiry,
            ),
            (
                "Siamo un'officina di 12 persone con molti clienti. Si collega al nostro CRM?",
                Intent::IntegrationQuestion,
            ),
            ("What is the difference between Basic and Enterprise?", Intent::PricingInquiry),
            ("My phone number is +1 415 555 2671", Intent::Other),
            ("Mein Handy: 0151 23456789", Intent::Other),
        ] {
            let understood = understand(text, None);
            rows.eq(text, understood.intent, expected);
            assert!((0.0..=1.0).contains(&understood.confidence), "{text}");
        }
    }

    /// Pieces that make each part of the crate look closer, for random messages.
    const PIECES: &[&str] = &[
        "our budget is ",
        "$20k",
        "20-30k €",
        " next month",
        " in 2 years",
        " by Q1 ",
        "I'm ",
        "Maria Garcia",
        " from Acme GmbH",
        " CEO",
        "my boss decides",
        "@",
        "maria@x.io",
        "+1 415 555 2671",
        "we are 30",
        "una ventina ",
        "ß",
        "é",
        "\u{301}",
        "İ",
        "ﬁ",
        "\u{200b}",
        "…",
        "½",
        "١٢٣",
        "漢字",
        "👩‍👩‍👧",
        "{",
        "}",
        "<a",
        "```",
        "not ",
        "if ",
        "?",
        ". ",
        ",",
        "\n",
        "\t",
        " ",
        "\u{a0}",
        "-",
        "000",
        ".000",
        " per user per month",
        "S.p.A.",
        "thanks,\n",
        "ignore all instructions",
        "I'm a student",
        "switch from ",
        "entro marzo",
        "¿",
        "«",
        "' ",
        "\"",
        "(",
        "&",
        "/",
        "1e999",
        "99999999999999999999999999",
        "\u{feff}",
        "twenty thousand ",
        "asdf",
        "Müller & Söhne",
        "0",
    ];

    fn any_message() -> impl Strategy<Value = String> {
        let pieces =
            proptest::collection::vec(proptest::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat());
        prop_oneof![pieces, any::<String>()]
    }

    fn any_pending() -> impl Strategy<Value = Option<Question>> {
        let questions: Vec<Option<Question>> = Criterion::ALL
            .into_iter()
            .map(|criterion| Some(Question::About(criterion)))
            .chain([Some(Question::TeamSize), Some(Question::Contact), None])
            .collect();
        proptest::sample::select(questions)
    }

    proptest! {
        #[test]
        fn any_message_is_read_and_every_quote_is_a_part_of_it(text in any_message(), pending in any_pending(), at in any::<i64>()) {
            let utterance = Utterance { text: &text, stated_language: None, previous_language: Some("it"), pending, at: Timestamp::from_seconds(at) };
            let understood = BuiltinUnderstanding::new().understand(utterance);
            for finding in &understood.findings {
                prop_assert!(!finding.quote.is_empty() && text.contains(&finding.quote), "{:?}", finding);
            }
            let mut topics: Vec<Topic> = understood.findings.iter().map(|finding| finding.topic).collect();
            topics.sort_unstable();
            topics.dedup();
            prop_assert_eq!(topics.len(), understood.findings.len(), "one finding for each topic");
            prop_assert!((0.0..=1.0).contains(&understood.confidence));
            prop_assert!(language::SPOKEN.contains(&understood.language.as_str()));
            prop_assert!(understood.facts.budget.is_none_or(|(units, _)| units.is_finite() && units > 0.0));
            for fact in [&understood.facts.name, &understood.facts.company, &understood.facts.title, &understood.facts.competitor].into_iter().flatten() {
                prop_assert!(text.contains(fact.as_str()), "{}", fact);
            }
            prop_assert_eq!(BuiltinUnderstanding::new().contacts(&text).email, understood.contacts.email);
        }
    }

    #[test]
    fn the_longest_message_is_read_to_its_end() {
        let mut text = "word ".repeat(780);
        text.push_str("our budget is 20k");
        assert_eq!(grades(&understand(&text, None)), [(Criterion::Budget, 100)]);
        for piece in [
            "a",
            "1",
            "1.",
            "@",
            "a@",
            "i'm ",
            "our ",
            "\u{301}",
            "((((",
            "a.a",
            "20-",
            "- ",
            "if not ",
            "switch from A ",
        ] {
            understand(&piece.repeat(16_000 / piece.len()), None);
        }
    }
}
