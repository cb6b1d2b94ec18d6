//! Counters in the text format of Prometheus: few, without ids, names or paths. `app` serves them on a
//! listener of their own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the latency buckets, in milliseconds.
const BOUNDS: [u64; 10] = [5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30_000];

#[derive(Default, Clone)]
struct Latency {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

/// See the module.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    latency: Mutex<BTreeMap<String, Latency>>,
    entries: AtomicU64,
    upload_bytes: AtomicU64,
    download_bytes: AtomicU64,
    panics: AtomicU64,
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        if let Ok(mut requests) = self.requests.lock() {
            *requests.entry((route.to_owned(), method.to_owned(), status)).or_default() += 1;
        }
        if let Ok(mut latency) = self.latency.lock() {
            let one = latency.entry(route.to_owned()).or_default();
            let millis = took.as_millis();
            for (bound, bucket) in BOUNDS.iter().zip(one.buckets.iter_mut()) {
                *bucket += u64::from(millis <= u128::from(*bound));
            }
            one.count += 1;
            one.micros += u64::try_from(took.as_micros()).unwrap_or(0);
        }
    }

    /// A request left an entry in the ledger.
    pub fn entry(&self) {
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes of records arrived.
    pub fn uploaded(&self, bytes: u64) {
        self.upload_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes of records left.
    pub fn downloaded(&self, bytes: u64) {
        self.download_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A handler panicked.
    pub fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// All of it, as text.
    #[must_use]
    pub fn render(&self, sealed: bool, ledger_size: u64) -> String {
        let mut out = String::new();
        let mut gauge = |name: &str, kind: &str, help: &str, value: u64| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        gauge("strongroom_sealed", "gauge", "1 while the keys are out of memory.", u64::from(sealed));
        gauge(
            "strongroom_ledger_signed_size",
            "gauge",
            "Entries under the newest signed checkpoint.",
            ledger_size,
        );
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        gauge(
            "strongroom_ledger_entries_total",
            "counter",
            "Requests that left an entry.",
            read(&self.entries),
        );
        gauge(
            "strongroom_upload_bytes_total",
            "counter",
            "Bytes of records that arrived.",
            read(&self.upload_bytes),
        );
        gauge(
            "strongroom_download_bytes_total",
            "counter",
            "Bytes of records that left.",
            read(&self.download_bytes),
        );
        gauge("strongroom_panics_total", "counter", "Handlers that panicked.", read(&self.panics));
        self.render_requests(&mut out);
        out
    }

    fn render_requests(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "# HELP strongroom_requests_total Requests by route template and status.\n# TYPE strongroom_requests_total counter"
        );
        if let Ok(requests) = self.requests.lock() {
            for ((route, method, status), count) in requests.iter() {
                let _ = writeln!(
                    out,
                    "strongroom_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
                );
            }
        }
        let name = "strongroom_request_seconds";
        let _ = writeln!(out, "# HELP {name} Time to the first byte of the answer.\n# TYPE {name} histogram");
        let Ok(latency) = self.latency.lock() else { return };
        for (route, one) in latency.iter() {
            for (bound, count) in BOUNDS.iter().zip(one.buckets) {
                let seconds = Duration::from_millis(*bound).as_secs_f64();
                let _ = writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"{seconds}\"}} {count}");
            }
            let _ = writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", one.count);
            let sum = Duration::from_micros(one.micros).as_secs_f64();
            let _ = writeln!(
                out,
                "{name}_sum{{route=\"{route}\"}} {sum}\n{name}_count{{route=\"{route}\"}} {}",
                one.count
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_told_by_template_and_status() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/matters/{id}", 200, Duration::from_millis(7));
        metrics.answered("GET", "/matters/{id}", 200, Duration::from_millis(70));
        metrics.entry();
        let text = metrics.render(true, 12);
        assert!(
            text.contains(
                "strongroom_requests_total{method=\"GET\",route=\"/matters/{id}\",status=\"200\"} 2"
            )
        );
        assert!(text.contains("strongroom_request_seconds_bucket{route=\"/matters/{id}\",le=\"0.01\"} 1"));
        assert!(text.contains("strongroom_request_seconds_count{route=\"/matters/{id}\"} 2"));
        assert!(text.contains("strongroom_sealed 1") && text.contains("strongroom_ledger_signed_size 12"));
    }
}
