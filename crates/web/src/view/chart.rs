//! A small bar chart drawn on the server, always with the table it is drawn from.

use askama::Template;

use crate::http::when::count;

component!(Chart);

/// One bar.
#[derive(Clone)]
pub struct Bar {
    /// "21 Nov"
    pub label: String,
    pub value: u32,
}

impl Bar {
    fn figure(&self) -> String {
        count(u64::from(self.value))
    }
}

/// Bars side by side, oldest first.
#[derive(Template, Clone)]
#[template(path = "parts/chart.html")]
pub struct Chart {
    /// What is counted, as a sentence that tells the finding: "14 refusals in 30 days, most on 12 Nov".
    pub title: String,
    pub unit: String,
    pub bars: Vec<Bar>,
}

/// A bar with its place in the drawing.
struct Drawn {
    x: u32,
    y: u32,
    height: u32,
    title: String,
}

const WIDTH: u32 = 600;
const HEIGHT: u32 = 120;

impl Chart {
    fn highest(&self) -> String {
        count(u64::from(self.peak()))
    }

    fn peak(&self) -> u32 {
        self.bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1)
    }

    fn step(&self) -> u32 {
        let count = u32::try_from(self.bars.len()).unwrap_or(u32::MAX).max(1);
        (WIDTH / count).max(2)
    }

    fn bar_width(&self) -> u32 {
        (self.step() * 7 / 10).max(1)
    }

    fn drawn(&self) -> Vec<Drawn> {
        let (step, peak) = (self.step(), self.peak());
        let mut x = 0;
        let mut drawn = Vec::new();
        for bar in &self.bars {
            let height = bar.value.saturating_mul(HEIGHT) / peak;
            let title = format!("{}: {} {}", bar.label, count(u64::from(bar.value)), self.unit);
            drawn.push(Drawn { x, y: HEIGHT - height, height, title });
            x += step;
        }
        drawn
    }

    fn first(&self) -> &str {
        self.bars.first().map_or("", |bar| bar.label.as_str())
    }

    fn last(&self) -> &str {
        self.bars.last().map_or("", |bar| bar.label.as_str())
    }
}
