//! The floor: what remains of the server when every layer is taken away. A bare actix handler runs
//! the product's own SQL for three requests, on a copy of the product's database, with the same
//! settings of `SQLite`, the same cached key, and the same group commit.
//!
//! Deliberately absent: routing tables, error shapes, validation, scopes, limits, request ids,
//! deadlines, logs, use cases, domain types. Their price is what the ratios show.

mod answer;
mod database;
pub(crate) mod history;
mod rows;
mod writer;

#[path = "../../../crates/storage/src/sqlite/schema.rs"]
mod schema;

use std::{
    cell::RefCell,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::header, web};
use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use self::{answer::LeadAnswer, database::Reader, rows::LeadRow, writer::Writer};

/// Serves the database until the process is ended.
pub(crate) fn serve(path: &Path) -> Result<()> {
    let path = Arc::new(path.to_owned());
    let writer = web::Data::new(Writer::start(database::open_writer(&path)?)?);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let reader = Reader::open(&path).expect("the database was opened for writing a moment ago");
            App::new()
                .app_data(writer.clone())
                .app_data(web::Data::new(RefCell::new(reader)))
                .route("/api/v1/leads/{id}", web::get().to(get_lead))
                .route("/api/v1/leads", web::post().to(create_lead))
        })
        .bind(("127.0.0.1", 0))
        .context("the floor cannot listen")?;
        for address in server.addrs() {
            writeln!(io::stdout(), "listening on http://{address}").context("the address cannot be printed")?;
        }
        server.run().await.context("the floor has failed")
    })
}

type Shared = web::Data<RefCell<Reader>>;

/// SHA-256 of the bearer: by this the key is found.
fn key_hash(request: &HttpRequest) -> Option<[u8; 32]> {
    let bearer = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    Some(Sha256::digest(bearer.as_bytes()).into())
}

/// The time in microseconds.
fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the floor has no ports")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or_default()
}

async fn get_lead(reader: Shared, request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let mut reader = reader.borrow_mut();
    let Some(tenant) = key_hash(&request).and_then(|hash| reader.tenant_of_key(hash)) else {
        return HttpResponse::Unauthorized().finish();
    };
    let Some(id) = path.strip_prefix("lead_") else { return HttpResponse::NotFound().finish() };
    match reader.lead(&tenant, id) {
        Some((lead, evidence, conversations)) => {
            HttpResponse::Ok().json(LeadAnswer::detail(&lead, &evidence, conversations.len()))
        }
        None => HttpResponse::NotFound().finish(),
    }
}

async fn create_lead(
    reader: Shared,
    writer: web::Data<Writer>,
    request: HttpRequest,
    body: web::Json<rows::Draft>,
) -> HttpResponse {
    let known = {
        let mut reader = reader.borrow_mut();
        let Some(tenant) = key_hash(&request).and_then(|hash| reader.tenant_of_key(hash)) else {
            return HttpResponse::Unauthorized().finish();
        };
        let is_known = reader.knows_email(&tenant, &body.email.to_lowercase());
        if is_known { Err(()) } else { Ok(tenant) }
    };
    let Ok(tenant) = known else { return HttpResponse::Conflict().finish() };
    let lead = LeadRow::new(tenant, body.into_inner(), now());
    let event = lead.created_event();
    match writer.write(lead, event).await {
        Some(lead) => HttpResponse::Created()
            .insert_header((header::LOCATION, format!("/api/v1/leads/lead_{}", lead.id)))
            .json(LeadAnswer::bare(&lead)),
        None => HttpResponse::ServiceUnavailable().finish(),
    }
}
