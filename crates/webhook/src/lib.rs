//! Signing, header profiles, the guarded outbound client, the relay that delivers.
