//! How the server is brought to deliver, for each kind of endpoint, and what it delivers.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use synaptiq_tests::{Client, Received, Server};

use super::signature::Signature;

const DEADLINE: Duration = Duration::from_secs(60);

/// A server that delivers with one kind of signature.
pub(super) struct Stage {
    admin: Client,
    syrus: Client,
    signature: Signature,
}

impl Stage {
    pub(super) async fn set(server: &Server, signature: Signature) -> Self {
        let syrus = server.client(&server.create_key_of("syrus", "webhooks:manage"));
        let stage = Self { admin: server.admin(), syrus, signature };
        // Those of the kind before are gone.
        let endpoints = stage.admin.get("/api/v1/webhooks").await.expect(200).json();
        for endpoint in endpoints["data"].as_array().expect("a list") {
            stage.admin.delete(&path_of(endpoint)).await.expect(200);
        }
        stage
    }

    /// An endpoint of this kind, made through the dialect whose kind it is.
    pub(super) async fn subscribe(&self, url: &str, secret: &str) -> Value {
        let wanted = |event: &str| json!({"url": url, "secret": secret, "events": [event]});
        match self.signature {
            Signature::StandardLibrary | Signature::Standard | Signature::Timestamped => {
                self.admin.post("/api/v1/webhooks", &wanted("lead.qualified")).await.expect(201).json()
            }
            Signature::Body => {
                let answer = self.admin.post("/api/admin/webhooks", &wanted("lead.qualified")).await.expect(201);
                answer.json()["webhook"].clone()
            }
            Signature::Syrus => self.syrus.post("/api/v1/webhooks", &wanted("lead_qualified")).await.expect(201).json(),
        }
    }

    /// Replaces an endpoint's secret.
    pub(super) async fn rotate(&self, endpoint: &Value, how: &Value) {
        self.admin.post(&format!("{}/rotate-secret", path_of(endpoint)), how).await.expect(200);
    }

    /// One event: a new lead qualifies, whose name every language writes in another way.
    pub(super) async fn qualify(&self, email: &str) {
        let email = format!("{}.{email}", self.signature.name());
        let lead = json!({"email": email, "name": "Ünï ✓ \"q\" <b>/ 😀"});
        let lead = self.admin.post("/api/v1/leads", &lead).await.expect(201).json();
        let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
        self.admin.patch(&path, &json!({"status": "qualified"})).await.expect(200);
    }

    /// Waits until the server says that it has delivered everything to an endpoint.
    pub(super) async fn wait_until_delivered(&self, endpoint: &Value) {
        let end = Instant::now() + DEADLINE;
        loop {
            let list = self.admin.get(&format!("{}/deliveries", path_of(endpoint))).await.expect(200).json();
            let deliveries = list["data"].as_array().expect("a list");
            if !deliveries.is_empty() && deliveries.iter().all(|delivery| delivery["status"] == "delivered") {
                return;
            }
            assert!(Instant::now() < end, "not delivered: {list}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Where v1 has an endpoint, whichever dialect printed its id.
fn path_of(endpoint: &Value) -> String {
    format!("/api/v1/webhooks/{}", endpoint["id"].as_str().expect("an endpoint has an id"))
}

/// Whole seconds of the machine's clock, which is the receivers' too.
pub(super) fn unix_seconds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "receivers read the machine's clock, and so does this test")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// A delivery with one header more, less or other than it came.
pub(super) trait Altered {
    fn with_header(&self, name: &str, value: &str) -> Self;
    fn without_header(&self, name: &str) -> Self;
}

impl Altered for Received {
    fn with_header(&self, name: &str, value: &str) -> Self {
        let mut altered = self.without_header(name);
        altered.headers.push((name.to_owned(), value.to_owned()));
        altered
    }

    fn without_header(&self, name: &str) -> Self {
        let mut altered = self.clone();
        altered.headers.retain(|(own, _)| own != name);
        altered
    }
}
