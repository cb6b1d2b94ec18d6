//! Streams of bytes in and out, counted on the way, never held whole.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _};
use strongroom_domain::Error;

use crate::state::WebState;

/// The request's body as the domain takes it, counted.
pub fn incoming(state: &WebState, body: Body) -> BoxStream<'static, Result<Bytes, Error>> {
    let state = state.clone();
    body.into_data_stream()
        .map(move |chunk| match chunk {
            Ok(bytes) => {
                state.metrics().uploaded(u64::try_from(bytes.len()).unwrap_or(0));
                Ok(bytes)
            }
            // the client went away: what arrived stays
            Err(_) => Err(Error::conflict("upload.cut", "The connection ended before the bytes did.")),
        })
        .boxed()
}

/// The domain's bytes as a body, counted. A fault in the middle ends the connection: nobody takes the part
/// for the whole.
pub fn outgoing(state: &WebState, bytes: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Body {
    let state = state.clone();
    Body::from_stream(bytes.map(move |chunk| match chunk {
        Ok(bytes) => {
            state.metrics().downloaded(u64::try_from(bytes.len()).unwrap_or(0));
            Ok(bytes)
        }
        Err(error) => {
            tracing::warn!(cause = %error, "a download was cut off");
            Err(std::io::Error::other("cut off"))
        }
    }))
}

/// `attachment; filename="…"; filename*=UTF-8''…` for any name.
#[must_use]
pub fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' })
        .map(|c| if matches!(c, '"' | '\\' | '%' | ';') { '_' } else { c })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn any_name_makes_one_header() {
        assert_eq!(attachment("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        let odd = attachment("Kläger\"; x=\r\n.pdf");
        assert!(odd.is_ascii() && !odd.contains('\n') && !odd.contains("\"; x"), "{odd}");
        assert!(odd.contains("Kl%C3%A4ger"));
    }
}
