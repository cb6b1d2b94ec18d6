//! strongroom-storage
