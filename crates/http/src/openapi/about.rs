//! What a document says of its dialect as a whole: where it is served, who may do what, how fast.

use std::fmt::Write as _;

use serde_json::{Value, json};
use synaptiq_domain::access::Permission;

use crate::{
    dialect::{Dialect, Mount},
    session,
};

/// The dialect in a few paragraphs of Markdown.
pub(super) fn description(dialect: &dyn Dialect) -> String {
    let mut text = String::new();
    if dialect.mounts().len() > 1 {
        let places: Vec<String> = dialect.mounts().iter().map(place).collect();
        let _ = write!(text, "Served {}.\n\n", places.join(", and "));
    }
    text.push_str(
        "Every answer carries `X-Request-Id`. Unknown fields of a body and unknown query parameters are ignored. A \
         write takes an `Idempotency-Key`: the same key with the same request gets the same answer for 24 hours, \
         marked `Idempotent-Replayed: true`.\n\n\
         Requests are counted over a sliding minute. `X-RateLimit-Limit`, `X-RateLimit-Remaining` and \
         `X-RateLimit-Reset` tell of the tightest limit that applied; after a 429, sleeping for `Retry-After` seconds \
         succeeds.\n\n\
         What a key may do is said by its scopes:\n\n| scope | allows to |\n|---|---|\n",
    );
    for permission in Permission::ALL {
        let _ = writeln!(text, "| `{permission}` | {} |", allows_to(permission));
    }
    text
}

fn place(mount: &Mount) -> String {
    let Mount { prefix, bearer } = mount;
    match bearer {
        Some(bearer) => format!("under `{prefix}` with a key that begins with `{bearer}`"),
        None => format!("under `{prefix}` with any key"),
    }
}

const fn allows_to(permission: Permission) -> &'static str {
    match permission {
        Permission::LeadsRead => "read leads",
        Permission::LeadsWrite => "create and change leads",
        Permission::ConversationsRead => "read conversations",
        Permission::ConversationsWrite => "speak in conversations, take them over, give them back and close them",
        Permission::AnalyticsRead => "read figures",
        Permission::ChatWrite => "chat as a visitor",
        Permission::KnowledgeManage => "read and change the knowledge base",
        Permission::WebhooksManage => "read and change webhooks and their deliveries",
        Permission::KeysManage => "read, create and revoke API keys",
        Permission::DataDelete => "delete leads and conversations",
    }
}

/// How requests say who sends them.
pub(super) fn security_schemes(dialect: &dyn Dialect) -> Value {
    let mut schemes = json!({
        "key": {
            "type": "http", "scheme": "bearer",
            "description": "An API key that has the scope which the operation names, or the admin token, which has all.",
        },
        "session": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "A visitor's session: `Session sess_…`.",
        },
    });
    if dialect.takes_cookies() {
        schemes["cookie"] = json!({
            "type": "apiKey", "in": "cookie", "name": session::COOKIE,
            "description": "The operator's session. A write needs `Sec-Fetch-Site: same-origin`, or an \
                            `Origin` that is this server's.",
        });
    }
    schemes
}
