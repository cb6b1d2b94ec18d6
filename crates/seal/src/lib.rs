//! strongroom-seal
