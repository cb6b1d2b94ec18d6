//! TIFF of one or many pages: the usual form of scans and faxes.
//!
//! `image` decodes every colour model but only the first page, `tiff` finds the pages. So the pointer in the
//! header is turned to the page that is wanted.

use crate::{
    model::{Preview, Refusal},
    pixels, raster,
};
use image::{DynamicImage, ImageDecoder, codecs::tiff::TiffDecoder};
use std::io::Cursor;
use tiff::decoder::Decoder;

const MAX_PAGES: u32 = 5000;
const MAX_SIZES: usize = 2000;
const MAX_HEIGHT: u32 = 4000;

pub(crate) fn render(mut bytes: Vec<u8>, number: u32, width: u32, summary: bool) -> Result<Preview, Refusal> {
    let found = pages(&bytes)?;
    let count = u32::try_from(found.len()).map_err(|_| Refusal::TooBig)?;
    let index = usize::try_from(number - 1).map_err(|_| Refusal::NoSuchPage)?;
    let page = found.get(index).ok_or(Refusal::NoSuchPage)?;
    raster::bounded(page.width, page.height)?;
    turn_to(&mut bytes, page.pointer).ok_or(Refusal::Damaged)?;
    let mut decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(raster::refusal)?;
    decoder.set_limits(raster::limits()).map_err(raster::refusal)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(raster::refusal)?;
    let (png, width, height) = pixels::encode(picture, width, MAX_HEIGHT)?;
    let sizes = match summary {
        true => found.iter().take(MAX_SIZES).map(|p| (p.width, p.height)).collect(),
        false => Vec::new(),
    };
    Ok(Preview::Pages { count, page: number, png, width, height, sizes })
}

struct Page {
    pointer: u64,
    width: u32,
    height: u32,
}

fn pages(bytes: &[u8]) -> Result<Vec<Page>, Refusal> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    let mut found = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().map_err(|_| Refusal::Damaged)?;
        let pointer = decoder.ifd_pointer().ok_or(Refusal::Damaged)?.0;
        found.push(Page { pointer, width, height });
        if found.len() as u64 > u64::from(MAX_PAGES) {
            return Err(Refusal::TooBig);
        }
        // a broken later page hides only itself and those after it
        if !decoder.more_images() || decoder.next_image().is_err() {
            return Ok(found);
        }
    }
}

/// Writes the page's place where the header keeps that of the first.
fn turn_to(bytes: &mut [u8], pointer: u64) -> Option<()> {
    let (little, big_tiff) = match bytes.first_chunk::<4>()? {
        b"II*\0" => (true, false),
        b"MM\0*" => (false, false),
        b"II+\0" => (true, true),
        _ => (false, true),
    };
    let small = u32::try_from(pointer).ok();
    match (big_tiff, little) {
        (true, true) => bytes.get_mut(8..16)?.copy_from_slice(&pointer.to_le_bytes()),
        (true, false) => bytes.get_mut(8..16)?.copy_from_slice(&pointer.to_be_bytes()),
        (false, true) => bytes.get_mut(4..8)?.copy_from_slice(&small?.to_le_bytes()),
        (false, false) => bytes.get_mut(4..8)?.copy_from_slice(&small?.to_be_bytes()),
    }
    Some(())
}
