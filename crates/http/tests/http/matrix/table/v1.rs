//! The cases of v1.

use super::super::case::{
    Case,
    Thing::{Conversation, Delivery, Document, Key, Lead, Webhook},
};

const CURSOR: (&str, &str) = ("cursor", "a place in the caller's own list, not a thing");

pub(crate) const CASES: &[Case] = &[
    Case::reads("listLeads").query("email=<email>&q=<word>&limit=10").plain(&[CURSOR]),
    Case::reads("searchLeads").query("q=<word>&email=<email>").plain(&[CURSOR]),
    Case::changes_data("createLead").body(r#"{"email":"<email>","name":"Ada","customFields":{"a":1}}"#),
    Case::changes_data("createLeads")
        .body(r#"{"leads":[{"email":"<email>"},{"phone":"+1-555-0100"}]}"#)
        .plain(&[("leads", "rows, each with fields of its own")]),
    Case::reads("getLead").path(&[Lead]),
    Case::changes_data("updateLead").path(&[Lead]).body(r#"{"name":"Changed","email":"<email>","assignedTo":"<member>"}"#),
    Case::changes_data("deleteLead").path(&[Lead]),
    Case::reads("listLeadConversations")
        .path(&[Lead])
        .query("assistantId=<assistant>&visitorId=<visitor>")
        .plain(&[CURSOR]),
    Case::changes_data("chat")
        .body(
            r#"{"message":"hello email:<email> need=100","visitorId":"<visitor>","sessionId":"<session>","agentId":"<assistant>"}"#,
        )
        .plain(&[("tenantId", "read by the public chat alone: the key says whose it is")]),
    Case::reads("listConversations")
        .query("leadId=<lead>&assistantId=<assistant>&visitorId=<visitor>")
        .plain(&[CURSOR]),
    Case::reads("getConversation").path(&[Conversation]),
    Case::changes_data("deleteConversation").path(&[Conversation]),
    Case::changes_data("sendMessage").path(&[Conversation]).body(r#"{"content":"Hello","memberId":"<member>"}"#),
    Case::changes_data("handOffConversation")
        .path(&[Conversation])
        .body(r#"{"reason":"wants a discount","memberId":"<member>","assignedTo":"<member>"}"#),
    Case::changes_data("returnConversation").path(&[Conversation]),
    Case::changes_data("closeConversation").path(&[Conversation]),
    Case::reads("getOverview").query("granularity=week&compareWith=previous_year"),
    Case::reads("getFunnel").query("channel=web_chat&source=chat"),
    Case::reads("listActivity").query("leadId=<lead>&type=lead.created").plain(&[CURSOR]),
    Case::reads("listWebhooks"),
    Case::changes_data("createWebhook")
        .body(r#"{"url":"https://example.com/h","events":["lead.created"],"assistantId":"<assistant>"}"#),
    Case::reads("getWebhook").path(&[Webhook]),
    Case::changes_data("updateWebhook").path(&[Webhook]).body(r#"{"description":"changed"}"#),
    Case::changes_data("deleteWebhook").path(&[Webhook]),
    Case::changes_data("rotateWebhookSecret").path(&[Webhook]).body("{}"),
    Case::changes_data("testWebhook").path(&[Webhook]),
    Case::reads("listDeliveries").path(&[Webhook]).plain(&[CURSOR]),
    Case::changes_data("replayDelivery").path(&[Webhook, Delivery]),
    Case::reads("listDocuments"),
    Case::changes_content("createDocument").body(r#"{"title":"FAQ","content":"Is there a trial?"}"#),
    Case::reads("searchKnowledge").query("q=<word>"),
    Case::changes_content("deleteDocument").path(&[Document]),
    Case::reads("listKeys"),
    Case::changes_content("createKey").body(r#"{"name":"CRM","scopes":["keys:manage"]}"#),
    Case::changes_content("rotateKey").path(&[Key]),
    Case::changes_content("revokeKey").path(&[Key]),
    Case::changes_data("erasePerson").body(r#"{"person":"<email>"}"#),
    Case::reads("getOpenApi"),
    Case::reads("getDocs"),
];
