//! Whose pictures a process decodes.

use mamori_model::ServiceId;

/// The sender of an item.
///
/// Each sender has its own lane in the queue and its own decoding processes: a file that takes over
/// its process reaches no picture of another sender. It has its own share of the memory for items,
/// too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A service.
    Service(ServiceId),
    /// Any administrator, or the operator on the command line; they are one sender.
    Administrators,
}
