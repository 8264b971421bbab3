//! The published vector of Standard Webhooks, which its official libraries agree on.

use std::path::Path;

use synaptiq_domain::time::Timestamp;
use synaptiq_webhook::signing;

#[test]
fn the_published_vector_of_standard_webhooks_is_signed_as_its_libraries_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/webhooks/vectors.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("NOT TESTED: {} is absent, so no published vector was checked", path.display());
        return;
    };
    let vector: serde_json::Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| vector[name].as_str().unwrap();
    let at = Timestamp::from_seconds(vector["timestamp"].as_i64().unwrap());
    let signature =
        signing::standard_signature(field("secret").as_bytes(), field("id"), at, field("payload").as_bytes());
    assert_eq!(signature, field("signature"));
}
