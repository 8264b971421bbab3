//! actix-web: route tables of the dialects, chat stream, OpenAPI.
