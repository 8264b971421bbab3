//! Settings (contract § 15): flag, then environment, then `synaptiq.toml`, then default. The one
//! place that reads the environment. An unknown name is an error that names the nearest known one.

mod parse;
mod plans;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use ipnet::IpNet;
use synaptiq_domain::{
    access::WebOrigin,
    limit::{Plans, PublicLimits},
    webhook::{Profile, RetrySchedule},
};

/// One setting: its name in the settings file and on the command line, and in the environment.
pub(crate) struct Setting {
    /// In the settings file: `database_url`.
    pub(crate) key: &'static str,
    /// On the command line, after the hyphens: `database-url`.
    pub(crate) flag: &'static str,
    /// `SYNAPTIQ_LISTEN`.
    pub(crate) env: &'static str,
    /// What it is where nobody says anything.
    pub(crate) default: Option<&'static str>,
    /// Whether it is hidden when printed, and can be read from a file.
    pub(crate) secret: bool,
    /// One line of help.
    pub(crate) help: &'static str,
}

const fn setting(
    key: &'static str,
    flag: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Setting {
    Setting { key, flag, env, default, secret: false, help }
}

const fn secret(key: &'static str, flag: &'static str, env: &'static str, help: &'static str) -> Setting {
    Setting { key, flag, env, default: None, secret: true, help }
}

/// Every setting there is.
pub(crate) const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "listen",
        "SYNAPTIQ_LISTEN",
        Some("127.0.0.1:8080"),
        "Address and port to serve on; port 0 picks one",
    ),
    setting(
        "database_url",
        "database-url",
        "DATABASE_URL",
        Some("sqlite:./data/synaptiq.db"),
        "The database: sqlite:PATH",
    ),
    secret(
        "admin_token",
        "admin-token",
        "SYNAPTIQ_ADMIN_TOKEN",
        "The operator's token; generated at the first start if unset",
    ),
    setting(
        "model_provider",
        "model-provider",
        "SYNAPTIQ_MODEL_PROVIDER",
        Some("builtin"),
        "builtin, or openai for any compatible address",
    ),
    setting(
        "model_url",
        "model-url",
        "SYNAPTIQ_MODEL_URL",
        None,
        "Base address of the model, e.g. http://127.0.0.1:11434/v1",
    ),
    setting("model_name", "model-name", "SYNAPTIQ_MODEL_NAME", None, "Name of the model"),
    secret("model_key", "model-key", "SYNAPTIQ_MODEL_KEY", "Key of the model's address"),
    setting(
        "outbound_allow",
        "outbound-allow",
        "SYNAPTIQ_OUTBOUND_ALLOW",
        Some(""),
        "Private networks (CIDRs) that webhooks may reach",
    ),
    setting(
        "webhook_schedule",
        "webhook-schedule",
        "SYNAPTIQ_WEBHOOK_SCHEDULE",
        None,
        "Waits between tries, e.g. 1m,5m,30m,2h,24h",
    ),
    setting(
        "webhook_schedule_syrus",
        "webhook-schedule-syrus",
        "SYNAPTIQ_WEBHOOK_SCHEDULE_SYRUS",
        None,
        "The same for endpoints of profile syrus",
    ),
    setting(
        "conversation_idle",
        "conversation-idle",
        "SYNAPTIQ_CONVERSATION_IDLE",
        Some("30m"),
        "Silence after which a conversation expires",
    ),
    setting("plan", "plan", "SYNAPTIQ_PLAN", Some("self_hosted"), "Plan of the default tenant"),
    setting(
        "plans",
        "plans",
        "SYNAPTIQ_PLANS",
        None,
        "Plans besides the published ones, or in their place, e.g. { gold = { requests = 600, chat = 300 } }",
    ),
    setting(
        "public_session_limit",
        "public-session-limit",
        "SYNAPTIQ_PUBLIC_SESSION_LIMIT",
        Some("20"),
        "Messages a minute and session without a key, or unlimited",
    ),
    setting(
        "public_address_limit",
        "public-address-limit",
        "SYNAPTIQ_PUBLIC_ADDRESS_LIMIT",
        Some("120"),
        "Messages a minute and address without a key, or unlimited",
    ),
    setting(
        "public_daily_limit",
        "public-daily-limit",
        "SYNAPTIQ_PUBLIC_DAILY_LIMIT",
        Some("2000"),
        "Messages a UTC day and address without a key, or unlimited",
    ),
    setting(
        "public_request_limit",
        "public-request-limit",
        "SYNAPTIQ_PUBLIC_REQUEST_LIMIT",
        Some("6000"),
        "Other requests a minute and address without a valid key, or unlimited",
    ),
    secret(
        "secret_key",
        "secret-key",
        "SYNAPTIQ_SECRET_KEY",
        "32 bytes in base64 that encrypt secrets at rest; a key file if unset",
    ),
    setting(
        "trusted_proxies",
        "trusted-proxies",
        "SYNAPTIQ_TRUSTED_PROXIES",
        Some(""),
        "Networks (CIDRs) whose X-Forwarded-For, -Proto and -Host are believed",
    ),
    setting("public_url", "public-url", "SYNAPTIQ_PUBLIC_URL", None, "Address under which visitors reach this server"),
    setting("log", "log", "SYNAPTIQ_LOG", Some("info"), "What to log, e.g. info or synaptiq_http=debug"),
];

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        })
    }
}

/// Values as written, with where they came from.
pub(crate) type Values = BTreeMap<&'static str, (String, Origin)>;

/// Which model answers.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ModelConfig {
    /// None: the built-in assistant.
    BuiltIn,
    /// An OpenAI-compatible address.
    OpenAi { url: String, name: String, key: Option<String> },
}

/// Parsed settings.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) database: PathBuf,
    pub(crate) admin_token: Option<String>,
    pub(crate) model: ModelConfig,
    pub(crate) outbound_allow: Vec<IpNet>,
    pub(crate) webhook_schedule: RetrySchedule,
    pub(crate) webhook_schedule_syrus: RetrySchedule,
    pub(crate) conversation_idle: time::Duration,
    pub(crate) plan: String,
    pub(crate) plans: Arc<Plans>,
    pub(crate) public_limits: PublicLimits,
    pub(crate) secret_key: Option<[u8; 32]>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) public_url: Option<String>,
    pub(crate) public_origin: Option<WebOrigin>,
    pub(crate) log: String,
    values: Values,
}

impl Config {
    /// Reads the settings of this process. `file` is named by a flag; otherwise `synaptiq.toml` is
    /// read where it exists.
    pub(crate) fn of_process(flags: &[(&'static str, String)], file: Option<&Path>) -> Result<Self> {
        let path = file.map_or_else(|| PathBuf::from("synaptiq.toml"), Path::to_path_buf);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
        Self::parse(gather(flags, environment, text.as_deref())?)
    }

    /// Parses gathered values; the first wrong one is an error that names it.
    pub(crate) fn parse(values: Values) -> Result<Self> {
        let of = |key: &str| values.get(key).map(|(value, _)| value.as_str()).filter(|value| !value.is_empty());
        let required = |key: &'static str| of(key).expect("a setting with a default has a value");
        let named = |key: &'static str| move || format!("setting {key}");
        let schedule = |key: &'static str, profile| match of(key) {
            Some(text) => text.parse::<RetrySchedule>().with_context(named(key)),
            None => Ok(RetrySchedule::published(profile)),
        };
        let limit = |key: &'static str| plans::allowance(&required(key).into()).with_context(named(key));
        Ok(Self {
            listen: required("listen").parse().with_context(named("listen"))?,
            database: parse::database(required("database_url")).with_context(named("database_url"))?,
            admin_token: of("admin_token").map(parse::admin_token).transpose()?,
            model: parse::model(required("model_provider"), of("model_url"), of("model_name"), of("model_key"))?,
            outbound_allow: parse::networks("outbound_allow", of("outbound_allow"))?,
            webhook_schedule: schedule("webhook_schedule", Profile::Synaptiq)?,
            webhook_schedule_syrus: schedule("webhook_schedule_syrus", Profile::Syrus)?,
            conversation_idle: parse::duration("conversation_idle", required("conversation_idle"))?,
            plan: required("plan").to_owned(),
            plans: Arc::new(plans::parse(of("plans"), required("plan"))?),
            public_limits: PublicLimits {
                session: limit("public_session_limit")?,
                address: limit("public_address_limit")?,
                day: limit("public_daily_limit")?,
                other: limit("public_request_limit")?,
            },
            secret_key: of("secret_key").map(parse::secret_key).transpose()?,
            trusted_proxies: parse::networks("trusted_proxies", of("trusted_proxies"))?,
            public_url: of("public_url").map(parse::public_url).transpose()?,
            public_origin: of("public_url").map(parse::public_origin).transpose()?,
            log: required("log").to_owned(),
            values,
        })
    }

    /// Every effective setting with its origin, secrets hidden.
    pub(crate) fn redacted(&self) -> Vec<(&'static str, String, Origin)> {
        SETTINGS
            .iter()
            .filter_map(|setting| {
                let (value, origin) = self.values.get(setting.key)?;
                let shown = if setting.secret && !value.is_empty() { "(set)".to_owned() } else { value.clone() };
                Some((setting.key, shown, *origin))
            })
            .collect()
    }
}

/// Puts the values together, the stronger origin last.
pub(crate) fn gather(
    flags: &[(&'static str, String)],
    environment: impl IntoIterator<Item = (String, String)>,
    file: Option<&str>,
) -> Result<Values> {
    let mut values: Values = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.key, (setting.default?.to_owned(), Origin::Default))))
        .collect();
    if let Some(text) = file {
        let table: toml::Table = text.parse().context("synaptiq.toml")?;
        for (key, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                bail!(
                    "unknown setting {key} in synaptiq.toml{}",
                    nearest(&key, SETTINGS.iter().map(|known| known.key))
                );
            };
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                // One setting is a table; written in one line it is the text that a flag would have.
                table @ toml::Value::Table(_) if setting.key == "plans" => table.to_string(),
                _ => bail!("setting {key} in synaptiq.toml must be a text"),
            };
            values.insert(setting.key, (text, Origin::File));
        }
    }
    for (name, value) in environment {
        if name != "DATABASE_URL" && !name.starts_with("SYNAPTIQ_") {
            continue;
        }
        let (setting, value) = read_variable(&name, value)?;
        if !value.is_empty() {
            values.insert(setting.key, (value, Origin::Environment));
        }
    }
    for (key, value) in flags {
        values.insert(key, (value.clone(), Origin::Flag));
    }
    Ok(values)
}

/// A variable's setting and value; `…_FILE` of a secret reads the file.
fn read_variable(name: &str, value: String) -> Result<(&'static Setting, String)> {
    if let Some(setting) = SETTINGS.iter().find(|setting| setting.env == name) {
        return Ok((setting, value));
    }
    let of_file = name
        .strip_suffix("_FILE")
        .and_then(|name| SETTINGS.iter().find(|setting| setting.secret && setting.env == name));
    match of_file {
        Some(setting) => {
            let text = std::fs::read_to_string(&value).with_context(|| format!("{name}: cannot read {value}"))?;
            Ok((setting, text.trim().to_owned()))
        }
        None => bail!("unknown setting {name}{}", nearest(name, SETTINGS.iter().map(|known| known.env))),
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)))
        .map(|best| format!("; did you mean {best}?"))
        .unwrap_or_default()
}

/// Where the database of an address is, such as `sqlite:./data/synaptiq.db`.
pub(crate) fn database_path(url: &str) -> Result<PathBuf> {
    parse::database(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn flag_beats_environment_beats_file_beats_default() {
        let file = Some("listen = '127.0.0.1:1'\nlog = 'warn'\nplan = 'pro'");
        let values = gather(
            &[("listen", "127.0.0.1:3".to_owned())],
            env(&[("SYNAPTIQ_LISTEN", "127.0.0.1:2"), ("SYNAPTIQ_LOG", "debug")]),
            file,
        )
        .expect("known settings");
        let config = Config::parse(values).expect("valid");
        assert_eq!(config.listen.port(), 3);
        assert_eq!((config.log.as_str(), config.plan.as_str()), ("debug", "pro"));
        assert_eq!(config.conversation_idle, time::Duration::minutes(30));
    }

    #[test]
    fn an_unknown_setting_is_refused_with_the_nearest_known_one() {
        let error = gather(&[], env(&[("SYNAPTIQ_LISTN", "x")]), None).expect_err("unknown").to_string();
        assert_eq!(error, "unknown setting SYNAPTIQ_LISTN; did you mean SYNAPTIQ_LISTEN?");
        let error = gather(&[], env(&[]), Some("databse_url = 'x'")).expect_err("unknown").to_string();
        assert!(error.contains("did you mean database_url?"), "{error}");
    }

    #[test]
    fn a_wrong_value_names_its_setting() {
        for (key, value) in [
            ("listen", "nowhere"),
            ("database_url", "mysql://x"),
            ("conversation_idle", "soon"),
            ("outbound_allow", "10.0.0.0/99"),
            ("model_provider", "oracle"),
            ("secret_key", "c2hvcnQ="),
            ("webhook_schedule", "1 fortnight"),
            ("plan", "gold"),
            ("plans", "{ gold = {} }"),
            ("public_session_limit", "0"),
            ("public_daily_limit", "many"),
            ("public_url", "ftp://x"),
            ("admin_token", "short"),
        ] {
            let values = gather(
                &[(SETTINGS.iter().find(|known| known.key == key).expect("known").key, value.to_owned())],
                env(&[]),
                None,
            );
            let error = Config::parse(values.expect("known")).err().expect("refused");
            assert!(error.to_string().contains(key), "{key}: {error:#}");
        }
    }

    #[test]
    fn plans_are_read_from_the_file_the_environment_and_a_flag_alike() {
        let file = "plan = 'gold'\n[plans.gold]\nrequests = 600\nchat = 7\n[plans.'silver 2']\nrequests = 'unlimited'";
        let of_file = gather(&[], env(&[]), Some(file)).expect("known settings");
        let text = of_file["plans"].0.clone();
        for values in [
            Ok(of_file),
            gather(&[], env(&[("SYNAPTIQ_PLANS", &text), ("SYNAPTIQ_PLAN", "gold")]), None),
            gather(&[("plans", text.clone()), ("plan", "gold".to_owned())], env(&[]), None),
        ] {
            let plans = Config::parse(values.expect("known settings")).expect("valid").plans;
            assert_eq!(plans.find("gold").expect("given").requests.to_string(), "600");
            assert_eq!(plans.find("gold").ok(), Some(plans.usual()));
            assert_eq!(plans.find("silver 2").expect("given").requests.to_string(), "unlimited");
        }
    }

    #[test]
    fn secrets_are_hidden_when_settings_are_printed() {
        let values = gather(&[], env(&[("SYNAPTIQ_ADMIN_TOKEN", "correct-horse-battery")]), None).expect("known");
        let shown = format!("{:?}", Config::parse(values).expect("valid").redacted());
        assert!(!shown.contains("horse") && shown.contains("(set)"));
    }
}
