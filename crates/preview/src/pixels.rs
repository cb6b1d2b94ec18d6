//! From pixels to a PNG that holds nothing else.

use crate::model::Refusal;
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

/// An image encoded anew: its bytes, width and height.
pub(crate) type Drawn = (Vec<u8>, u32, u32);

/// Scales down to fit and encodes.
pub(crate) fn encode(picture: DynamicImage, max_width: u32, max_height: u32) -> Result<Drawn, Refusal> {
    let fits = picture.width() <= max_width && picture.height() <= max_height;
    let picture = if fits { picture } else { picture.thumbnail(max_width, max_height) };
    let (width, height) = (picture.width(), picture.height());
    if picture.color().has_alpha() {
        write(picture.to_rgba8().as_raw(), width, height, ExtendedColorType::Rgba8)
    } else {
        opaque(picture.to_rgb8().as_raw(), width, height, 3)
    }
}

/// Encodes pixels of three or four bytes without their transparency; as greys where there is no colour.
pub(crate) fn opaque(pixels: &[u8], width: u32, height: u32, step: usize) -> Result<Drawn, Refusal> {
    let grey = pixels.chunks_exact(step).all(|p| matches!(p, [r, g, b, ..] if r == g && g == b));
    if grey {
        let greys: Vec<u8> = pixels.iter().step_by(step).copied().collect();
        return write(&greys, width, height, ExtendedColorType::L8);
    }
    if step == 3 {
        return write(pixels, width, height, ExtendedColorType::Rgb8);
    }
    let colours: Vec<u8> = pixels.chunks_exact(step).flat_map(|p| p.iter().take(3).copied()).collect();
    write(&colours, width, height, ExtendedColorType::Rgb8)
}

fn write(pixels: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Result<Drawn, Refusal> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(pixels, width, height, colour)
        .map_err(|_| Refusal::Damaged)?;
    Ok((png, width, height))
}
