//! A small grey or coloured drawing surface, with text of a bitmap typeface.

use crate::rng::Rng;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster};

/// A picture of RGB pixels.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<[u8; 3]>,
}

/// A colour.
pub(crate) type Ink = [u8; 3];

impl Canvas {
    /// A sheet of one colour.
    pub(crate) fn new(width: usize, height: usize, paper: Ink) -> Self {
        Self { width, height, pixels: vec![paper; width * height] }
    }

    fn slot(&mut self, x: i64, y: i64) -> Option<&mut [u8; 3]> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width { None } else { self.pixels.get_mut(y * self.width + x) }
    }

    /// Lays ink on a pixel; `cover` of 255 hides what was there.
    pub(crate) fn dot(&mut self, x: i64, y: i64, ink: Ink, cover: u8) {
        if let Some(pixel) = self.slot(x, y) {
            for (old, new) in pixel.iter_mut().zip(ink) {
                let mixed = u32::from(*old) * u32::from(255 - cover) + u32::from(new) * u32::from(cover);
                *old = u8::try_from(mixed / 255).unwrap_or(255);
            }
        }
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, x: i64, y: i64, width: i64, height: i64, ink: Ink) {
        for row in y..y + height {
            for column in x..x + width {
                self.dot(column, row, ink, 255);
            }
        }
    }

    /// A line of a thickness.
    pub(crate) fn line(&mut self, from: (i64, i64), to: (i64, i64), thick: i64, ink: Ink) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for n in 0..=steps {
            let x = from.0 + (to.0 - from.0) * n / steps;
            let y = from.1 + (to.1 - from.1) * n / steps;
            self.fill(x - thick / 2, y - thick / 2, thick, thick, ink);
        }
    }

    /// Writes text, returning where it ends.
    pub(crate) fn text(&mut self, at: (i64, i64), text: &str, ink: Ink, big: bool, bold: bool) -> i64 {
        let weight = if bold { FontWeight::Bold } else { FontWeight::Regular };
        let size = if big { RasterHeight::Size20 } else { RasterHeight::Size16 };
        let mut x = at.0;
        for c in text.chars() {
            let Some(glyph) = get_raster(c, weight, size).or_else(|| get_raster('?', weight, size)) else {
                continue;
            };
            for (row, line) in (at.1..).zip(glyph.raster()) {
                for (column, cover) in (x..).zip(line.iter()) {
                    if *cover > 0 {
                        self.dot(column, row, ink, *cover);
                    }
                }
            }
            x += i64::try_from(glyph.width()).unwrap_or(8);
        }
        x
    }

    /// Turns the sheet a little, adds specks and a shadow at the edge: a scan.
    pub(crate) fn scanned(&self, rng: &mut Rng) -> Self {
        let mut out = Self::new(self.width, self.height, [236, 234, 228]);
        let mut grain = rng.fork(77);
        let slope = rng.between(6, 14) * if rng.chance(50) { 1 } else { -1 };
        let (w, h) = (i64::try_from(self.width).unwrap_or(0), i64::try_from(self.height).unwrap_or(0));
        for y in 0..h {
            for x in 0..w {
                let (sx, sy) = (x + (y - h / 2) * slope / 1000, y - (x - w / 2) * slope / 1000);
                if sx < 0 || sy < 0 || sx >= w || sy >= h {
                    continue;
                }
                let index = usize::try_from(sy * w + sx).unwrap_or(0);
                if let Some(pixel) = self.pixels.get(index) {
                    out.dot(x, y, *pixel, 255);
                    // The lamp's flicker and the fibres of the paper.
                    if grain.chance(16) {
                        out.dot(x, y, [120, 116, 108], 26);
                    }
                }
            }
        }
        for _ in 0..(w * h / 900) {
            let (x, y) = (rng.between(0, w), rng.between(0, h));
            let cover = u8::try_from(rng.between(20, 110)).unwrap_or(60);
            out.dot(x, y, [70, 66, 60], cover);
        }
        for x in 0..14 {
            for y in 0..h {
                out.dot(x, y, [90, 88, 84], u8::try_from((14 - x) * 7).unwrap_or(0));
            }
        }
        // A punched hole or two, as a file keeps them.
        for centre in [h * 2 / 5, h * 3 / 5] {
            for dy in -11i64..=11 {
                for dx in -11i64..=11 {
                    if dx * dx + dy * dy < 121 {
                        out.dot(34 + dx, centre + dy, [96, 94, 90], 200);
                    }
                }
            }
        }
        out
    }

    /// The brightness alone, in 32 steps so that it compresses well.
    pub(crate) fn grey(&self) -> Vec<u8> {
        self.pixels
            .iter()
            .map(|[r, g, b]| {
                let light = (u32::from(*r) * 30 + u32::from(*g) * 59 + u32::from(*b) * 11) / 100;
                u8::try_from(light).unwrap_or(255) & 0xF8
            })
            .collect()
    }

    /// The picture as PNG.
    pub(crate) fn png(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let size = (u32::try_from(self.width).unwrap_or(1), u32::try_from(self.height).unwrap_or(1));
        let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let raw: Vec<u8> = self.pixels.iter().flatten().copied().collect();
        if let Ok(mut writer) = encoder.write_header() {
            // Writing into memory does not fail; the tests decode every kind.
            let _ = writer.write_image_data(&raw);
        }
        out
    }
}
