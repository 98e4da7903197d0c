use std::path::Path;

use super::*;

const OIDC: &str = "[oidc]\nissuer = \"https://login.example/staff\"\nclient_id = \"mamori\"\n";

fn parse(text: &str) -> Result<Config, Error> {
    let config = Config::parse(Path::new("mamori.toml"), text)?;
    config.check()?;
    Ok(config)
}

#[test]
fn a_provider_that_cannot_be_used_safely_is_refused_with_the_key_to_change() {
    assert!(parse(OIDC).is_ok());
    let issuer = |issuer: &str| OIDC.replace("https://login.example/staff", issuer);
    for (text, words) in [
        (format!("[console]\nenabled = false\n{OIDC}"), "`console.enabled`"),
        (OIDC.replace("client_id", "name"), "without `oidc.client_id`"),
        (OIDC.replace("\"mamori\"", "\"\""), "without `oidc.client_id`"),
        (OIDC.replace("issuer", "name"), "without `oidc.issuer`"),
        ("[oidc]\nclient_secret_file = \"/x\"".to_owned(), "without `oidc.issuer`"),
        (issuer("http://login.example"), "https://"),
        (issuer("https://login.example?x=1"), "query"),
        (issuer("https://a@login.example"), "https://"),
        (issuer("https://login.example/ "), "https://"),
        (issuer("login.example"), "https://"),
        (issuer("ftp://localhost"), "https://"),
        (format!("{OIDC}subject_claim = \"email\""), "several persons"),
        (format!("{OIDC}subject_claim = \"\""), "1 to 100"),
        (format!("{OIDC}subject_claim = \"a b\""), "1 to 100"),
        (format!("{OIDC}timeout_s = 31"), "1 to 30"),
    ] {
        let message = parse(&text).unwrap_err().to_string();
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    for local in ["http://localhost:9", "http://127.0.0.1:9/x", "http://[::1]:9"] {
        assert!(parse(&issuer(local)).is_ok(), "{local}");
    }
}

#[test]
fn the_section_reaches_the_desk_with_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "mild words\n").unwrap();
    let text = format!("{OIDC}client_secret_file = \"{}\"\ntimeout_s = 7\n", file.display());
    let mut config = parse(&text).unwrap();
    config.take_secrets(None, None).unwrap();
    assert!(!format!("{config:?}").contains("mild words"));

    let oidc = config.desk().unwrap().sign_in.oidc.unwrap();

    assert_eq!(oidc.issuer, "https://login.example/staff");
    assert_eq!(oidc.client_secret.unwrap().reveal(), "mild words");
    assert_eq!((oidc.subject_claim.as_str(), oidc.name.as_str()), ("sub", "login.example"));
    assert_eq!(oidc.timeout, Duration::from_secs(7));
    let named = parse(&format!("{OIDC}name = \"Directory\"")).unwrap().oidc.settings().unwrap();
    assert_eq!(named.name.as_str(), "Directory");
    assert!(parse("").unwrap().desk().unwrap().sign_in.oidc.is_none());
}
