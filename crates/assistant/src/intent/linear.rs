//! The linear model: for each intent a weight per place, as whole numbers of eight bits, and one
//! temperature that makes its probabilities honest.

use std::sync::LazyLock;

use synaptiq_domain::conversation::Intent;

use super::features::{BUCKETS, Features};

/// How many intents there are.
pub(super) const INTENTS: usize = Intent::ALL.len();
/// Bytes of the weights: a temperature and a scale per intent, four bytes each, then the weights,
/// place by place.
pub(super) const WEIGHT_BYTES: usize = 4 + 4 * INTENTS + BUCKETS * INTENTS;

static WEIGHTS: &[u8; WEIGHT_BYTES] = include_bytes!("../../training/intent-weights.bin");
static MODEL: LazyLock<Linear> = LazyLock::new(|| Linear::read(WEIGHTS));

/// The trained model.
pub(super) fn model() -> &'static Linear {
    &MODEL
}

/// A linear model over places.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    temperature: f32,
    scales: [f32; INTENTS],
    weights: &'static [u8],
}

impl Linear {
    /// Reads the form that training writes.
    pub(super) fn read(bytes: &'static [u8; WEIGHT_BYTES]) -> Self {
        let float = |index: usize| f32::from_le_bytes(std::array::from_fn(|byte| bytes[index * 4 + byte]));
        Self {
            temperature: float(0),
            scales: std::array::from_fn(|intent| float(intent + 1)),
            weights: &bytes[4 + 4 * INTENTS..],
        }
    }

    /// The likeliest intent and its probability.
    pub(super) fn classify(&self, features: &Features) -> (Intent, f64) {
        let mut sums = [0.0_f32; INTENTS];
        for (place, value) in features {
            let row = &self.weights[usize::from(*place) * INTENTS..][..INTENTS];
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += f32::from(i8::from_le_bytes([*weight])) * value;
            }
        }
        let logits: [f64; INTENTS] = std::array::from_fn(|intent| {
            f64::from(sums[intent] * self.scales[intent]) / f64::from(self.temperature.max(0.05))
        });
        likeliest(&logits)
    }
}

/// The likeliest of softmaxed logits.
pub(super) fn likeliest(logits: &[f64; INTENTS]) -> (Intent, f64) {
    let best = (0..INTENTS).max_by(|a, b| logits[*a].total_cmp(&logits[*b]).then(b.cmp(a))).unwrap_or(INTENTS - 1);
    let sum: f64 = logits.iter().map(|logit| (logit - logits[best]).exp()).sum();
    (Intent::ALL[best], (1.0 / sum.max(1.0)).clamp(0.0, 1.0))
}
