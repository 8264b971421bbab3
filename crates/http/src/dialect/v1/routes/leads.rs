//! The routes of leads.

use synaptiq_domain::access::Permission::{ConversationsRead, DataDelete, LeadsRead, LeadsWrite};
use synaptiq_wire::{
    paging::List,
    v1::conversation::ConversationRecord,
    v1::deleted::Deleted,
    v1::lead::{BulkAnswer, BulkRequestBody, LeadCreateBody, LeadDetail, LeadPatchBody, LeadRecord},
};

use crate::{
    dialect::v1::{conversations, leads, leads_bulk, params},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        LimitGroup, Route,
        Verb::{Delete, Get, Patch, Post},
        handler,
    },
};

const TAG: &str = "Leads";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/leads",
        "listLeads",
        Scope(LeadsRead),
        handler!(leads::list),
        Doc::new(TAG, "List leads").query(params::LEADS).answers(&[(
            200,
            "One part of the list",
            Some(Shape::of::<List<LeadRecord>>()),
        )]),
    )
    .limited_with("q", LimitGroup::SearchLeads),
    Route::new(
        Get,
        "/api/v1/leads/search",
        "searchLeads",
        Scope(LeadsRead),
        handler!(leads::search),
        Doc::new(TAG, "Search leads by name, e-mail and company").query(params::SEARCH_LEADS).answers(&[(
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
        Doc::new(TAG, "Create a lead, or merge into the one that has its e-mail")
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
        Doc::new(TAG, "Create up to 1,000 leads; every row has its own outcome")
            .takes(Shape::of::<BulkRequestBody>(), r#"{"leads":[{"email":"ada@example.com"},{"phone":"+1-555-0100"}]}"#)
            .answers(&[(200, "What became of every row", Some(Shape::of::<BulkAnswer>()))]),
    )
    .limited_as(LimitGroup::CreateLead)
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/v1/leads/{id}",
        "getLead",
        Scope(LeadsRead),
        handler!(leads::get),
        Doc::new(TAG, "Get a lead with the reasons of its score")
            .answers(&[(200, "The lead", Some(Shape::of::<LeadDetail>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Patch,
        "/api/v1/leads/{id}",
        "updateLead",
        Scope(LeadsWrite),
        handler!(leads::patch),
        Doc::new(TAG, "Change fields of a lead; null clears")
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
        Doc::new(TAG, "Delete a lead").answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))]).refuses(&[404]),
    ),
    Route::new(
        Get,
        "/api/v1/leads/{id}/conversations",
        "listLeadConversations",
        Scope(ConversationsRead),
        handler!(conversations::list_of_lead),
        Doc::new(TAG, "List a lead's conversations")
            .query(params::CONVERSATIONS_OF_LEAD)
            .answers(&[(200, "One part of the list", Some(Shape::of::<List<ConversationRecord>>()))])
            .refuses(&[404]),
    ),
];
