//! One request from its head to its answer: which dialect, which route, who asks, may they, what is
//! in the body, was it asked before, the handler, the headers that every answer has, the log line.

use std::{
    convert::Infallible,
    net::IpAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
    web,
};
use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use synaptiq_domain::receipt::{Fingerprint, ReceiptKey};
use synaptiq_wire::{Code, Fault, json};
use tokio::time::{Instant, timeout};

use crate::{
    address,
    answer::{Answer, Body},
    auth::{Caller, authorise, identify},
    body,
    connection::HeadWatch,
    cors,
    dialect::{self, Dialect, Place},
    fault::Refused,
    front::Front,
    idempotency::{self, Wish, once},
    limits::{self, Asked, Counted},
    origin,
    request::{Call, Head},
    request_id,
    route::{Access, BodyRule, Route},
    route_table::Found,
    sse::with_pings,
    stream,
    upload::{self, Upload, is_form},
};

/// Answers one request. The only entrance: everything that is served comes through here.
pub async fn serve(front: web::Data<Front>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let begun = Instant::now();
    let in_hand = InHand::new(request.conn_data::<HeadWatch>());
    let front = front.into_inner();
    let head = Arc::new(head_of(&front, &request));
    let place = dialect::choose(&head.path, head.authorization.as_deref());
    let dialect = place.dialect;
    let mut log = Logged { operation: "-", route: None, caller: None, counted: Counted::default() };
    let answer = AssertUnwindSafe(answer(&front, place, &request, payload, &head, &mut log)).catch_unwind().await;
    let answer = answer.unwrap_or_else(|_| Err(panicked(&front)));
    let mut answer = answer.unwrap_or_else(|refused| refusal(dialect, &refused.into_fault(), &head.request_id));
    if let Err(fault) = log.count(&front, &head, false).await
        && answer.status < 500
    {
        answer = refusal(dialect, &fault, &head.request_id);
    }
    tracing::info!(
        target: "access",
        request_id = head.request_id,
        method = request.method().as_str(),
        operation = log.operation,
        dialect = dialect.name(),
        caller = log.caller.as_deref().map(Caller::log_name),
        status = answer.status,
        microseconds = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
    );
    respond(&front, place, &request, &head, answer, &log.counted, in_hand)
}

/// What has been found out of a request, for the log line and for its limits.
struct Logged {
    operation: &'static str,
    route: Option<&'static Route>,
    caller: Option<Arc<Caller>>,
    counted: Counted,
}

impl Logged {
    /// Counts the request against the limits of whom it is known to be from, once.
    async fn count(&mut self, front: &Front, head: &Head, streamed: bool) -> Result<(), Fault> {
        let (route, caller, query) = (self.route, self.caller.as_deref(), head.query.as_str());
        let asked = Asked { route, query, caller, address: head.address, streamed };
        front.gate.count(&mut self.counted, asked).await
    }
}

/// Tells the connection when a request begins and ends.
struct InHand(Option<HeadWatch>);

impl InHand {
    fn new(watch: Option<&HeadWatch>) -> Self {
        if let Some(watch) = watch {
            watch.request_begins();
        }
        Self(watch.cloned())
    }

    /// Whether the client has closed its end of the connection.
    fn is_given_up(&self) -> bool {
        self.0.as_ref().is_some_and(HeadWatch::is_given_up)
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        if let Some(watch) = &self.0 {
            watch.request_ends();
        }
    }
}

fn head_of(front: &Front, request: &HttpRequest) -> Head {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let accept = text("accept").unwrap_or_default().to_ascii_lowercase();
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
    // A client may have put anything before what the proxies appended, which counts all the same.
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let forwarded: Vec<_> = forwarded.collect();
    Head {
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        address: address::of_client(peer, forwarded.iter().map(|line| &**line), &front.trusted_proxies),
        authorization: text("authorization"),
        origin: text("origin"),
        fetch_site: text("sec-fetch-site"),
        cookie: text("cookie"),
        asked_at: origin::asked(request, address::is_trusted(peer, &front.trusted_proxies)),
        user_agent: text("user-agent"),
        last_event_id: text("last-event-id"),
        if_none_match: text("if-none-match"),
        idempotency_key: request.headers().get(idempotency::HEADER).map(|value| value.as_bytes().to_vec()),
        accepts_events: accept.contains("text/event-stream"),
        accepts_csv: prefers_csv(&accept),
        request_id: request_id::choose(text(request_id::HEADER).as_deref(), &*front.services.ids),
    }
}

/// Whether a table is named before JSON.
fn prefers_csv(accept: &str) -> bool {
    accept.find("text/csv").is_some_and(|csv| accept.find("application/json").is_none_or(|json| csv < json))
}

async fn answer(
    front: &Arc<Front>,
    place: Place,
    request: &HttpRequest,
    payload: web::Payload,
    head: &Arc<Head>,
    log: &mut Logged,
) -> Result<Answer, Refused> {
    check_sizes(front, request)?;
    if let Some(answer) = cors::preflight(place, request, &head.path) {
        // It comes before a request that is counted, and a page cannot read why it was refused.
        front.gate.excuse(&mut log.counted);
        return Ok(answer);
    }
    let dialect = place.dialect;
    let path = place.path_in_table(&head.path);
    let (route, params) = match dialect.table().find(request.method().as_str(), &path) {
        Found::Route(route, params) => (route, params.into_iter().map(str::to_owned).collect()),
        Found::OtherMethods(allowed) => {
            let fault = Fault::new(Code::MethodNotAllowed, "this route has other methods; see Allow");
            return Ok(refusal(dialect, &fault, &head.request_id).with_header("allow", allowed.join(", ")));
        }
        Found::Nothing => return Err(Fault::not_found("route").into()),
    };
    (log.operation, log.route) = (route.operation, Some(route));
    // A caller without a right costs no body; only where it is open to visitors does the body say whose it is.
    let (early, payload) = match route.access {
        Access::PublicChat | Access::PublicVisit => (body_of(front, route, request, payload).await?, None),
        _ => (Default::default(), Some(payload)),
    };
    let caller = Arc::new(identify(front, dialect, route, head, &early.0).await?);
    log.caller = Some(Arc::clone(&caller));
    if !route.streams {
        log.count(front, head, false).await?;
    }
    authorise(front, route, head, &caller).await?;
    let (body, upload) = match payload {
        Some(payload) => body_of(front, route, request, payload).await?,
        None => early,
    };
    let caller = caller.speaking(&body);
    log.caller = Some(Arc::clone(&caller));
    let wants_events = route.streams && (head.accepts_events || asks_for_stream(&body));
    // Only now is it known which of the two limits of a chat it counts against.
    log.count(front, head, wants_events).await?;
    let told_by = upload.as_ref().map_or(&body[..], |upload| &upload.digest[..]);
    let wish = wish_of(route, &caller, head, told_by)?;
    let call = Call {
        front: Arc::clone(front),
        dialect,
        mount: place.mount,
        route,
        params,
        caller,
        head: Arc::clone(head),
        body,
        upload,
        events: None,
        claim: None,
    };
    if wants_events {
        return stream::run(call, wish).await;
    }
    let (tasks, limit) = (front.tasks.clone(), front.limits.handler);
    let late = || Fault::new(Code::ServiceUnavailable, "this took too long").with_retry_after(1);
    if route.outlives_client {
        let work = tasks.spawn(run(call, wish));
        let done = timeout(limit, work).await.map_err(|_| late())?;
        return done.unwrap_or_else(|_| Err(panicked(front)));
    }
    timeout(limit, run(call, wish)).await.map_err(|_| late())?
}

/// Runs a route's handler; once, where the caller asked for that.
pub(crate) fn run(mut call: Call, wish: Option<Wish>) -> Pin<Box<dyn Future<Output = Result<Answer, Refused>> + Send>> {
    let handler = call.route.handler;
    let Some(wish) = wish else { return handler(call) };
    Box::pin(async move {
        let front = Arc::clone(&call.front);
        let (dialect, request_id) = (call.dialect, call.head.request_id.clone());
        let scope = call.scope();
        let render = move |fault: &Fault| dialect.refusal(fault, &request_id);
        once(&front.services, scope, wish, render, move |claim| {
            call.claim = Some(claim);
            handler(call)
        })
        .await
    })
}

/// A panic of a request: counted, logged without its words, which may hold a caller's text.
pub(crate) fn panicked(front: &Front) -> Refused {
    front.count_panic();
    tracing::error!(panics = front.panics(), "a request panicked");
    Refused::Undecoded(Fault::internal())
}

fn check_sizes(front: &Front, request: &HttpRequest) -> Result<(), Refused> {
    let target = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    if target > front.limits.target_bytes {
        return Err(Fault::new(Code::InvalidRequest, "the address is too long").with_status(414).into());
    }
    let head: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if head > front.limits.head_bytes {
        return Err(Fault::new(Code::InvalidRequest, "the headers are too large").with_status(431).into());
    }
    Ok(())
}

/// What the route reads of a body: its bytes, or the parts of a form in their place.
async fn body_of(
    front: &Front,
    route: &Route,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(Bytes, Option<Upload>), Refused> {
    if route.body == BodyRule::None {
        return Ok((Bytes::new(), None));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let content_type = request.headers().get(header::CONTENT_TYPE);
    if let Some(content_type) = content_type.filter(|given| route.body == BodyRule::RequiredOrForm && is_form(given)) {
        let form = upload::read(payload, content_type.clone(), announced, front.limits.body, &front.uploads).await?;
        return Ok((Bytes::new(), Some(form)));
    }
    let may_be_json = is_json(request);
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let has_body = chunked || announced.is_some_and(|length: u64| length > 0);
    if !may_be_json && (has_body || route.body != BodyRule::Optional) {
        let message = match route.body {
            BodyRule::RequiredOrForm => "send the body as application/json or multipart/form-data",
            BodyRule::None | BodyRule::Optional | BodyRule::Required => "send the body as application/json",
        };
        return Err(Fault::new(Code::UnsupportedMediaType, message).into());
    }
    Ok((body::read(payload, announced, front.limits.body).await?, None))
}

/// Whether the body is said to be JSON in UTF-8.
fn is_json(request: &HttpRequest) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let media = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    media
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

fn wish_of(route: &Route, caller: &Caller, head: &Head, body: &[u8]) -> Result<Option<Wish>, Fault> {
    let Some(given) = head.idempotency_key.as_deref().filter(|_| route.idempotent) else { return Ok(None) };
    let key = ReceiptKey::new(&caller.receipt_name(), idempotency::parse_key(given)?);
    let fingerprint = Fingerprint::new(route.verb.as_str(), &head.path, &head.query, body);
    Ok(Some(Wish { key, fingerprint }))
}

/// Whether a chat's body asks for a stream. What else is wrong with it is the handler's to say.
fn asks_for_stream(body: &[u8]) -> bool {
    json::read_object(body).is_ok_and(|map| map.get("stream").and_then(serde_json::Value::as_bool) == Some(true))
}

/// A fault in its dialect's envelope, with the headers that go with it.
pub(crate) fn refusal(dialect: &dyn Dialect, fault: &Fault, request_id: &str) -> Answer {
    let mut answer = dialect.refusal(fault, request_id);
    if fault.status == 401 {
        answer = answer.with_header("www-authenticate", "Bearer");
    }
    if let Some(seconds) = fault.retry_after {
        answer = answer.with_header("retry-after", seconds.to_string());
        if fault.status == 429 {
            answer = answer.with_header(limits::RETRY_AFTER, seconds.to_string());
        }
    }
    answer
}

fn respond(
    front: &Front,
    place: Place,
    request: &HttpRequest,
    head: &Head,
    answer: Answer,
    counted: &Counted,
    in_hand: InHand,
) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((request_id::HEADER, head.request_id.as_str()));
    response.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    counted.tell(&mut response);
    if place.varies_by_authorization() {
        response.insert_header((header::VARY, "Authorization"));
    }
    cors::describe(&mut response, place, head);
    cors::warn(&mut response, head);
    for (name, value) in &answer.headers {
        response.insert_header((&**name, value.as_str()));
    }
    // What was not read, or not in time, must not be taken for the next request.
    if matches!(answer.status, 408 | 413 | 414 | 431) {
        response.force_close();
    }
    let is_head = request.method() == actix_web::http::Method::HEAD;
    match answer.body {
        Body::None => response.finish(),
        Body::Whole(content_type, body) => {
            response.insert_header((header::CONTENT_TYPE, content_type));
            response.body(body)
        }
        Body::Events(first, more) => {
            let events = futures_util::stream::iter(first).chain(with_pings(more, front.limits.ping));
            stream_of(
                response,
                is_head,
                events.map(move |bytes| {
                    // Held by the stream, so that the connection is in hand until it ends.
                    let _ = &in_hand;
                    bytes
                }),
            )
        }
        Body::Feed(events) => {
            let mut events = Box::pin(with_pings(events, front.limits.ping));
            // The connection polls it when the client's end closes, and would go on until a ping fails.
            let while_heard = move |context: &mut Context<'_>| {
                if in_hand.is_given_up() { Poll::Ready(None) } else { events.as_mut().poll_next(context) }
            };
            stream_of(response, is_head, futures_util::stream::poll_fn(while_heard))
        }
    }
}

fn stream_of(
    mut response: HttpResponseBuilder,
    is_head: bool,
    events: impl Stream<Item = Bytes> + 'static,
) -> HttpResponse {
    response.insert_header((header::CONTENT_TYPE, "text/event-stream"));
    response.insert_header(("x-accel-buffering", "no"));
    if is_head {
        return response.finish();
    }
    response.streaming(events.map(Ok::<_, Infallible>))
}
