//! The routes of the operator's login.

use synaptiq_wire::app::auth::{LoggedIn, LoggedOut, LoginBody};

use crate::{
    dialect::app::auth,
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access, Route,
        Verb::{Delete, Post},
        handler,
    },
};

const TAG: &str = "Authentication";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Post,
        "/api/admin/auth",
        "logIn",
        Access::Login,
        handler!(auth::log_in),
        Doc::new(TAG, "Log in with the admin token")
            .takes(Shape::of::<LoginBody>(), r#"{"token":"your-admin-token"}"#)
            .answers(&[(200, "A session cookie for 7 days, in `Set-Cookie`", Some(Shape::of::<LoggedIn>()))]),
    )
    .without_receipts(),
    Route::new(
        Delete,
        "/api/admin/auth",
        "logOut",
        Access::Operator,
        handler!(auth::log_out),
        Doc::new(TAG, "Log out").answers(&[(
            200,
            "The session is over, its cookie taken back",
            Some(Shape::of::<LoggedOut>()),
        )]),
    )
    .without_receipts(),
];
