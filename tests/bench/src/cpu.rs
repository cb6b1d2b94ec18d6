//! What a process and its children have used: seconds of CPU, kilobytes of memory.

use std::fs;

/// Ticks of the kernel's clock in a second; 100 on every Linux that we run on.
const TICKS: f64 = 100.0;

fn stat(pid: u32) -> Option<(u32, f64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let parent = rest.get(1)?.parse().ok()?;
    let ticks: f64 = [11, 12].iter().filter_map(|n| rest.get(*n)?.parse::<f64>().ok()).sum();
    Some((parent, ticks / TICKS))
}

fn family(of: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid == of || stat(*pid).is_some_and(|(parent, _)| parent == of)).collect()
}

/// Seconds of CPU of a process and its children so far.
pub fn seconds(pid: u32) -> f64 {
    family(pid).into_iter().filter_map(stat).map(|(_, seconds)| seconds).sum()
}

/// Resident memory of a process, in MiB.
pub fn resident(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The load of the machine, over one minute.
pub fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or("?").to_owned()
}
