//! What a firm does, one folder each, under the same name as in `domain`.
