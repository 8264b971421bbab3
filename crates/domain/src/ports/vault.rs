//! Encryption at rest of what must be read again: webhook secrets and kept answers.

/// What a sealed value is for: a value sealed for one purpose does not open for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The secret of a webhook endpoint.
    EndpointSecret,
    /// The kept answer of a write, or what is needed to resume it.
    Receipt,
    /// The value by which a start recognises its secret key.
    KeyCheck,
}

/// Seals and opens with the installation's secret key.
///
/// Promises: what was sealed opens to the same bytes; a changed byte, another purpose or another
/// key opens to nothing; sealing the same bytes twice gives different bytes.
pub trait Vault: Send + Sync {
    /// Encrypts and authenticates.
    fn seal(&self, purpose: Purpose, plain: &[u8]) -> Vec<u8>;

    /// Decrypts; `None` if it is not what [`Vault::seal`] made for this purpose with this key.
    fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>>;
}
