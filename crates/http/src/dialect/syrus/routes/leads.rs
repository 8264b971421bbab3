//! The routes of leads.

use synaptiq_domain::access::Permission::LeadsRead;
use synaptiq_wire::syrus::{
    lead::{LeadDetail, LeadRecord},
    list::List,
};

use crate::{
    dialect::syrus::{leads, params},
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, Route, Verb::Get, handler},
};

const TAG: &str = "Leads";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/syrus/api/v1/leads",
        "listLeads",
        Scope(LeadsRead),
        handler!(leads::list),
        Doc::new(TAG, "List leads, newest first").query(params::LEADS).answers(&[(
            200,
            "One page of the list",
            Some(Shape::of::<List<LeadRecord>>()),
        )]),
    ),
    Route::new(
        Get,
        "/syrus/api/v1/leads/{id}",
        "getLead",
        Scope(LeadsRead),
        handler!(leads::get),
        Doc::new(TAG, "Get a lead with the latest conversation and its messages")
            .answers(&[(200, "The lead", Some(Shape::of::<LeadDetail>()))])
            .refuses(&[404]),
    ),
];
