//! What a widget shows (contract § 12). Public: nothing here may be private.

use serde::Serialize;
use synaptiq_domain::{
    access::WidgetSettings,
    use_cases::{WidgetName, WidgetView},
};
use utoipa::ToSchema;

use crate::{field::FieldError, query::Query};

/// What a widget shows before anybody has said anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Widget {
    /// The tenant; what to give as `tenantId` in chats.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub tenant_id: String,
    /// Who answers; what to give as `agentId`.
    pub agent_id: String,
    /// What that one is called.
    #[schema(example = "Ada")]
    pub name: String,
    /// What a conversation starts with.
    #[schema(example = "Hey there! What brings you here today?")]
    pub greeting: String,
    /// The sentence by which it says that it is an AI; null if the team switched that off.
    #[schema(example = "You are talking to an AI assistant.")]
    pub ai_notice: Option<String>,
    /// The language of these texts.
    #[schema(example = "en")]
    pub language: String,
    /// Every language that is spoken.
    #[schema(example = json!(["de", "en", "es", "fr", "it"]))]
    pub languages: Vec<&'static str>,
    /// Colours.
    pub theme: ThemeRecord,
    /// `bottom-right` or `bottom-left`.
    #[schema(example = "bottom-right")]
    pub position: &'static str,
}

/// A widget's colours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WidgetTheme)]
pub struct ThemeRecord {
    /// `auto` (as the visitor's device is set), `light` or `dark`.
    #[schema(example = "auto")]
    pub mode: &'static str,
    /// The colour of its button, `#rrggbb`.
    #[schema(example = "#2563eb")]
    pub accent: String,
}

impl From<&WidgetView> for Widget {
    fn from(view: &WidgetView) -> Self {
        let WidgetView { tenant, assistant, name, greeting, language, languages, ai_notice, settings } = view;
        let WidgetSettings { theme, accent, position, ai_notice: _ } = settings;
        Self {
            tenant_id: tenant.uuid(),
            agent_id: assistant.uuid(),
            name: name.clone(),
            greeting: greeting.clone(),
            ai_notice: ai_notice.clone(),
            language: language.clone(),
            languages: languages.clone(),
            theme: ThemeRecord { mode: theme.as_str(), accent: accent.to_string() },
            position: position.as_str(),
        }
    }
}

/// Whose widget is asked for, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WidgetRequest {
    /// What `data-tenant` says; nothing means the default tenant.
    pub name: Option<WidgetName>,
    /// The visitor's language, as browsers tell it.
    pub language: Option<String>,
}

/// Reads `tenant` and `language`.
pub fn read_request(query: &Query) -> Result<WidgetRequest, FieldError> {
    let name = query.get("tenant")?.map(|given| WidgetName { tenant: given.id(), assistant: given.id() });
    let language = query.get("language")?.map(|given| given.text().to_owned());
    Ok(WidgetRequest { name, language })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::samples;

    #[test]
    fn v1_a_widget_prints_what_its_visitors_see_and_nothing_else() {
        let view = WidgetView {
            tenant: Id::from_bits(1),
            assistant: Id::from_bits(8),
            name: "Ada".to_owned(),
            greeting: "Hi!".to_owned(),
            language: "en".to_owned(),
            languages: vec!["de", "en"],
            ai_notice: Some("An AI.".to_owned()),
            settings: WidgetSettings::default(),
        };
        samples::assert_prints(
            &Widget::from(&view),
            &json!({
                "tenantId": "00000000-0000-0000-0000-000000000001",
                "agentId": "00000000-0000-0000-0000-000000000008",
                "name": "Ada",
                "greeting": "Hi!",
                "aiNotice": "An AI.",
                "language": "en",
                "languages": ["de", "en"],
                "theme": {"mode": "auto", "accent": "#2563eb"},
                "position": "bottom-right",
            }),
        );
    }

    #[test]
    fn a_name_is_read_in_every_form_and_may_be_an_assistants() {
        let read = |raw: &str| read_request(&Query::of(raw)).expect("readable");
        assert_eq!(read(""), WidgetRequest::default());
        let name = |raw: &str| read(raw).name.map(|name| (name.tenant.bits(), name.assistant.bits()));
        assert_eq!(name("tenant=00000000-0000-0000-0000-000000000001"), Some((1, 1)));
        assert_eq!(name("tenant=ten_00000000000000000000000001"), Some((1, 0)));
        assert_eq!(name("tenant=asst_00000000000000000000000001"), Some((0, 1)));
        assert_eq!(name("tenant=x"), Some((0, 0)), "names nothing");
        assert_eq!(name("tenant="), Some((0, 0)));
        assert!(read_request(&Query::of("tenant=%ff")).is_err());
    }
}
