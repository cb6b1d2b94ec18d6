//! strongroom-tlog
