//! Names that resolve and receivers that answer as a script says.

use std::{
    collections::{HashMap, VecDeque},
    future, io,
    net::IpAddr,
    sync::Mutex,
};

use async_trait::async_trait;
use synaptiq_domain::ports::{OutboundAnswer, OutboundRequest, Resolver, SendError, Sender};

use super::{lock, next_step};

/// Resolves names as its script says: each question gets the next answer, the last one for ever.
#[derive(Debug, Default)]
pub struct FakeResolver {
    scripts: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl FakeResolver {
    /// What a name resolves to, the first time, the second time, …. An empty answer is a name that
    /// does not resolve, and so is a name without a script.
    ///
    /// # Panics
    ///
    /// If an address cannot be read: the script is wrong.
    #[must_use]
    pub fn with(self, host: &str, answers: &[&[&str]]) -> Self {
        let read = |address: &&str| address.parse().expect("a script has IP addresses");
        let script = answers.iter().map(|answer| answer.iter().map(read).collect()).collect();
        lock(&self.scripts).insert(host.to_owned(), script);
        self
    }

    /// Every name that was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

#[async_trait]
impl Resolver for FakeResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        lock(&self.asked).push(host.to_owned());
        let answer = lock(&self.scripts).get_mut(host).and_then(next_step).unwrap_or_default();
        if answer.is_empty() { Err(io::Error::new(io::ErrorKind::NotFound, "no such name")) } else { Ok(answer) }
    }
}

/// What a receiver does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendStep {
    /// Answers.
    Answer(OutboundAnswer),
    /// There is no answer.
    Fail(SendError),
    /// Nothing ever happens.
    Hang,
}

impl SendStep {
    /// Answers with a status.
    pub const fn status(status: u16) -> Self {
        Self::Answer(OutboundAnswer { status, retry_after: None })
    }
}

/// Sends nothing: each request meets the next step of a script, the last one for ever.
#[derive(Debug)]
pub struct FakeSender {
    script: Mutex<VecDeque<SendStep>>,
    sent: Mutex<Vec<OutboundRequest>>,
}

impl FakeSender {
    /// A receiver with a script; an empty one answers 200.
    pub fn new(script: impl IntoIterator<Item = SendStep>) -> Self {
        Self { script: Mutex::new(script.into_iter().collect()), sent: Mutex::default() }
    }

    /// Every request so far, in order.
    pub fn sent(&self) -> Vec<OutboundRequest> {
        lock(&self.sent).clone()
    }
}

#[async_trait]
impl Sender for FakeSender {
    async fn send(&self, request: OutboundRequest) -> Result<OutboundAnswer, SendError> {
        lock(&self.sent).push(request);
        let step = next_step(&mut lock(&self.script));
        match step.unwrap_or(SendStep::status(200)) {
            SendStep::Answer(answer) => Ok(answer),
            SendStep::Fail(error) => Err(error),
            SendStep::Hang => future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_resolves_step_by_step_and_the_last_step_stays() {
        let resolver = FakeResolver::default().with("rebind.example", &[&["93.184.216.34"], &["127.0.0.1", "::1"]]);
        let counts = [1, 2, 2];
        for count in counts {
            assert_eq!(resolver.resolve("rebind.example").await.expect("a name").len(), count);
        }
        assert!(resolver.resolve("nowhere.example").await.is_err());
        assert_eq!(resolver.asked().len(), 4);
    }

    #[tokio::test]
    async fn a_receiver_follows_its_script() {
        let sender = FakeSender::new([SendStep::Fail(SendError::TimedOut), SendStep::status(204)]);
        let request = OutboundRequest { url: "https://crm.example".to_owned(), headers: vec![], body: vec![1] };
        assert_eq!(sender.send(request.clone()).await, Err(SendError::TimedOut));
        for _ in 0..2 {
            assert_eq!(sender.send(request.clone()).await.map(|answer| answer.status), Ok(204));
        }
        assert_eq!(sender.sent(), [request.clone(), request.clone(), request]);
    }
}
