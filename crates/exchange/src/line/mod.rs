//! One line of a file of records: what it may be, and the two halves of each kind side by side, its
//! canonical form and its strict reader.
//!
//! Lines have v1's fields plus what v1 does not show but the store has, so that a file reads back to an
//! equal database. What is empty, false or absent is left out. Never written: the hashes of sessions,
//! keys, and the secrets of webhooks.

mod content;
mod conversation;
mod document;
mod event;
mod facts;
mod field;
mod lead;
mod meeting;
mod message;
mod visit;
mod webhook;

use serde::Serialize;
use synaptiq_domain::{
    access::{Assistant, Member, Tenant},
    event::Activity,
    history::{Record, derived_activities, derived_id},
    id::Id,
    knowledge::Document,
    money::JsonMap,
    time::Timestamp,
};
use synaptiq_wire::{FieldError, field::Fields, json::read_object};

pub use self::{content::TenantPatch, webhook::WebhookLine};
use crate::{canonical, ordinals::LineKey};

/// The version of the format that this program writes, and the newest that it reads.
pub const FORMAT: i64 = 1;

/// What one line holds.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every line is a record")]
pub enum Line {
    /// The first line of an export: what follows is complete, so that nothing is derived from it.
    Header,
    /// The last line of an export: how many lines came before it, so that a file that was cut off is known.
    End {
        /// Lines, the header included.
        lines: u64,
    },
    /// The settings of the tenant that the file is moved into.
    Tenant(Box<TenantPatch>),
    /// An assistant.
    Assistant(Box<Assistant>),
    /// A person of the team.
    Member(Box<Member>),
    /// A document of the knowledge base.
    Document(Box<Document>),
    /// A webhook endpoint, without its secret.
    Webhook(Box<WebhookLine>),
    /// A record of history.
    Record(Record),
}

/// What reading a line needs to know besides the line.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The tenant that the line is moved into: ids that are made here are its own.
    pub tenant: Id<Tenant>,
    /// The assistant of conversations that name none.
    pub assistant: Id<Assistant>,
    /// Active conversations without a message since then are stored as expired.
    pub idle_since: Timestamp,
    /// Whether the file says everything, as exports do.
    pub completeness: Completeness,
    /// When leads were created that do not say it: tables of contacts seldom do. `None` refuses them.
    pub created_unless_told: Option<Timestamp>,
}

/// How much a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Everything that the store had: what is absent was absent.
    Whole,
    /// What somebody wrote down: the rest follows from it.
    AsGiven,
}

/// A line as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadLine {
    /// What it holds.
    pub line: Line,
    /// What follows from it for the activity feed, unless the file says everything itself.
    pub follows: Vec<Activity>,
    /// What tells it from other lines, if its id was made of it. A second equal line is read again with
    /// its ordinal.
    pub made_of: Option<LineKey>,
}

/// Reads one line. `ordinal` says how many equal lines without an id came before it.
pub fn read(bytes: &[u8], reading: &Reading, ordinal: u32) -> Result<ReadLine, FieldError> {
    let map = read_object(bytes).map_err(|error| match error.param.as_str() {
        "body" => FieldError::new("line", error.message),
        _ => error,
    })?;
    read_map(&map, reading, ordinal)
}

/// Reads a line whose JSON is read already.
pub(crate) fn read_map(map: &JsonMap, reading: &Reading, ordinal: u32) -> Result<ReadLine, FieldError> {
    let mut naming = Naming { tenant: reading.tenant, map, ordinal, made_of: None };
    let fields = Fields::of_body(map);
    let object = fields.required("object", |given| given.text().map(str::to_owned))?;
    let line = match object.as_str() {
        "export" => header(&fields)?,
        "end" => end(&fields)?,
        "lead" => Line::Record(Record::Lead(Box::new(lead::read(&fields, reading, &mut naming)?))),
        "conversation" => Line::Record(conversation::read(&fields, reading, &mut naming)?),
        "visit" => Line::Record(Record::Visit(visit::read(&fields)?)),
        "meeting" => Line::Record(Record::Meeting(meeting::read(&fields, &mut naming)?)),
        "event" => Line::Record(Record::Activity(event::read(&fields, &mut naming)?)),
        "tenant" => Line::Tenant(Box::new(content::read_tenant(&fields)?)),
        "assistant" => Line::Assistant(Box::new(content::read_assistant(&fields, &mut naming)?)),
        "member" => Line::Member(Box::new(content::read_member(&fields, &mut naming)?)),
        "document" => Line::Document(Box::new(document::read(&fields, &mut naming)?)),
        "webhook" => Line::Webhook(Box::new(webhook::read(&fields, &mut naming)?)),
        _ => return Err(fields.error("object", format!("must be one of {}", OBJECTS.join(", ")))),
    };
    let follows = match (&line, reading.completeness) {
        (Line::Record(record), Completeness::AsGiven) => derived_activities(reading.tenant, record),
        _ => Vec::new(),
    };
    Ok(ReadLine { line, follows, made_of: naming.made_of })
}

/// Every object that a line may be, besides the first and the last of an export.
const OBJECTS: [&str; 10] =
    ["lead", "conversation", "visit", "meeting", "event", "tenant", "assistant", "member", "document", "webhook"];

fn header(fields: &Fields<'_>) -> Result<Line, FieldError> {
    let format = fields.required("format", |given| given.integer(1..=i64::from(u32::MAX)))?;
    if format > FORMAT {
        let message = format!("is {format}; this version of synaptiq reads formats up to {FORMAT}");
        return Err(fields.error("format", message));
    }
    Ok(Line::Header)
}

fn end(fields: &Fields<'_>) -> Result<Line, FieldError> {
    let lines = fields.required("lines", |given| given.integer(1..=i64::MAX))?;
    Ok(Line::End { lines: lines.unsigned_abs() })
}

/// Gives a line its id: its own, or one that is made of the whole line.
pub(crate) struct Naming<'a> {
    tenant: Id<Tenant>,
    map: &'a JsonMap,
    ordinal: u32,
    made_of: Option<LineKey>,
}

impl Naming<'_> {
    /// The id in the field `id`, or one with this time in it and for the rest a digest of tenant, line
    /// and ordinal.
    pub(crate) fn id<K: synaptiq_domain::id::Kind>(
        &mut self,
        fields: &Fields<'_>,
        at: Timestamp,
    ) -> Result<Id<K>, FieldError> {
        if let Some(id) = fields.optional("id", |given| field::id(&given))? {
            return Ok(id);
        }
        let key = LineKey::of(self.tenant, &canonical::bytes_of(self.map));
        self.made_of = Some(key);
        Ok(derived_id(at, &key.digest(self.ordinal)))
    }
}

/// Writes one record as a line.
pub fn write_record(out: &mut Vec<u8>, record: &Record) {
    match record {
        Record::Lead(lead) => write(out, &lead::LeadLine::from(&**lead)),
        Record::Conversation { conversation, messages, evidence } => {
            write(out, &conversation::ConversationLine::of(conversation, messages, evidence));
        }
        Record::Visit(visit) => write(out, &visit::VisitLine::from(visit)),
        Record::Meeting(meeting) => write(out, &meeting::MeetingLine::from(meeting)),
        Record::Activity(activity) => write(out, &event::EventLine::from(activity)),
    }
}

/// Writes the first line of an export.
pub fn write_header(out: &mut Vec<u8>) {
    write(out, &HeaderLine { format: FORMAT, object: "export" });
}

/// Writes the last line of an export that has so many before it.
pub fn write_end(out: &mut Vec<u8>, lines: u64) {
    write(out, &EndLine { lines, object: "end" });
}

/// Writes a tenant's settings.
pub fn write_tenant(out: &mut Vec<u8>, tenant: &Tenant) {
    write(out, &content::TenantLine::from(tenant));
}

/// Writes an assistant.
pub fn write_assistant(out: &mut Vec<u8>, assistant: &Assistant) {
    write(out, &content::AssistantLine::from(assistant));
}

/// Writes a member.
pub fn write_member(out: &mut Vec<u8>, member: &Member) {
    write(out, &content::MemberLine::from(member));
}

/// Writes a document with its content.
pub fn write_document(out: &mut Vec<u8>, document: &Document) {
    write(out, &document::DocumentLine::from(document));
}

/// Writes a webhook endpoint without its secret.
pub fn write_webhook(out: &mut Vec<u8>, endpoint: &synaptiq_domain::webhook::Endpoint) {
    write(out, &webhook::EndpointLine::from(endpoint));
}

#[derive(Serialize)]
struct EndLine {
    lines: u64,
    object: &'static str,
}

#[derive(Serialize)]
struct HeaderLine {
    format: i64,
    object: &'static str,
}

fn write(out: &mut Vec<u8>, line: &impl Serialize) {
    serde_json::to_writer(&mut *out, line).expect("lines have string keys and finite numbers, and memory takes them");
    out.push(b'\n');
}
