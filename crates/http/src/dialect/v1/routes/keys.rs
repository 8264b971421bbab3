//! The routes of keys.

use synaptiq_domain::access::Permission::KeysManage;
use synaptiq_wire::{
    paging::List,
    v1::deleted::Deleted,
    v1::key::{KeyCreateBody, KeyRecord, KeyWithSecret},
};

use crate::{
    dialect::v1::keys,
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Post},
        handler,
    },
};

const TAG: &str = "Keys";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/keys",
        "listKeys",
        Scope(KeysManage),
        handler!(keys::list),
        Doc::new(TAG, "List API keys").answers(&[(200, "All of them", Some(Shape::of::<List<KeyRecord>>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/keys",
        "createKey",
        Scope(KeysManage),
        handler!(keys::create),
        Doc::new(TAG, "Create an API key; it is shown once")
            .takes(Shape::of::<KeyCreateBody>(), r#"{"name":"CRM","kind":"live","scopes":["read"]}"#)
            .answers(&[(201, "The new key", Some(Shape::of::<KeyWithSecret>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/keys/{id}/rotate",
        "rotateKey",
        Scope(KeysManage),
        handler!(keys::rotate),
        Doc::new(TAG, "Give an API key a new secret; the old one is refused from then on")
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
        Doc::new(TAG, "Revoke an API key; it is refused from then on")
            .answers(&[(200, "It is revoked", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
];
