//! The vocabularies of published fields, for the `OpenAPI` documents: enumerations made of what the
//! domain knows, so that no description can fall behind. A field that prints a word names its
//! vocabulary as `value_type`.

use std::{borrow::Cow, collections::BTreeMap};

use synaptiq_domain::{
    access::{KeyKind, Permission},
    analytics::Stage,
    conversation::{Channel, ConversationStatus, HandoffPriority, Intent, Role},
    event::EventKind,
    knowledge::DocumentStatus,
    lead::{LeadSource, LeadStatus},
    qualification::Criterion,
    webhook::{DeliveryStatus, SignatureScheme},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::{chat::LANGUAGES, fault::Code, schema::NOT_BLANK};

/// A schema that allows these words and nothing else.
fn one_of(about: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    let mut all: Vec<&str> = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(all)).into()
}

/// A schema of text that is not blank.
fn filled(about: &str, most: usize) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
        .max_length(Some(most))
        .pattern(Some(NOT_BLANK))
        .into()
}

macro_rules! vocabularies {
    ($($type:ident = $name:literal, $about:literal: $words:expr;)*) => {
        $(
            #[doc = $about]
            #[derive(Debug)]
            pub struct $type;

            impl ToSchema for $type {
                fn name() -> Cow<'static, str> {
                    $name.into()
                }
            }

            impl PartialSchema for $type {
                fn schema() -> RefOr<Schema> {
                    one_of($about, $words)
                }
            }
        )*
    };
}

vocabularies! {
    LeadStatusWord = "LeadStatus", "Where a lead stands.": LeadStatus::ALL.map(LeadStatus::as_str);
    LeadSourceWord = "LeadSource", "Where a lead came from.": LeadSource::ALL.map(LeadSource::as_str);
    CriterionWord = "Criterion", "What a lead is qualified by.": Criterion::ALL.map(Criterion::as_str);
    ConversationStatusWord = "ConversationStatus", "Where a conversation stands.":
        ConversationStatus::ALL.map(ConversationStatus::as_str);
    ChannelWord = "Channel", "Where a conversation takes place.": Channel::ALL.map(Channel::as_str);
    RoleWord = "Role", "Who speaks: the visitor, the assistant, or a person of the team.":
        [Role::User, Role::Assistant, Role::Agent].map(Role::as_str);
    IntentWord = "Intent", "What a message is about.": Intent::ALL.map(Intent::as_str);
    PriorityWord = "HandoffPriority", "How urgent a handoff is.": HandoffPriority::ALL.map(HandoffPriority::as_str);
    DocumentStatusWord = "DocumentStatus", "Whether a document is answered from.":
        [DocumentStatus::Processing, DocumentStatus::Ready, DocumentStatus::Failed].map(DocumentStatus::as_str);
    EventWord = "EventType", "What an event tells of.": EventKind::ALL.iter().map(|kind| kind.as_str());
    SubscriptionWord = "Subscription", "A kind of event; `conversion.completed` is another name of `lead.converted`.":
        EventKind::ALL.iter().map(|kind| kind.as_str()).chain([EventKind::CONVERSION_COMPLETED]);
    ActivityWord = "ActivityType", "What a line of the activity feed tells of.":
        EventKind::IN_FEED.map(crate::v1::analytics::feed_word);
    StageWord = "FunnelStageName", "A stage on the way from a visitor to a customer.": Stage::ALL.map(Stage::as_str);
    DeliveryStatusWord = "DeliveryStatus", "How far a delivery is.": DeliveryStatus::ALL.map(DeliveryStatus::as_str);
    SignatureSchemeWord = "SignatureScheme", "What is signed: time and body, or the body alone.":
        [SignatureScheme::Timestamped, SignatureScheme::Body].map(SignatureScheme::as_str);
    ProfileWord = "WebhookProfile", "What deliveries look like.": ["synaptiq", "syrus"];
    KeyKindWord = "KeyKind", "What kind of key it is.": KeyKind::ALL.map(KeyKind::as_str);
    ScopeWord = "Scope", "What a key may do.": Permission::ALL.map(Permission::as_str);
    BundleWord = "ScopeOrBundle", "What a key may do; `read`, `write` and `admin` stand for several scopes.":
        Permission::ALL.map(Permission::as_str).into_iter().chain(["read", "write", "admin"]);
    AppLeadStatusWord = "LeadStatus", "Where a lead stands.": LeadStatus::ALL.map(crate::app::lead::status_word);
    AppConversationStatusWord = "ConversationStatus", "Whether a conversation goes on.":
        ConversationStatus::ALL.map(crate::app::conversation::status_word);
    SyrusEventWord = "Event", "What a webhook is told of.": ["lead_qualified"];
    SyrusCodeWord = "ErrorCode", "A word for programs.": Code::ALL.iter().map(|code| crate::syrus::error::word(*code));
    CodeWord = "ErrorCode", "A word for programs.": Code::ALL.iter().map(|code| code.as_str());
}

/// A label of a lead.
#[derive(Debug)]
pub struct TagText;

impl ToSchema for TagText {
    fn name() -> Cow<'static, str> {
        "Tag".into()
    }
}

impl PartialSchema for TagText {
    fn schema() -> RefOr<Schema> {
        filled("A label.", 50)
    }
}

/// A language.
#[derive(Debug)]
pub struct LanguageText;

impl ToSchema for LanguageText {
    fn name() -> Cow<'static, str> {
        "Language".into()
    }
}

impl PartialSchema for LanguageText {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A code of ISO 639-1 in either case, with or without a region."))
            .pattern(Some(language_pattern()))
            .examples(["en"])
            .into()
    }
}

/// What a language matches: each first letter with the second ones that it has, in either case.
pub(crate) fn language_pattern() -> String {
    let mut seconds: BTreeMap<char, String> = BTreeMap::new();
    for code in LANGUAGES.split(' ') {
        let mut letters = code.chars();
        if let (Some(first), Some(second)) = (letters.next(), letters.next()) {
            seconds.entry(first).or_default().extend([second, second.to_ascii_uppercase()]);
        }
    }
    let codes: Vec<String> =
        seconds.iter().map(|(first, seconds)| format!("[{first}{}][{seconds}]", first.to_ascii_uppercase())).collect();
    format!("^(?:{})(?:-.*)?$", codes.join("|"))
}

/// A time, or the word `now`.
#[derive(Debug)]
pub struct TimeOrNow;

impl ToSchema for TimeOrNow {
    fn name() -> Cow<'static, str> {
        "TimeOrNow".into()
    }
}

impl PartialSchema for TimeOrNow {
    fn schema() -> RefOr<Schema> {
        let text = |format| ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        OneOfBuilder::new()
            .item(text(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .item(text(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["now"])))
            .description(Some("A date-time, a date, or `now`."))
            .into()
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use serde_json::json;

    use super::*;
    use crate::chat::{ChatRequest, Visitor};

    #[test]
    fn i1_what_a_language_matches_is_read() {
        let pattern = Regex::new(&language_pattern()).expect("a pattern");
        for first in 'a'..='z' {
            for second in 'a'..='z' {
                let code: String = [first, second].iter().collect();
                for text in [
                    code.clone(),
                    code.to_ascii_uppercase(),
                    format!("{code}-AT"),
                    format!("{code}-"),
                    format!("{code}x"),
                ] {
                    let body = json!({"message": "Hi", "language": text});
                    let body = body.as_object().expect("an object");
                    let read = ChatRequest::read(body, Visitor::MayBeIssued);
                    assert_eq!(pattern.is_match(&text), read.is_ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_vocabulary_lists_every_word_once() {
        let schema = serde_json::to_value(CodeWord::schema()).expect("prints");
        let words = schema["enum"].as_array().expect("a list");
        assert_eq!(words.iter().filter(|word| **word == json!("unauthorized")).count(), 1);
        assert_eq!(
            serde_json::to_value(RoleWord::schema()).expect("prints")["enum"],
            json!(["user", "assistant", "agent"])
        );
    }
}
