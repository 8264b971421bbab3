//! The routes of chat.

use synaptiq_domain::access::Permission::ChatWrite;
use synaptiq_wire::{chat::KeyChatRequestBody, v1::chat::ChatAnswer};

use crate::{
    dialect::v1::chat,
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, LimitGroup, Route, Verb::Post, handler},
};

const TAG: &str = "Chat";

pub(super) static ROUTES: &[Route] = &[Route::new(
    Post,
    "/api/v1/chat",
    "chat",
    Scope(ChatWrite),
    handler!(chat::turn),
    Doc::new(TAG, "Answer a visitor's message")
        .takes(
            Shape::of::<KeyChatRequestBody>(),
            r#"{"message":"What does the Pro plan cost?","visitorId":"visitor_7","metadata":{"page":"/pricing"}}"#,
        )
        .answers(&[(200, "The answer, whole or as server-sent events", Some(Shape::of::<ChatAnswer>()))])
        .refuses(&[404]),
)
.limited_as(LimitGroup::Chat)
.streaming()
.outliving_its_client()];
