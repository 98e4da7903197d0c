use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::described::{COUNTERS, GAUGES, HISTOGRAM, Labels, register};
use super::*;

const GUIDE: &str = include_str!("../../../../../docs/operate.md");
const ALERTS: &str = include_str!("../../../../../docs/alerts.yml");

fn is_metric(word: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    ["mamori_", "process_"].iter().any(|begin| word.starts_with(begin))
        && word.chars().all(is_of_name)
}

fn described() -> BTreeSet<&'static str> {
    let counters = COUNTERS.iter().map(|counter| counter.name);
    counters.chain(GAUGES.map(|(name, _)| name)).chain([HISTOGRAM.0]).collect()
}

/// Returns what `/metrics` shows after the registration.
fn registered() -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, register);
    recorder.handle().render()
}

#[test]
fn each_counter_is_zero_from_the_start_with_each_value_of_its_labels() {
    let shown = registered();

    for series in [
        "mamori_checks_total{verdict=\"hold\",looked=\"part\"}",
        "mamori_near_hits_refused_total",
        "mamori_refused_hosts_total{cause=\"several\"}",
        "mamori_deliveries_total{result=\"failed\"}",
        "mamori_delivery_attempts_total{result=\"410\"}",
        "mamori_delivery_attempts_total{result=\"no_connection\"}",
        "mamori_sign_ins_total{result=\"code_used\"}",
        "mamori_actions_total{kind=\"suspend_account\",state=\"cannot\"}",
        "mamori_evidence_refused_total{limit=\"disk\"}",
        "mamori_decoder_failures_total{cause=\"not_started\"}",
        "mamori_log_lines_lost_total{target=\"security\"}",
    ] {
        assert!(shown.contains(&format!("\n{series} 0\n")), "{series} is not in {shown}");
    }
    let series = |name: &str| shown.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(series("mamori_checks_total{"), 9);
    assert_eq!(series("mamori_actions_total{"), 16);
}

#[test]
fn the_guide_for_operators_names_every_metric_and_no_other() {
    let named: BTreeSet<&str> = GUIDE.split('`').filter(|word| is_metric(word)).collect();

    assert_eq!(named, described());
}

#[test]
fn the_alert_rules_use_only_metrics_that_are_described() {
    let words = ALERTS.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let used: BTreeSet<&str> = words.filter(|word| is_metric(word)).collect();

    assert!(used.len() > 10, "{used:?}");
    for name in used {
        let of = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
        let is_of_histogram = of == Some(HISTOGRAM.0);
        assert!(is_of_histogram || described().contains(name), "{name} is not described");
    }
}

#[test]
fn each_alert_says_what_to_do_and_where_the_guide_explains_it() {
    let anchors: BTreeSet<String> = GUIDE
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect();
    let alerts: Vec<&str> = ALERTS.split("- alert: ").skip(1).collect();

    assert!(alerts.len() > 10);
    for alert in alerts {
        let name = alert.lines().next().unwrap();
        for key in ["severity: ", "summary: ", "description: ", "runbook: docs/operate.md#"] {
            assert!(alert.contains(key), "{name} has no `{key}`");
        }
        let (_, anchor) = alert.split_once("runbook: docs/operate.md#").unwrap();
        let anchor = anchor.lines().next().unwrap();
        assert!(anchors.contains(anchor), "{name}: docs/operate.md has no section `{anchor}`");
    }
}

/// A use of a metric in a source: its name, and the labels that it names with `=>`.
struct Use<'a> {
    macro_name: &'static str,
    name: &'a str,
    labels: Vec<&'a str>,
}

/// Returns each use of a macro that records a metric of Mamori.
fn uses(source: &str) -> Vec<Use<'_>> {
    let macros = ["counter!(", "gauge!(", "histogram!("].into_iter();
    let after = macros.flat_map(|each| source.split(each).skip(1).map(move |rest| (each, rest)));
    after.filter_map(|(macro_name, rest)| read_use(macro_name, rest)).collect()
}

/// Reads a use from the text after the macro's name and bracket.
fn read_use<'a>(macro_name: &'static str, rest: &'a str) -> Option<Use<'a>> {
    let (name, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    let arguments = rest.split(");").next()?.split(")\n").next()?.split(").").next()?;
    let pieces: Vec<&str> = arguments.split("=>").collect();
    let before_arrows = pieces.iter().take(pieces.len() - 1);
    let labels = before_arrows.filter_map(|piece| piece.split('"').nth_back(1)).collect();
    is_metric(name).then_some(Use { macro_name, name, labels })
}

#[test]
fn what_the_code_counts_is_described_with_the_same_labels() {
    let labels: BTreeMap<&str, Vec<&str>> = COUNTERS
        .iter()
        .map(|counter| match counter.labels {
            Labels::Known(labels) => {
                (counter.name, labels.iter().map(|(label, _)| *label).collect())
            }
            Labels::Banks => (counter.name, vec!["bank"]),
        })
        .collect();
    let (described, mut counted) = (described(), BTreeSet::new());

    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
    while let Some(folder) = folders.pop() {
        for found in fs::read_dir(folder).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                for found in uses(&source) {
                    let (name, place) = (found.name, path.display());
                    assert!(described.contains(name), "{name} of {place}");
                    if found.macro_name == "counter!(" {
                        assert_eq!(labels[name], found.labels, "{name} of {place}");
                    }
                    counted.insert(name.to_owned());
                }
            }
        }
    }

    assert!(counted.iter().eq(described.iter()), "{counted:?}\n{described:?}");
}

#[test]
fn numbers_of_bytes_are_exact_up_to_petabytes() {
    for (count, shown) in [
        (0, "0"),
        (1, "1"),
        (4_294_967_295, "4294967295"),
        (4_294_967_297, "4294967297"),
        (9_000_000_000_000_001, "9000000000000001"),
    ] {
        assert_eq!(bytes(count).to_string(), shown);
    }
}
