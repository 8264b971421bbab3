//! Talking a script through: what was said by whom, and what the product holds of it afterwards.

use std::fmt;

use serde_json::{Value, json};
use synaptiq_tests::Client;

use super::script::Script;

/// A conversation that took place.
#[derive(Debug)]
pub(super) struct Talk {
    /// The answers as they came, one a turn.
    pub(super) answers: Vec<Value>,
    /// What the visitor said.
    pub(super) said: Vec<String>,
    /// The conversation afterwards.
    pub(super) conversation: Value,
    /// The lead afterwards with its breakdown, if there is one.
    pub(super) lead: Option<Value>,
}

impl Talk {
    /// Says every line as one visitor, in one session.
    pub(super) async fn of(script: &Script, admin: &Client) -> Self {
        let mut answers: Vec<Value> = Vec::new();
        let mut said = Vec::new();
        for turn in &script.turn {
            let mut body = json!({"message": turn.say, "visitorId": format!("visitor_{}", script.name)});
            if let Some(previous) = answers.last() {
                body["sessionId"] = previous["sessionId"].clone();
            }
            answers.push(admin.post("/api/v1/chat", &body).await.expect(200).json());
            said.push(turn.say.clone());
        }
        let last = answers.last().expect("a script has turns");
        let conversation = last["conversationId"].as_str().expect("a secret key is told the conversation");
        let conversation = admin.get(&format!("/api/v1/conversations/{conversation}")).await.expect(200).json();
        let lead = match conversation["leadId"].as_str() {
            Some(lead) => Some(admin.get(&format!("/api/v1/leads/{lead}")).await.expect(200).json()),
            None => None,
        };
        Self { answers, said, conversation, lead }
    }

    /// The score at the end, with or without a lead.
    pub(super) fn score(&self) -> u64 {
        let score = match &self.lead {
            Some(lead) => &lead["score"],
            None => &self.conversation["leadScore"],
        };
        score.as_u64().unwrap_or_else(|| panic!("no score in {}", self.conversation))
    }
}

/// The transcript with what was understood, for whoever has to find out why.
impl fmt::Display for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (said, answer) in self.said.iter().zip(&self.answers) {
            writeln!(f, "  visitor:   {said}")?;
            writeln!(
                f,
                "  assistant: {}",
                answer["content"].as_str().unwrap_or_default().replace('\n', "\n             ")
            )?;
            let titles: Vec<&str> =
                citations(answer).iter().filter_map(|citation| citation["title"].as_str()).collect();
            writeln!(
                f,
                "             [intent {} {}, language {}, score {}, status {}, cites {titles:?}]",
                answer["intent"], answer["confidence"], answer["language"], answer["leadScore"], answer["status"],
            )?;
        }
        match &self.lead {
            Some(lead) => writeln!(
                f,
                "  lead: {} {} {} {}, status {}, score {}, breakdown {}",
                lead["email"],
                lead["name"],
                lead["company"],
                lead["phone"],
                lead["status"],
                lead["score"],
                lead["scoreBreakdown"]
            ),
            None => writeln!(f, "  lead: none"),
        }
    }
}

/// The citations of an answer.
pub(super) fn citations(answer: &Value) -> &[Value] {
    answer["citations"].as_array().map_or(&[], Vec::as_slice)
}
