//! The routes of knowledge.

use synaptiq_domain::access::Permission::KnowledgeManage;
use synaptiq_wire::{
    document::DocumentCreateBody,
    paging::List,
    v1::deleted::Deleted,
    v1::knowledge::{DocumentRecord, SearchAnswer},
};

use crate::{
    dialect::v1::{knowledge, params},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Post},
        handler,
    },
};

const TAG: &str = "Knowledge";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/knowledge",
        "listDocuments",
        Scope(KnowledgeManage),
        handler!(knowledge::list),
        Doc::new(TAG, "List documents").answers(&[(200, "All of them", Some(Shape::of::<List<DocumentRecord>>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/knowledge",
        "createDocument",
        Scope(KnowledgeManage),
        handler!(knowledge::create),
        Doc::new(TAG, "Add a document; it is answered from at once")
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
        Doc::new(TAG, "Find passages").query(params::KNOWLEDGE_SEARCH).answers(&[(
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
        Doc::new(TAG, "Delete a document; nothing is answered from it any more")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
];
