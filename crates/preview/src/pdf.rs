//! PDF pages, drawn by `hayro`. Scripts, forms' actions, links and embedded files stay behind.

use crate::{
    model::{Preview, Refusal},
    pixels,
};
use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::{DecryptionError, LoadPdfError, Pdf},
    vello_cpu::{color::palette::css::WHITE, peniko::ImageAlphaType},
};

/// A page image is never higher than this.
const MAX_HEIGHT: f32 = 4000.0;
const MAX_SIZES: usize = 2000;

pub(crate) fn render(bytes: Vec<u8>, number: u32, width: u32, summary: bool) -> Result<Preview, Refusal> {
    let pdf = Pdf::new(bytes).map_err(|e| match e {
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => Refusal::Unsupported,
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Refusal::Encrypted,
        _ => Refusal::Damaged,
    })?;
    let pages = pdf.pages();
    let count = u32::try_from(pages.len()).map_err(|_| Refusal::TooBig)?;
    if count == 0 {
        return Err(Refusal::Damaged);
    }
    let index = usize::try_from(number - 1).map_err(|_| Refusal::NoSuchPage)?;
    let page = pages.get(index).ok_or(Refusal::NoSuchPage)?;
    let (page_width, page_height) = page.render_dimensions();
    if !(page_width.is_finite() && page_height.is_finite()) || page_width < 1.0 || page_height < 1.0 {
        return Err(Refusal::Damaged);
    }
    let scale = (width as f32 / page_width).min(MAX_HEIGHT / page_height);
    // a side below one pixel cannot be drawn
    let (x_scale, y_scale) = (scale.max(1.01 / page_width), scale.max(1.01 / page_height));
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale, y_scale, bg_color: WHITE },
    );
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let (png, width, height) =
        pixels::opaque(&pixmap.take_rgba8(ImageAlphaType::AlphaPremultiplied), width, height, 4)?;
    let sizes = if summary {
        let size = |side: f32| if side.is_finite() { side.clamp(1.0, 100_000.0) as u32 } else { 1 };
        let all = pages.iter().take(MAX_SIZES).map(|p| p.render_dimensions());
        all.map(|(w, h)| (size(w), size(h))).collect()
    } else {
        Vec::new()
    };
    Ok(Preview::Pages { count, page: number, png, width, height, sizes })
}
