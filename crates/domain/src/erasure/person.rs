//! What a person is found by.

use crate::{
    conversation::{Conversation, VisitorId},
    id::Id,
    lead::Lead,
    text::{Email, Phone, TextError, bounded},
};

/// One word for a person, in every sense that it can be read in: a site may call its visitors by
/// numbers or by e-mail addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As an e-mail address, compared without case.
    pub email: Option<Email>,
    /// As a phone number, compared by its digits.
    pub phone: Option<Phone>,
    /// As a lead's id, or the id of a lead that it absorbed.
    pub lead: Option<Id<Lead>>,
    /// As a visitor's id, to the letter.
    pub visitor: Option<VisitorId>,
}

impl Person {
    /// Reads a word of 1 to 254 characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, 254)?;
        let email = Email::parse(&text).ok();
        let visitor = match VisitorId::parse(&text) {
            // An address may be longer than a visitor's id.
            Err(_) if email.is_some() => None,
            visitor => Some(visitor?),
        };
        Ok(Self { email, phone: Phone::parse(&text).ok(), lead: Id::parse(&text), visitor })
    }

    /// Whoever a lead is.
    pub const fn of_lead(lead: Id<Lead>) -> Self {
        Self { email: None, phone: None, lead: Some(lead), visitor: None }
    }
}

/// Where a person's traces are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonTraces {
    /// Their leads, absorbed ones before those that absorbed them. One that was deleted is named as long
    /// as something else tells of it.
    pub leads: Vec<Id<Lead>>,
    /// Their conversations, oldest first.
    pub conversations: Vec<Id<Conversation>>,
    /// What sites call them.
    pub visitors: Vec<VisitorId>,
}

impl PersonTraces {
    /// Whether nothing is known of them.
    pub fn is_empty(&self) -> bool {
        self.leads.is_empty() && self.conversations.is_empty() && self.visitors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_in_every_sense_that_it_has() {
        let person = Person::parse("ada@example.com").expect("a word");
        assert!(person.email.is_some() && person.phone.is_none() && person.lead.is_none());
        assert_eq!(person.visitor.as_ref().map(VisitorId::as_str), Some("ada@example.com"));
        let lead: Id<Lead> = Id::from_bits(7);
        for text in [lead.prefixed(), lead.uuid()] {
            assert_eq!(Person::parse(&text).expect("a word").lead, Some(lead), "{text}");
        }
        assert!(Person::parse("+49 30 1234567").expect("a word").phone.is_some());
        assert!(Person::parse("  ").is_err());
    }
}
