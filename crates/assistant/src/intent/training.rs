//! Trains the model from `training/*.toml` and proves that the committed weights are what training
//! gives. Only for tests. To train after changing examples, rules or features: `cargo xtask weights`.

use std::{collections::BTreeMap, path::PathBuf};

use synaptiq_domain::{
    conversation::Intent,
    ports::{Understanding as _, Utterance},
    time::Timestamp,
};

use super::{
    Clues,
    features::{BUCKETS, Features, features},
    linear::{INTENTS, WEIGHT_BYTES, likeliest},
    rules, settled,
};

const EPOCHS: usize = 14;
const RATE: f32 = 3.0;
/// How strongly weights are drawn to zero.
const SHRINK: f32 = 0.000_04;
const FOLDS: usize = 5;

/// One labelled message.
struct Example {
    intent: usize,
    text: String,
    features: Features,
    /// What a decisive rule says, before the model is asked.
    decided: Option<(Intent, f64)>,
    folded: String,
    clues: Clues,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("training")
}

/// All examples: one file per language, each a table of intents with a list of messages. Mixed in
/// a fixed order, so that every fold holds all languages and intents.
fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for language in crate::language::SPOKEN {
        let path = folder().join(format!("{language}.toml"));
        let text = std::fs::read_to_string(&path).expect("each language has its examples");
        let table: BTreeMap<String, Vec<String>> = toml::from_str(&text).expect("a table of lists");
        for (name, texts) in table {
            let intent = Intent::parse(&name).expect("a known intent");
            let intent = Intent::ALL.iter().position(|known| *known == intent).expect("in the list of all");
            found.extend(texts.into_iter().map(|text| example(intent, text, language)));
        }
    }
    let mut state = 0x9e37_79b9_u32;
    for last in (1..found.len()).rev() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        found.swap(last, usize::try_from(state >> 8).expect("24 bits") % (last + 1));
    }
    found
}

fn example(intent: usize, text: String, language: &str) -> Example {
    let at = Timestamp::from_seconds(1_773_100_800);
    let utterance =
        Utterance { text: &text, stated_language: Some(language), previous_language: None, pending: None, at };
    let (_, folded, clues) = crate::understanding::without_intent(utterance);
    let features = features(&folded, &rules::hints(&folded, &clues));
    let decided = rules::decisive(&folded, &clues);
    Example { intent, text, features, decided, folded, clues }
}

type Weights = Vec<[f32; INTENTS]>;

/// Stochastic gradient descent on the logistic loss, in a fixed order and in plain arithmetic, so
/// that every machine gets the same weights.
fn train(examples: &[&Example]) -> Weights {
    let mut weights: Weights = vec![[0.0; INTENTS]; BUCKETS];
    let mut counts = [0.0_f32; INTENTS];
    for example in examples {
        counts[example.intent] += 1.0;
    }
    let mut step = 0;
    for epoch in 0..EPOCHS {
        let rate = RATE / (1.0 + 0.35 * f32::from(u8::try_from(epoch).expect("few epochs")));
        for index in 0..examples.len() {
            // Another order in every round, without randomness.
            let example = examples[(index * 211 + epoch * 37) % examples.len()];
            let logits = logits(&weights, &example.features);
            let top = logits.iter().copied().fold(f32::MIN, f32::max);
            let powers: [f32; INTENTS] = logits.map(|logit| exponential(logit - top));
            let sum: f32 = powers.iter().sum();
            for (intent, power) in powers.iter().enumerate() {
                let target = if intent == example.intent { 0.94 } else { 0.06 / 13.0 };
                let gradient = rate * (power / sum - target);
                for (place, value) in &example.features {
                    let weight = &mut weights[usize::from(*place)][intent];
                    *weight -= gradient * value + rate * SHRINK * *weight;
                }
            }
            step += 1;
        }
    }
    assert!(step > 0, "there are examples");
    weights
}

fn logits(weights: &Weights, features: &Features) -> [f32; INTENTS] {
    let mut sums = [0.0; INTENTS];
    for (place, value) in features {
        for (sum, weight) in sums.iter_mut().zip(&weights[usize::from(*place)]) {
            *sum += weight * value;
        }
    }
    sums
}

/// e to the power of a number that is not positive, by multiplication alone: the system's own
/// function may differ in the last bit from machine to machine.
fn exponential(exponent: f32) -> f32 {
    let mut power = 1.0 + exponent.max(-60.0) / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    power
}

/// Probabilities at a temperature, as the model computes them.
fn classify(weights: &Weights, features: &Features, temperature: f64) -> (Intent, f64) {
    let logits: [f64; INTENTS] = logits(weights, features).map(|logit| f64::from(logit) / temperature);
    likeliest(&logits)
}

/// For each example the answer of a model that has not seen it: intent, confidence, truth.
struct HeldOut<'a> {
    logits: [f32; INTENTS],
    truth: usize,
    decided: Option<(Intent, f64)>,
    folded: &'a str,
    clues: &'a Clues,
}

fn held_out(examples: &[Example]) -> Vec<HeldOut<'_>> {
    let mut found = Vec::new();
    for fold in 0..FOLDS {
        let seen: Vec<&Example> = examples
            .iter()
            .enumerate()
            .filter(|(index, _)| index % FOLDS != fold)
            .map(|(_, example)| example)
            .collect();
        let weights = train(&seen);
        found.extend(examples.iter().enumerate().filter(|(index, _)| index % FOLDS == fold).map(|(_, example)| {
            HeldOut {
                logits: logits(&weights, &example.features),
                truth: example.intent,
                decided: example.decided,
                folded: &example.folded,
                clues: &example.clues,
            }
        }));
    }
    found
}

/// The temperature at which held-out answers are as often right as they say.
fn temperature(held_out: &[HeldOut<'_>]) -> f64 {
    let loss = |temperature: f64| -> f64 {
        held_out
            .iter()
            .filter(|case| case.decided.is_none())
            .map(|case| {
                let scaled = case.logits.map(|logit| f64::from(logit) / temperature);
                let top = scaled.iter().copied().fold(f64::MIN, f64::max);
                let sum: f64 = scaled.iter().map(|logit| (logit - top).exp()).sum();
                sum.ln() + top - scaled[case.truth]
            })
            .sum()
    };
    // In steps of 0.02: finer than calibration can tell, coarse enough to be the same everywhere.
    (10..150).map(|step| f64::from(step) * 0.02).min_by(|a, b| loss(*a).total_cmp(&loss(*b))).expect("there are steps")
}

/// The weights as they are committed.
fn written(weights: &Weights, temperature: f64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(WEIGHT_BYTES);
    #[expect(clippy::cast_possible_truncation, reason = "a temperature near 1")]
    bytes.extend((temperature as f32).to_le_bytes());
    let scales: [f32; INTENTS] =
        std::array::from_fn(|intent| weights.iter().map(|row| row[intent].abs()).fold(0.000_1, f32::max) / 127.0);
    for scale in scales {
        bytes.extend(scale.to_le_bytes());
    }
    for row in weights {
        for (weight, scale) in row.iter().zip(scales) {
            #[expect(clippy::cast_possible_truncation, reason = "at most 127 by the choice of scale")]
            let whole = (weight / scale).round() as i8;
            bytes.extend(whole.to_le_bytes());
        }
    }
    bytes
}

fn trained() -> Vec<u8> {
    let examples = examples();
    let temperature = temperature(&held_out(&examples));
    written(&train(&examples.iter().collect::<Vec<_>>()), temperature)
}

/// `cargo xtask weights` asks this test to write them first.
#[test]
fn the_committed_weights_are_what_training_gives() {
    let (file, trained) = (folder().join("intent-weights.bin"), trained());
    #[expect(clippy::disallowed_methods, reason = "tests are told by the task that runs them")]
    if std::env::var("SYNAPTIQ_WRITE_WEIGHTS").is_ok_and(|value| value == "1") {
        std::fs::write(&file, &trained).expect("the folder can be written");
    }
    let committed = std::fs::read(&file).expect("the weights are committed");
    assert!(committed.len() <= 400 * 1024, "small enough to embed");
    assert!(committed == trained, "stale weights: run `cargo xtask weights`");
}

#[test]
fn every_intent_has_at_least_forty_examples_in_five_languages() {
    let examples = examples();
    for (index, intent) in Intent::ALL.iter().enumerate() {
        let count = examples.iter().filter(|example| example.intent == index).count();
        assert!(count >= 40, "{intent}: {count}");
    }
    let mut texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
    texts.sort_unstable();
    let all = texts.len();
    texts.dedup();
    assert_eq!(texts.len(), all, "no example is given twice");
}

/// Of examples that the model has not seen, by five-fold cross-validation: how many are right, and
/// how far confidence and truth are apart.
#[test]
fn unseen_messages_are_understood_and_confidence_is_honest() {
    let examples = examples();
    let held_out = held_out(&examples);
    let temperature = temperature(&held_out);
    let answers: Vec<(bool, f64)> = held_out
        .iter()
        .map(|case| {
            let (intent, confidence) = case.decided.unwrap_or_else(|| {
                settled(likeliest(&case.logits.map(|logit| f64::from(logit) / temperature)), case.folded, case.clues)
            });
            (intent == Intent::ALL[case.truth], confidence)
        })
        .collect();
    let accuracy = share(answers.iter().map(|(right, _)| *right));
    let mut error = 0.0;
    for bin in 0..10_u8 {
        let low = f64::from(bin) / 10.0;
        let within: Vec<&(bool, f64)> = answers
            .iter()
            .filter(|(_, confidence)| (low..low + 0.1).contains(confidence) || (bin == 9 && *confidence >= 1.0))
            .collect();
        if within.is_empty() {
            continue;
        }
        let confidence = mean(within.iter().map(|(_, confidence)| *confidence));
        let right = share(within.iter().map(|(right, _)| *right));
        error += (confidence - right).abs() * count(within.len()) / count(answers.len());
    }
    println!(
        "{} examples: accuracy {accuracy:.3}, expected calibration error {error:.3}, temperature {temperature:.2}",
        answers.len()
    );
    assert!(accuracy >= ACCURACY_FLOOR, "cross-validated accuracy {accuracy:.3}");
    assert!(error <= 0.08, "expected calibration error {error:.3}");
}

/// Below what cross-validation gives, so that a few new examples do not fail it.
const ACCURACY_FLOOR: f64 = 0.85;

#[test]
fn decisive_rules_are_as_right_as_they_say() {
    let examples = examples();
    let mut by_claim: BTreeMap<&str, (usize, usize, f64)> = BTreeMap::new();
    for example in &examples {
        if let Some((intent, confidence)) = example.decided {
            let entry = by_claim.entry(intent.as_str()).or_insert((0, 0, confidence));
            entry.1 += 1;
            if Intent::ALL[example.intent] == intent {
                entry.0 += 1;
            } else {
                println!("{intent} by rule, {} by hand: {}", Intent::ALL[example.intent], example.text);
            }
        }
    }
    for (intent, (right, all, claimed)) in by_claim {
        let share = count(right) / count(all);
        println!("{intent}: {right} of {all}");
        assert!(share >= claimed - 0.1, "{intent}: right in {share:.2}, claims {claimed}");
    }
}

#[test]
fn the_quantised_model_agrees_with_the_trained_one() {
    let understanding = crate::BuiltinUnderstanding::new();
    let examples = examples();
    let right = share(examples.iter().map(|example| {
        let utterance = Utterance {
            text: &example.text,
            stated_language: None,
            previous_language: None,
            pending: None,
            at: Timestamp::from_seconds(1_773_100_800),
        };
        understanding.understand(utterance).intent == Intent::ALL[example.intent]
    }));
    assert!(right >= 0.9, "right on {right:.3} of what it was trained on");
    let weights = train(&examples.iter().collect::<Vec<_>>());
    let same = share(examples.iter().map(|example| {
        classify(&weights, &example.features, 1.0).0 == super::linear::model().classify(&example.features).0
    }));
    assert!(same >= 0.98, "same in {same:.3}");
}

fn share(answers: impl Iterator<Item = bool>) -> f64 {
    mean(answers.map(|right| if right { 1.0 } else { 0.0 }))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, all) = values.fold((0.0, 0.0), |(sum, all), value| (sum + value, all + 1.0));
    sum / all
}

fn count(size: usize) -> f64 {
    f64::from(u32::try_from(size).expect("few examples"))
}
