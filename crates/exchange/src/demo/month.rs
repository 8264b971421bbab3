//! The month itself.

use sha2::{Digest as _, Sha256};
use synaptiq_domain::{
    access::{Assistant, Member, Tenant, TenantSettings},
    analytics::Visit,
    conversation::{
        Channel, Citation, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Message, Role,
        VisitorId,
    },
    history::{Meeting, MeetingStatus, Record, derived_activities, derived_id, session_of_import},
    id::Id,
    knowledge::Document,
    lead::{Contact, FirstConversation, Lead, LeadDraft, LeadSource, LeadStatus, Tag, Utm},
    money::{JsonMap, Money},
    qualification::{Evidence, Qualification},
    text::Email,
    time::{Day, Timestamp},
};
use time::Duration;

use super::{
    dice::Dice,
    script::{Exchange, LANGUAGES, PEOPLE, TALK, Visitor},
};

/// How many days there are.
const DAYS: i32 = 30;
/// How many visitors come on a day of the week, Monday first.
const VISITORS: [i64; 7] = [260, 285, 275, 265, 230, 110, 95];
/// How many of a hundred visitors begin to talk.
const TALKERS: u64 = 9;
/// Pages that visitors come to.
const PAGES: [&str; 5] = ["/", "/pricing", "/features", "/blog/shift-swaps", "/industries/care"];
/// Campaigns that bring them.
const CAMPAIGNS: [(&str, &str, &str); 4] = [
    ("google", "cpc", "shift-planning"),
    ("linkedin", "social", "operations-leads"),
    ("newsletter", "email", "spring-release"),
    ("partner", "referral", "payroll-partners"),
];

/// For whom the month is made.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The tenant.
    pub tenant: Id<Tenant>,
    /// Its settings, by which leads qualify.
    pub settings: TenantSettings,
    /// The assistant that answers.
    pub assistant: Id<Assistant>,
    /// The member whom handoffs go to.
    pub member: Id<Member>,
    /// The document that answers on prices rest on.
    pub prices: Id<Document>,
    /// The moment at which the month ends.
    pub now: Timestamp,
}

/// Everything that happened in the month, leads before their conversations.
pub fn month(demo: &Demo) -> Vec<Record> {
    let mut made = Made { demo, dice: Dice::new(0x5eed), records: Vec::new(), people: 0, things: 0 };
    let today = demo.now.day();
    for back in (0..DAYS).rev() {
        made.day(Day(today.0 - back));
    }
    let lines = made.records.iter().flat_map(|record| derived_activities(demo.tenant, record)).map(Record::Activity);
    let lines: Vec<Record> = lines.collect();
    made.records.extend(lines);
    made.records
}

struct Made<'a> {
    demo: &'a Demo,
    dice: Dice,
    records: Vec<Record>,
    people: usize,
    things: u64,
}

impl Made<'_> {
    fn day(&mut self, day: Day) {
        // 1970-01-01 was a Thursday.
        let weekday = usize::try_from((day.0 + 3).rem_euclid(7)).expect("0 to 6");
        let count = VISITORS[weekday] + self.dice.between(-20, 20);
        for number in 0..count {
            let at = day.start().plus(Duration::seconds(self.dice.between(6 * 3_600, 22 * 3_600 - 1)));
            let talks = self.dice.percent(TALKERS);
            let page = *self.dice.pick(&PAGES);
            if at > self.demo.now {
                continue;
            }
            let visitor = VisitorId::parse(&format!("demo-{}-{number}", day.0)).expect("a short name");
            self.records.push(Record::Visit(Visit {
                visitor: visitor.clone(),
                channel: Channel::WebChat,
                at,
                page: Some(page.to_owned()),
            }));
            if talks {
                let begun = at.plus(Duration::seconds(self.dice.between(20, 200)));
                self.talk(visitor, page, begun);
            }
        }
        // Some leads come by a form, without a word.
        for _ in 0..self.dice.below(3) {
            let at = day.start().plus(Duration::seconds(self.dice.between(8 * 3_600, 18 * 3_600)));
            if at <= self.demo.now {
                let lead = self.person(at, LeadSource::Form);
                self.records.push(Record::Lead(Box::new(lead)));
            }
        }
    }

    fn id<K>(&mut self, at: Timestamp, what: &str) -> Id<K> {
        self.things += 1;
        let mut digest = Sha256::new();
        digest.update(self.demo.tenant.bits().to_be_bytes());
        digest.update(what.as_bytes());
        digest.update(self.things.to_be_bytes());
        derived_id(at, &digest.finalize().into())
    }

    /// The next one of the people, who come again as colleagues of theirs.
    fn person(&mut self, at: Timestamp, source: LeadSource) -> Lead {
        let Visitor { given, family, company, domain } = PEOPLE[self.people % PEOPLE.len()];
        let round = self.people / PEOPLE.len();
        self.people += 1;
        let number = if round == 0 { String::new() } else { round.to_string() };
        let local: String = format!("{given}.{family}{number}").to_lowercase();
        let contact = Contact {
            email: Email::parse(&format!("{local}@{domain}")).ok(),
            phone: None,
            name: Some(format!("{given} {family}")),
            company: Some(company.to_owned()),
            title: self.dice.percent(40).then(|| "Head of Operations".to_owned()),
        };
        let tags = if self.dice.percent(25) { vec![Tag::parse("inbound").expect("a short label")] } else { Vec::new() };
        let draft = LeadDraft { contact, tags, source: Some(source), ..LeadDraft::default() };
        Lead::create(self.id(at, "lead"), draft, at)
    }

    fn talk(&mut self, visitor: VisitorId, page: &str, begun: Timestamp) {
        let language = self.language();
        let exchanges = self.exchanges(language);
        let leaves_address = exchanges.iter().any(|exchange| exchange.step == "contact");
        let mut lead = leaves_address.then(|| self.person(begun, LeadSource::Chat));
        let thousands = self.dice.between(4, 60);
        let amount = format!("{thousands},000 USD");
        let seats = self.dice.between(8, 180);
        let filled = |text: &str, lead: Option<&Lead>| {
            let word = |find: fn(&Contact) -> Option<&str>| lead.and_then(|lead| find(&lead.contact)).unwrap_or("");
            text.replace("{name}", word(|contact| contact.name.as_deref()))
                .replace("{company}", word(|contact| contact.company.as_deref()))
                .replace("{email}", word(|contact| contact.email.as_ref().map(Email::as_str)))
                .replace("{amount}", &amount)
                .replace("{seats}", &seats.to_string())
        };
        let metadata: JsonMap =
            [("page".to_owned(), format!("https://loopwerk.example{page}").into())].into_iter().collect();
        let id = self.id(begun, "conversation");
        let mut conversation = Conversation::begin(
            id,
            self.demo.assistant,
            visitor,
            session_of_import(id),
            if self.dice.percent(88) { Channel::WebChat } else { Channel::Whatsapp },
            metadata,
            begun,
        );
        if self.dice.percent(55) {
            let (source, medium, campaign) = *self.dice.pick(&CAMPAIGNS);
            let word = |text: &str| Some(text.to_owned());
            conversation.utm =
                Utm { source: word(source), medium: word(medium), campaign: word(campaign), ..Utm::default() };
        }
        let (mut messages, mut evidence) = (Vec::new(), Vec::new());
        let mut at = begun;
        for exchange in &exchanges {
            let said = filled(exchange.visitor, lead.as_ref());
            let question = self.message(&mut conversation, &mut messages, Role::User, said, at, exchange);
            if let Some((topic, grade, quote)) = exchange.finding {
                let quote = filled(quote, lead.as_ref());
                evidence.push(Evidence { topic, grade, quote, message: question, conversation: id, at });
            }
            if exchange.step == "contact"
                && let Some(lead) = &mut lead
            {
                *lead = Lead { first_seen_at: begun, created_at: at, updated_at: at, ..lead.clone() };
                lead.status_history[0].at = at;
                conversation.lead = Some(lead.id);
            }
            let waits = Duration::milliseconds(self.dice.between(600, 2_400));
            let answered = at.plus(waits);
            self.message(
                &mut conversation,
                &mut messages,
                Role::Assistant,
                exchange.answer.to_owned(),
                answered,
                exchange,
            );
            conversation.responses += 1;
            conversation.response_millis += i64::try_from(waits.whole_milliseconds()).unwrap_or(0);
            at = answered.plus(Duration::seconds(self.dice.between(8, 90)));
        }
        self.end(&mut conversation, &exchanges, &mut messages);
        let found = Qualification::of(&evidence, &[], &self.demo.settings);
        conversation.lead_score = found.score;
        conversation.language = Some(language.to_owned());
        conversation.first_message = messages.first().map(|message| message.content.clone());
        conversation.subject = subject(&conversation);
        conversation.summary = format!("{} messages; the score came to {}.", messages.len(), found.score.get());
        if let Some(lead) = lead {
            let told = evidence.iter().any(|piece: &Evidence| piece.quote.contains(&amount));
            self.lead(lead, &conversation, &found, told.then(|| Money::from_major(thousands * 1_000)));
        }
        self.records.push(Record::Conversation { conversation: Box::new(conversation), messages, evidence });
    }

    fn language(&mut self) -> &'static str {
        let mut chance = self.dice.below(100);
        for (language, share) in LANGUAGES {
            if chance < share {
                return language;
            }
            chance -= share;
        }
        LANGUAGES[0].0
    }

    /// An opening, some of what a buyer tells, perhaps an address, and an end.
    fn exchanges(&mut self, language: &str) -> Vec<&'static Exchange> {
        let mut steps = vec!["open"];
        let told = self.dice.below(5);
        let mut topics = vec!["need", "budget", "authority", "timeline"];
        for _ in 0..told {
            let at = usize::try_from(self.dice.below(topics.len() as u64)).expect("an index");
            steps.push(topics.remove(at));
            if topics.is_empty() {
                break;
            }
        }
        if (told >= 2 && self.dice.percent(70)) || self.dice.percent(12) {
            let at = usize::try_from(self.dice.between(1, i64::try_from(steps.len()).expect("few"))).expect("an index");
            steps.insert(at, "contact");
        }
        match self.dice.below(100) {
            0..7 => steps.push("human"),
            7..13 => steps.push("later"),
            13..17 => steps.push("student"),
            17..60 => steps.push("close"),
            _ => {}
        }
        steps.into_iter().filter_map(|step| self.exchange(language, step)).collect()
    }

    fn exchange(&mut self, language: &str, step: &str) -> Option<&'static Exchange> {
        let fitting: Vec<&'static Exchange> =
            TALK.iter().filter(|exchange| exchange.language == language && exchange.step == step).collect();
        if fitting.is_empty() { None } else { Some(*self.dice.pick(&fitting)) }
    }

    fn message(
        &mut self,
        conversation: &mut Conversation,
        messages: &mut Vec<Message>,
        role: Role,
        content: String,
        at: Timestamp,
        exchange: &Exchange,
    ) -> Id<Message> {
        let id = self.id(at, "message");
        conversation.message_count += 1;
        conversation.last_message_at = at;
        let is_answer = role == Role::Assistant;
        if role == Role::User && !conversation.intents.contains(&exchange.intent) && exchange.intent.is_listed() {
            conversation.intents.push(exchange.intent);
        }
        // Answers on prices quote the page of prices.
        let price = "Loopwerk costs 12 a month for each person on the schedule.";
        let citations = (is_answer && content.contains(price)).then(|| Citation {
            document: self.demo.prices,
            title: "Prices".to_owned(),
            quote: price.to_owned(),
        });
        messages.push(Message {
            id,
            conversation: conversation.id,
            position: conversation.message_count,
            role,
            content,
            intent: is_answer.then_some(exchange.intent),
            confidence: is_answer.then_some(0.9),
            language: Some(exchange.language.to_owned()),
            citations: citations.into_iter().collect(),
            member: (role == Role::Agent).then_some(self.demo.member),
            interrupted: false,
            fell_back: false,
            created_at: at,
        });
        id
    }

    /// Hands over who asked for a person, and ends what is long over.
    fn end(&mut self, conversation: &mut Conversation, exchanges: &[&Exchange], messages: &mut Vec<Message>) {
        let last = conversation.last_message_at;
        if let Some(asked) = exchanges.iter().find(|exchange| exchange.step == "human") {
            let priority = *self.dice.pick(&[HandoffPriority::Normal, HandoffPriority::High]);
            conversation.was_handed_off = true;
            conversation.status = ConversationStatus::HandedOff;
            conversation.assigned_to = Some(self.demo.member);
            conversation.handoff = Some(Handoff {
                reason: HandoffReason::visitor_asked(),
                priority,
                summary: "The visitor wants to talk to a person.".to_owned(),
                at: last,
            });
            let at = last.plus(Duration::minutes(self.dice.between(2, 40)));
            if at <= self.demo.now && self.dice.percent(80) {
                let words = "Hello, this is Kim of the Loopwerk team. How can I help?".to_owned();
                self.message(conversation, messages, Role::Agent, words, at, asked);
                conversation.status = ConversationStatus::Closed;
                conversation.ended_at = Some(at);
            }
        } else if last.plus(Duration::minutes(30)) < self.demo.now {
            conversation.status = ConversationStatus::Expired;
            conversation.ended_at = Some(last.plus(Duration::minutes(30)));
        }
    }

    /// Follows a lead down the funnel, as far as the month goes.
    fn lead(&mut self, mut lead: Lead, conversation: &Conversation, found: &Qualification, deal: Option<Money>) {
        let last = conversation.last_message_at;
        lead.first_conversation =
            Some(FirstConversation { channel: conversation.channel, at: conversation.started_at });
        lead.source_url.clone_from(&conversation.source_url);
        lead.utm = conversation.utm.clone();
        lead.first_message.clone_from(&conversation.first_message);
        lead.estimated_deal_size = deal;
        lead.last_active_at = last;
        if last > lead.created_at {
            lead.move_to(LeadStatus::Qualifying, last);
        }
        lead.apply(found, true, last);
        let mut at = last;
        if lead.status == LeadStatus::Qualified {
            at = self.working_hour(at);
            if self.dice.percent(55) && at <= self.demo.now {
                lead.move_to(LeadStatus::Contacted, at);
                lead.assigned_to = Some(self.demo.member);
            }
            at = self.working_hour(at);
            if lead.status == LeadStatus::Contacted && self.dice.percent(60) && at <= self.demo.now {
                lead.move_to(LeadStatus::Booked, at);
                self.meeting(lead.id, at);
                let later = at.plus(Duration::days(self.dice.between(2, 6)));
                at = self.working_hour(later);
                if at <= self.demo.now {
                    let bought = self.dice.percent(45);
                    lead.move_to(if bought { LeadStatus::Converted } else { LeadStatus::Lost }, at);
                }
            }
        }
        lead.updated_at = lead.status_history.last().map_or(lead.updated_at, |step| step.at.max(lead.updated_at));
        self.records.push(Record::Lead(Box::new(lead)));
    }

    fn working_hour(&mut self, after: Timestamp) -> Timestamp {
        let day = Day(after.day().0 + 1);
        day.start().plus(Duration::minutes(self.dice.between(8 * 60, 17 * 60)))
    }

    fn meeting(&mut self, lead: Id<Lead>, booked_at: Timestamp) {
        let later = booked_at.plus(Duration::days(self.dice.between(0, 3)));
        let starts_at = self.working_hour(later);
        let ends_at = starts_at.plus(Duration::minutes(30));
        let status = if ends_at > self.demo.now {
            MeetingStatus::Booked
        } else if self.dice.percent(80) {
            MeetingStatus::Held
        } else {
            MeetingStatus::NoShow
        };
        let id = self.id(booked_at, "meeting");
        self.records.push(Record::Meeting(Meeting { id, lead, starts_at, ends_at: Some(ends_at), status, booked_at }));
    }
}

fn subject(conversation: &Conversation) -> String {
    let first = conversation.intents.first().map_or("Questions", |intent| intent.as_str());
    first.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn demo() -> Demo {
        Demo {
            tenant: Id::from_bits(1),
            settings: TenantSettings::default(),
            assistant: Id::from_bits(2),
            member: Id::from_bits(3),
            prices: Id::from_bits(4),
            now: Timestamp::parse_rfc3339("2026-05-20T15:00:00Z").expect("an instant"),
        }
    }

    #[test]
    fn the_same_month_is_made_every_time_and_ends_now() {
        let records = month(&demo());
        assert_eq!(month(&demo()), records);
        for record in &records {
            let at = match record {
                Record::Lead(lead) => lead.updated_at,
                Record::Conversation { conversation, .. } => conversation.started_at,
                Record::Visit(visit) => visit.at,
                Record::Meeting(meeting) => meeting.booked_at,
                Record::Activity(line) => line.at,
            };
            assert!(at <= demo().now, "{record:?}");
            assert!(at.day().0 > demo().now.day().0 - DAYS, "{record:?}");
        }
    }

    #[test]
    fn every_list_and_figure_has_something_to_show() {
        let (mut languages, mut statuses, mut channels) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let (mut visits, mut talks, mut handoffs, mut meetings, mut lines) = (BTreeMap::new(), 0, 0, 0, 0);
        let mut emails = BTreeSet::new();
        for record in month(&demo()) {
            match record {
                Record::Lead(lead) => {
                    statuses.insert(lead.status.as_str());
                    let email = lead.contact.email.expect("an address").folded();
                    assert!(emails.insert(email.clone()), "{email} comes twice");
                }
                Record::Conversation { conversation, messages, evidence } => {
                    talks += 1;
                    handoffs += u32::from(conversation.was_handed_off);
                    languages.extend(conversation.language);
                    channels.insert(conversation.channel);
                    assert_eq!(messages.len(), conversation.message_count as usize);
                    assert!(messages.windows(2).all(|pair| pair[0].created_at <= pair[1].created_at));
                    assert!(messages.iter().all(|message| !message.content.contains('{')), "nothing is left open");
                    for piece in evidence {
                        let message = messages.iter().find(|message| message.id == piece.message).expect("its message");
                        assert!(message.content.contains(&piece.quote), "{piece:?}");
                    }
                }
                Record::Visit(visit) => *visits.entry(visit.at.day()).or_insert(0) += 1,
                Record::Meeting(_) => meetings += 1,
                Record::Activity(_) => lines += 1,
            }
        }
        assert_eq!(languages.len(), LANGUAGES.len());
        for status in
            ["qualifying", "qualified", "contacted", "booked", "converted", "lost", "nurturing", "disqualified"]
        {
            assert!(statuses.contains(status), "no lead is {status}: {statuses:?}");
        }
        assert!(channels.len() > 1 && handoffs > 5 && meetings > 3 && lines > 500, "{handoffs} {meetings} {lines}");
        assert!((300..900).contains(&talks), "{talks} conversations");
        let of = |weekday: i32| visits.iter().filter(move |(day, _)| (day.0 + 3).rem_euclid(7) == weekday);
        let least = of(1).map(|(_, count)| *count).min().expect("a Tuesday");
        let most = of(6).map(|(_, count)| *count).max().expect("a Sunday");
        assert!(least > most, "fewer come on Sundays: {least} and {most}");
    }
}
