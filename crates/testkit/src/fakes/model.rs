//! A language model that says what a script says.

use std::{
    collections::VecDeque,
    future,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use synaptiq_domain::ports::{Model, ModelError, ModelStream, Prompt};

use super::{lock, next_step};

/// What the model does with one prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelStep {
    /// Answers at once in these pieces.
    Answer(Vec<String>),
    /// Answers in these pieces, with a pause before each.
    Drip(Vec<String>, Duration),
    /// Begins with these pieces and then breaks off with an error.
    Break(Vec<String>),
    /// Begins with these pieces and then says nothing more, for ever.
    Stall(Vec<String>),
    /// Cannot be reached.
    Fail,
    /// Does not even begin.
    Hang,
}

impl ModelStep {
    /// Answers at once, in one piece.
    pub fn answer(text: &str) -> Self {
        Self::Answer(vec![text.to_owned()])
    }
}

/// Follows its script, the last step for ever, and remembers what it was asked. Like a model
/// without deadlines: whoever hangs on it must give up by themselves.
#[derive(Debug)]
pub struct FakeModel {
    script: Mutex<VecDeque<ModelStep>>,
    asked: Mutex<Vec<Prompt>>,
    reachable: AtomicBool,
}

impl FakeModel {
    /// A model with a script; an empty one cannot be reached.
    pub fn new(script: impl IntoIterator<Item = ModelStep>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            asked: Mutex::default(),
            reachable: AtomicBool::new(true),
        }
    }

    /// Every prompt so far, in order.
    pub fn asked(&self) -> Vec<Prompt> {
        lock(&self.asked).clone()
    }

    /// What it says when asked whether it can be reached; at first that it can.
    pub fn set_reachable(&self, reachable: bool) {
        self.reachable.store(reachable, Ordering::SeqCst);
    }
}

#[async_trait]
impl Model for FakeModel {
    async fn answer(&self, prompt: &Prompt) -> Result<ModelStream, ModelError> {
        lock(&self.asked).push(prompt.clone());
        let step = next_step(&mut lock(&self.script)).unwrap_or(ModelStep::Fail);
        let pieces = |pieces: Vec<String>| stream::iter(pieces.into_iter().map(Ok));
        Ok(match step {
            ModelStep::Answer(text) => pieces(text).boxed(),
            ModelStep::Drip(text, pause) => pieces(text)
                .then(move |piece| async move {
                    tokio::time::sleep(pause).await;
                    piece
                })
                .boxed(),
            ModelStep::Break(text) => {
                let end = stream::iter([Err(ModelError::Garbage("the stream broke off".to_owned()))]);
                pieces(text).chain(end).boxed()
            }
            ModelStep::Stall(text) => pieces(text).chain(stream::pending()).boxed(),
            ModelStep::Fail => return Err(ModelError::Unreachable("connection refused".to_owned())),
            ModelStep::Hang => return future::pending().await,
        })
    }

    async fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pieces(model: &FakeModel) -> Result<Vec<Result<String, ModelError>>, ModelError> {
        let prompt = Prompt { system: String::new(), messages: Vec::new(), max_tokens: 10 };
        Ok(model.answer(&prompt).await?.collect().await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_follows_its_script() {
        let words = || vec!["one ".to_owned(), "two".to_owned()];
        let script = [
            ModelStep::Answer(words()),
            ModelStep::Drip(words(), Duration::from_secs(3)),
            ModelStep::Break(words()),
            ModelStep::Fail,
        ];
        let model = FakeModel::new(script);
        assert_eq!(pieces(&model).await.expect("an answer").len(), 2);
        let begun = tokio::time::Instant::now();
        assert_eq!(pieces(&model).await.expect("an answer").len(), 2);
        assert_eq!(begun.elapsed(), Duration::from_secs(6));
        let broken = pieces(&model).await.expect("a beginning");
        assert!(broken.len() == 3 && broken[2].is_err());
        for _ in 0..2 {
            assert!(pieces(&model).await.is_err(), "the last step stays");
        }
        assert_eq!(model.asked().len(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_hangs_or_stalls_never_ends() {
        for step in [ModelStep::Hang, ModelStep::Stall(vec!["one".to_owned()])] {
            let model = FakeModel::new([step]);
            let waited = tokio::time::timeout(Duration::from_secs(3_600), pieces(&model)).await;
            assert!(waited.is_err());
        }
    }
}
