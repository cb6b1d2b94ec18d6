//! Figures as comma-separated values.

use super::Scene;
use crate::calendar;
use std::fmt::Write as _;

/// A schedule of loss, payments or documents.
pub(super) fn csv(s: &mut Scene<'_>) -> Vec<u8> {
    let mut out = String::from("No,Date,Description,Party,Document,Amount GBP\r\n");
    let rows = s.rng.between(48, 120);
    let mut total = 0;
    for n in 1..=rows {
        let day = s.day() - (rows - n) * 4 - s.rng.between(0, 3);
        let what = s.rng.pick(&[
            "Invoice, professional fees",
            "Bank charge",
            "Transfer, interim payment",
            "Carriage and storage",
            "Replacement goods",
            "Survey and testing",
            "Wages, additional shift",
            "Insurance premium",
            "Refund, part",
        ]);
        let party = if s.rng.chance(60) { s.client.formal } else { s.matter.other_side };
        let amount = s.rng.between(4, 900) * s.matter.sum / 100_000;
        total += amount;
        let _ = write!(
            out,
            "{n},{},\"{what}\",\"{party}\",{}-{:04},{amount}.{:02}\r\n",
            calendar::short(day),
            s.client.code,
            100 + n,
            s.rng.between(0, 99)
        );
    }
    let _ = write!(out, ",,\"Total, {}\",,,{total}.00\r\n", s.matter.reference);
    out.into_bytes()
}
