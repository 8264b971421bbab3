//! What a new user reads at the first start: the token, once, and two commands to paste.

/// The lines of the first start.
pub(crate) fn welcome(address: &str, token: &str) -> String {
    format!(
        r#"
This is the first start. The admin token is shown this once; keep it:

  {token}

Chat as a visitor would:

  curl -s {address}/api/chat -H 'Content-Type: application/json' \
    -d '{{"message":"Hi, I am Jane Smith, jane@example.com. We are 50 sales reps, our budget is $30,000, I decide, and we want to start next month. What do you cost?"}}'

See the lead, its score, and the words behind every point:

  curl -s {address}/api/v1/leads -H 'Authorization: Bearer {token}'
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_ready_to_paste() {
        let text = welcome("http://127.0.0.1:8080", "adm_x");
        assert!(text.contains("curl -s http://127.0.0.1:8080/api/chat"));
        assert!(text.contains("Bearer adm_x'"));
        let body = text.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a body");
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
    }
}
