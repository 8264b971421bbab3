//! The JSON of chat completions, as far as it is used.

use serde::{Deserialize, Serialize};
use synaptiq_domain::ports::Prompt;

/// What is sent.
#[derive(Debug, Serialize)]
pub(crate) struct Request<'a> {
    model: &'a str,
    messages: Vec<RequestMessage<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
}

#[derive(Debug, Serialize)]
struct RequestMessage<'a> {
    role: &'static str,
    content: &'a str,
}

/// Under which name a server takes the cap on tokens. Older ones know the first alone; newer models
/// of some vendors refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenCap {
    /// `max_tokens`
    Classic,
    /// `max_completion_tokens`
    Completion,
}

impl<'a> Request<'a> {
    /// A prompt for a model.
    pub(crate) fn new(model: &'a str, prompt: &'a Prompt, cap: TokenCap) -> Self {
        let system = RequestMessage { role: "system", content: &prompt.system };
        let said = prompt.messages.iter().map(|message| RequestMessage {
            role: if message.from_assistant { "assistant" } else { "user" },
            content: &message.content,
        });
        Self {
            model,
            messages: std::iter::once(system).chain(said).collect(),
            stream: true,
            max_tokens: (cap == TokenCap::Classic).then_some(prompt.max_tokens),
            max_completion_tokens: (cap == TokenCap::Completion).then_some(prompt.max_tokens),
        }
    }
}

/// What comes back: one event of a stream, or the whole answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    /// Anything but null: the server failed on the way.
    error: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    /// In a stream.
    delta: Option<Said>,
    /// In a whole answer.
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Said {
    content: Option<Content>,
}

/// Text, or its parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<ContentPart>),
}

#[derive(Debug, Deserialize)]
struct ContentPart {
    text: Option<String>,
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finish {
    /// The model said all it wanted.
    Whole,
    /// The cap on tokens or a filter cut it off, or it is no text.
    Cut(String),
}

impl Completion {
    /// Whether the server says that it failed.
    pub(crate) fn is_error(&self) -> bool {
        self.error.is_some()
    }

    /// The text and how it ended, if this ends it.
    pub(crate) fn into_text(self) -> (String, Option<Finish>) {
        let Some(choice) = self.choices.into_iter().next() else { return (String::new(), None) };
        let content = choice.delta.or(choice.message).and_then(|said| said.content);
        let text = match content {
            None => String::new(),
            Some(Content::Text(text)) => text,
            Some(Content::Parts(parts)) => parts.into_iter().filter_map(|part| part.text).collect(),
        };
        let finish = choice.finish_reason.filter(|reason| !reason.is_empty()).map(|reason| match reason.as_str() {
            "length" | "max_tokens" | "content_filter" | "tool_calls" | "function_call" | "error" => {
                Finish::Cut(reason)
            }
            // Compatible servers have words of their own for a natural end.
            _ => Finish::Whole,
        });
        (text, finish)
    }
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::ports::PromptMessage;

    use super::*;

    #[test]
    fn a_prompt_becomes_messages_in_order_with_its_cap() {
        let message = |from_assistant, content: &str| PromptMessage { from_assistant, content: content.to_owned() };
        let messages = vec![message(false, "Hi"), message(true, "Hello"), message(false, "Price?")];
        let prompt = Prompt { system: "Be brief.".to_owned(), messages, max_tokens: 300 };
        let sent = serde_json::to_value(Request::new("m", &prompt, TokenCap::Classic)).expect("serializes");
        let roles: Vec<_> = sent["messages"].as_array().expect("a list").iter().map(|m| &m["role"]).collect();
        assert_eq!(roles, ["system", "user", "assistant", "user"]);
        assert_eq!(sent["messages"][3]["content"], "Price?");
        assert_eq!((&sent["max_tokens"], &sent["stream"]), (&300.into(), &true.into()));
        let sent = serde_json::to_value(Request::new("m", &prompt, TokenCap::Completion)).expect("serializes");
        assert_eq!((&sent["max_tokens"], &sent["max_completion_tokens"]), (&serde_json::Value::Null, &300.into()));
    }

    #[test]
    fn text_is_found_in_every_shape_it_comes_in() {
        let read = |json: &str| serde_json::from_str::<Completion>(json).expect("valid").into_text();
        assert_eq!(read(r#"{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}"#), ("a".to_owned(), None));
        assert_eq!(read(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#), (String::new(), Some(Finish::Whole)));
        assert_eq!(
            read(
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"x"}]},"finish_reason":"length"}]}"#
            ),
            ("a".to_owned(), Some(Finish::Cut("length".to_owned())))
        );
        assert_eq!(read(r#"{"choices":[],"usage":{"total_tokens":3}}"#), (String::new(), None));
        assert!(serde_json::from_str::<Completion>(r#"{"error":{"message":"x"}}"#).expect("valid").is_error());
    }
}
