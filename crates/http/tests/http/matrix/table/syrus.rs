//! The cases of syrus.

use super::super::case::{
    Case,
    Thing::{Conversation, Lead, SyrusWebhook},
};

pub(crate) const CASES: &[Case] = &[
    Case::reads("listLeads").query("chatbot_slug=<slug>&per_page=10"),
    Case::reads("getLead").path(&[Lead]),
    Case::reads("listConversations").query("chatbot_slug=<slug>&lead_id=<lead>"),
    Case::reads("getConversation").path(&[Conversation]),
    Case::reads("listWebhooks").query("chatbot_id=<assistant>"),
    Case::changes_data("createWebhook")
        .body(r#"{"url":"https://example.com/h","events":["lead_qualified"],"chatbot_id":"<assistant>"}"#),
    Case::changes_data("deleteWebhook").path(&[SyrusWebhook]),
    Case::reads("getOpenApi"),
    Case::reads("getDocs"),
];
