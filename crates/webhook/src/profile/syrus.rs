//! The profile of endpoints made through syrus.

use synaptiq_domain::webhook::SignatureScheme;

use super::{Shape, Try};
use crate::signing;

pub(super) const SHAPE: Shape = Shape { body: synaptiq_wire::syrus::webhook::syrus_body, headers };

fn headers(sent: &Try<'_>) -> Vec<(String, String)> {
    // Whatever the endpoint says of its scheme: this profile's receivers know one.
    let signature = signing::synaptiq_signature(SignatureScheme::Body, sent.secret, sent.at, sent.body);
    vec![
        ("X-Syrus-Event".to_owned(), synaptiq_wire::syrus::webhook::event_word(sent.kind).to_owned()),
        ("X-Syrus-Signature-256".to_owned(), format!("sha256={signature}")),
        ("X-Syrus-Timestamp".to_owned(), sent.at.seconds().to_string()),
        ("X-Syrus-Delivery-Id".to_owned(), sent.delivery.uuid()),
        ("X-Syrus-Attempt".to_owned(), sent.number.to_string()),
    ]
}
