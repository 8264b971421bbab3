//! From a setting's text to its value.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use synaptiq_domain::access::WebOrigin;
use url::Url;

use super::ModelConfig;

pub(super) fn database(url: &str) -> Result<PathBuf> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
            // `sqlite:///abs` and `sqlite:/abs` name the same file, `sqlite:rel` and `sqlite:./rel` too.
            Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
        }
        _ => bail!("must be sqlite:PATH, such as sqlite:./data/synaptiq.db"),
    }
}

pub(super) fn admin_token(text: &str) -> Result<String> {
    if text.chars().count() < 16 || text.chars().any(char::is_whitespace) {
        bail!("setting admin_token: must have at least 16 characters without blanks");
    }
    Ok(text.to_owned())
}

pub(super) fn model(provider: &str, url: Option<&str>, name: Option<&str>, key: Option<&str>) -> Result<ModelConfig> {
    match provider {
        "builtin" => Ok(ModelConfig::BuiltIn),
        "openai" => {
            let url = url.context("setting model_url: is required with model_provider openai")?;
            let name = name.context("setting model_name: is required with model_provider openai")?;
            web_url("model_url", url)?;
            Ok(ModelConfig::OpenAi { url: url.to_owned(), name: name.to_owned(), key: key.map(str::to_owned) })
        }
        _ => bail!("setting model_provider: must be builtin or openai"),
    }
}

pub(super) fn networks(key: &str, text: Option<&str>) -> Result<Vec<IpNet>> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|network| !network.is_empty())
        .map(|network| {
            let whole = network.parse::<IpNet>().or_else(|_| network.parse::<std::net::IpAddr>().map(IpNet::from));
            whole.with_context(|| format!("setting {key}: '{network}' is not a network such as 10.0.0.0/8"))
        })
        .collect()
}

pub(super) fn duration(key: &str, text: &str) -> Result<time::Duration> {
    let seconds = text.char_indices().last().and_then(|(at, unit)| {
        let count: i64 = text[..at].parse().ok()?;
        let unit = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        count.checked_mul(unit).filter(|seconds| (1..=30 * 86_400).contains(seconds))
    });
    match seconds {
        Some(seconds) => Ok(time::Duration::seconds(seconds)),
        None => bail!("setting {key}: must be a time such as 90s, 30m or 2h, at most 30d"),
    }
}

pub(super) fn secret_key(text: &str) -> Result<[u8; 32]> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .context("setting secret_key: must be 32 bytes in base64")
}

pub(super) fn public_url(text: &str) -> Result<String> {
    web_url("public_url", text)?;
    Ok(text.trim_end_matches('/').to_owned())
}

/// The origin of the public address: pages of it may write with the session cookie.
pub(super) fn public_origin(text: &str) -> Result<WebOrigin> {
    let origin = web_url("public_url", text)?.origin().ascii_serialization();
    WebOrigin::parse(&origin).context("setting public_url")
}

fn web_url(key: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).with_context(|| format!("setting {key}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        bail!("setting {key}: must be http or https, without credentials");
    }
    Ok(url)
}
