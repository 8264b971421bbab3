//! What the load is made of: leads, a knowledge base of an invented product, and what visitors say.
//! Everything follows from numbers, so that every run sends the same.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::load::{Source, request};

/// A small generator of numbers that only look random (xorshift): equal seeds give equal runs.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for each number.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

const FIRST_NAMES: &[&str] = &["Ada", "Bruno", "Carla", "Dario", "Elena", "Felix", "Greta", "Hugo", "Iris", "Jonas"];
const LAST_NAMES: &[&str] = &["Abel", "Berger", "Conti", "Duval", "Esposito", "Fischer", "Garcia", "Huber", "Ivanov"];
const COMPANIES: &[&str] = &["Northwind", "Alpenwerk", "Lumen", "Costa", "Hafen", "Rivage", "Quarzo", "Tindle"];
const TITLES: &[&str] = &["Head of Sales", "Operations Manager", "Founder", "Buyer", "IT Lead", "Office Manager"];

/// The lead with this number, as a caller would send it: some 300 bytes, an address of its own.
pub(crate) fn lead(series: &str, number: u64) -> Value {
    let mut dice = Dice::of(number);
    let (first, last) = (dice.one_of(FIRST_NAMES), dice.one_of(LAST_NAMES));
    let company = dice.one_of(COMPANIES);
    json!({
        "email": format!("{}.{}.{series}{number}@example.com", first.to_lowercase(), last.to_lowercase()),
        "name": format!("{first} {last}"),
        "company": format!("{company} {}", dice.below(900) + 100),
        "title": dice.one_of(TITLES),
        "tags": ["benchmark", company.to_lowercase()],
        "customFields": {
            "industry": dice.one_of(&["logistics", "retail", "health", "software", "tourism"]),
            "teamSize": dice.below(400) + 1,
            "note": "met at the spring fair, wants to hear from us after the holidays",
        },
    })
}

/// Reads leads, each as likely as any other.
pub(crate) struct Reads {
    ids: Arc<[String]>,
    dice: Dice,
    key: String,
    rendered: Vec<u8>,
}

impl Reads {
    /// Reads of these leads.
    pub(crate) fn new(ids: Arc<[String]>, key: &str, seed: u64) -> Self {
        Self { ids, dice: Dice::of(seed), key: key.to_owned(), rendered: Vec::new() }
    }
}

impl Source for Reads {
    fn next(&mut self) -> &[u8] {
        let id = &self.ids[self.dice.below(self.ids.len())];
        self.rendered.clear();
        for part in [
            "GET /api/v1/leads/lead_",
            id,
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ",
            &self.key,
            "\r\n\r\n",
        ] {
            self.rendered.extend_from_slice(part.as_bytes());
        }
        &self.rendered
    }
}

/// How many digits the number in a new lead's address has.
const DIGITS: usize = 9;
/// How many different leads a client sends again and again, each time with another number.
const TEMPLATES: u64 = 64;

/// Creates leads that nobody has seen before: rendered once, and then only the number in the
/// address changes.
pub(crate) struct Creates {
    /// Requests, and where their number is.
    templates: Vec<(Vec<u8>, usize)>,
    sent: usize,
}

impl Creates {
    /// Creations of a series that nobody else has.
    pub(crate) fn new(series: &str, seed: u64, key: &str) -> Self {
        let placeholder = "0".repeat(DIGITS);
        let template = |number: u64| {
            let body = lead(series, seed + number).to_string();
            let body = body.replacen(&format!("{series}{}@", seed + number), &format!("{series}{placeholder}@"), 1);
            let request = request("POST", "/api/v1/leads", key, Some(&body));
            let at = request.windows(DIGITS + 1).position(|window| window == format!("{placeholder}@").as_bytes());
            (request, at.expect("the address was just rendered"))
        };
        Self { templates: (0..TEMPLATES).map(template).collect(), sent: 0 }
    }
}

impl Source for Creates {
    fn next(&mut self) -> &[u8] {
        let index = self.sent % self.templates.len();
        self.sent += 1;
        let (request, at) = &mut self.templates[index];
        let mut rest = self.sent;
        for digit in request[*at..*at + DIGITS].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        request
    }
}

const PARTS: &[&str] = &[
    "order desk",
    "route planner",
    "price list",
    "customer portal",
    "stock count",
    "shift plan",
    "invoice run",
    "delivery note",
    "quality log",
    "fleet map",
];
const EDITIONS: &[&str] = &[
    "for wholesalers",
    "for bakeries",
    "for florists",
    "for garages",
    "for hotels",
    "for clinics",
    "for schools",
    "for printers",
    "for breweries",
    "for boat yards",
];

/// A question about a part of the product, and its answer.
fn question_and_answer(part: &str, edition: &str, aspect: usize, number: usize) -> (String, String) {
    let amount = number % 90 + 10;
    match aspect {
        0 => (
            format!("What does the {part} {edition} cost?"),
            format!(
                "The {part} {edition} costs {amount} euros per seat and month, billed once a year. Teams of more than fifty seats get a volume price, and the first month is free of charge. There is no setup fee."
            ),
        ),
        1 => (
            format!("How is the {part} {edition} installed?"),
            format!(
                "The {part} {edition} runs in the browser and needs no installation. An administrator invites colleagues by e-mail; most teams work with it after {amount} minutes. A guided tour opens at the first login."
            ),
        ),
        2 => (
            format!("Which systems does the {part} {edition} connect to?"),
            format!(
                "The {part} {edition} connects to common accounting, mail and calendar systems through ready-made connectors, and to everything else through a documented interface with webhooks. Up to {amount} connections are included."
            ),
        ),
        3 => (
            format!("Where is the data of the {part} {edition} stored?"),
            format!(
                "All data of the {part} {edition} is stored in two data centres within the European Union, encrypted at rest and in transit. Backups are made every {amount} minutes and kept for thirty days."
            ),
        ),
        4 => (
            format!("Is there a trial of the {part} {edition}?"),
            format!(
                "You can try the {part} {edition} for {amount} days with all functions and your own data. The trial ends by itself, no card is asked for, and everything you entered can be exported."
            ),
        ),
        5 => (
            format!("In which languages is the {part} {edition} available?"),
            format!(
                "The {part} {edition} speaks English, German, French, Italian and Spanish. Each colleague chooses a language; documents for customers can be printed in {amount} more."
            ),
        ),
        6 => (
            format!("How do I get support for the {part} {edition}?"),
            format!(
                "Support for the {part} {edition} answers by chat and telephone on working days from eight to six. Urgent cases are taken at any hour; the median first answer took {amount} minutes last year."
            ),
        ),
        7 => (
            format!("How many people can use the {part} {edition}?"),
            format!(
                "The {part} {edition} is made for teams of three to five hundred people. Beyond {amount} seats at one site we recommend the regional setup, which splits the load between locations."
            ),
        ),
        8 => (
            format!("Can I cancel the {part} {edition} early?"),
            format!(
                "The {part} {edition} can be cancelled at the end of each month with {amount} days of notice. Prepaid months are paid back. After the end your data stays readable for half a year."
            ),
        ),
        _ => (
            format!("Does the {part} {edition} work on phones?"),
            format!(
                "The {part} {edition} works on phones and tablets, also without a connection: what is entered on the road is sent as soon as there is a network. Photos up to {amount} megabytes can be attached."
            ),
        ),
    }
}

/// How many aspects of a part have a question.
const ASPECTS: usize = 10;

/// The documents of the knowledge base: a hundred, with ten questions each.
pub(crate) fn documents() -> Vec<Value> {
    let mut documents = Vec::new();
    for (at, part) in PARTS.iter().enumerate() {
        for (row, edition) in EDITIONS.iter().enumerate() {
            let sections = (0..ASPECTS).map(|aspect| {
                let (question, answer) =
                    question_and_answer(part, edition, aspect, (at * EDITIONS.len() + row) * ASPECTS + aspect);
                format!("Q: {question}\nA: {answer}")
            });
            let content = sections.collect::<Vec<_>>().join("\n\n");
            documents.push(json!({ "title": format!("The {part} {edition}"), "content": content, "type": "faq" }));
        }
    }
    documents
}

/// How many messages a visitor sends before the next one comes.
const TURNS: usize = 4;

/// Visitors, one after another, who each ask, tell something of themselves, ask on and leave an address.
pub(crate) struct Visitors {
    key: String,
    name: String,
    dice: Dice,
    visitor: u64,
    turn: usize,
    session: Option<String>,
    rendered: Vec<u8>,
}

impl Visitors {
    /// Visitors that no other source has; `name` must be new in each run.
    pub(crate) fn new(name: &str, seed: u64, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            dice: Dice::of(seed),
            visitor: 0,
            turn: 0,
            session: None,
            rendered: Vec::new(),
        }
    }

    fn message(&mut self) -> String {
        let (part, edition) = (self.dice.one_of(PARTS), self.dice.one_of(EDITIONS));
        let aspect = self.dice.below(ASPECTS);
        let (question, _) = question_and_answer(part, edition, aspect, 0);
        match self.turn {
            0 => format!("Hello! {question}"),
            1 => format!("We are {} people and look for something {edition}. {question}", self.dice.below(200) + 5),
            2 => {
                let (asked, _) = question_and_answer(part, edition, 0, 0);
                format!("{asked} Our budget is {} euros and I decide about it.", (self.dice.below(80) + 2) * 500)
            }
            _ => format!(
                "Good. I am {} {}, write to {}{}@example.com, we want to start next month.",
                self.dice.one_of(FIRST_NAMES),
                self.dice.one_of(LAST_NAMES),
                self.name,
                self.visitor
            ),
        }
    }
}

impl Source for Visitors {
    fn next(&mut self) -> &[u8] {
        let mut body = json!({ "message": self.message(), "visitorId": format!("{}-{}", self.name, self.visitor) });
        if let Some(session) = &self.session {
            body["sessionId"] = json!(session);
        }
        self.rendered = request("POST", "/api/v1/chat", &self.key, Some(&body.to_string()));
        &self.rendered
    }

    fn answered(&mut self, body: &[u8]) {
        self.turn = (self.turn + 1) % TURNS;
        if self.turn == 0 {
            self.visitor += 1;
            self.session = None;
        } else if let Ok(Value::Object(answer)) = serde_json::from_slice(body) {
            self.session = answer.get("sessionId").and_then(Value::as_str).map(str::to_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knowledge_base_has_a_thousand_questions_that_differ() {
        let documents = documents();
        let questions: std::collections::HashSet<String> = documents
            .iter()
            .filter_map(|document| document["content"].as_str())
            .flat_map(|content| content.lines().filter(|line| line.starts_with("Q: ")).map(str::to_owned))
            .collect();
        assert_eq!((documents.len(), questions.len()), (100, 1_000));
    }

    #[test]
    fn leads_of_different_numbers_have_different_addresses() {
        let addresses: std::collections::HashSet<String> =
            (0..1_000).map(|number| lead("a", number)["email"].to_string()).collect();
        assert_eq!(addresses.len(), 1_000);
    }

    #[test]
    fn every_creation_has_an_address_of_its_own() {
        let mut creates = Creates::new("s", 7, "key");
        let sent: std::collections::HashSet<Vec<u8>> = (0..1_000).map(|_| creates.next().to_vec()).collect();
        let address = |request: &Vec<u8>| {
            let text = String::from_utf8(request.clone()).expect("text");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
            serde_json::from_str::<Value>(body).expect("JSON")["email"].to_string()
        };
        let addresses: std::collections::HashSet<String> = sent.iter().map(address).collect();
        assert_eq!(addresses.len(), 1_000);
    }

    #[test]
    fn a_visitor_keeps_the_session_for_four_messages() {
        let mut visitors = Visitors::new("v", 1, "key");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        assert!(!text(visitors.next()).contains("sessionId"));
        for _ in 1..TURNS {
            visitors.answered(br#"{"sessionId":"sess_1"}"#);
            assert!(text(visitors.next()).contains(r#""sessionId":"sess_1""#));
        }
        visitors.answered(br#"{"sessionId":"sess_1"}"#);
        let next = text(visitors.next());
        assert!(next.contains(r#""visitorId":"v-1""#) && !next.contains("sessionId"), "{next}");
    }
}
