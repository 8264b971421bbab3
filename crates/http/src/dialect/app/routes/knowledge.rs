//! The routes of the knowledge base.

use synaptiq_domain::access::Permission::KnowledgeManage;
use synaptiq_wire::{
    app::{
        knowledge::{AddedAnswer, DocumentList, UploadForm},
        success::Success,
    },
    document::DocumentCreateBody,
};

use crate::{
    dialect::app::knowledge,
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Post},
        handler,
    },
};

const TAG: &str = "Knowledge base";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Post,
        "/api/admin/knowledge-base",
        "createDocument",
        Scope(KnowledgeManage),
        handler!(knowledge::create),
        Doc::new(TAG, "Upload a document, or up to 20 files; they are answered from at once")
            .takes(
                Shape::of::<DocumentCreateBody>(),
                r#"{"title":"Product FAQ","content":"Q: What is Synaptiq?\nA: An AI-powered SDR agent...","type":"faq"}"#,
            )
            .or_form(Shape::of::<UploadForm>())
            .answers(&[(
                201,
                "The new document; for a form the outcome of each file, of which one at least was stored",
                Some(Shape::of::<AddedAnswer>()),
            )]),
    )
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/admin/knowledge-base",
        "listDocuments",
        Scope(KnowledgeManage),
        handler!(knowledge::list),
        Doc::new(TAG, "List all documents in the knowledge base").answers(&[(
            200,
            "All of them, newest first",
            Some(Shape::of::<DocumentList>()),
        )]),
    ),
    Route::new(
        Delete,
        "/api/admin/knowledge-base/{id}",
        "deleteDocument",
        Scope(KnowledgeManage),
        handler!(knowledge::delete),
        Doc::new(TAG, "Remove a document; nothing is answered from it any more")
            .answers(&[(200, "It is gone", Some(Shape::of::<Success>()))])
            .refuses(&[404]),
    ),
];
