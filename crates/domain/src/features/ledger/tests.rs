//! The plain words of an entry, and which tiles are served.
