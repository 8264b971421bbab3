//! The routes of leads, under `/api` and `/api/admin` alike.

use synaptiq_domain::access::Permission::{DataDelete, LeadsRead, LeadsWrite};
use synaptiq_wire::app::{
    lead::{LeadAnswer, LeadCreateBody, LeadPatchBody, LeadsAnswer},
    success::Success,
};

use crate::{
    dialect::app::{leads, params},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        LimitGroup, Route,
        Verb::{Delete, Get, Patch, Post},
        handler,
    },
};

const TAG: &str = "Leads";

const LIST: Doc = Doc::new(TAG, "List leads, newest first, or search them").query(params::LEADS).answers(&[(
    200,
    params::IN_PARTS,
    Some(Shape::of::<LeadsAnswer>()),
)]);
const CREATE: Doc = Doc::new(TAG, "Create a lead, or merge into the one that has its e-mail")
    .takes(Shape::of::<LeadCreateBody>(), r#"{"name":"Jane Smith","email":"jane@example.com","company":"Acme Corp"}"#)
    .answers(&[
        (201, "The new lead; Location names it", Some(Shape::of::<LeadAnswer>())),
        (200, "The lead that was merged into", Some(Shape::of::<LeadAnswer>())),
    ])
    .refuses(&[409]);
const GET: Doc =
    Doc::new(TAG, "Get a lead").answers(&[(200, "The lead", Some(Shape::of::<LeadAnswer>()))]).refuses(&[404]);
const UPDATE: Doc = Doc::new(TAG, "Change fields of a lead; null clears")
    .takes(Shape::of::<LeadPatchBody>(), r#"{"status":"booked","qualificationScore":92}"#)
    .answers(&[(200, "The lead as it is now", Some(Shape::of::<LeadAnswer>()))])
    .refuses(&[404, 409, 422]);
const DELETE: Doc =
    Doc::new(TAG, "Delete a lead").answers(&[(200, "It is gone", Some(Shape::of::<Success>()))]).refuses(&[404]);

pub(super) static ROUTES: &[Route] = &[
    Route::new(Get, "/api/leads", "listLeads", Scope(LeadsRead), handler!(leads::list), LIST)
        .limited_with("q", LimitGroup::SearchLeads),
    Route::new(Get, "/api/admin/leads", "listAdminLeads", Scope(LeadsRead), handler!(leads::list), LIST)
        .limited_with("q", LimitGroup::SearchLeads),
    Route::new(Post, "/api/leads", "createLead", Scope(LeadsWrite), handler!(leads::create), CREATE)
        .limited_as(LimitGroup::CreateLead),
    Route::new(Post, "/api/admin/leads", "createAdminLead", Scope(LeadsWrite), handler!(leads::create), CREATE)
        .limited_as(LimitGroup::CreateLead),
    Route::new(Get, "/api/leads/{id}", "getLead", Scope(LeadsRead), handler!(leads::get), GET),
    Route::new(Get, "/api/admin/leads/{id}", "getAdminLead", Scope(LeadsRead), handler!(leads::get), GET),
    Route::new(Patch, "/api/leads/{id}", "updateLead", Scope(LeadsWrite), handler!(leads::patch), UPDATE),
    Route::new(Patch, "/api/admin/leads/{id}", "updateAdminLead", Scope(LeadsWrite), handler!(leads::patch), UPDATE),
    Route::new(Delete, "/api/leads/{id}", "deleteLead", Scope(DataDelete), handler!(leads::delete), DELETE),
    Route::new(Delete, "/api/admin/leads/{id}", "deleteAdminLead", Scope(DataDelete), handler!(leads::delete), DELETE),
];
