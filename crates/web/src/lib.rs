//! strongroom-web
