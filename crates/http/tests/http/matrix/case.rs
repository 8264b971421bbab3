//! What the matrices must know of an operation: a request that succeeds for whoever owns what it
//! names, and where in it an id stands.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;
use synaptiq_domain::access::{KeyKind, Permission};
use synaptiq_http::{
    dialect::{ALL, Dialect, Place},
    openapi::openapi,
    route::{Access, Route, Verb},
};

use super::table;

/// What a text in a request names. All of it belongs to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Lead,
    Conversation,
    Webhook,
    /// A webhook that was made through syrus, which shows no others.
    SyrusWebhook,
    Delivery,
    Document,
    Key,
    Assistant,
    Member,
    /// A tenant, by its public id.
    Tenant,
    /// A visitor's session: a secret, not an id.
    Session,
    /// A site's name for its visitor.
    Visitor,
    /// An assistant's name in addresses.
    Slug,
    /// A lead's address.
    Email,
    /// A word that stands in whatever the owner wrote, and nowhere else.
    Word,
}

impl Thing {
    pub(crate) const ALL: [Self; 15] = [
        Self::Lead,
        Self::Conversation,
        Self::Webhook,
        Self::SyrusWebhook,
        Self::Delivery,
        Self::Document,
        Self::Key,
        Self::Assistant,
        Self::Member,
        Self::Tenant,
        Self::Session,
        Self::Visitor,
        Self::Slug,
        Self::Email,
        Self::Word,
    ];

    /// What stands for it in a case's query and body.
    const fn placeholder(self) -> &'static str {
        match self {
            Self::Lead => "<lead>",
            Self::Conversation => "<conversation>",
            Self::Webhook => "<webhook>",
            Self::SyrusWebhook => "<syrus webhook>",
            Self::Delivery => "<delivery>",
            Self::Document => "<document>",
            Self::Key => "<key>",
            Self::Assistant => "<assistant>",
            Self::Member => "<member>",
            Self::Tenant => "<tenant>",
            Self::Session => "<session>",
            Self::Visitor => "<visitor>",
            Self::Slug => "<slug>",
            Self::Email => "<email>",
            Self::Word => "<word>",
        }
    }

    /// Whether it belongs to the tenant itself, and so to its sandbox too (contract § 3).
    pub(crate) const fn is_content(self) -> bool {
        let words_of_documents = matches!(self, Self::Word);
        words_of_documents
            || matches!(self, Self::Document | Self::Key | Self::Assistant | Self::Member | Self::Tenant | Self::Slug)
    }
}

/// What an operation does to what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Reads,
    /// It changes leads, conversations, events, webhooks: a test key changes its sandbox's.
    ChangesData,
    /// It changes settings, keys, assistants, knowledge: a test key may not.
    ChangesContent,
    /// It begins or ends the operator's own session, which names nothing of a tenant.
    OwnSession,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    /// What the parameters of the path name, in order.
    pub(crate) path: &'static [Thing],
    /// The query, with placeholders.
    pub(crate) query: &'static str,
    /// The JSON body, with placeholders; empty for none.
    pub(crate) body: &'static str,
    pub(crate) effect: Effect,
    /// Fields and parameters that are called like ids and name nothing of anyone, each with the reason.
    pub(crate) plain: &'static [(&'static str, &'static str)],
}

impl Case {
    const fn new(operation: &'static str, effect: Effect) -> Self {
        Self { operation, path: &[], query: "", body: "", effect, plain: &[] }
    }

    pub(crate) const fn reads(operation: &'static str) -> Self {
        Self::new(operation, Effect::Reads)
    }

    pub(crate) const fn changes_data(operation: &'static str) -> Self {
        Self::new(operation, Effect::ChangesData)
    }

    pub(crate) const fn changes_content(operation: &'static str) -> Self {
        Self::new(operation, Effect::ChangesContent)
    }

    pub(crate) const fn for_its_own_session(operation: &'static str) -> Self {
        Self::new(operation, Effect::OwnSession)
    }

    pub(crate) const fn path(self, path: &'static [Thing]) -> Self {
        Self { path, ..self }
    }

    pub(crate) const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    pub(crate) const fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    pub(crate) const fn plain(self, plain: &'static [(&'static str, &'static str)]) -> Self {
        Self { plain, ..self }
    }
}

/// Where in a request something is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    Path,
    Query,
    Body,
    /// `Authorization: Session …`.
    Header,
}

/// Every place of a request where something is named, in the order in which it is filled in.
pub(crate) fn places(asked: Asked) -> Vec<(Where, Thing)> {
    let Asked { route, case, .. } = asked;
    let path = case.path.iter().map(|thing| (Where::Path, *thing));
    let query = placeholders(case.query).into_iter().map(|(_, thing)| (Where::Query, thing));
    let body = placeholders(case.body).into_iter().map(|(_, thing)| (Where::Body, thing));
    let header = (route.access == Access::Session).then_some((Where::Header, Thing::Session));
    path.chain(query).chain(body).chain(header).collect()
}

/// The placeholders in a text, with where they begin.
pub(crate) fn placeholders(text: &str) -> Vec<(usize, Thing)> {
    let mut found: Vec<(usize, Thing)> = Thing::ALL
        .into_iter()
        .flat_map(|thing| text.match_indices(thing.placeholder()).map(move |(at, _)| (at, thing)))
        .collect();
    found.sort_by_key(|(at, _)| *at);
    found
}

/// A text with its placeholders replaced, one after the other.
pub(crate) fn filled(text: &str, values: impl IntoIterator<Item = String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    let mut values = values.into_iter();
    while let Some((at, thing)) = placeholders(rest).into_iter().next() {
        out.push_str(&rest[..at]);
        out.push_str(&values.next().expect("a value for every placeholder"));
        rest = &rest[at + thing.placeholder().len()..];
    }
    out + rest
}

/// A route at one of the places where its dialect is served, with its case.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) place: Place,
    pub(crate) route: &'static Route,
    pub(crate) case: &'static Case,
}

impl Asked {
    /// The kind of key that is asked with.
    pub(crate) fn kind(self) -> KeyKind {
        let bearer = self.place.mount.bearer;
        bearer.map_or(KeyKind::Live, |prefix| {
            KeyKind::ALL.into_iter().find(|kind| kind.prefix() == prefix).expect("a mount is for the keys of a kind")
        })
    }

    /// Whether the path is this dialect's whatever the bearer is.
    pub(crate) fn is_reached_without_a_key(self) -> bool {
        self.place.mount.bearer.is_none()
    }

    /// What the route asks of whoever has a key.
    pub(crate) fn permission(self) -> Option<Permission> {
        match self.route.access {
            Access::Scope(permission) => Some(permission),
            Access::Public
            | Access::PublicChat
            | Access::PublicVisit
            | Access::Session
            | Access::Login
            | Access::Operator => None,
        }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Route { verb, path, operation, .. } = self.route;
        write!(f, "{} {verb} {} ({operation})", self.dialect.name(), self.place.path_here(path))
    }
}

/// Every route of a dialect, at each of its places, but for those that begin and end the operator's session.
pub(crate) fn cases(dialect: &'static dyn Dialect) -> impl Iterator<Item = Asked> {
    cases_and_login(dialect).filter(|asked| asked.case.effect != Effect::OwnSession)
}

/// Every route of a dialect, at each of its places.
fn cases_and_login(dialect: &'static dyn Dialect) -> impl Iterator<Item = Asked> {
    dialect.mounts().iter().flat_map(move |mount| {
        dialect.routes().iter().map(move |route| {
            let place = Place { dialect, mount };
            Asked { dialect, place, route, case: case_of(dialect, route) }
        })
    })
}

/// Every route of every dialect at each of its places, but for those of the operator's session.
pub(crate) fn every_case() -> impl Iterator<Item = Asked> {
    ALL.into_iter().flat_map(cases)
}

/// Every route of every dialect at each of its places.
pub(crate) fn every_case_and_login() -> impl Iterator<Item = Asked> {
    ALL.into_iter().flat_map(cases_and_login)
}

fn case_of(dialect: &dyn Dialect, route: &Route) -> &'static Case {
    find(dialect, route).unwrap_or_else(|| panic!("{}", missing(dialect, route)))
}

fn find(dialect: &dyn Dialect, route: &Route) -> Option<&'static Case> {
    table::of(dialect.name()).iter().find(|case| case.operation == route.operation)
}

fn missing(dialect: &dyn Dialect, route: &Route) -> String {
    format!(
        "{route:?} has no case: add one named \"{}\" to crates/http/tests/http/matrix/table/{}.rs. It says what each \
         parameter of the path names, gives a query and a body that succeed with a placeholder such as <lead> wherever \
         an id stands, and says whether it reads, changes data or changes content.",
        route.operation,
        dialect.name()
    )
}

/// Whether a field or parameter is called like something that names a thing of somebody.
fn is_called_like_an_id(name: &str) -> bool {
    let ending = ["Id", "Ids", "_id", "_ids"].iter().any(|ending| name.ends_with(ending));
    let words = [
        "tenant",
        "agent",
        "assistant",
        "chatbot",
        "member",
        "slug",
        "session",
        "assigned",
        "lead",
        "conversation",
        "document",
        "webhook",
        "endpoint",
        "delivery",
        "visitor",
        "email",
        "cursor",
        "ticket",
    ];
    let lowercase = name.to_lowercase();
    ending || name == "id" || name == "q" || words.iter().any(|word| lowercase.contains(word))
}

/// Every field of a route's documented body, at any depth.
pub(crate) fn body_fields(document: &Value, route: &Route) -> BTreeSet<String> {
    let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
    let mut fields = BTreeSet::new();
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        content.values().for_each(|media| collect(document, &media["schema"], &mut fields));
    }
    fields
}

fn collect(document: &Value, schema: &Value, fields: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
                collect(document, &document["components"]["schemas"][name], fields);
            }
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("properties", Value::Object(properties)) => {
                        for (name, property) in properties {
                            fields.insert(name.clone());
                            collect(document, property, fields);
                        }
                    }
                    ("example" | "examples" | "default", _) => {}
                    _ => collect(document, inner, fields),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(document, item, fields)),
        _ => {}
    }
}

#[test]
fn t4_every_route_has_a_case_and_every_case_a_route() {
    let mut wrong: Vec<String> = Vec::new();
    for dialect in ALL {
        wrong.extend(
            dialect.routes().iter().filter(|route| find(dialect, route).is_none()).map(|route| missing(dialect, route)),
        );
        for case in table::of(dialect.name()) {
            let count = dialect.routes().iter().filter(|route| route.operation == case.operation).count();
            let twins = table::of(dialect.name()).iter().filter(|other| other.operation == case.operation).count();
            if (count, twins) != (1, 1) {
                wrong.push(format!("{} {}: {count} routes, {twins} cases", dialect.name(), case.operation));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn t4_every_case_says_what_its_ids_name() {
    let mut wrong: Vec<String> = Vec::new();
    for dialect in ALL {
        let document = openapi(dialect);
        for route in dialect.routes() {
            let Some(case) = find(dialect, route) else { continue };
            let mut tell = |what: String| wrong.push(format!("{} {route:?}: {what}", dialect.name()));
            if route.parameters().count() != case.path.len() {
                tell(format!("say what each of {:?} names", route.parameters().collect::<Vec<_>>()));
            }
            if (case.effect == Effect::Reads) != (route.verb == Verb::Get) {
                tell(format!("a {} with the effect {:?}", route.verb, case.effect));
            }
            let is_plain = |name: &str| case.plain.iter().any(|(plain, reason)| *plain == name && !reason.is_empty());
            for param in route.doc.query.iter().filter(|param| is_called_like_an_id(param.name)) {
                if !case.query.contains(&format!("{}=<", param.name)) && !is_plain(param.name) {
                    tell(format!(
                        "the parameter '{0}' has no placeholder: {0}=<…>, or 'plain' with a reason",
                        param.name
                    ));
                }
            }
            for field in body_fields(&document, route).iter().filter(|field| is_called_like_an_id(field)) {
                let named = [format!("\"{field}\":\"<"), format!("\"{field}\":[\"<")];
                if !named.iter().any(|named| case.body.contains(named)) && !is_plain(field) {
                    tell(format!(
                        "the field '{field}' has no placeholder: \"{field}\":\"<…>\", or 'plain' with a reason"
                    ));
                }
            }
            for (name, _) in case.plain {
                let known = route.doc.query.iter().any(|param| param.name == *name);
                if !known && !body_fields(&document, route).contains(*name) {
                    tell(format!("'{name}' is said to be plain and is not documented"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_of_ids_are_recognised() {
    for name in ["id", "leadId", "lead_id", "assignedTo", "chatbot_slug", "tenant", "memberIds", "visitor_id", "q"] {
        assert!(is_called_like_an_id(name), "{name}");
    }
    for name in ["message", "limit", "paid", "kind", "content", "sortBy", "valid"] {
        assert!(!is_called_like_an_id(name), "{name}");
    }
}
