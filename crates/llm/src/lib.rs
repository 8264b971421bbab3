//! The model port over HTTP: OpenAI-compatible addresses.
