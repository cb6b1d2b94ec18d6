//! Days, devices.
