//! The built-in assistant's half of answering: passages quoted to the letter, short sentences of
//! its own around them, and at most one question.

mod answer;
mod asking;
mod phrases;
mod team;
mod words;

#[cfg(test)]
mod tests;

use synaptiq_domain::{
    access::{Assistant, Tenant},
    conversation::{Conversation, Intent, KnownFacts, Question},
    lead::Grade,
    ports::{DraftReply, ReplyContext, Responder},
    qualification::{Qualification, Signal, Topic},
};

use self::{
    answer::{Answer, Inquiry, answer},
    asking::{contact_question, next_question},
    phrases::{Phrases, phrases},
};
use crate::{language, text::begins_like_a_question, understanding::is_question};

/// Answers from passages, in five languages, without a model.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltinResponder {
    _private: (),
}

impl BuiltinResponder {
    /// The assistant's voice.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Responder for BuiltinResponder {
    fn reply(&self, context: ReplyContext<'_>) -> DraftReply {
        Draft::new(context).finish()
    }

    fn greeting(&self, assistant: &Assistant, language: &str) -> String {
        assistant.greeting.clone().filter(|greeting| !greeting.trim().is_empty()).unwrap_or_else(|| {
            let language = language::spoken(language).or_else(|| language::spoken(&assistant.language)).unwrap_or("en");
            phrases(language).greeting.replace("{name}", &assistant.name)
        })
    }

    fn languages(&self) -> &'static [&'static str] {
        &language::SPOKEN
    }

    fn ai_notice(&self, language: &str) -> String {
        phrases(language::spoken(language).unwrap_or("en")).ai_notice.to_owned()
    }

    fn handoff_notice(&self, tenant: &Tenant, language: &str) -> String {
        let set = tenant.settings.handoff_notice.clone().filter(|notice| !notice.trim().is_empty());
        set.unwrap_or_else(|| phrases(language::spoken(language).unwrap_or("en")).handoff.to_owned())
    }

    fn subject(&self, intents: &[Intent], facts: &KnownFacts) -> String {
        team::subject(intents, facts)
    }

    fn summary(&self, conversation: &Conversation, qualification: &Qualification) -> String {
        team::summary(conversation, qualification)
    }
}

/// An answer in the making.
struct Draft<'a> {
    context: ReplyContext<'a>,
    phrases: &'static Phrases,
    reply: DraftReply,
}

impl<'a> Draft<'a> {
    fn new(context: ReplyContext<'a>) -> Self {
        Self { phrases: phrases(&context.understood.language), context, reply: DraftReply::default() }
    }

    fn finish(mut self) -> DraftReply {
        let question = self.answer();
        if let Some(question) = question {
            self.say(self.phrases.question(question));
        }
        self.reply.asked = question;
        if self.may_suggest() {
            let replies = self.phrases.replies(question).iter();
            self.reply.suggested_replies = replies
                .filter(|reply| **reply != self.context.text.trim())
                .take(4)
                .map(|reply| (*reply).to_owned())
                .collect();
        }
        // Concatenated the segments are the answer: a blank between two sentences.
        let last = self.reply.segments.len().saturating_sub(1);
        for segment in &mut self.reply.segments[..last] {
            if !segment.ends_with('\n') {
                segment.push(' ');
            }
        }
        self.reply
    }

    /// Says what there is to say and returns what to ask.
    fn answer(&mut self) -> Option<Question> {
        let intent = self.context.understood.intent;
        let contact =
            contact_question(&self.context.conversation.facts, self.context.reachable).filter(|_| self.may_buy());
        match intent {
            Intent::Spam => {
                self.say_about_company(self.phrases.spam);
                None
            }
            Intent::NotInterested => {
                self.say(self.phrases.not_interested);
                None
            }
            Intent::HumanRequest => {
                self.say(if self.context.reachable { self.phrases.human_reachable } else { self.phrases.human });
                contact
            }
            _ if self.signals(Signal::NotNow) && !self.asks() => {
                self.say(self.phrases.not_now);
                None
            }
            _ if self.signals(Signal::JobSeeker) => {
                self.say_about_company(self.phrases.no_jobs);
                None
            }
            _ if self.signals(Signal::Student) && !self.context.text.contains(['?', '？']) => {
                self.say_about_company(self.phrases.student);
                None
            }
            Intent::Greeting => {
                self.say(self.phrases.hello);
                None
            }
            Intent::DemoRequest => {
                self.quote_passages(false);
                self.say(if self.context.reachable { self.phrases.demo_reachable } else { self.phrases.demo });
                contact.or_else(|| self.next())
            }
            Intent::SupportRequest => {
                if self.quote_passages(true) {
                    return None;
                }
                self.reply.unanswered = true;
                self.say(if self.context.reachable { self.phrases.support_reachable } else { self.phrases.support });
                contact
            }
            _ => self.answer_question(contact),
        }
    }

    fn answer_question(&mut self, contact: Option<Question>) -> Option<Question> {
        let objects = self.context.understood.intent == Intent::Objection;
        if self.quote_passages(true) {
            return self.next();
        }
        if self.asks() {
            self.reply.unanswered = true;
            if objects {
                self.say(self.phrases.objection);
            }
            let known = if self.context.reachable {
                self.phrases.unknown_reachable
            } else if contact.is_none() && self.may_buy() {
                self.phrases.unknown_asked_before
            } else {
                self.phrases.unknown_ask
            };
            self.say(known);
            return contact;
        }
        let contacts = &self.context.understood.contacts;
        let gave_contact = contacts.email.is_some() || contacts.phone.is_some();
        if objects {
            self.say(self.phrases.objection);
        } else {
            self.say(if gave_contact { self.phrases.thanks_contact } else { self.phrases.thanks });
        }
        self.next()
    }

    /// Quotes the passages that answer. Says whether there are any.
    fn quote_passages(&mut self, introduce: bool) -> bool {
        let understood = self.context.understood;
        let competitor = match (&understood.facts.competitor, understood.intent) {
            // Who comes from another product is told how this one differs, asked or not.
            (Some(competitor), Intent::CompetitorComparison) if !self.asks() => Some(competitor.as_str()),
            _ => None,
        };
        if !self.asks() && competitor.is_none() && understood.intent != Intent::Objection {
            return false;
        }
        let common = format!("{} {}", self.context.tenant.name, self.context.assistant.name);
        let hint = topic_words(understood.intent);
        let difference = competitor.map(|competitor| format!("{competitor} {hint}"));
        let inquiry = Inquiry {
            text: difference.as_deref().unwrap_or(self.context.text),
            hint,
            common: &common,
            language: &understood.language,
            open: understood.intent == Intent::ProductQuestion,
        };
        let Some(Answer { sentences, citations }) = answer(inquiry, self.context.passages) else {
            return false;
        };
        if introduce && self.context.understood.intent == Intent::SupportRequest {
            self.say(self.phrases.found);
        }
        for sentence in sentences {
            self.say(&sentence);
        }
        self.reply.citations = citations;
        true
    }

    /// Whether the message asks something rather than answers or tells.
    fn asks(&self) -> bool {
        let understood = self.context.understood;
        if self.context.text.contains(['?', '？']) {
            return true;
        }
        let tells = understood.contacts.email.is_some()
            || understood.contacts.phone.is_some()
            || !understood.findings.is_empty()
            || understood.facts != synaptiq_domain::ports::Facts::default();
        match understood.intent {
            Intent::PricingInquiry
            | Intent::EnterprisePricing
            | Intent::IntegrationQuestion
            | Intent::OnboardingInquiry
            | Intent::ProductQuestion
            | Intent::SupportRequest => {
                !tells
                    || begins_like_a_question(self.context.text)
                    || matches!(
                        understood.intent,
                        Intent::PricingInquiry
                            | Intent::EnterprisePricing
                            | Intent::IntegrationQuestion
                            | Intent::SupportRequest
                    )
            }
            Intent::CompetitorComparison | Intent::DemoRequest => !tells || begins_like_a_question(self.context.text),
            intent => is_question(intent) && !tells && begins_like_a_question(self.context.text),
        }
    }

    fn signals(&self, signal: Signal) -> bool {
        let now = self
            .context
            .understood
            .findings
            .iter()
            .any(|finding| finding.topic == Topic::Signal(signal) && finding.grade > Grade::NONE);
        now || self
            .context
            .qualification
            .signals
            .iter()
            .any(|(standing, _)| *standing == signal && signal != Signal::NotNow)
    }

    /// Whether the visitor has not said that they will not buy, or not now.
    fn may_buy(&self) -> bool {
        let qualification = self.context.qualification;
        let now = self
            .context
            .understood
            .findings
            .iter()
            .any(|finding| matches!(finding.topic, Topic::Signal(_)) && finding.grade > Grade::NONE);
        !now && qualification.disqualifying().is_none() && qualification.not_now().is_none()
    }

    /// The next qualifying question; none for whoever will not buy.
    fn next(&self) -> Option<Question> {
        self.may_buy()
            .then(|| {
                next_question(&self.context.conversation.facts, self.context.qualification, self.context.reachable)
            })
            .flatten()
    }

    fn may_suggest(&self) -> bool {
        !matches!(self.context.understood.intent, Intent::Spam | Intent::NotInterested | Intent::HumanRequest)
            && !self.signals(Signal::JobSeeker)
    }

    fn say(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.reply.segments.push(text.to_owned());
        }
    }

    fn say_about_company(&mut self, text: &str) {
        let text = text.replace("{company}", &self.context.tenant.name);
        self.say(&text);
    }
}

/// What a question of an intent is about, whatever its words.
const fn topic_words(intent: Intent) -> &'static str {
    match intent {
        Intent::PricingInquiry | Intent::EnterprisePricing => "price plan",
        Intent::IntegrationQuestion => "integration",
        Intent::OnboardingInquiry => "setup start",
        Intent::CompetitorComparison => "difference",
        _ => "",
    }
}
