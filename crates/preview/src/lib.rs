//! strongroom-preview
