//! The cases of app.

use super::super::case::{
    Case,
    Thing::{Conversation, Delivery, Document, Lead, Webhook},
};

const CURSOR: (&str, &str) = ("cursor", "a place in the caller's own list, not a thing");

const NEW_LEAD: &str = r#"{"name":"Ada Byron","email":"<email>"}"#;
const CHANGED_LEAD: &str = r#"{"status":"booked","email":"<email>","assignedTo":"<member>"}"#;

pub(crate) const CASES: &[Case] = &[
    Case::reads("listLeads").query("q=<word>&limit=10").plain(&[CURSOR]),
    Case::reads("listAdminLeads").query("q=<word>").plain(&[CURSOR]),
    Case::changes_data("createLead").body(NEW_LEAD),
    Case::changes_data("createAdminLead").body(NEW_LEAD),
    Case::reads("getLead").path(&[Lead]),
    Case::reads("getAdminLead").path(&[Lead]),
    Case::changes_data("updateLead").path(&[Lead]).body(CHANGED_LEAD),
    Case::changes_data("updateAdminLead").path(&[Lead]).body(CHANGED_LEAD),
    Case::changes_data("deleteLead").path(&[Lead]),
    Case::changes_data("deleteAdminLead").path(&[Lead]),
    Case::reads("listLeadConversations").path(&[Lead]).plain(&[CURSOR]),
    Case::reads("listAdminLeadConversations").path(&[Lead]).plain(&[CURSOR]),
    Case::reads("getConversation").path(&[Conversation]),
    Case::reads("getAdminConversation").path(&[Conversation]),
    Case::changes_content("createDocument").body(r#"{"title":"FAQ","content":"Is there a trial?","type":"faq"}"#),
    Case::reads("listDocuments"),
    Case::changes_content("deleteDocument").path(&[Document]),
    Case::reads("getOverview"),
    Case::reads("getFunnel"),
    Case::reads("getActivity"),
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
    Case::reads("getWidget").query("tenant=<tenant>"),
    Case::changes_data("publicChat").body(
        r#"{"message":"hello email:<email> need=100","visitorId":"<visitor>","sessionId":"<session>","tenantId":"<tenant>","agentId":"<assistant>"}"#,
    ),
    Case::changes_data("countVisit")
        .body(r#"{"visitorId":"<visitor>","page":"/prices","tenantId":"<tenant>","agentId":"<assistant>"}"#),
    Case::reads("listVisitorMessages").query("tenantId=<tenant>&agentId=<assistant>"),
    Case::reads("streamVisitorMessages").query("tenantId=<tenant>&agentId=<assistant>"),
    Case::for_its_own_session("logIn").body(r#"{"token":"the operator's token"}"#),
    Case::for_its_own_session("logOut"),
    Case::reads("getHealth"),
    Case::reads("getOpenApi"),
    Case::reads("getLiveness"),
    Case::reads("getReadiness"),
];
