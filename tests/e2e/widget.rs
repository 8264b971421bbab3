//! What a widget is told, and that the command line changes it beside a running server.

use serde_json::json;
use synaptiq_tests::Server;

#[tokio::test]
async fn settings_of_the_widget_are_public_and_set_on_the_command_line() {
    let server = Server::start();
    let anyone = server.anonymous();
    let before = anyone.get("/api/widget").await.expect(200).json();
    assert_eq!(before["theme"], json!({"mode": "auto", "accent": "#2563eb"}), "{before}");
    assert_eq!((&before["position"], &before["language"]), (&json!("bottom-right"), &json!("en")), "{before}");
    assert_eq!(before["aiNotice"], "You are talking to an AI assistant.");
    let tenant = before["tenantId"].as_str().expect("a tenant").to_owned();
    let german = anyone.get(&format!("/api/widget?tenant={tenant}&language=de-AT")).await.expect(200).json();
    assert_eq!(german["aiNotice"], "Sie sprechen mit einem KI-Assistenten.");
    let set = ["--widget-theme", "dark", "--widget-accent", "#0F172A", "--widget-position", "bottom-left"];
    let mut arguments = vec!["tenant", "set", &tenant, "--widget-ai-notice", "false", "--json"];
    arguments.extend(set);
    let printed = server.command_line(&arguments).succeeded().json();
    assert_eq!(printed["widget"]["accent"], "#0f172a", "{printed}");
    let after = anyone.get("/api/widget").await.expect(200).json();
    assert_eq!(after["theme"], json!({"mode": "dark", "accent": "#0f172a"}), "{after}");
    assert_eq!((&after["position"], &after["aiNotice"]), (&json!("bottom-left"), &json!(null)), "{after}");

    // What was not named stays; nothing named, or something that is no colour, is refused.
    let plan = server.command_line(&["tenant", "set", &tenant, "--plan", "pro", "--json"]).succeeded().json();
    assert_eq!((&plan["plan"], &plan["widget"]["theme"]), (&json!("pro"), &json!("dark")), "{plan}");
    for wrong in [&["--widget-accent", "red"][..], &["--widget-theme", "pink"], &["--plan", "gold"], &[]] {
        let mut arguments = vec!["tenant", "set", &tenant];
        arguments.extend(wrong);
        assert!(!server.command_line(&arguments).success, "{wrong:?}");
    }
    assert_eq!(anyone.get("/api/widget").await.expect(200).json(), after);
}
