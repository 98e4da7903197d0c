use super::*;

const GUIDE: &str = include_str!("../../../../../docs/operate.md");

const KEYLESS_HMA: &str = "[hma]\nenabled = true\nkey_required = false\n\
    listen = \"127.0.0.1:5000\"\npurpose = \"rehearsal\"\nlegal_basis = \"x\"\nsource = \"x\"\n\
    owner = \"x\"\n";

/// Returns the risks of a configuration with this text.
fn risks(text: &str) -> Vec<Risk> {
    let config = Config::parse(Path::new("mamori.toml"), text).unwrap();
    config.check().unwrap();
    config.warnings(&Source::Defaults, None).into_iter().map(|warning| warning.risk).collect()
}

#[test]
fn the_defaults_have_no_risk() {
    assert_eq!(risks(""), []);
}

#[test]
fn each_risk_of_a_setting_is_named_and_the_safe_setting_beside_it_is_not() {
    use Risk::{
        DatabaseInClear, Debugging, ExactDistances, FewerProtections, ForgedAddresses, FramesPass,
        OpenMetrics, PlainHttp, Root, WebhooksToCloudMetadata, WebhooksToLoopback,
    };
    let open = "[server]\nlisten = \"0.0.0.0:8080\"\n";
    let admin = "[server]\nadmin_listen = \"0.0.0.0:8081\"\n";
    let url = |url: &str| format!("[database]\nurl = \"{url}\"");
    let loopback = "[webhooks]\nloopback = true\n";

    assert_eq!(risks(open), [PlainHttp]);
    assert_eq!(risks(&open.replace("0.0.0.0", "[::ffff:127.0.0.1]")), []);
    assert_eq!(risks(admin), [OpenMetrics]);
    assert_eq!(risks(&admin.replace("0.0.0.0", "[::1]")), []);
    assert_eq!(risks(&KEYLESS_HMA.replace("false", "true").replace("127.", "10.")), [PlainHttp]);
    assert_eq!(risks("[server]\ntrusted_proxies = [\"0.0.0.0/0\"]"), [ForgedAddresses]);
    assert_eq!(risks("[server]\ntrusted_proxies = [\"10.0.0.0/8\"]"), []);
    assert_eq!(risks(loopback), []);
    let proxied = "[server]\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    assert_eq!(risks(&format!("{proxied}{loopback}")), [WebhooksToLoopback]);
    let named = "[console]\norigin = \"https://console.example\"\n";
    assert_eq!(risks(&format!("{named}{loopback}")), [WebhooksToLoopback]);
    assert_eq!(risks(&format!("{open}{loopback}")), [PlainHttp, WebhooksToLoopback]);
    assert_eq!(
        risks("[webhooks]\nprivate_networks = [\"169.254.0.0/16\"]"),
        [WebhooksToCloudMetadata]
    );
    assert_eq!(risks("[webhooks]\nprivate_networks = [\"10.0.0.0/8\"]"), []);
    assert_eq!(risks(&url("postgres://a:b@db.example/m")), [DatabaseInClear]);
    assert_eq!(risks(&url("postgres://a:b@db.example/m?sslmode=prefer")), [DatabaseInClear]);
    for good in [
        "postgres://a:b@db.example/m?sslmode=verify-full",
        "postgres://a:b@localhost/m",
        "postgres://a:b@127.0.0.1/m",
        "postgres://%2Frun%2Fpostgresql/m",
        "postgres://a@db/m?host=/run/postgresql",
        "sqlite:mamori.sqlite",
    ] {
        assert_eq!(risks(&url(good)), [], "{good}");
    }
    assert_eq!(risks("[media]\nprotections_required = [\"files\"]"), [FewerProtections]);
    assert_eq!(risks("[server]\nallow_root = true"), [Root]);
    assert_eq!(risks("[server]\nallow_debugging = true"), [Debugging]);
    assert_eq!(risks("[checks]\npartly_looked = \"allow\""), [FramesPass]);
    assert_eq!(risks("[checks]\ndistances = \"exact\""), [ExactDistances]);
}

#[test]
fn a_limit_on_open_files_below_the_connections_is_a_risk() {
    let is_warned = |text: &str, files_max: u64| {
        let config = Config::parse(Path::new("mamori.toml"), text).unwrap();
        let warnings = config.warnings(&Source::Defaults, Some(files_max));
        warnings.iter().any(|warning| warning.risk == Risk::FewFiles)
    };
    let small = "[server]\nconnections_max = 100\n";

    assert!(is_warned("", 2 * 1_024 + FILES_RESERVED - 1));
    assert!(!is_warned("", 2 * 1_024 + FILES_RESERVED));
    assert!(!is_warned(small, 200 + FILES_RESERVED));
    let hma = format!("{small}{KEYLESS_HMA}");
    assert!(is_warned(&hma, 300 + FILES_RESERVED - 1), "HMA has a listener of its own");
    assert!(!is_warned(&hma, 300 + FILES_RESERVED));
}

#[test]
fn webhooks_to_loopback_together_with_look_ups_without_keys_are_a_risk() {
    let both = format!("{KEYLESS_HMA}[webhooks]\nloopback = true\n");

    assert_eq!(risks(&both), [Risk::WebhooksToKeylessHma]);
    assert_eq!(risks(KEYLESS_HMA), []);
}

#[test]
fn files_that_other_users_can_read_or_change_are_a_risk() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, mode| {
        let path = folder.path().join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let of = |configuration, url_file, key_file| {
        let mut config = Config::default();
        config.database.url_file = Some(path("url", url_file));
        config.vault.key_file = Some(path("key", key_file));
        let warnings = config.warnings(&Source::File(path("mamori.toml", configuration)), None);
        warnings.into_iter().map(|warning| (warning.risk, warning.advice)).collect::<Vec<_>>()
    };

    assert_eq!(of(0o600, 0o400, 0o640), []);
    let [(risk, advice)] = &of(0o644, 0o600, 0o600)[..] else { panic!("no warning") };
    assert_eq!(*risk, Risk::OpenConfiguration);
    assert!(advice.contains("mamori.toml has mode 0644"), "{advice}");
    let risks: Vec<Risk> = of(0o600, 0o620, 0o604).into_iter().map(|(risk, _)| risk).collect();
    assert_eq!(risks, [Risk::OpenSecret, Risk::OpenSecret]);
}

#[test]
fn no_warning_repeats_a_password() {
    let text = "[database]\nurl = \"postgres://ada:geheim@db.example/m\"";
    let config = Config::parse(Path::new("mamori.toml"), text).unwrap();

    let warnings = config.warnings(&Source::Defaults, None);

    assert_eq!(warnings.len(), 1);
    assert!(!format!("{warnings:?}").contains("geheim"));
}

#[test]
fn the_guide_for_operators_explains_every_risk() {
    for risk in Risk::ALL {
        let row = format!("\n| `{}` | ", risk.as_str());
        assert!(GUIDE.contains(&row), "{row:?} is not in docs/operate.md");
    }
}
