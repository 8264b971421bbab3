//! The health answer (contract § 13).

use serde::Serialize;
use utoipa::ToSchema;

/// How the installation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `degraded` while the database cannot be written.
    pub status: HealthWord,
    /// `ok`, or `unavailable` while it cannot be written.
    pub database: DatabaseWord,
    /// `ok`, `builtin` where none is configured, or `unreachable`.
    pub model: ModelWord,
    /// The version of the product.
    #[schema(example = "0.1.0")]
    pub version: String,
}

/// Whether everything needed is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthWord {
    /// It is.
    Ok,
    /// It is not: the answer is a 503.
    Degraded,
}

/// How the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseWord {
    /// It can be written.
    Ok,
    /// It cannot.
    Unavailable,
}

/// How the model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ModelWord {
    /// It answers.
    Ok,
    /// None is configured: the built-in assistant answers.
    Builtin,
    /// It does not answer: the built-in assistant does.
    Unreachable,
}

impl Health {
    /// The answer; an unreachable model is no illness, because the built-in assistant answers.
    pub fn of(database: DatabaseWord, model: ModelWord, version: &str) -> Self {
        let status = match database {
            DatabaseWord::Ok => HealthWord::Ok,
            DatabaseWord::Unavailable => HealthWord::Degraded,
        };
        Self { status, database, model, version: version.to_owned() }
    }

    /// The HTTP status of the answer.
    pub const fn http_status(&self) -> u16 {
        match self.status {
            HealthWord::Ok => 200,
            HealthWord::Degraded => 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn only_the_database_makes_it_ill() {
        let health = Health::of(DatabaseWord::Ok, ModelWord::Unreachable, "1.2.3");
        samples::assert_prints(
            &health,
            &json!({"status": "ok", "database": "ok", "model": "unreachable", "version": "1.2.3"}),
        );
        assert_eq!(health.http_status(), 200);
        let ill = Health::of(DatabaseWord::Unavailable, ModelWord::Builtin, "1.2.3");
        assert_eq!((ill.http_status(), ill.status), (503, HealthWord::Degraded));
    }
}
