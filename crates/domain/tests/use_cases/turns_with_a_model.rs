//! Turns with a model: two commits, and nothing lost between them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use synaptiq_domain::{
    conversation::Role,
    ports::{Model, ModelError, ModelStream, Prompt},
    receipt::{Fingerprint, ReceiptKey, ReceiptState},
    use_cases::{AgentMessage, ChatOutcome, Recording, ReplyPart, ReplySink, chat, send_agent_message},
};
use tokio::sync::{Notify, mpsc};

use crate::stage::{Stage, command};

/// Says its lines; waits before each one that is a gate until the gate is opened.
struct Script {
    lines: Vec<Result<&'static str, ()>>,
    gate: Option<(usize, Arc<Notify>)>,
    asked: Mutex<Vec<Prompt>>,
}

impl Script {
    fn saying(lines: &[Result<&'static str, ()>]) -> Arc<Self> {
        Arc::new(Self { lines: lines.to_vec(), gate: None, asked: Mutex::default() })
    }

    fn times_asked(&self) -> usize {
        self.asked.lock().expect("unpoisoned").len()
    }
}

#[async_trait]
impl Model for Script {
    async fn answer(&self, prompt: &Prompt) -> Result<ModelStream, ModelError> {
        self.asked.lock().expect("unpoisoned").push(prompt.clone());
        let gate = self.gate.clone();
        let lines = self.lines.clone();
        Ok(stream::iter(lines.into_iter().enumerate())
            .then(move |(at, line)| {
                let gate = gate.clone();
                async move {
                    if let Some((gated, notify)) = gate
                        && gated == at
                    {
                        notify.notified().await;
                    }
                    line.map(str::to_owned).map_err(|()| ModelError::TimedOut)
                }
            })
            .boxed())
    }

    async fn is_reachable(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_visitors_message_is_stored_before_the_model_is_asked() {
    let model = Script::saying(&[Ok("We help sales teams. "), Ok("What do you need?")]);
    let stage = Stage::with_model(Some(Arc::clone(&model) as _)).await;
    let outcome = stage.say("need=100 email:jane@example.com", None).await;
    assert_eq!(outcome.content, "We help sales teams. What do you need?");
    let messages = stage.messages(outcome.conversation.id).await;
    assert_eq!(messages.iter().map(|message| message.role).collect::<Vec<_>>(), [Role::User, Role::Assistant]);
    assert!(!messages[1].fell_back && !messages[1].interrupted);
    assert_eq!(model.times_asked(), 1);
}

#[tokio::test]
async fn m1_sentences_that_no_passage_supports_are_never_released() {
    let model = Script::saying(&[Ok("It costs $12 a month. It helps sales "), Ok("teams. We guarantee it. Bye.")]);
    let stage = Stage::with_model(Some(model)).await;
    assert_eq!(stage.say("price?", None).await.content, "It helps sales teams. Bye.");
}

#[tokio::test]
async fn a_failure_before_the_first_sentence_falls_back_to_the_built_in_assistant() {
    for lines in [vec![Err(())], vec![Ok("half a sen"), Err(())], vec![], vec![Ok("Only $9.")]] {
        let stage = Stage::with_model(Some(Script::saying(&lines))).await;
        let outcome = stage.say("hello", None).await;
        assert_eq!(outcome.content, "Built-in answer. Anything else?");
        assert!(outcome.message.fell_back, "the turn is marked");
    }
}

#[tokio::test]
async fn a_failure_after_the_first_sentence_keeps_what_was_released() {
    let stage = Stage::with_model(Some(Script::saying(&[Ok("One thing. Ano"), Err(())]))).await;
    let outcome = stage.say("hello", None).await;
    assert_eq!((outcome.content.as_str(), outcome.message.interrupted), ("One thing.", true));
}

struct Parts(mpsc::UnboundedSender<ReplyPart>);

#[async_trait]
impl ReplySink for Parts {
    async fn part(&self, part: ReplyPart) {
        let _ = self.0.send(part);
    }
}

#[tokio::test]
async fn a_person_who_takes_over_ends_the_answer_where_it_is() {
    let gate = Arc::new(Notify::new());
    let lines = vec![Ok("One thing. "), Ok("Another thing. "), Ok("A third.")];
    let model = Arc::new(Script { lines, gate: Some((2, Arc::clone(&gate))), asked: Mutex::default() });
    let stage = Arc::new(Stage::with_model(Some(model)).await);
    let first = stage.services.clone();
    let (sender, mut parts) = mpsc::unbounded_channel();
    let scope = stage.scope;
    let turn =
        tokio::spawn(async move { chat(&first, scope, command("hello", None), Some(&Parts(sender)), None).await });
    assert!(matches!(parts.recv().await, Some(ReplyPart::Start { .. })));
    assert_eq!(parts.recv().await, Some(ReplyPart::Delta("One thing.".to_owned())));
    let conversation = stage.only_conversation().await;
    let message = AgentMessage { content: "I take this.".to_owned(), member: None };
    send_agent_message(&stage.services, scope, conversation, message, None).await.expect("sent");
    gate.notify_one();
    let outcome = turn.await.expect("no panic").expect("an answer");
    assert_eq!((outcome.content.as_str(), outcome.message.interrupted), ("One thing.", true));
    let mut deltas = String::from("One thing.");
    while let Some(ReplyPart::Delta(text)) = parts.recv().await {
        deltas.push_str(&text);
    }
    assert_eq!(deltas, outcome.content, "the stored message equals the deltas");
}

#[tokio::test]
async fn p6_a_turn_that_died_between_its_commits_is_resumed_and_not_repeated() {
    let dies =
        Arc::new(Script { lines: vec![Ok("x")], gate: Some((0, Arc::new(Notify::new()))), asked: Mutex::default() });
    let stage = Stage::with_model(Some(Arc::clone(&dies) as _)).await;
    let key = ReceiptKey::new("key", "retry-1");
    let fingerprint = Fingerprint::new("POST", "/chat", "", b"{}");
    let render = |outcome: &ChatOutcome| outcome.content.clone().into_bytes();
    let recording = Recording { key, fingerprint, render: &render, resume: None, part_of: None };
    {
        let turn = chat(&stage.services, stage.scope, command("hello", None), None, Some(&recording));
        let mut turn = std::pin::pin!(turn);
        // The turn gets as far as the model, which never answers; then the process is gone.
        while dies.times_asked() == 0 {
            assert!(futures_util::poll!(turn.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
    }
    let receipt = stage.services.store.find_receipt(stage.scope, key).await.expect("reads").expect("begun");
    let ReceiptState::Begun { resume, .. } = receipt.state else { panic!("the turn has not ended") };
    let resume = stage.services.vault.open(synaptiq_domain::ports::Purpose::Receipt, &resume);
    let answers = Script::saying(&[Ok("Here I am.")]);
    let mut services = stage.services.clone();
    services.model = Some(Arc::clone(&answers) as _);
    let recording = Recording { key, fingerprint, render: &render, resume, part_of: None };
    let outcome =
        chat(&services, stage.scope, command("hello", None), None, Some(&recording)).await.expect("an answer");
    let messages = stage.messages(outcome.conversation.id).await;
    let said: Vec<_> = messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(said, ["hello", "Here I am."], "the message is there once");
    assert_eq!(answers.times_asked(), 1);
    let receipt = stage.services.store.find_receipt(stage.scope, key).await.expect("reads").expect("kept");
    assert_eq!(receipt.state, ReceiptState::Answered { sealed: b"Here I am.".to_vec() });
}

#[tokio::test]
async fn a_person_who_takes_over_before_the_first_sentence_silences_the_ai() {
    let gate = Arc::new(Notify::new());
    let model = Arc::new(Script { lines: vec![Err(())], gate: Some((0, Arc::clone(&gate))), asked: Mutex::default() });
    let stage = Arc::new(Stage::with_model(Some(Arc::clone(&model) as _)).await);
    let (services, scope) = (stage.services.clone(), stage.scope);
    let (sender, mut parts) = mpsc::unbounded_channel();
    let turn =
        tokio::spawn(async move { chat(&services, scope, command("hello", None), Some(&Parts(sender)), None).await });
    while model.times_asked() == 0 {
        tokio::task::yield_now().await;
    }
    let message = AgentMessage { content: "I take this.".to_owned(), member: None };
    send_agent_message(&stage.services, scope, stage.only_conversation().await, message, None).await.expect("sent");
    gate.notify_one();
    let outcome = turn.await.expect("no panic").expect("an answer");
    assert_eq!(outcome.content, "A person was asked, in en");
    assert_eq!(parts.recv().await, None, "nothing was released");
}
