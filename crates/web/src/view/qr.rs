//! A QR code as one SVG path, from its matrix of dark modules.

/// The matrix; rows from the top.
pub struct Qr {
    rows: Vec<Vec<bool>>,
}

/// The light border that readers need, in modules.
const QUIET: usize = 4;

impl Qr {
    #[must_use]
    pub fn new(rows: Vec<Vec<bool>>) -> Self {
        Self { rows }
    }

    /// The side of the drawing, border included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rows.len() + 2 * QUIET
    }

    /// One run of dark modules is one `h` of the path.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.rows.iter().enumerate() {
            let mut run = 0;
            for (x, dark) in row.iter().chain(std::iter::once(&false)).enumerate() {
                if *dark {
                    run += 1;
                } else if run > 0 {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x - run + QUIET, y + QUIET));
                    run = 0;
                }
            }
        }
        path
    }
}
