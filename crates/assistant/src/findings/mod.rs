//! What a message says that bears on whether the visitor buys, each with the words that say it.
//!
//! Of each topic a message gives at most one finding. Grades:
//!
//! | criterion | 100 | 80 | 60 | 40 | 20 | 0 |
//! |---|---|---|---|---|---|---|
//! | budget | an amount, or a range | – | "we have budget" | tight, limited | not yet approved | "no budget" |
//! | authority | decides, or holds a job that does | – | recommends, or leads | – | somebody else decides | – |
//! | need | a problem, a purpose, or leaving another product | – | would it fit us, wants to see it | – | idle curiosity | "we don't need it" |
//! | timeline | within a month | 3 months | 6 months | a year | later, no hurry | none |
//!
//! What is only supposed ("if I were the CEO"), asked of us ("your price of $149"), negated, quoted
//! as data, or told to the machine gives nothing.

mod authority;
mod budget;
mod injection;
mod need;
mod signals;
mod timeline;

pub(crate) use authority::authority;
pub(crate) use budget::budget;
#[cfg(test)]
pub(crate) use injection::ATTACKS;
pub(crate) use injection::{commands_the_machine, without_data};
pub(crate) use need::need;
pub(crate) use signals::signals;
pub(crate) use timeline::timeline;

use synaptiq_domain::{
    lead::Grade,
    qualification::{Criterion, Finding, Topic},
};

use crate::text::{Reading, Span};

/// A finding with the visitor's words around `span`.
pub(crate) fn finding(reading: &Reading<'_>, criterion: Criterion, grade: u8, span: &Span) -> Option<Finding> {
    let quote = reading.quote(span);
    (!quote.is_empty()).then(|| Finding {
        topic: Topic::Criterion(criterion),
        grade: Grade::clamped(i64::from(grade)),
        quote,
    })
}

/// Whether what follows is only supposed: "if we had …", "imagine …".
pub(crate) fn is_supposed(before: &str) -> bool {
    const SUPPOSING: &[&str] = &[
        "if",
        "imagine",
        "pretend",
        "suppose",
        "assume",
        "assuming",
        "hypothetically",
        "let's say",
        "wish",
        "would have",
        "se",
        "immagina",
        "supponiamo",
        "fosse",
        "wenn",
        "falls",
        "angenommen",
        "ware ich",
        "hatte ich",
        "si",
        "imaginons",
        "supposons",
        "imagina",
        "supongamos",
        "ojala",
        "act as though",
        "as if",
    ];
    let before = before.trim_start();
    SUPPOSING.iter().any(|word| {
        before.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
            || before.contains(&format!(" {word} "))
            || before.ends_with(&format!(" {word}"))
    })
}
