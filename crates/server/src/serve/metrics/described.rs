//! Every metric of Mamori, also those that other crates record: its name, its help text for operators
//! and, for a counter, every value that each of its labels can have.

use mamori_desk::staff::sign_in::SignInResult;
use mamori_desk::webhooks::attempt::AttemptResult;
use mamori_model::action::{ActionKind, Answer};
use mamori_model::notification::Channel;
use mamori_model::webhook::DeliveryState;
use mamori_model::{Looked, NotStored, Verdict};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram};

use crate::serve::log::LineUse;

/// A counter.
pub struct Counter {
    /// Its name.
    pub name: &'static str,
    /// Its help text (`# HELP`).
    pub help: &'static str,
    /// Its labels, in the order in which the code that records it names them.
    pub labels: Labels,
}

/// The labels of a counter.
pub enum Labels {
    /// Each label, and every value that it can have.
    Known(&'static [(&'static str, Values)]),
    /// The label `bank`, whose values are ids of banks.
    Banks,
}

/// Returns every value of a label.
type Values = fn() -> Vec<&'static str>;

/// The counters.
pub const COUNTERS: [Counter; 16] = [
    Counter {
        name: "mamori_checks_total",
        help: "Items checked, by verdict and by how much was compared: all, part, none",
        labels: Labels::Known(&[
            ("verdict", || words(Verdict::ALL, Verdict::as_str)),
            ("looked", || Looked::WORDS.to_vec()),
        ]),
    },
    Counter {
        name: "mamori_checks_cleared_total",
        help: "Checks that a bank of known benign pictures cleared, by bank",
        labels: Labels::Banks,
    },
    Counter {
        name: "mamori_near_hits_total",
        help: "Checks by hash alone that came near an entry, or resemble one that did",
        labels: Labels::Known(&[]),
    },
    Counter {
        name: "mamori_near_hits_refused_total",
        help: "Checks by hash alone that were refused: their key reached the limit on near hits",
        labels: Labels::Known(&[]),
    },
    Counter {
        name: "mamori_refused_keys_total",
        help: "Requests with an API key that was refused, by result: refused (401), limited (429)",
        labels: Labels::Known(&[("result", || vec!["refused", "limited"])]),
    },
    Counter {
        name: "mamori_refused_hosts_total",
        help: "Requests refused for their host header, by cause: missing, several, not_local",
        labels: Labels::Known(&[("cause", || vec!["missing", "several", "not_local"])]),
    },
    Counter {
        name: "mamori_deliveries_total",
        help: "Attempts to send webhooks, by the state of the delivery after them",
        labels: Labels::Known(&[("result", || words(DeliveryState::ALL, DeliveryState::as_str))]),
    },
    Counter {
        name: "mamori_delivery_attempts_total",
        help: "Attempts to send webhooks, by the receiver's answer, or why there was none",
        labels: Labels::Known(&[("result", || words(AttemptResult::ALL, AttemptResult::as_str))]),
    },
    Counter {
        name: "mamori_notifications_total",
        help: "Attempts to notify the people on duty, by channel and result",
        labels: Labels::Known(&[
            ("channel", || words(Channel::ALL, Channel::as_str)),
            ("result", || vec!["sent", "failed", "dropped"]),
        ]),
    },
    Counter {
        name: "mamori_sign_ins_total",
        help: "Attempts to sign in, by result",
        labels: Labels::Known(&[("result", || words(SignInResult::ALL, SignInResult::as_str))]),
    },
    Counter {
        name: "mamori_actions_total",
        help: "Actions that services answered, by kind and answer",
        labels: Labels::Known(&[
            ("kind", || words(ActionKind::ALL, ActionKind::as_str)),
            ("state", || words(Answer::ALL, |answer| answer.state().as_str())),
        ]),
    },
    Counter {
        name: "mamori_evidence_refused_total",
        help: "Items whose bytes were not stored, by the limit that was reached, or `failed`",
        labels: Labels::Known(&[("limit", || words(&NotStored::REFUSALS, NotStored::as_str))]),
    },
    Counter {
        name: "mamori_decoding_refused_total",
        help: "Pictures of checks and views that were not decoded because too many waited",
        labels: Labels::Known(&[]),
    },
    Counter {
        name: "mamori_decoder_failures_total",
        help: "Decoding processes that crashed or were ended, or could not be started, by cause",
        labels: Labels::Known(&[("cause", || vec!["ended", "not_started"])]),
    },
    Counter {
        name: "mamori_log_lines_lost_total",
        help: "Log lines that could not be written, by target: security, audit, other",
        labels: Labels::Known(&[("target", || words(LineUse::ALL, LineUse::as_str))]),
    },
    Counter {
        name: "process_cpu_seconds_total",
        help: "Processor time of the server's own process, in whole seconds",
        labels: Labels::Known(&[]),
    },
];

/// The gauges, with their texts.
pub const GAUGES: [(&str, &str); 22] = [
    ("mamori_build_info", "Always 1; the labels describe the program"),
    ("mamori_ready", "1 if this part of the node is in order, as /readyz reports it"),
    ("mamori_index_version", "Last change of the banks that this node has applied"),
    ("mamori_index_age_seconds", "Time since this node last had every change of the banks"),
    ("mamori_index_banks", "Banks in memory"),
    ("mamori_index_entries", "Entries in memory"),
    ("mamori_jobs", "Jobs in the database, by kind and state: ready, leased, dead"),
    ("mamori_cases", "Cases that wait for a reviewer, by urgency and state"),
    ("mamori_case_oldest_seconds", "Age of the oldest case that waits for a reviewer, by urgency"),
    ("mamori_actions", "Actions that services have not answered, by state"),
    ("mamori_disputes_open", "Disputes that wait for a policy editor, by scope"),
    ("mamori_evidence_objects", "Sealed items whose term has not ended"),
    ("mamori_evidence_bytes", "Bytes of sealed items whose term has not ended"),
    ("mamori_evidence_bytes_max", "The most bytes that the vault may hold"),
    ("mamori_evidence_disk_free_bytes", "Bytes that the vault's disk has left for evidence"),
    ("mamori_decoding_waiting", "Pictures that wait for a decoding process"),
    ("mamori_clock_believed", "1 if the clock is believed, so that sweeps run"),
    ("mamori_decoders", "Decoding processes that are running"),
    ("process_resident_memory_bytes", "Resident memory of the server's own process"),
    ("process_open_fds", "Open file descriptors of the server's own process"),
    ("process_max_fds", "The most file descriptors that the server's own process may open"),
    ("process_start_time_seconds", "Start time of the server, in seconds since 1970"),
];

/// The histogram, with its text.
pub const HISTOGRAM: (&str, &str) =
    ("mamori_http_request_seconds", "Time from a request's head to its answer");

/// Describes each metric (`# HELP`), and registers each counter at zero for each combination of the
/// values of its labels: Prometheus' `rate` misses the first event of a counter that appears only with
/// that event.
pub fn register() {
    for Counter { name, help, labels } in &COUNTERS {
        describe_counter!(*name, *help);
        for labels in labels.combinations() {
            counter!(*name, &labels).increment(0);
        }
    }
    for (name, help) in GAUGES {
        describe_gauge!(name, help);
    }
    let (name, help) = HISTOGRAM;
    describe_histogram!(name, help);
}

impl Labels {
    /// Returns each combination of the values; none if the values are not known yet.
    fn combinations(&self) -> Vec<Vec<(&'static str, &'static str)>> {
        let Self::Known(labels) = self else { return Vec::new() };
        let mut combinations = vec![Vec::new()];
        for (label, values) in *labels {
            let values = values();
            let with_each = |begun: &Vec<(&'static str, &'static str)>| {
                let with = |value| [begun.as_slice(), &[(*label, value)]].concat();
                values.iter().copied().map(with).collect::<Vec<_>>()
            };
            combinations = combinations.iter().flat_map(with_each).collect();
        }
        combinations
    }
}

/// Returns the word of each variant.
fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(word).collect()
}
