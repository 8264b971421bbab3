//! The passage index: a cache of the store that can be thrown away.
