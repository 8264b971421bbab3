//! Which crate may use which. A new line here needs one in `docs/decisions/` too.

/// One package and what it may use.
pub(super) struct Layer {
    /// Its name.
    pub(super) package: &'static str,
    /// Packages of this workspace that its own code may use.
    pub(super) depends_on: &'static [&'static str],
    /// Packages of this workspace that only its tests may use, beside the test kit.
    pub(super) tests_use: &'static [&'static str],
    /// Which crates from outside its own code may use.
    pub(super) external: External,
}

/// Crates from outside.
pub(super) enum External {
    /// These alone.
    Only(&'static [&'static str]),
    /// Any, except those that have another home (`EXCLUSIVE`).
    Any,
}

/// A crate from outside that only some packages may use.
pub(super) struct Home {
    /// Its name.
    pub(super) external: &'static str,
    /// Who may use it.
    pub(super) packages: &'static [&'static str],
}

/// Packages that any other may use in its tests.
pub(super) const DEVELOPMENT_ONLY: &[&str] = &["synaptiq-testkit"];

/// Every package of the workspace, from the inside out.
pub(super) const LAYERS: &[Layer] = &[
    Layer {
        package: "synaptiq-domain",
        depends_on: &[],
        // The store in memory is a real adapter: use cases are tested on it rather than on a mock.
        tests_use: &["synaptiq-storage"],
        external: External::Only(&[
            "async-trait",
            "base64",
            "futures-util",
            "hex",
            "hmac",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "time",
            "tokio",
            "ulid",
            "unicode-normalization",
        ]),
    },
    Layer {
        package: "synaptiq-wire",
        depends_on: &["synaptiq-domain"],
        tests_use: &[],
        external: External::Only(&["base64", "csv", "serde", "serde_json", "sha2", "thiserror", "time", "utoipa"]),
    },
    Layer { package: "synaptiq-storage", depends_on: &["synaptiq-domain"], tests_use: &[], external: External::Any },
    Layer { package: "synaptiq-search", depends_on: &["synaptiq-domain"], tests_use: &[], external: External::Any },
    Layer { package: "synaptiq-assistant", depends_on: &["synaptiq-domain"], tests_use: &[], external: External::Any },
    Layer { package: "synaptiq-llm", depends_on: &["synaptiq-domain"], tests_use: &[], external: External::Any },
    Layer {
        package: "synaptiq-webhook",
        depends_on: &["synaptiq-domain", "synaptiq-wire"],
        tests_use: &[],
        external: External::Any,
    },
    Layer {
        package: "synaptiq-exchange",
        depends_on: &["synaptiq-domain", "synaptiq-wire"],
        // What is moved out and in again is compared on real stores.
        tests_use: &["synaptiq-storage"],
        external: External::Any,
    },
    Layer {
        package: "synaptiq-http",
        depends_on: &["synaptiq-domain", "synaptiq-wire"],
        tests_use: &["synaptiq-storage"],
        external: External::Any,
    },
    Layer {
        package: "synaptiq",
        depends_on: &[
            "synaptiq-assistant",
            "synaptiq-domain",
            "synaptiq-exchange",
            "synaptiq-http",
            "synaptiq-llm",
            "synaptiq-search",
            "synaptiq-storage",
            "synaptiq-webhook",
            "synaptiq-wire",
        ],
        tests_use: &[],
        external: External::Any,
    },
    Layer { package: "synaptiq-testkit", depends_on: &["synaptiq-domain"], tests_use: &[], external: External::Any },
    Layer { package: "synaptiq-tests", depends_on: &["synaptiq-testkit"], tests_use: &[], external: External::Any },
    // A tool beside the product, which it knows as a binary alone; its floor is a server of its own.
    Layer { package: "synaptiq-bench", depends_on: &[], tests_use: &[], external: External::Any },
    Layer { package: "xtask", depends_on: &[], tests_use: &[], external: External::Any },
];

/// Crates from outside whose use is a decision of its own.
pub(super) const EXCLUSIVE: &[Home] = &[
    Home {
        external: "actix-web",
        packages: &["synaptiq-bench", "synaptiq-http", "synaptiq-testkit", "synaptiq-tests"],
    },
    Home { external: "anyhow", packages: &["synaptiq", "synaptiq-bench", "xtask"] },
    Home { external: "diesel", packages: &["synaptiq-storage", "synaptiq-bench"] },
    Home {
        external: "reqwest",
        packages: &["synaptiq-exchange", "synaptiq-llm", "synaptiq-webhook", "synaptiq-tests"],
    },
    Home { external: "tantivy", packages: &["synaptiq-search"] },
];
