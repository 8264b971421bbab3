//! The native profile: endpoints made through v1 or app.

use super::{Shape, Try};
use crate::signing;

pub(super) const SHAPE: Shape = Shape { body: synaptiq_wire::webhook::synaptiq_body, headers };

fn headers(sent: &Try<'_>) -> Vec<(String, String)> {
    vec![
        ("X-Synaptiq-Timestamp".to_owned(), sent.at.seconds().to_string()),
        // Never two signatures: the published receivers compare the whole header with one.
        ("X-Synaptiq-Signature".to_owned(), signing::synaptiq_signature(sent.scheme, sent.secret, sent.at, sent.body)),
    ]
}
