//! What the `OpenAPI` document and the docs page say about a route.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// A shape that goes over the wire, by the type that has it.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The schema's name.
    pub name: fn() -> Cow<'static, str>,
    /// The schema itself.
    pub schema: fn() -> RefOr<Schema>,
    /// Collects the schemas that it refers to.
    pub collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    /// The shape of `T`.
    pub const fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: <T as PartialSchema>::schema, collect: T::schemas }
    }
}

/// The kind of a query parameter's value.
#[derive(Debug, Clone, Copy)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// Text that is not blank, of at most so many characters; `u32::MAX` is no limit of its own.
    Filled(u32),
    /// What a site calls a visitor.
    VisitorName,
    /// An e-mail address.
    Email,
    /// A whole number from and to, with its default.
    Whole(u32, u32, u32),
    /// A whole number from and to, whose absence says something else than any number.
    WholeIfAny(u32, u32),
    /// `true` or `false`.
    Flag(bool),
    /// A date or date-time.
    Time,
    /// One of these words; the first is the default where there is one.
    OneOf(&'static [&'static str]),
    /// One or several of these words, separated by commas.
    SomeOf(&'static [&'static str]),
}

/// One query parameter.
#[derive(Debug, Clone, Copy)]
pub struct QueryParam {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: ParamKind,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// What the `OpenAPI` document says about a route.
#[derive(Clone, Copy)]
pub struct OperationDoc {
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The chapter it belongs to.
    pub tag: &'static str,
    /// Query parameters.
    pub query: &'static [QueryParam],
    /// The shape of its JSON body.
    pub body: Option<Shape>,
    /// The shape of the form with files that may come in the place of JSON.
    pub form: Option<Shape>,
    /// An example of the body, as JSON.
    pub example: Option<&'static str>,
    /// Each status of success with what it answers; `None` where that has no shape of ours.
    pub answers: &'static [(u16, &'static str, Option<Shape>)],
    /// The media type of answers without a shape.
    pub media: Option<&'static str>,
    /// Statuses of refusals that are its own: 404, 409, 422, ….
    pub refusals: &'static [u16],
}

impl OperationDoc {
    /// Says what an operation does and in which chapter it is told.
    pub const fn new(tag: &'static str, summary: &'static str) -> Self {
        Self {
            summary,
            tag,
            query: &[],
            body: None,
            form: None,
            example: None,
            answers: &[],
            media: None,
            refusals: &[],
        }
    }

    /// Names its query parameters.
    #[must_use]
    pub const fn query(mut self, query: &'static [QueryParam]) -> Self {
        self.query = query;
        self
    }

    /// Shows its body.
    #[must_use]
    pub const fn takes(mut self, body: Shape, example: &'static str) -> Self {
        self.body = Some(body);
        self.example = Some(example);
        self
    }

    /// Shows the form that may come in the place of JSON.
    #[must_use]
    pub const fn or_form(mut self, form: Shape) -> Self {
        self.form = Some(form);
        self
    }

    /// Shows what it answers.
    #[must_use]
    pub const fn answers(mut self, answers: &'static [(u16, &'static str, Option<Shape>)]) -> Self {
        self.answers = answers;
        self
    }

    /// Names the media type of answers that have no shape of ours.
    #[must_use]
    pub const fn as_media(mut self, media: &'static str) -> Self {
        self.media = Some(media);
        self
    }

    /// Names the refusals that are its own.
    #[must_use]
    pub const fn refuses(mut self, refusals: &'static [u16]) -> Self {
        self.refusals = refusals;
        self
    }
}

impl QueryParam {
    /// A parameter.
    pub const fn new(name: &'static str, kind: ParamKind, about: &'static str) -> Self {
        Self { name, kind, about, required: false }
    }

    /// A request without it is refused.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}
