//! `docs/verifying-webhooks.md` keeps its word: its receivers, taken from the page as they stand,
//! accept what the running server delivers, once, and refuse whatever else comes.

mod delivery;
mod language;
mod signature;

use std::fs;

use serde_json::json;
use synaptiq_tests::{Received, Receiver, Server, ServerSettings, Tools, page_block};

use self::{
    delivery::{Altered as _, Stage, unix_seconds},
    language::{Language, Listening},
    signature::Signature,
};

/// The page.
fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verifying-webhooks.md");
    fs::read_to_string(path).expect("the page can be read")
}

const OLD: &str = "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZCE=";
const NEW: &str = "whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE=";
/// A caller's own, which is no base64: the official libraries cannot read it.
const OWN: &str = "a_secret_of_the_callers_own";
const FOREIGN: &str = "whsec_Zm9yZWlnbiBmb3JlaWduIGZvcmVpZ24gZm9yZWlnbiE=";

fn server() -> Server {
    ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start()
}

#[test]
fn every_block_of_code_on_the_page_is_one_that_these_tests_run() {
    let page = page();
    let mut known = Vec::new();
    for language in Language::ALL {
        known.push(format!("{} receiver", language.fence()));
        known
            .extend(language.signatures().iter().map(|signature| format!("{} {}", language.fence(), signature.name())));
    }
    let mut found: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("```")).filter(|fence| !fence.is_empty()).collect();
    found.sort_unstable();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[tokio::test]
async fn the_python_receivers_of_the_page_accept_real_deliveries_once_and_nothing_else() {
    prove(Language::Python).await;
}

#[tokio::test]
async fn the_node_receivers_of_the_page_accept_real_deliveries_once_and_nothing_else() {
    prove(Language::Node).await;
}

#[tokio::test]
async fn the_php_receivers_of_the_page_accept_real_deliveries_once_and_nothing_else() {
    prove(Language::Php).await;
}

#[tokio::test]
async fn the_rust_receivers_of_the_page_accept_real_deliveries_once_and_nothing_else() {
    prove(Language::Rust).await;
}

async fn prove(language: Language) {
    let what = format!("the {} receivers of docs/verifying-webhooks.md", language.name());
    let tools = Tools::find();
    let page = page();
    let server = server();
    for signature in language.signatures() {
        let verification = page_block(&page, language.fence(), signature.name()).expect("the page has it");
        let receiver = page_block(&page, language.fence(), "receiver").expect("the page has it");
        let start = |secrets: &str| language.start(&tools, &what, *signature, &receiver, &verification, secrets);
        let Some(both) = start(&format!("{OLD} {NEW}")) else { return };
        let [old, new, foreign] = [OLD, NEW, FOREIGN].map(|secret| start(secret).expect("it started a moment ago"));
        let receivers = Receivers { old, new, both, foreign, signature: *signature };
        let stage = Stage::set(&server, *signature).await;
        receivers.prove(&stage).await;
        if *signature != Signature::StandardLibrary {
            let own = start(OWN).expect("it started a moment ago");
            let endpoint = stage.subscribe(own.url(), OWN).await;
            stage.qualify("own@example.com").await;
            stage.wait_until_delivered(&endpoint).await;
            assert_eq!(own.inbox().len(), 1, "{}", own.output());
        }
    }
}

/// One verification in one language, with each choice of secrets that a rotation goes through.
struct Receivers {
    old: Listening,
    new: Listening,
    both: Listening,
    foreign: Listening,
    signature: Signature,
}

impl Receivers {
    async fn prove(&self, stage: &Stage) {
        let recorder = Receiver::start();
        let endpoint = stage.subscribe(&recorder.url(), OLD).await;
        let direct = stage.subscribe(self.both.url(), OLD).await;
        stage.qualify("one@example.com").await;
        let delivery = recorder.wait_for(1).await.remove(0);

        stage.wait_until_delivered(&direct).await;
        assert_eq!(self.both.inbox(), std::slice::from_ref(&delivery.body), "kept as it came: {self}");
        self.accept_once(&delivery).await;
        self.refuse_changes(&delivery).await;
        self.refuse_another_time(&delivery).await;
        self.refuse_headers_that_make_no_sense(&delivery).await;

        stage.rotate(&endpoint, &json!({"secret": NEW})).await;
        stage.qualify("two@example.com").await;
        let during = recorder.wait_for(2).await.remove(1);
        assert_eq!(self.old.status_of(&during).await, 200, "during a rotation: {self}");
        assert_eq!(self.both.status_of(&during).await, 200, "during a rotation: {self}");
        // The vendor's header has one signature, which is the old one's until the rotation is over.
        let new_alone = if self.signature.is_standard() { 200 } else { 401 };
        assert_eq!(self.new.status_of(&during).await, new_alone, "during a rotation: {self}");

        stage.rotate(&endpoint, &json!({"secret": NEW, "activateAt": "now"})).await;
        stage.qualify("three@example.com").await;
        let after = recorder.wait_for(3).await.remove(2);
        assert_eq!(self.new.status_of(&after).await, 200, "after a rotation: {self}");
        assert_eq!(self.both.status_of(&after).await, 200, "after a rotation: {self}");
        assert_eq!(self.old.status_of(&after).await, 401, "after a rotation: {self}");
        assert_eq!(self.foreign.inbox(), Vec::<Vec<u8>>::new(), "{self}");
    }

    async fn accept_once(&self, delivery: &Received) {
        let twins = (0..8).map(|_| self.old.status_of(delivery));
        assert_eq!(futures_util::future::join_all(twins).await, [200; 8], "{self}");
        assert_eq!(self.old.inbox(), std::slice::from_ref(&delivery.body), "twins are kept once: {self}");
        assert_eq!(self.both.status_of(delivery).await, 200, "a repetition is answered: {self}");
        // To Syrus' receivers each endpoint's delivery is one of its own; elsewhere the event tells.
        let kept = if self.signature == Signature::Syrus { 2 } else { 1 };
        assert_eq!(self.both.status_of(delivery).await, 200, "and once more: {self}");
        assert_eq!(self.both.inbox().len(), kept, "and not kept again: {self}");
        assert_eq!(self.foreign.status_of(delivery).await, 401, "another secret: {self}");
        assert_eq!(self.new.status_of(delivery).await, 401, "another secret: {self}");
    }

    async fn refuse_changes(&self, delivery: &Received) {
        for at in [0, delivery.body.len() / 2, delivery.body.len() - 1] {
            let mut changed = delivery.clone();
            changed.body[at] ^= 1;
            assert_eq!(self.both.status_of(&changed).await, 401, "byte {at} is another: {self}");
        }
        let mut longer = delivery.clone();
        longer.body.push(b' ');
        assert_eq!(self.both.status_of(&longer).await, 401, "a blank more: {self}");
        let mut parsed = delivery.clone();
        parsed.body = serde_json::to_vec_pretty(&delivery.json()).expect("it was parsed");
        assert_eq!(self.both.status_of(&parsed).await, 401, "the same JSON in other bytes: {self}");
        let empty = Received { body: Vec::new(), ..delivery.clone() };
        assert_eq!(self.both.status_of(&empty).await, 401, "no body: {self}");
    }

    async fn refuse_another_time(&self, delivery: &Received) {
        let now = unix_seconds();
        let signed = |at: u64| self.signature.sign(OLD, "evt_OWN", at, delivery.body.clone());
        // Signed here as the server signs: accepted, so that what follows is refused for its time alone.
        let own = signed(now);
        assert_eq!(self.both.status_of(&own).await, 200, "signed now: {self}");
        let Some(header) = self.signature.time_header() else { return };
        for (at, expected) in [(now - 240, 200), (now + 240, 200), (now - 360, 401), (now + 360, 401), (0, 401)] {
            let moved = signed(at);
            assert_eq!(self.both.status_of(&moved).await, expected, "signed at {at}, now it is {now}: {self}");
        }
        let earlier = delivery.with_header(header, &(now - 400).to_string());
        assert_eq!(self.both.status_of(&earlier).await, 401, "the time of an old one: {self}");
        if self.signature.covers_its_time() {
            let sent: u64 = delivery.header(header).and_then(|value| value.parse().ok()).expect("whole seconds");
            let moved = delivery.with_header(header, &(sent + 1).to_string());
            assert_eq!(self.both.status_of(&moved).await, 401, "a second later than signed: {self}");
        }
    }

    async fn refuse_headers_that_make_no_sense(&self, delivery: &Received) {
        let before = self.both.inbox().len();
        let many = "9".repeat(5_000);
        for name in self.signature.headers() {
            let missing = delivery.without_header(name);
            assert_eq!(self.both.status_of(&missing).await, 401, "without {name}: {self}");
            let own = delivery.header(name).expect("the server sends it").to_owned();
            let cut = &own[..own.len() - 1];
            for value in ["", "x", "v1", "v1,", "v1,,", "sha256=", "sha256", "../../x", "ü", "-1", &many, cut] {
                let garbled = delivery.with_header(name, value);
                assert_eq!(self.both.status_of(&garbled).await, 401, "{name} is {value:?}: {self}");
            }
        }
        assert_eq!(self.both.status_of(delivery).await, 200, "it goes on after all that: {self}");
        assert_eq!(self.both.inbox().len(), before, "{self}");
    }
}

impl std::fmt::Display for Receivers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.signature.name(), self.both.output())
    }
}
