//! How to reach a model, checked before anything is sent.

use std::{fmt, time::Duration};

use reqwest::header::HeaderValue;
use thiserror::Error;
use url::Url;

/// A model behind an OpenAI-compatible address.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// What `/chat/completions` is appended to, `https://api.example.com/v1` for instance. Given
    /// with it, that is understood too. http or https, without user name and password (security O1).
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// Sent as a bearer token.
    pub api_key: Option<ApiKey>,
    /// The most an answer may take, from the question to its last piece.
    pub deadline: Duration,
    /// The most its first piece may take.
    pub first_piece_timeout: Duration,
    /// The most each further piece may take.
    pub idle_timeout: Duration,
    /// The most bytes of text of an answer.
    pub max_answer_bytes: usize,
}

impl OpenAiOptions {
    /// The options of an address and a model, without a key: 30 s in all, 15 s for the first piece,
    /// 10 s for each other, 64 KiB.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            api_key: None,
            deadline: Duration::from_secs(30),
            first_piece_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(10),
            max_answer_bytes: 64 * 1024,
        }
    }
}

/// The key of a model. It is in no debug form and in no log (security P4).
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key as the operator configured it; blanks around it are dropped.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The header that carries it.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, InvalidOptions> {
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", self.0)).map_err(|_| InvalidOptions::UnprintableKey)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// Why a model cannot be used as configured.
#[derive(Debug, Error)]
pub enum InvalidOptions {
    /// The address is none.
    #[error("the model's address must be an absolute URL")]
    MalformedUrl,
    /// The address is neither http nor https.
    #[error("the model's address must be http or https")]
    Scheme,
    /// The address carries a user name or password.
    #[error("the model's address must not contain credentials: the key has its own setting")]
    Credentials,
    /// No model is named.
    #[error("the model's name must not be empty")]
    NoModel,
    /// The key cannot stand in a header.
    #[error("the model's key must consist of printable characters")]
    UnprintableKey,
    /// TLS cannot be set up, for want of root certificates for instance.
    #[error("the client for the model cannot be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The addresses of a model.
#[derive(Clone)]
pub(crate) struct Addresses {
    /// Where answers come from.
    pub(crate) completions: Url,
    /// What tells whether anyone is there.
    pub(crate) models: Url,
}

impl Addresses {
    /// Reads the configured address.
    pub(crate) fn parse(base_url: &str) -> Result<Self, InvalidOptions> {
        let mut base = Url::parse(base_url.trim()).map_err(|_| InvalidOptions::MalformedUrl)?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(InvalidOptions::Scheme);
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(InvalidOptions::Credentials);
        }
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/chat/completions").unwrap_or(path).trim_end_matches('/').to_owned();
        let at = |end: &str| {
            let mut address = base.clone();
            address.set_path(&format!("{path}/{end}"));
            address
        };
        Ok(Self { completions: at("chat/completions"), models: at("models") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_may_end_in_any_usual_way() {
        for base in [
            "http://127.0.0.1:11434/v1",
            "http://127.0.0.1:11434/v1/",
            " http://127.0.0.1:11434/v1/chat/completions ",
            "http://127.0.0.1:11434/v1/chat/completions/#here",
        ] {
            let addresses = Addresses::parse(base).unwrap_or_else(|error| panic!("{base}: {error}"));
            assert_eq!(addresses.completions.as_str(), "http://127.0.0.1:11434/v1/chat/completions");
            assert_eq!(addresses.models.as_str(), "http://127.0.0.1:11434/v1/models");
        }
        let with_query = Addresses::parse("https://models.example/d?api-version=1").expect("valid");
        assert_eq!(with_query.completions.as_str(), "https://models.example/d/chat/completions?api-version=1");
        assert_eq!(
            Addresses::parse("https://models.example").expect("valid").models.as_str(),
            "https://models.example/models"
        );
    }

    #[test]
    fn o1_only_http_without_credentials_is_accepted() {
        for base in ["", "models.example/v1", "/v1", "http://"] {
            assert!(matches!(Addresses::parse(base), Err(InvalidOptions::MalformedUrl)), "{base}");
        }
        for base in ["ftp://models.example", "file:///etc/passwd", "localhost:8080/v1"] {
            assert!(matches!(Addresses::parse(base), Err(InvalidOptions::Scheme)), "{base}");
        }
        for base in ["http://user@models.example", "http://:secret@models.example"] {
            assert!(matches!(Addresses::parse(base), Err(InvalidOptions::Credentials)), "{base}");
        }
    }

    #[test]
    fn p4_a_key_is_in_no_debug_form() {
        let mut options = OpenAiOptions::new("http://127.0.0.1/v1", "m");
        options.api_key = Some(ApiKey::new(" sk-very-secret\n"));
        assert!(!format!("{options:?}").contains("secret"));
        let header = options.api_key.expect("just set").bearer().expect("printable");
        assert_eq!(header, "Bearer sk-very-secret");
        assert!(!format!("{header:?}").contains("secret"));
        assert!(matches!(ApiKey::new("a\nb").bearer(), Err(InvalidOptions::UnprintableKey)));
    }
}
