//! What to ask next: one question at a time, never one that is answered, none more than twice.

use synaptiq_domain::{
    conversation::{KnownFacts, Question},
    qualification::{Criterion, Qualification},
};

/// The most times that one question is asked in a conversation.
const MAX_TIMES: usize = 2;

/// The order in which questions are asked.
const ORDER: [Question; 6] = [
    Question::About(Criterion::Need),
    Question::TeamSize,
    Question::About(Criterion::Timeline),
    Question::About(Criterion::Budget),
    Question::About(Criterion::Authority),
    Question::Contact,
];

/// The next question: the first in order that was never asked, else the first that was asked once,
/// but not the one that the last answer ended with.
pub(super) fn next_question(facts: &KnownFacts, qualification: &Qualification, reachable: bool) -> Option<Question> {
    let open = |question: &Question| !is_answered(*question, facts, qualification, reachable);
    let asked = |question: &Question| times(facts, *question);
    ORDER.into_iter().filter(open).find(|question| asked(question) == 0).or_else(|| {
        ORDER
            .into_iter()
            .filter(open)
            .find(|question| asked(question) < MAX_TIMES && facts.asked.last() != Some(question))
    })
}

/// The question for a way to reach the visitor, if it may still be asked.
pub(super) fn contact_question(facts: &KnownFacts, reachable: bool) -> Option<Question> {
    (!reachable && times(facts, Question::Contact) < MAX_TIMES).then_some(Question::Contact)
}

fn times(facts: &KnownFacts, question: Question) -> usize {
    facts.asked.iter().filter(|asked| **asked == question).count()
}

fn is_answered(question: Question, facts: &KnownFacts, qualification: &Qualification, reachable: bool) -> bool {
    let has_evidence = |criterion: Criterion| {
        qualification.criteria.iter().any(|score| score.criterion == criterion && !score.evidence.is_empty())
    };
    match question {
        Question::About(Criterion::Budget) => facts.budget.is_some() || has_evidence(Criterion::Budget),
        Question::About(criterion) => has_evidence(criterion),
        Question::TeamSize => facts.seats.is_some(),
        Question::Contact => reachable,
    }
}
