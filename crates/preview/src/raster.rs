//! Pictures: decoded to pixels, turned upright, scaled, encoded anew. EXIF, places, comments and whatever
//! else was hidden in the file end here.

use crate::{
    model::{Preview, Refusal},
    pixels,
};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, metadata::Orientation};
use std::io::Cursor;

const MAX_SIDE: u32 = 1600;

pub(crate) fn render(bytes: &[u8]) -> Result<Preview, Refusal> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Refusal::Damaged)?;
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    decoder.set_limits(limits()).map_err(refusal)?;
    bounded(width, height)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    picture.apply_orientation(orientation);
    let (png, width, height) = pixels::encode(picture, MAX_SIDE, MAX_SIDE)?;
    Ok(Preview::Image { png, width, height })
}

pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(30_000);
    limits.max_image_height = Some(30_000);
    limits.max_alloc = Some(400 * 1024 * 1024);
    limits
}

/// At most a hundred million pixels.
pub(crate) fn bounded(width: u32, height: u32) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    match pixels {
        0 => Err(Refusal::Damaged),
        1..=100_000_000 => Ok(()),
        _ => Err(Refusal::TooBig),
    }
}

pub(crate) fn refusal(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooBig,
        ImageError::Unsupported(_) => Refusal::Unsupported,
        _ => Refusal::Damaged,
    }
}
