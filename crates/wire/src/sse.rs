//! Server-sent events, framed. Which events a stream has is the business of the dialects.

use serde::Serialize;

/// The comment that keeps an idle stream open.
pub const PING: &[u8] = b": ping\n\n";

/// One event: its name, its data as one line of JSON, and the id by which `Last-Event-ID` resumes.
pub fn frame(event: &str, data: &impl Serialize, id: Option<u64>) -> Vec<u8> {
    // Compact JSON has no line feed: serde_json escapes those in strings.
    let json = serde_json::to_string(data).expect("records have string keys and finite numbers, which always print");
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {event}\ndata: {json}\n\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_block_whatever_its_text_holds() {
        let bytes = frame("message.delta", &serde_json::json!({"text": "a\n\ndata: b\r"}), Some(7));
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "id: 7\nevent: message.delta\ndata: {\"text\":\"a\\n\\ndata: b\\r\"}\n\n"
        );
        assert_eq!(String::from_utf8_lossy(&frame("x", &1, None)), "event: x\ndata: 1\n\n");
    }
}
