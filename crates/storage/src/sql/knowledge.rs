//! Documents and passages. The other half of `ports/store/knowledge.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    changes::Change,
    id::Id,
    knowledge::{Document, DocumentStatus, Passage},
    ports::store::PassageKey,
    time::Timestamp,
};

use super::{
    Connection, Fault, Outcome, codec,
    schema::{documents, knowledge_generations, passages},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = documents, primary_key(tenant_id, id), treat_none_as_default_value = false)]
struct DocumentRow {
    tenant_id: String,
    id: String,
    title: String,
    label: String,
    status: String,
    passage_count: i64,
    created_at: i64,
    updated_at: i64,
    content: String,
}

/// A document as a list shows it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = documents)]
struct DocumentHead {
    id: String,
    title: String,
    label: String,
    status: String,
    passage_count: i64,
    created_at: i64,
    updated_at: i64,
}

impl DocumentRow {
    fn of(tenant: &str, document: &Document) -> Self {
        let Document { id, title, label, status, content, passage_count, created_at, updated_at } = document;
        Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            title: title.clone(),
            label: label.clone(),
            status: status.as_str().to_owned(),
            passage_count: i64::from(*passage_count),
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
            content: content.clone(),
        }
    }

    fn document(self) -> Outcome<Document> {
        let Self { tenant_id: _, id, title, label, status, passage_count, created_at, updated_at, content } = self;
        let head = DocumentHead { id, title, label, status, passage_count, created_at, updated_at };
        Ok(Document { content, ..head.document()? })
    }
}

impl DocumentHead {
    fn document(self) -> Outcome<Document> {
        Ok(Document {
            id: codec::id("documents.id", &self.id)?,
            title: self.title,
            label: self.label,
            status: codec::word("documents.status", &self.status)?,
            content: String::new(),
            passage_count: codec::number("documents.passage_count", self.passage_count)?,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = passages, treat_none_as_default_value = false)]
struct PassageRow {
    tenant_id: String,
    document_id: String,
    ordinal: i64,
    title: String,
    heading: Option<String>,
    text: String,
}

impl PassageRow {
    fn of(tenant: &str, passage: &Passage) -> Self {
        let Passage { document, ordinal, title, heading, text } = passage;
        Self {
            tenant_id: tenant.to_owned(),
            document_id: document.ulid(),
            ordinal: i64::from(*ordinal),
            title: title.clone(),
            heading: heading.clone(),
            text: text.clone(),
        }
    }

    fn passage(self) -> Outcome<Passage> {
        Ok(Passage {
            document: codec::id("passages.document_id", &self.document_id)?,
            ordinal: codec::number("passages.ordinal", self.ordinal)?,
            title: self.title,
            heading: self.heading,
            text: self.text,
        })
    }
}

/// One document.
pub(crate) fn find(conn: &mut Connection, scope: TenantScope, id: Id<Document>) -> Outcome<Option<Document>> {
    documents::table
        .find((scope.content().ulid(), id.ulid()))
        .select(DocumentRow::as_select())
        .first(conn)
        .optional()?
        .map(DocumentRow::document)
        .transpose()
}

/// Every document, newest first, without its content.
pub(crate) fn list(conn: &mut Connection, scope: TenantScope) -> Outcome<Vec<Document>> {
    let rows: Vec<DocumentHead> = documents::table
        .filter(documents::tenant_id.eq(scope.content().ulid()))
        .order((documents::created_at.desc(), documents::id.desc()))
        .select(DocumentHead::as_select())
        .load(conn)?;
    rows.into_iter().map(DocumentHead::document).collect()
}

/// The passages with these names that still exist, in the order asked for. Needs a snapshot.
pub(crate) fn find_passages(conn: &mut Connection, scope: TenantScope, keys: &[PassageKey]) -> Outcome<Vec<Passage>> {
    let tenant = scope.content().ulid();
    let mut found = Vec::with_capacity(keys.len());
    for (document, ordinal) in keys {
        let row = ready(&tenant)
            .filter(passages::document_id.eq(document.ulid()))
            .filter(passages::ordinal.eq(i64::from(*ordinal)))
            .select(PassageRow::as_select())
            .first(conn)
            .optional()?;
        found.extend(row.map(PassageRow::passage).transpose()?);
    }
    Ok(found)
}

/// The passages after a name in the order of names, at most `limit`.
pub(crate) fn passages_after(
    conn: &mut Connection,
    scope: TenantScope,
    after: Option<PassageKey>,
    limit: u32,
) -> Outcome<Vec<Passage>> {
    let tenant = scope.content().ulid();
    let (document, ordinal) =
        after.map_or((String::new(), -1), |(document, ordinal)| (document.ulid(), i64::from(ordinal)));
    let rows: Vec<PassageRow> = ready(&tenant)
        .filter(passages::document_id.ge(&document))
        .filter(passages::document_id.gt(&document).or(passages::ordinal.gt(ordinal)))
        .order((passages::document_id.asc(), passages::ordinal.asc()))
        .limit(i64::from(limit))
        .select(PassageRow::as_select())
        .load(conn)?;
    rows.into_iter().map(PassageRow::passage).collect()
}

/// The passages of a tenant's ready documents.
#[diesel::dsl::auto_type(no_type_alias)]
fn ready<'a>(tenant: &'a String) -> _ {
    let mine: diesel::dsl::And<
        diesel::dsl::Eq<documents::tenant_id, passages::tenant_id>,
        diesel::dsl::Eq<documents::id, passages::document_id>,
    > = documents::tenant_id.eq(passages::tenant_id).and(documents::id.eq(passages::document_id));
    let status: &'static str = DocumentStatus::Ready.as_str();
    passages::table
        .inner_join(documents::table.on(mine))
        .filter(passages::tenant_id.eq(tenant))
        .filter(documents::status.eq(status))
}

/// How often the content tenant's documents were touched.
pub(crate) fn generation(conn: &mut Connection, scope: TenantScope) -> Outcome<u64> {
    let found: Option<i64> = knowledge_generations::table
        .find(scope.content().ulid())
        .select(knowledge_generations::value)
        .first(conn)
        .optional()?;
    codec::number("knowledge_generations.value", found.unwrap_or(0))
}

/// Notes that a tenant's documents are touched.
pub(super) fn raise_generation(conn: &mut Connection, tenant: &str) -> Outcome<()> {
    diesel::insert_into(knowledge_generations::table)
        .values((knowledge_generations::tenant_id.eq(tenant), knowledge_generations::value.eq(1)))
        .on_conflict(knowledge_generations::tenant_id)
        .do_update()
        .set(knowledge_generations::value.eq(knowledge_generations::value + 1))
        .execute(conn)?;
    Ok(())
}

/// Writes the changed documents. Deleting one deletes its passages with it.
pub(super) fn write(conn: &mut Connection, tenant: &str, changes: &[Change<Document>]) -> Outcome<()> {
    for change in changes {
        let written = match (change.before(), change.after()) {
            (Some(before), Some(after)) => diesel::update(documents::table.find((tenant, before.id.ulid())))
                .set(DocumentRow::of(tenant, after))
                .execute(conn)?,
            (Some(before), None) => diesel::delete(documents::table.find((tenant, before.id.ulid()))).execute(conn)?,
            (None, Some(after)) => {
                diesel::insert_into(documents::table).values(DocumentRow::of(tenant, after)).execute(conn)?
            }
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
    }
    Ok(())
}

/// Adds passages.
pub(super) fn add_passages(conn: &mut Connection, tenant: &str, added: &[Passage]) -> Outcome<()> {
    for passage in added {
        diesel::insert_into(passages::table).values(PassageRow::of(tenant, passage)).execute(conn)?;
    }
    Ok(())
}
