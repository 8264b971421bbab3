//! The published JSON records: per dialect serde shapes, id and time codecs, webhook bodies. No I/O.
