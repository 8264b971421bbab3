//! The built-in assistant: intents, facts, language, extractive answers. No model and no network.
