//! From a running server into a tenant, by the public routes of its v1 API alone: leads with their
//! history as far as v1 shows it, then conversations with their messages. Documents are not among them:
//! no route shows their text.
//!
//! It can be repeated: a conversation that is here is not asked for again.

mod client;

use serde_json::Value;
use synaptiq_domain::{conversation::Conversation, id::Id, money::JsonMap, use_cases::Services};
use synaptiq_wire::FieldError;
use tokio::task::JoinHandle;

use self::client::Client;
pub use self::client::PullError;
use crate::{
    import::{Committer, ImportError, ImportOptions, Parsed, Piece, Summary},
    line,
};

/// How many conversations are asked for at once.
const AT_ONCE: usize = 8;
/// How many messages one answer has at most (contract § 8).
const MESSAGES: usize = 200;

/// Imports from a server. The address is that of the server, with or without `/api/v1`.
pub async fn import_from<'a>(
    services: &'a Services,
    address: &str,
    key: &str,
    options: ImportOptions<'a>,
) -> Result<Summary, ImportError> {
    let scope = options.scope;
    let client = Client::new(address, key)?;
    let mut committer = Committer::begin(services, options).await?;
    let mut number = 0;
    let mut leads = Pages::new("leads?archived=true&sortBy=createdAt&sortOrder=asc&limit=100");
    while let Some(page) = leads.next(&client).await? {
        committer.take(parsed(&committer, page, "lead", &mut number)).await?;
    }
    let mut conversations = Pages::new("conversations?sortBy=startedAt&sortOrder=asc&limit=100");
    while let Some(page) = conversations.next(&client).await? {
        let mut missing = Vec::new();
        for conversation in page {
            let id = conversation.get("id").and_then(Value::as_str).and_then(Id::<Conversation>::parse);
            let id = id.ok_or_else(|| PullError::Foreign("a conversation has no id".to_owned()))?;
            let found = services.store.find_conversation(scope, id).await;
            match found.map_err(|source| ImportError::Store { line: number, source })? {
                Some(_) => committer.pass_over(),
                None => missing.push(id),
            }
        }
        for some in missing.chunks(AT_ONCE) {
            let asked: Vec<JoinHandle<Result<Option<JsonMap>, PullError>>> =
                some.iter().map(|id| tokio::spawn(whole_conversation(client.clone(), *id))).collect();
            let mut found = Vec::new();
            for answer in asked {
                let answer = answer.await.map_err(|error| PullError::Foreign(error.to_string()))?;
                found.extend(answer?);
            }
            committer.take(parsed(&committer, found, "conversation", &mut number)).await?;
        }
    }
    committer.finish().await
}

/// Records as lines of their kind, numbered as they come.
fn parsed(committer: &Committer<'_>, page: Vec<JsonMap>, object: &str, number: &mut u64) -> Parsed {
    let reading = committer.reading();
    let mut records = Vec::with_capacity(page.len());
    let mut lines = Vec::with_capacity(page.len());
    for mut map in page {
        *number += 1;
        map.insert("object".to_owned(), object.into());
        let id = map.get("id").and_then(Value::as_str).unwrap_or("without an id").to_owned();
        let named = |error: FieldError| FieldError::new(error.param, format!("{} ({object} {id})", error.message));
        lines.push(line::read_map(&map, &reading, 0).map_err(named));
        records.push((*number, map));
    }
    Parsed { piece: Piece::Records(records), reading, lines }
}

/// A conversation with all of its messages; nothing if it was deleted meanwhile.
async fn whole_conversation(client: Client, id: Id<Conversation>) -> Result<Option<JsonMap>, PullError> {
    let mut messages: Vec<Value> = Vec::new();
    loop {
        let path = format!(
            "conversations/{}?includeMessages=true&messageLimit={MESSAGES}&messageOffset={}",
            id.prefixed(),
            messages.len()
        );
        let Some(mut conversation) = client.get(&path).await? else { return Ok(None) };
        let part = match conversation.remove("messages") {
            Some(Value::Array(part)) => part,
            _ => Vec::new(),
        };
        let is_last = part.len() < MESSAGES;
        messages.extend(part);
        if is_last {
            conversation.insert("messages".to_owned(), Value::Array(messages));
            return Ok(Some(conversation));
        }
    }
}

/// A list, page by page.
struct Pages {
    path: String,
    cursor: Option<String>,
    is_over: bool,
}

impl Pages {
    fn new(path: &str) -> Self {
        Self { path: path.to_owned(), cursor: None, is_over: false }
    }

    async fn next(&mut self, client: &Client) -> Result<Option<Vec<JsonMap>>, PullError> {
        if self.is_over {
            return Ok(None);
        }
        let path = match &self.cursor {
            Some(cursor) => format!("{}&cursor={cursor}", self.path),
            None => self.path.clone(),
        };
        let foreign = || PullError::Foreign(format!("{path} is no list"));
        let mut list = client.get(&path).await?.ok_or_else(foreign)?;
        let Some(Value::Array(items)) = list.remove("data") else { return Err(foreign()) };
        let next = list.get("pagination").and_then(|pagination| pagination.get("nextCursor")).and_then(Value::as_str);
        self.is_over = next.is_none();
        self.cursor = next.map(str::to_owned);
        let maps = items.into_iter().map(|item| match item {
            Value::Object(map) => Ok(map),
            _ => Err(foreign()),
        });
        maps.collect::<Result<Vec<JsonMap>, PullError>>().map(Some)
    }
}
