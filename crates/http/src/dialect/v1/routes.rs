//! Everything v1 answers.

use synaptiq_domain::access::Permission::{
    ChatWrite, ConversationsRead, ConversationsWrite, DataDelete, KeysManage, KnowledgeManage, LeadsRead, LeadsWrite,
    WebhooksManage,
};
use synaptiq_wire::{
    chat::ChatRequestBody,
    paging::List,
    v1::{
        chat::ChatAnswer,
        conversation::{AgentMessageBody, ConversationDetail, ConversationRecord, HandoffBody, MessageRecord},
        deleted::Deleted,
        key::{KeyCreateBody, KeyRecord, KeyWithSecret},
        knowledge::{DocumentCreateBody, DocumentRecord, SearchAnswer},
        lead::{BulkAnswer, BulkRequestBody, LeadCreateBody, LeadDetail, LeadPatchBody, LeadRecord},
        webhook::{
            DeliveryRecord, EndpointCreateBody, EndpointPatchBody, EndpointRecord, EndpointWithSecret, RotateBody,
        },
    },
};

use super::{about, chat, conversations, keys, knowledge, leads, leads_bulk, params, webhooks};
use crate::{
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::{Public, Scope},
        LimitGroup, Route,
        Verb::{Delete, Get, Patch, Post},
        handler,
    },
};

const LEADS: &str = "Leads";
const CHAT: &str = "Chat";
const CONVERSATIONS: &str = "Conversations";
const WEBHOOKS: &str = "Webhooks";
const KNOWLEDGE: &str = "Knowledge";
const KEYS: &str = "Keys";
const ABOUT: &str = "About";

/// Everything v1 answers.
pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/leads",
        "listLeads",
        Scope(LeadsRead),
        handler!(leads::list),
        Doc::new(LEADS, "List leads").query(params::LEADS).answers(&[(
            200,
            "One part of the list",
            Some(Shape::of::<List<LeadRecord>>()),
        )]),
    ),
    Route::new(
        Get,
        "/api/v1/leads/search",
        "searchLeads",
        Scope(LeadsRead),
        handler!(leads::search),
        Doc::new(LEADS, "Search leads by name, e-mail and company; q is required").query(params::LEADS).answers(&[(
            200,
            "One part of the list",
            Some(Shape::of::<List<LeadRecord>>()),
        )]),
    )
    .limited_as(LimitGroup::SearchLeads),
    Route::new(
        Post,
        "/api/v1/leads",
        "createLead",
        Scope(LeadsWrite),
        handler!(leads::create),
        Doc::new(LEADS, "Create a lead, or merge into the one that has its e-mail")
            .query(params::CREATE_LEAD)
            .takes(
                Shape::of::<LeadCreateBody>(),
                r#"{"email":"ada@example.com","name":"Ada Byron","company":"Example","tags":["inbound"]}"#,
            )
            .answers(&[
                (201, "The new lead; Location names it", Some(Shape::of::<LeadRecord>())),
                (200, "The lead that was merged into", Some(Shape::of::<LeadRecord>())),
            ])
            .refuses(&[409]),
    )
    .limited_as(LimitGroup::CreateLead),
    Route::new(
        Post,
        "/api/v1/leads/bulk",
        "createLeads",
        Scope(LeadsWrite),
        handler!(leads_bulk::create),
        Doc::new(LEADS, "Create up to 1,000 leads; every row has its own outcome")
            .takes(Shape::of::<BulkRequestBody>(), r#"{"leads":[{"email":"ada@example.com"},{"phone":"+1-555-0100"}]}"#)
            .answers(&[(200, "What became of every row", Some(Shape::of::<BulkAnswer>()))]),
    )
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/v1/leads/{id}",
        "getLead",
        Scope(LeadsRead),
        handler!(leads::get),
        Doc::new(LEADS, "Get a lead with the reasons of its score")
            .answers(&[(200, "The lead", Some(Shape::of::<LeadDetail>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Patch,
        "/api/v1/leads/{id}",
        "updateLead",
        Scope(LeadsWrite),
        handler!(leads::patch),
        Doc::new(LEADS, "Change fields of a lead; null clears")
            .takes(Shape::of::<LeadPatchBody>(), r#"{"status":"contacted","customFields":{"industry":null}}"#)
            .answers(&[(200, "The lead as it is now", Some(Shape::of::<LeadRecord>()))])
            .refuses(&[404, 409, 422]),
    ),
    Route::new(
        Delete,
        "/api/v1/leads/{id}",
        "deleteLead",
        Scope(DataDelete),
        handler!(leads::delete),
        Doc::new(LEADS, "Delete a lead").answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))]).refuses(&[404]),
    ),
    Route::new(
        Get,
        "/api/v1/leads/{id}/conversations",
        "listLeadConversations",
        Scope(ConversationsRead),
        handler!(conversations::list_of_lead),
        Doc::new(LEADS, "List a lead's conversations")
            .query(params::CONVERSATIONS)
            .answers(&[(200, "One part of the list", Some(Shape::of::<List<ConversationRecord>>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/chat",
        "chat",
        Scope(ChatWrite),
        handler!(chat::turn),
        Doc::new(CHAT, "Answer a visitor's message")
            .takes(
                Shape::of::<ChatRequestBody>(),
                r#"{"message":"What does the Pro plan cost?","visitorId":"visitor_7","metadata":{"page":"/pricing"}}"#,
            )
            .answers(&[(200, "The answer, whole or as server-sent events", Some(Shape::of::<ChatAnswer>()))])
            .refuses(&[404]),
    )
    .limited_as(LimitGroup::Chat)
    .streaming()
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/v1/conversations",
        "listConversations",
        Scope(ConversationsRead),
        handler!(conversations::list),
        Doc::new(CONVERSATIONS, "List conversations").query(params::CONVERSATIONS).answers(&[(
            200,
            "One part of the list",
            Some(Shape::of::<List<ConversationRecord>>()),
        )]),
    ),
    Route::new(
        Get,
        "/api/v1/conversations/{id}",
        "getConversation",
        Scope(ConversationsRead),
        handler!(conversations::get),
        Doc::new(CONVERSATIONS, "Get a conversation with its messages")
            .query(params::MESSAGES)
            .answers(&[(200, "The conversation", Some(Shape::of::<ConversationDetail>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/api/v1/conversations/{id}",
        "deleteConversation",
        Scope(DataDelete),
        handler!(conversations::delete),
        Doc::new(CONVERSATIONS, "Delete a conversation with its messages")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/messages",
        "sendMessage",
        Scope(ConversationsWrite),
        handler!(conversations::say),
        Doc::new(CONVERSATIONS, "Speak as a person; the assistant is silent from then on")
            .takes(Shape::of::<AgentMessageBody>(), r#"{"content":"Hello, this is Ada from the team."}"#)
            .answers(&[(201, "The message", Some(Shape::of::<MessageRecord>()))])
            .refuses(&[404, 409, 422]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/handoff",
        "handOffConversation",
        Scope(ConversationsWrite),
        handler!(conversations::take_over),
        Doc::new(CONVERSATIONS, "Ask for a person, or take the conversation over")
            .takes(Shape::of::<HandoffBody>(), r#"{"reason":"wants a discount","priority":"high"}"#)
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/return",
        "returnConversation",
        Scope(ConversationsWrite),
        handler!(conversations::give_back),
        Doc::new(CONVERSATIONS, "Give a conversation back to the assistant")
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    )
    .body_optional(),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/close",
        "closeConversation",
        Scope(ConversationsWrite),
        handler!(conversations::close),
        Doc::new(CONVERSATIONS, "Close a conversation")
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    )
    .body_optional(),
    Route::new(
        Get,
        "/api/v1/webhooks",
        "listWebhooks",
        Scope(WebhooksManage),
        handler!(webhooks::list),
        Doc::new(WEBHOOKS, "List webhooks").answers(&[(200, "All of them", Some(Shape::of::<List<EndpointRecord>>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks",
        "createWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::create),
        Doc::new(WEBHOOKS, "Create a webhook; a generated secret is shown once")
            .takes(
                Shape::of::<EndpointCreateBody>(),
                r#"{"url":"https://example.com/hooks","events":["lead.created","lead.qualified"]}"#,
            )
            .answers(&[(201, "The new webhook; Location names it", Some(Shape::of::<EndpointWithSecret>()))]),
    ),
    Route::new(
        Get,
        "/api/v1/webhooks/{id}",
        "getWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::get),
        Doc::new(WEBHOOKS, "Get a webhook")
            .answers(&[(200, "The webhook", Some(Shape::of::<EndpointRecord>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Patch,
        "/api/v1/webhooks/{id}",
        "updateWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::patch),
        Doc::new(WEBHOOKS, "Change a webhook")
            .takes(Shape::of::<EndpointPatchBody>(), r#"{"active":false}"#)
            .answers(&[(200, "The webhook as it is now", Some(Shape::of::<EndpointRecord>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/api/v1/webhooks/{id}",
        "deleteWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::delete),
        Doc::new(WEBHOOKS, "Delete a webhook and cancel what is on its way")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/rotate-secret",
        "rotateWebhookSecret",
        Scope(WebhooksManage),
        handler!(webhooks::rotate),
        Doc::new(WEBHOOKS, "Replace a webhook's secret; both sign until the new one is alone")
            .takes(Shape::of::<RotateBody>(), "{}")
            .answers(&[(200, "The webhook with its new secret", Some(Shape::of::<EndpointWithSecret>()))])
            .refuses(&[404]),
    )
    .body_optional(),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/test",
        "testWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::test),
        Doc::new(WEBHOOKS, "Send a marked event to a webhook")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryRecord>()))])
            .refuses(&[404]),
    )
    .body_optional(),
    Route::new(
        Get,
        "/api/v1/webhooks/{id}/deliveries",
        "listDeliveries",
        Scope(WebhooksManage),
        handler!(webhooks::deliveries),
        Doc::new(WEBHOOKS, "List a webhook's deliveries, newest first")
            .query(params::DELIVERIES)
            .answers(&[(200, "One part of the list", Some(Shape::of::<List<DeliveryRecord>>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay",
        "replayDelivery",
        Scope(WebhooksManage),
        handler!(webhooks::replay),
        Doc::new(WEBHOOKS, "Send a delivery again, with the same bytes")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryRecord>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
    Route::new(
        Get,
        "/api/v1/knowledge",
        "listDocuments",
        Scope(KnowledgeManage),
        handler!(knowledge::list),
        Doc::new(KNOWLEDGE, "List documents").answers(&[(
            200,
            "All of them",
            Some(Shape::of::<List<DocumentRecord>>()),
        )]),
    ),
    Route::new(
        Post,
        "/api/v1/knowledge",
        "createDocument",
        Scope(KnowledgeManage),
        handler!(knowledge::create),
        Doc::new(KNOWLEDGE, "Add a document; it is answered from at once")
            .takes(
                Shape::of::<DocumentCreateBody>(),
                r#"{"title":"Product FAQ","content":"Q: Is there a trial?\nA: Yes, 14 days.","type":"faq"}"#,
            )
            .answers(&[(201, "The new document", Some(Shape::of::<DocumentRecord>()))]),
    )
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/v1/knowledge/search",
        "searchKnowledge",
        Scope(KnowledgeManage),
        handler!(knowledge::search),
        Doc::new(KNOWLEDGE, "Find passages").query(params::KNOWLEDGE_SEARCH).answers(&[(
            200,
            "The passages, best first",
            Some(Shape::of::<SearchAnswer>()),
        )]),
    ),
    Route::new(
        Delete,
        "/api/v1/knowledge/{id}",
        "deleteDocument",
        Scope(KnowledgeManage),
        handler!(knowledge::delete),
        Doc::new(KNOWLEDGE, "Delete a document; nothing is answered from it any more")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Get,
        "/api/v1/keys",
        "listKeys",
        Scope(KeysManage),
        handler!(keys::list),
        Doc::new(KEYS, "List API keys").answers(&[(200, "All of them", Some(Shape::of::<List<KeyRecord>>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/keys",
        "createKey",
        Scope(KeysManage),
        handler!(keys::create),
        Doc::new(KEYS, "Create an API key; it is shown once")
            .takes(Shape::of::<KeyCreateBody>(), r#"{"name":"CRM","kind":"live","scopes":["read"]}"#)
            .answers(&[(201, "The new key", Some(Shape::of::<KeyWithSecret>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/keys/{id}/rotate",
        "rotateKey",
        Scope(KeysManage),
        handler!(keys::rotate),
        Doc::new(KEYS, "Give an API key a new secret; the old one is refused from then on")
            .answers(&[(200, "The key with its new secret", Some(Shape::of::<KeyWithSecret>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
    Route::new(
        Delete,
        "/api/v1/keys/{id}",
        "revokeKey",
        Scope(KeysManage),
        handler!(keys::revoke),
        Doc::new(KEYS, "Revoke an API key; it is refused from then on")
            .answers(&[(200, "It is revoked", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Get,
        "/api/v1/openapi.json",
        "getOpenApi",
        Public,
        handler!(about::openapi),
        Doc::new(ABOUT, "This document").answers(&[(200, "OpenAPI 3.1", None)]),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/api/v1/docs",
        "getDocs",
        Public,
        handler!(about::docs),
        Doc::new(ABOUT, "The list of operations as a page").answers(&[(200, "HTML", None)]),
    )
    .limited_as(LimitGroup::Unlimited),
];
