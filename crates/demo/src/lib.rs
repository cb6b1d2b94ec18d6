//! strongroom-demo
