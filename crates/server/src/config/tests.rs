use super::*;

const SAMPLE: &str = include_str!("../../../../mamori.sample.toml");

fn parse(text: &str) -> Result<Config, Error> {
    let config = Config::parse(Path::new("mamori.toml"), text)?;
    config.check()?;
    Ok(config)
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// Returns the sample with every commented key enabled.
fn sample_with_all_keys() -> String {
    let uncomment = |line: &str| match line.strip_prefix("#") {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => rest.to_owned(),
        _ => line.to_owned(),
    };
    SAMPLE.lines().map(uncomment).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sample_has_the_default_values() {
    assert_eq!(parse(SAMPLE).unwrap(), Config::default());
}

#[test]
fn every_key_of_the_sample_exists() {
    parse(&sample_with_all_keys()).unwrap();
}

/// The parser lists every key of a section when it meets an unknown one.
#[test]
fn the_sample_has_every_key() {
    let sections = [
        "server",
        "database",
        "media",
        "media.limits",
        "limits",
        "checks",
        "webhooks",
        "notify",
        "notify.first",
        "notify.second",
        "notify.mail",
        "retention",
    ];
    let table: toml::Table = sample_with_all_keys().parse().unwrap();
    let about_staff = ["console", "oidc", "staff", "vault", "cases", "approvals", "exposure"];
    for section in sections.into_iter().chain(about_staff).chain(["hma", "log"]) {
        let sample = section.split('.').fold(&table, |table, name| table[name].as_table().unwrap());

        let message = refusal(&format!("[{section}]\nunknown_key = 1"));
        let (_, expected) = message.split_once("expected one of ").unwrap_or_else(|| {
            message.split_once("expected ").expect("the message lists the keys")
        });

        let keys: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        assert!(!keys.is_empty(), "{message}");
        for key in keys {
            assert!(sample.contains_key(key), "[{section}] {key} is not in the sample");
        }
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_what_was_expected() {
    let message = refusal("[server]\nlisten = \"127.0.0.1:1\"\nlissten = 1\n");

    for words in ["mamori.toml", "line 3", "lissten", "`listen`"] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
}

#[test]
fn a_value_outside_of_its_range_is_named_with_its_line_and_the_range() {
    let message = refusal("[server]\n\nconnections_max = 0\n");

    for words in ["line 3", "connections_max", "1 to 1000000"] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    assert!(refusal("[log]\nformat = \"xml\"").contains("`json`"));
    assert!(refusal("[server]\nlisten = \"nowhere\"").contains("line 2"));
}

#[test]
fn no_retention_term_exceeds_its_maximum() {
    let message = refusal("[retention]\nmatches_days = 367\n");

    for words in ["matches_days", "1 to 366", "2022/2065"] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    assert!(parse("[retention]\nmatches_days = 366\n").is_ok());
    assert!(refusal("[retention]\ndeliveries_days = 0").contains("1 to 183"));
    assert!(refusal("[retention]\nended_entries_days = 3661").contains("1 to 3660"));
    assert!(refusal("[retention]\nimports_days = 367").contains("1 to 366"));
}

#[test]
fn distances_are_coarse_unless_the_operator_wants_them_exact() {
    use mamori_model::Distances;
    let set = |word: &str| parse(&format!("[checks]\ndistances = \"{word}\""));

    assert_eq!(parse("").unwrap().desk().unwrap().distances, Distances::Coarse);
    assert_eq!(set("exact").unwrap().desk().unwrap().distances, Distances::Exact);
    assert!(set("none").unwrap_err().to_string().contains("expected `coarse` or `exact`"));
}

#[test]
fn the_limits_on_near_hits_can_be_set_and_not_switched_off() {
    let near_hits = |text: &str| parse(text).unwrap().desk().unwrap().near_hits;
    let set = near_hits("[limits]\nnear_hits_hour_max = 7\nnear_hits_day_max = 70");

    assert_eq!((set.hour_max, set.day_max), (7, 70));
    assert_eq!((near_hits("").hour_max, near_hits("").day_max), (120, 1_000));
    assert!(refusal("[limits]\nnear_hits_hour_max = 0").contains("near_hits_hour_max"));
}

#[test]
fn the_limit_on_refused_keys_can_be_set_and_not_switched_off() {
    let refused_keys = |text: &str| parse(text).unwrap().desk().unwrap().refused_keys_minute_max;

    assert_eq!(refused_keys("[limits]\nrefused_keys_minute_max = 7"), 7);
    assert_eq!(refused_keys(""), 60);
    let zero = refusal("[limits]\nrefused_keys_minute_max = 0");
    assert!(zero.contains("refused_keys_minute_max"), "{zero}");
}

#[test]
fn the_pace_limits_can_be_set_and_not_switched_off() {
    let pace = |text: &str| parse(text).unwrap().desk().unwrap().cases.pace;
    let set = pace("[cases]\nclaims_hour_max = 7\nleft_hour_max = 8\nleft_day_max = 9");

    assert_eq!((set.claims_hour_max, set.left_hour_max, set.left_day_max), (7, 8, 9));
    let usual = pace("");
    assert_eq!((usual.claims_hour_max, usual.left_hour_max, usual.left_day_max), (120, 20, 60));
    for key in ["claims_hour_max", "left_hour_max", "left_day_max"] {
        assert!(refusal(&format!("[cases]\n{key} = 0")).contains(key));
    }
}

#[test]
fn webhooks_go_to_loopback_only_if_the_operator_permits_it() {
    let permitted = |text: &str| parse(text).unwrap().desk().unwrap().webhooks.permitted;

    assert!(!permitted("").loopback);
    assert!(permitted("[webhooks]\nloopback = true").loopback);
}

#[test]
fn the_required_protections_are_words_of_a_closed_list() {
    use mamori_media::Protection::{Files, Memory, SystemCalls};
    let set = |list: &str| parse(&format!("[media]\nprotections_required = {list}"));

    let usual = parse("").unwrap().media.protections_required;
    assert_eq!(usual, [SystemCalls, Files, Memory].into());
    assert!(set("[]").unwrap().media.protections_required.is_empty());
    let refused = set("[\"seccomp\"]").unwrap_err().to_string();
    assert!(refused.contains("line 2") && refused.contains("`system_calls`"), "{refused}");
}

#[test]
fn partly_looked_is_one_of_three_words() {
    use mamori_desk::settings::PartlyLooked;
    let set = |word: &str| parse(&format!("[checks]\npartly_looked = \"{word}\""));

    assert_eq!(parse("").unwrap().desk().unwrap().partly_looked, PartlyLooked::Error);
    assert_eq!(set("hold").unwrap().desk().unwrap().partly_looked, PartlyLooked::Hold);
    assert_eq!(set("allow").unwrap().desk().unwrap().partly_looked, PartlyLooked::Allow);
    for word in ["block", "Allow", "yes", ""] {
        let message = set(word).unwrap_err().to_string();
        assert!(message.contains("line 2") && message.contains("`error`"), "{message}");
    }
}

const HMA: &str = r#"
[hma]
enabled = true
purpose = "rehearsal"
legal_basis = "none"
source = "drawn"
owner = "tests"
"#;

#[test]
fn look_ups_without_keys_stay_on_the_machine() {
    let open = |address: &str| format!("{HMA}key_required = false\nlisten = \"{address}\"");

    assert!(parse(&open("127.0.0.1:5000")).is_ok());
    assert!(parse(&open("[::1]:5000")).is_ok());
    for address in ["0.0.0.0:5000", "10.0.0.1:5000", "[::]:5000", "[::ffff:10.0.0.1]:5000"] {
        assert!(refusal(&open(address)).contains("hma.key_required"), "{address}");
    }
    assert!(parse(&format!("{HMA}listen = \"0.0.0.0:5000\"")).is_ok());
    assert!(refusal(&format!("{HMA}key_required = false")).contains("hma.listen"));
    assert!(refusal(&format!("{HMA}listen = \"127.0.0.1:8080\"")).contains("server.listen"));
    let benign = open("127.0.0.1:5000").replace("rehearsal", "known_benign");
    assert!(refusal(&benign).contains("hma.purpose"));
}

#[test]
fn the_listener_for_operators_is_on_loopback_and_has_an_address_of_its_own() {
    let on = |address: &str| format!("[server]\nadmin_listen = \"{address}\"");
    let hma = |address: &str| format!("{HMA}listen = \"127.0.0.1:5000\"\n{}", on(address));

    assert!(Config::default().server.admin_listen.ip().is_loopback());
    assert!(refusal(&on("127.0.0.1:8080")).contains("`server.listen` are both 127.0.0.1:8080"));
    assert!(refusal(&hma("127.0.0.1:5000")).contains("`hma.listen` are both 127.0.0.1:5000"));
    assert!(parse(&hma("127.0.0.1:5001")).is_ok());
    assert!(parse("[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"").is_ok());
}

#[test]
fn look_ups_need_a_purpose_and_a_basis_for_new_banks() {
    assert!(parse(HMA).is_ok());
    for key in ["purpose", "legal_basis", "source", "owner"] {
        let without: Vec<&str> = HMA.lines().filter(|line| !line.starts_with(key)).collect();

        assert!(refusal(&without.join("\n")).contains(&format!("`hma.{key}`")));
    }
}

#[test]
fn no_bank_that_hma_creates_applies_to_private_messages() {
    let message = refusal(&format!("{HMA}surfaces = [\"private_message\"]"));

    assert!(message.contains("hma.surfaces") && message.contains("private_basis"), "{message}");
}

#[test]
fn the_memory_budget_must_hold_the_largest_item() {
    let limits = |all: u64, share: u64| {
        format!(
            "[limits]\nitem_bytes_max = 2097152\nin_flight_bytes_max = {all}\n\
             in_flight_service_bytes_max = {share}"
        )
    };
    let least = 2_097_152 + 65_536;

    assert!(parse(&limits(least, least)).is_ok());
    assert!(refusal(&limits(least, least - 1)).contains("`limits.item_bytes_max`"));
    assert!(refusal(&limits(least - 1, least)).contains("one service's share"));
    let alone = "[limits]\nitem_bytes_max = 1073741824";
    assert!(refusal(alone).contains("in_flight_service_bytes_max"));
}

#[test]
fn the_vault_must_hold_the_largest_item() {
    let limits =
        |vault: u64| format!("[limits]\nitem_bytes_max = 2097152\n\n[vault]\nbytes_max = {vault}");

    let desk = parse(&limits(2_097_152)).unwrap().desk().unwrap();
    assert_eq!(desk.vault_limits.item_bytes_max, 2_097_152);
    assert!(refusal(&limits(2_097_151)).contains("`vault.bytes_max` is 2097151"));
}

#[test]
fn an_invalid_log_level_is_refused() {
    assert!(refusal("[log]\nlevel = \"a=b=c\"").contains("log.level"));
    assert!(parse("[log]\nlevel = \"warn,mamori_desk=debug\"").is_ok());
}

#[test]
fn a_password_in_the_database_url_does_not_show() {
    let config = parse("[database]\nurl = \"postgres://ada:geheim@db/mamori\"").unwrap();

    assert!(!format!("{config:?}").contains("geheim"));
}

#[test]
fn a_password_in_a_broken_line_does_not_show() {
    for line in [
        "url = \"postgres://ada:geheim@db/mamori",
        "url = postgres://ada:geheim@db/mamori?a=b",
        "postgres://ada:geheim@db/mamori?a=b",
        "geheim@db = = 1",
    ] {
        let message = refusal(&format!("[database]\n{line}\n"));

        assert!(!message.contains("geheim") && message.contains("line 2"), "{message}");
    }
}

#[test]
fn a_secret_comes_from_the_environment_before_its_file_before_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    fs::write(&path, "postgres://from-the-file/m\n").unwrap();
    let text = format!("[database]\nurl = \"sqlite:key\"\nurl_file = {path:?}");
    let taken = |environment: Option<&str>| {
        let mut config = parse(&text).unwrap();
        config.take_secrets(environment.map(str::to_owned), None).unwrap();
        config.database.url.into_revealed()
    };

    assert_eq!(taken(None), "postgres://from-the-file/m");
    assert_eq!(taken(Some("")), "postgres://from-the-file/m");
    assert_eq!(taken(Some("sqlite:env")), "sqlite:env");
}

#[test]
fn a_configuration_file_that_is_named_must_exist() {
    let error = Config::load(Some(Path::new("/nowhere/mamori.toml"))).unwrap_err();

    assert!(matches!(error, Error::Unreadable { .. }));
}

#[test]
fn the_consoles_origin_must_be_one_for_which_browsers_store_its_cookie() {
    let at = |origin: &str| parse(&format!("[console]\norigin = \"{origin}\""));

    for good in ["https://mamori.example", "https://mamori.example:8443", "http://localhost:8080"] {
        assert!(at(good).is_ok(), "{good}");
    }
    for bad in [
        "http://mamori.example",
        "http://127.0.0.1:8080",
        "https://192.0.2.1",
        "https://mamori.example/console",
        "https://ada@mamori.example",
        "ftp://mamori.example",
        "mamori.example",
    ] {
        assert!(at(bad).unwrap_err().to_string().contains("https://NAME"), "{bad}");
    }
    let config = at("https://mamori.example:443").unwrap();
    assert_eq!(config.console().origin, "https://mamori.example");
}

#[test]
fn the_vaults_keys_come_from_the_environment_before_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let [file, environment] = ["file", "env"]
        .map(|name| mamori_vault::Keyring::new_line(&name.parse().unwrap()).unwrap());
    let path = folder.path().join("key");
    fs::write(&path, file.reveal()).unwrap();
    let text = format!("[vault]\nfolder = {:?}\nkey_file = {path:?}", folder.path().join("v"));
    let name = |variable: Option<&str>| {
        let mut config = parse(&text).unwrap();
        config.take_secrets(None, variable.map(str::to_owned)).unwrap();
        assert!(!format!("{config:?}").contains(file.reveal().as_str()));
        config.desk().unwrap().vault.map(|vault| vault.key_name().to_string())
    };

    assert_eq!(name(None).as_deref(), Some("file"));
    assert_eq!(name(Some(environment.reveal())).as_deref(), Some("env"));
    assert!(parse("[vault]").unwrap().desk().unwrap().vault.is_none());
    let mut config = parse("").unwrap();
    let refused = config.take_secrets(None, Some("not a key".to_owned())).unwrap_err();
    assert!(refused.to_string().contains("line 1"), "{refused}");
}

#[test]
fn the_sections_about_staff_reach_the_desk() {
    let text = "[staff]\nsingle_person = true\n[exposure]\nviews_max = 7\nblur_min = \"strong\"\n[cases]\nlease_min = 5\n\
                [console]\nsession_hours_max = 3";
    let settings = parse(text).unwrap().desk().unwrap();

    assert!(settings.is_single_person);
    let notes = "[cases]\ndanger_note = \"Call 110.\"\n[staff]\ncare_note = \"Room 12.\"";
    let pages = parse(notes).unwrap().console();
    assert_eq!(pages.danger_note.as_deref(), Some("Call 110."));
    assert_eq!(pages.care_note.as_deref(), Some("Room 12."));
    assert_eq!(settings.exposure.views, 7);
    assert_eq!(settings.blur_min, mamori_model::staff::BlurStrength::Strong);
    assert_eq!(settings.cases.lease.as_mins(), 5);
    assert_eq!(settings.sign_in.session_max.as_hours(), 3);
    let without = parse("[console]\nenabled = false").unwrap().desk().unwrap();
    assert!(without.sign_in.origin.is_none());
}

#[test]
fn transaction_pooling_reaches_the_store() {
    let pooled = parse("[database]\ntransaction_pooling = true").unwrap().store();

    assert!(pooled.is_pooled);
    assert!(!parse("").unwrap().store().is_pooled);
}
